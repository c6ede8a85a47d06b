// SPDX-License-Identifier: MIT
// Joins the files of several wheels into one tree in walk order, with every directory
// above them (tar.3, tar.4, env.10).
#include "builder/wheel/tree_entries.h"

#include "base/fold.h"
#include "base/inflate.h"
#include "base/map.h"
#include "base/text.h"

#include <stdlib.h>

struct joiner {
	const struct tree_options *options;
	const struct wheel_file *wheels;
	struct arena *arena;   // for what the tree keeps
	struct arena *scratch; // for what joining needs
	struct slice prefix;   // without the leading slash
	struct tree files;     // of all wheels, then sorted; paths may repeat
	struct tree tree;
};

// A slash ranks below every other byte, so that a directory's subtree follows it
// directly.
static int rank(char c)
{
	return c == '/' ? -1 : (int)(unsigned char)c;
}

// Paths in the order of a file-system walk: '/' sorts before every other byte (tar.3).
int path_cmp_walk(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	for (size_t i = 0; i < len; i++)
		if (a.ptr[i] != b.ptr[i])
			return rank(a.ptr[i]) < rank(b.ptr[i]) ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

int tree_by_walk_then_wheel(const void *left, const void *right)
{
	const struct tree_entry *a = left, *b = right;
	int order = path_cmp_walk(a->path, b->path);
	return order != 0 ? order : (a->wheel > b->wheel) - (a->wheel < b->wheel);
}

struct tree_entry *tree_push(struct arena *arena, struct tree *tree)
{
	tree->entries = array_grow(arena, tree->entries, tree->len, &tree->cap,
				   sizeof(*tree->entries));
	return &tree->entries[tree->len++];
}

static void add_collision(struct joiner *run, struct tree_collision collision)
{
	struct tree *tree = &run->tree;
	tree->collisions = array_grow(run->arena, tree->collisions, tree->collisions_len,
				      &tree->collisions_cap, sizeof(*tree->collisions));
	tree->collisions[tree->collisions_len++] = collision;
}

// folded: folded paths of this wheel → index in run->files.
static int look_for_twin(struct joiner *run, struct map *folded, struct error *err)
{
	uint32_t index = (uint32_t)run->files.len - 1, first = 0;
	const struct tree_entry *entry = &run->files.entries[index];
	if (map_insert(folded, fold_name(folded->arena, entry->path), index, &first))
		return 0;
	struct slice twin = run->files.entries[first].path;
	if (run->options->target->os == OS_MACOS ||
	    run->options->target->os == OS_WINDOWS)
		return error_set(err, ERROR_INTEGRITY,
				 "wheel '%.*s': '/%.*s' and '/%.*s' differ in case "
				 "or Unicode form alone",
				 SLICE_ARG(run->wheels[entry->wheel].file_name),
				 SLICE_ARG(twin), SLICE_ARG(entry->path));
	add_collision(run, (struct tree_collision){ entry->path, twin, entry->wheel,
						    entry->wheel });
	return 0;
}

static int add_wheel(struct joiner *run, uint32_t index, struct error *err)
{
	enum { LONGEST_PATH = 4096 };
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct wheel_file *wheel = &run->wheels[index];
	struct installed_wheel installed = { 0 };
	struct map folded = { .arena = &scratch };
	if (installed_wheel_of(wheel, run->options, &scratch, &installed, err) < 0)
		return -1;
	run->tree.stripped_files += installed.stripped_files;
	run->tree.stripped_bytes += installed.stripped_bytes;
	for (size_t i = 0; i < installed.len; i++) {
		const struct installed_file *file = &installed.files[i];
		struct slice path =
			arena_printf(run->arena, "%.*s/%.*s", SLICE_ARG(run->prefix),
				     SLICE_ARG(file->path));
		if (path.len > LONGEST_PATH)
			return error_set(err, ERROR_INTEGRITY,
					 "wheel '%.*s': the path of '%.*s' is too long",
					 SLICE_ARG(wheel->file_name),
					 SLICE_ARG(file->path));
		*tree_push(run->scratch, &run->files) = (struct tree_entry){
			.path = path,
			.kind = file->zip ? TREE_FILE_FROM_WHEEL : TREE_FILE_GENERATED,
			.mode = file->mode,
			.wheel = index,
			.zip = file->zip,
			.bytes = arena_dup(run->arena, file->bytes),
		};
		if (look_for_twin(run, &folded, err) < 0)
			return -1;
	}
	return 0;
}

// --- collisions ------------------------------------------------------------------------

static int hash_piece(void *context, struct slice piece, struct error *err)
{
	(void)err;
	sha256_update(context, piece);
	return 0;
}

static int digest_of(const struct joiner *run, const struct tree_entry *entry,
		     struct sha256 *ret_digest, struct error *err)
{
	if (!entry->zip) {
		*ret_digest = sha256_of(entry->bytes);
		return 0;
	}
	AUTO(sha256_cleanup) struct sha256_state *state = sha256_new();
	AUTO(inflater_cleanup) struct inflater *inflater = inflater_new();
	if (entry_stream(&run->wheels[entry->wheel], entry->zip, inflater,
			 (struct inflate_sink){ hash_piece, state }, err) < 0)
		return -1;
	*ret_digest = sha256_finish(state);
	return 0;
}

static uint64_t size_of(const struct tree_entry *entry)
{
	return entry->zip ? entry->zip->size : entry->bytes.len;
}

static int compare(const struct joiner *run, const struct tree_entry *a,
		   const struct tree_entry *b, bool *ret_equal, struct error *err)
{
	struct sha256 first, second;
	*ret_equal = false;
	if (a->mode != b->mode || size_of(a) != size_of(b))
		return 0;
	if (digest_of(run, a, &first, err) < 0 || digest_of(run, b, &second, err) < 0)
		return -1;
	*ret_equal = sha256_eq(&first, &second);
	return 0;
}

// Of two different files with one path the loser is noted; with --strict it is an error
// (env.10).
static int note_loser(struct joiner *run, const struct tree_entry *loser,
		      const struct tree_entry *winner, struct error *err)
{
	bool equal = false;
	if (compare(run, loser, winner, &equal, err) < 0)
		return -1;
	if (equal)
		return 0;
	if (run->options->strict)
		return error_set(
			err, ERROR_INPUT,
			"'/%.*s' comes with different bytes from '%.*s' and '%.*s'",
			SLICE_ARG(winner->path),
			SLICE_ARG(run->wheels[loser->wheel].name),
			SLICE_ARG(run->wheels[winner->wheel].name));
	add_collision(run, (struct tree_collision){ .path = winner->path,
						    .loser = loser->wheel,
						    .winner = winner->wheel });
	return 0;
}

struct slice collision_text(struct arena *arena, struct slice path, struct slice loser,
			    struct slice winner)
{
	return arena_printf(arena,
			    "'/%.*s' is in '%.*s' and '%.*s'; that of '%.*s' is taken",
			    SLICE_ARG(path), SLICE_ARG(loser), SLICE_ARG(winner),
			    SLICE_ARG(winner));
}

struct slice tree_collision_text(struct arena *arena,
				 const struct tree_collision *collision,
				 const struct wheel_file *wheels)
{
	struct slice loser = wheels[collision->loser].name;
	if (collision->twin.len)
		return arena_printf(
			arena,
			"'/%.*s' and '/%.*s' of '%.*s' differ in case or Unicode "
			"form alone: some systems keep one",
			SLICE_ARG(collision->twin), SLICE_ARG(collision->path),
			SLICE_ARG(loser));
	return collision_text(arena, collision->path, loser,
			      wheels[collision->winner].name);
}

// --- directories -----------------------------------------------------------------------

// Entries come in walk order, so a directory is new unless the entry before lies in it
// too.
static int add_directories(struct joiner *run, const struct tree_entry *entry,
			   const struct tree_entry *before, struct error *err)
{
	struct slice path = entry->path;
	for (size_t i = 0; i < path.len; i++) {
		struct slice directory = slice_range(path, 0, i);
		if (path.ptr[i] != '/' ||
		    (before && path_lies_in(before->path, directory)))
			continue;
		if (before && slice_eq(before->path, directory))
			return error_set(
				err, ERROR_INTEGRITY,
				"'/%.*s' is a file in '%.*s' and a directory in '%.*s'",
				SLICE_ARG(directory),
				SLICE_ARG(run->wheels[before->wheel].name),
				SLICE_ARG(run->wheels[entry->wheel].name));
		*tree_push(run->arena, &run->tree) = (struct tree_entry){
			.path = directory, .kind = TREE_DIRECTORY, .mode = 0755
		};
	}
	return 0;
}

// Adds the prefix itself, which a tree has even without any wheel.
static void add_prefix(struct joiner *run)
{
	struct slice path = run->prefix;
	for (size_t i = 0; i <= path.len; i++)
		if (i == path.len || path.ptr[i] == '/')
			*tree_push(run->arena, &run->tree) =
				(struct tree_entry){ .path = slice_range(path, 0, i),
						     .kind = TREE_DIRECTORY,
						     .mode = 0755 };
}

// The tree has at least as many entries as there are files and directories are few:
// growing step by step would leave half of the arena unused.
static void reserve(struct joiner *run)
{
	run->tree.cap = run->files.len + run->files.len / 8 + 64;
	run->tree.entries = arena_new_array(run->arena, struct tree_entry, run->tree.cap);
}

static int join(struct joiner *run, struct error *err)
{
	const struct tree_entry *files = run->files.entries, *before = NULL;
	size_t len = run->files.len;
	for (size_t i = 0; i < len; i++) {
		size_t last = i;
		while (last + 1 < len && slice_eq(files[last + 1].path, files[i].path))
			last++;
		for (; i < last; i++)
			if (note_loser(run, &files[i], &files[last], err) < 0)
				return -1;
		if (add_directories(run, &files[last], before, err) < 0)
			return -1;
		*tree_push(run->arena, &run->tree) = files[last];
		before = &files[last];
	}
	if (len == 0)
		add_prefix(run);
	return 0;
}

int tree_of_wheels(const struct tree_options *options, struct wheel_list wheels,
		   struct arena *arena, struct tree *ret_tree, struct error *err)
{
	if (tree_check_prefix(options->prefix, err) < 0)
		return -1;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct joiner run = { .options = options,
			      .wheels = wheels.items,
			      .arena = arena,
			      .scratch = &scratch,
			      .prefix = slice_skip(options->prefix, 1) };
	for (size_t i = 0; i < wheels.len; i++)
		if (add_wheel(&run, (uint32_t)i, err) < 0)
			return -1;
	if (run.files.len)
		qsort(run.files.entries, run.files.len, sizeof(*run.files.entries),
		      tree_by_walk_then_wheel);
	reserve(&run);
	if (join(&run, err) < 0)
		return -1;
	*ret_tree = run.tree;
	return 0;
}
