// SPDX-License-Identifier: MIT
// The tree of compiled modules, alone as a layer's or merged into an environment's.
#include "builder/wheel/bytecode.h"

#include "base/text.h"
#include "builder/wheel/tree_entries.h"

#include <stdlib.h>
#include <string.h>

static void add_directories(struct tree *tree, struct slice path, struct slice before,
			    struct arena *arena)
{
	for (size_t i = 0; i < path.len; i++) {
		struct slice directory = slice_range(path, 0, i);
		if (path.ptr[i] == '/' && !path_lies_in(before, directory))
			*tree_push(arena, tree) = (struct tree_entry){
				.path = directory, .kind = TREE_DIRECTORY, .mode = 0755
			};
	}
}

// "a/b.py" of "a/__pycache__/b.cpython-312.pyc"
static struct slice source_of(struct slice name, struct arena *arena)
{
	static const char cache[] = "__pycache__/";
	size_t slash = slice_find_last_byte(name, '/');
	struct slice file = slice_skip(name, slash + 1);
	size_t tag = slice_find_last_byte(slice_range(file, 0, file.len - strlen(".pyc")),
					  '.');
	return arena_printf(arena, "%.*s%.*s.py", (int)(slash + 1 - strlen(cache)),
			    name.ptr, (int)tag, file.ptr);
}

static bool is_wanted(const struct bytecode_list *list, struct slice name,
		      struct arena *arena)
{
	return slice_ends_with(name, S(".pyc")) &&
	       !map_has(list->skips, source_of(name, arena));
}

static int add_modules(struct tree *files, const struct bytecode_list *list,
		       uint32_t wheel, struct arena *arena, struct error *err)
{
	const struct bytecode *bytecode = &list->items[wheel];
	for (size_t i = 0; i < bytecode->directory.len; i++) {
		const struct zip_entry *entry = &bytecode->directory.entries[i];
		struct slice bytes = { 0 };
		if (!is_wanted(list, entry->name, arena))
			continue;
		if (zip_entry_data(entry, bytecode->map.bytes, &bytes, err) < 0)
			return -1;
		*tree_push(arena, files) = (struct tree_entry){
			.path = entry->name,
			.kind = TREE_FILE_GENERATED,
			.mode = 0644,
			.wheel = wheel,
			.bytes = bytes,
		};
	}
	return 0;
}

int tree_of_bytecode(const struct tree_options *options, const struct bytecode_list *list,
		     struct arena *arena, struct tree *ret_tree, struct error *err)
{
	struct tree files = { 0 }, tree = { 0 };
	struct slice before = S(""), prefix = slice_skip(options->prefix, 1);
	for (uint32_t i = 0; i < list->len; i++)
		if (add_modules(&files, list, i, arena, err) < 0)
			return -1;
	for (size_t i = 0; i < files.len; i++)
		files.entries[i].path =
			arena_printf(arena, "%.*s/%.*s", SLICE_ARG(prefix),
				     SLICE_ARG(files.entries[i].path));
	if (files.len)
		qsort(files.entries, files.len, sizeof(*files.entries),
		      tree_by_walk_then_wheel);
	for (size_t i = 0; i < files.len; i++) {
		const struct tree_entry *entry = &files.entries[i];
		if (i + 1 < files.len && slice_eq(entry->path, entry[1].path))
			continue;
		add_directories(&tree, entry->path, before, arena);
		*tree_push(arena, &tree) = *entry;
		before = entry->path;
	}
	*ret_tree = tree;
	return 0;
}

struct tree tree_merge(const struct tree *lower, const struct tree *upper,
		       struct arena *arena)
{
	struct tree tree = { .cap = lower->len + upper->len };
	size_t i = 0, k = 0;
	tree.entries = arena_new_array(arena, struct tree_entry, tree.cap + 1);
	while (i < lower->len || k < upper->len) {
		int order = i == lower->len   ? 1
			    : k == upper->len ? -1
					      : path_cmp_walk(lower->entries[i].path,
							      upper->entries[k].path);
		tree.entries[tree.len++] =
			order < 0 ? lower->entries[i] : upper->entries[k];
		i += order <= 0;
		k += order >= 0;
	}
	tree.collisions = lower->collisions;
	tree.collisions_len = lower->collisions_len;
	tree.collisions_cap = lower->collisions_cap;
	tree.stripped_files = lower->stripped_files;
	tree.stripped_bytes = lower->stripped_bytes;
	return tree;
}
