// SPDX-License-Identifier: MIT
// What an environment holds before any package: folders, links to the interpreter,
// pyvenv.cfg (env.1, env.2).
#include "builder/wheel/scheme.h"
#include "builder/wheel/tree.h"

#include <string.h>

static bool is_plain_path_byte(char c)
{
	unsigned char byte = (unsigned char)c;
	return byte >= 0x20 && byte != 0x7f && !memchr("\"$`\\", c, 4);
}

// Absolute, without empty, "." and ".." components, not the root itself.
static bool is_normalized(struct slice path)
{
	if (!slice_starts_with(path, S("/")) || slice_find_bad_utf8(path) != SLICE_NONE)
		return false;
	path = slice_skip(path, 1);
	for (bool more = true; more;) {
		struct slice component = { 0 };
		more = slice_cut(&path, '/', &component);
		if (component.len == 0 || slice_eq(component, S(".")) ||
		    slice_eq(component, S("..")))
			return false;
	}
	return true;
}

static int check_path(const char *what, struct slice path, struct error *err)
{
	if (!is_normalized(path))
		return error_set(err, ERROR_INPUT,
				 "the %s '%.*s' is not an absolute, normalised path",
				 what, SLICE_ARG(path));
	for (size_t i = 0; i < path.len; i++)
		if (!is_plain_path_byte(path.ptr[i]))
			return error_set(
				err, ERROR_INPUT,
				"the %s '%.*s' holds a character that scripts cannot carry",
				what, SLICE_ARG(path));
	return 0;
}

// A prefix is an absolute, normalised path without characters that scripts cannot carry
// (env.1).
int tree_check_prefix(struct slice prefix, struct error *err)
{
	enum { LONGEST = 1024 };
	if (prefix.len > LONGEST)
		return error_set(err, ERROR_INPUT, "the prefix is longer than %d bytes",
				 LONGEST);
	if (slice_find_byte(prefix, ':') != SLICE_NONE)
		return error_set(
			err, ERROR_INPUT,
			"the prefix '%.*s' holds a ':', which ends a folder in PATH",
			SLICE_ARG(prefix));
	return check_path("prefix", prefix, err);
}

int tree_check_interpreter(struct slice interpreter, struct error *err)
{
	return check_path("interpreter", interpreter, err);
}

static struct tree_entry *add(struct arena *arena, struct tree *tree, struct slice path,
			      enum tree_kind kind, unsigned mode)
{
	tree->entries = array_grow(arena, tree->entries, tree->len, &tree->cap,
				   sizeof(*tree->entries));
	struct tree_entry *entry = &tree->entries[tree->len++];
	*entry = (struct tree_entry){ .path = path, .kind = kind, .mode = mode };
	return entry;
}

static void add_link(struct arena *arena, struct tree *tree, struct slice path,
		     struct slice target)
{
	add(arena, tree, path, TREE_SYMLINK, 0777)->bytes = target;
}

// `version` is X.Y where the target leaves the patch release open.
static struct slice pyvenv_cfg(const struct tree_options *options, struct arena *arena)
{
	const struct target *target = options->target;
	struct slice home = slice_range(options->interpreter, 0,
					slice_find_last_byte(options->interpreter, '/'));
	struct buf text = { .arena = arena };
	buf_printf(&text, "home = %.*s\ninclude-system-site-packages = false\nversion = ",
		   SLICE_ARG(home.len ? home : S("/")));
	if (target->python_patch_given)
		buf_append(&text, target->python_full);
	else
		buf_printf(&text, "%u.%u", target->python_major, target->python_minor);
	buf_byte(&text, '\n');
	return buf_slice(&text);
}

// The entries are listed in walk order: "bin" < "lib" < "lib64" < "pyvenv.cfg", and
// within bin "python" < "python3" < "python3.12".
int tree_of_skeleton(const struct tree_options *options, struct arena *arena,
		     struct tree *ret_tree, struct error *err)
{
	struct tree tree = { 0 };
	if (tree_check_prefix(options->prefix, err) < 0 ||
	    tree_check_interpreter(options->interpreter, err) < 0)
		return -1;
	struct slice prefix = slice_skip(options->prefix, 1);
	struct slice site =
		scheme_site_directory(options->scheme, options->target, arena);
	struct slice version = slice_range(site, 0, slice_find_last_byte(site, '/'));
	for (size_t i = 0; i <= prefix.len; i++)
		if (i == prefix.len || prefix.ptr[i] == '/')
			add(arena, &tree, slice_range(prefix, 0, i), TREE_DIRECTORY,
			    0755);
	int len = (int)prefix.len;
	const char *at = prefix.ptr;
	struct slice python = slice_skip(version, strlen("lib/"));
	add(arena, &tree, arena_printf(arena, "%.*s/bin", len, at), TREE_DIRECTORY, 0755);
	add_link(arena, &tree, arena_printf(arena, "%.*s/bin/python", len, at),
		 options->interpreter);
	add_link(arena, &tree, arena_printf(arena, "%.*s/bin/python3", len, at),
		 S("python"));
	add_link(arena, &tree,
		 arena_printf(arena, "%.*s/bin/%.*s", len, at, SLICE_ARG(python)),
		 S("python"));
	add(arena, &tree, arena_printf(arena, "%.*s/lib", len, at), TREE_DIRECTORY, 0755);
	add(arena, &tree, arena_printf(arena, "%.*s/%.*s", len, at, SLICE_ARG(version)),
	    TREE_DIRECTORY, 0755);
	add(arena, &tree, arena_printf(arena, "%.*s/%.*s", len, at, SLICE_ARG(site)),
	    TREE_DIRECTORY, 0755);
	add_link(arena, &tree, arena_printf(arena, "%.*s/lib64", len, at), S("lib"));
	add(arena, &tree, arena_printf(arena, "%.*s/pyvenv.cfg", len, at),
	    TREE_FILE_GENERATED, 0644)
		->bytes = pyvenv_cfg(options, arena);
	*ret_tree = tree;
	return 0;
}
