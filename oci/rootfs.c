// SPDX-License-Identifier: MIT
// Recognises files by name, reads versions out of them, and applies whiteouts.
#include "oci/rootfs.h"

#include <limits.h>

enum { VERSION_MAX = 999 };

static struct slice base_name(struct slice path)
{
	size_t slash = slice_find_last_byte(path, '/');
	return slash == SLICE_NONE ? path : slice_skip(path, slash + 1);
}

static struct slice directory(struct slice path)
{
	size_t slash = slice_find_last_byte(path, '/');
	return slash == SLICE_NONE ? S("") : slice_range(path, 0, slash);
}

static struct slice normal_path(struct slice path)
{
	while (slice_starts_with(path, S("./")))
		path = slice_skip(path, 2);
	while (slice_starts_with(path, S("/")))
		path = slice_skip(path, 1);
	return path;
}

static bool is_musl(struct slice name)
{
	return slice_starts_with(name, S("ld-musl-")) &&
	       slice_ends_with(name, S(".so.1"));
}

bool rootfs_wants_content(struct slice path)
{
	struct slice name = base_name(path);
	return slice_eq(name, S("libc.so.6")) || is_musl(name);
}

// --- versions --------------------------------------------------------------------------------------------------------

static bool read_number(struct slice *text, unsigned *ret_number)
{
	size_t digits = 0;
	uint64_t number;
	while (digits < text->len && is_digit(text->ptr[digits]))
		digits++;
	if (!slice_parse_u64(slice_range(*text, 0, digits), VERSION_MAX, &number))
		return false;
	*ret_number = (unsigned)number;
	*text = slice_skip(*text, digits);
	return true;
}

static bool read_version(struct slice *text, unsigned *ret_major, unsigned *ret_minor)
{
	if (!read_number(text, ret_major) || !slice_starts_with(*text, S(".")))
		return false;
	*text = slice_skip(*text, 1);
	return read_number(text, ret_minor);
}

// Reads the version out of "GNU C Library (Debian GLIBC 2.36-9) stable release version
// 2.36."
static bool glibc_banner(struct slice content, struct rootfs_file *file)
{
	size_t at = slice_find(content, S("GNU C Library"));
	if (at == SLICE_NONE)
		return false;
	struct slice banner = slice_range(content, at, at + 200), mark = S(" version ");
	at = slice_find(banner, mark);
	if (at == SLICE_NONE)
		return false;
	banner = slice_skip(banner, at + mark.len);
	return read_version(&banner, &file->major, &file->minor);
}

// Reads the version of musl, which is a text of its own: "\0" "1.2.5" "\0".
static bool musl_text(struct slice content, struct rootfs_file *file)
{
	for (size_t at = slice_find(content, S("\0001.")); at != SLICE_NONE;
	     at = slice_find(content, S("\0001."))) {
		unsigned patch;
		content = slice_skip(content, at + 1);
		struct slice text = content;
		if (read_version(&text, &file->major, &file->minor) &&
		    slice_starts_with(text, S("."))) {
			text = slice_skip(text, 1);
			if (read_number(&text, &patch) && text.len && text.ptr[0] == '\0')
				return true;
		}
	}
	return false;
}

// Reads the version out of "libc-2.31.so", glibc's name before 2.34.
static bool glibc_name(struct slice name, struct rootfs_file *file)
{
	if (!slice_starts_with(name, S("libc-")))
		return false;
	name = slice_skip(name, 5);
	return read_version(&name, &file->major, &file->minor) &&
	       slice_eq(name, S(".so"));
}

static bool python_name(struct slice path, struct rootfs_file *file)
{
	struct slice name = base_name(path);
	if (!slice_eq(base_name(directory(path)), S("bin")) ||
	    !slice_starts_with(name, S("python3.")))
		return false;
	name = slice_skip(name, sizeof("python") - 1);
	if (!read_version(&name, &file->major, &file->minor))
		return false;
	file->free_threaded = slice_eq(name, S("t"));
	return name.len == 0 || file->free_threaded;
}

static bool recognise(struct slice path, struct slice content, struct rootfs_file *file)
{
	struct slice name = base_name(path);
	if (glibc_name(name, file) ||
	    (slice_eq(name, S("libc.so.6")) && glibc_banner(content, file)))
		file->kind = ROOTFS_GLIBC;
	else if (is_musl(name) && musl_text(content, file))
		file->kind = ROOTFS_MUSL;
	else if (python_name(path, file))
		file->kind = ROOTFS_PYTHON;
	else
		return false;
	return true;
}

// --- layers ----------------------------------------------------------------------------------------------------------

void rootfs_next_layer(struct rootfs *rootfs)
{
	rootfs->layer++;
}

// Removes what lower layers have at the path or below it. A layer does not hide its own files.
static void remove_below(struct rootfs *rootfs, struct slice path)
{
	for (size_t i = 0; i < rootfs->len; i++) {
		struct rootfs_file *file = &rootfs->items[i];
		bool below = slice_starts_with(file->path, path) &&
			     (path.len == 0 || file->path.len == path.len ||
			      file->path.ptr[path.len] == '/');
		if (below && file->layer < rootfs->layer)
			file->removed = true;
	}
}

static bool is_whiteout(struct rootfs *rootfs, struct slice path)
{
	struct slice name = base_name(path), folder = directory(path);
	if (!slice_starts_with(name, S(".wh.")))
		return false;
	name = slice_skip(name, 4);
	if (slice_eq(name, S(".wh..opq")))
		remove_below(rootfs, folder);
	else if (folder.len)
		remove_below(rootfs, arena_printf(rootfs->arena, "%.*s/%.*s",
						  SLICE_ARG(folder), SLICE_ARG(name)));
	else
		remove_below(rootfs, name);
	return true;
}

void rootfs_add(struct rootfs *rootfs, struct slice path, struct slice content)
{
	struct rootfs_file file = { .layer = rootfs->layer };
	path = normal_path(path);
	if (is_whiteout(rootfs, path) || !recognise(path, content, &file))
		return;
	// The same file of a lower layer, if there is one, is replaced.
	for (size_t i = 0; i < rootfs->len; i++)
		if (slice_eq(rootfs->items[i].path, path))
			rootfs->items[i].removed = true;
	file.path = arena_dup(rootfs->arena, path);
	*array_push(rootfs->arena, rootfs) = file;
}

// --- answers ---------------------------------------------------------------------------------------------------------

const struct rootfs_file *rootfs_libc(const struct rootfs *rootfs)
{
	const struct rootfs_file *found = NULL;
	for (size_t i = 0; i < rootfs->len; i++) {
		const struct rootfs_file *file = &rootfs->items[i];
		if (!file->removed && file->kind != ROOTFS_PYTHON &&
		    (!found || file->kind < found->kind))
			found = file;
	}
	return found;
}

// The rank of a folder: those in which a bare `python3` is looked for, in that order,
// then all others.
static unsigned folder_rank(struct slice path)
{
	struct slice folder = directory(path);
	if (slice_eq(folder, S("usr/local/bin")))
		return 0;
	return slice_eq(folder, S("usr/bin")) || slice_eq(folder, S("bin")) ? 1 : 2;
}

static bool is_better(const struct rootfs_file *a, const struct rootfs_file *b)
{
	unsigned left = folder_rank(a->path), right = folder_rank(b->path);
	if (left != right)
		return left < right;
	if (a->minor != b->minor)
		return a->minor > b->minor;
	return b->free_threaded && !a->free_threaded;
}

const struct rootfs_file *rootfs_python(const struct rootfs *rootfs, unsigned minor)
{
	const struct rootfs_file *found = NULL;
	for (size_t i = 0; i < rootfs->len; i++) {
		const struct rootfs_file *file = &rootfs->items[i];
		if (!file->removed && file->kind == ROOTFS_PYTHON &&
		    (minor == UINT_MAX || file->minor == minor) &&
		    (!found || is_better(file, found)))
			found = file;
	}
	return found;
}
