// SPDX-License-Identifier: MIT
// Reads .git/index, versions 2 and 3.
#include "builder/source/git_index.h"

#include "base/files.h"
#include "base/places.h"
#include "base/text.h"

enum {
	FOLDERS_ABOVE_MAX = 32,
	POINTER_BYTES_MAX = 4096,
	NAME_BYTES_MAX = 4096, // a name is looked at once for each of its folders
	INDEX_BYTES_MAX = 256 * 1024 * 1024,
	HEADER_BYTES = 12,
	ENTRY_BYTES = 62, // before the name: times, mode, owner, size, SHA-1, flags
	FLAGS_AT = 60,
	EXTENDED = 0x4000,
};

// --- where -----------------------------------------------------------------------------------------------------------

// The folder of git's own files: ".git", or what the file of that name leads to.
static const char *git_folder(struct arena *arena, const char *root)
{
	const char *path = path_join(arena, root, S(".git"));
	struct slice text, key = S("gitdir: ");
	struct error ignored = { 0 };
	struct place place = place_look(path);
	if (place.kind == PLACE_DIRECTORY)
		return path;
	if (place.kind != PLACE_FILE ||
	    file_read(path, POINTER_BYTES_MAX, ERROR_INPUT, arena, &text, &ignored) < 0 ||
	    !slice_starts_with(text, key))
		return NULL;
	text = slice_trim(slice_skip(text, key.len));
	return slice_starts_with(text, S("/")) ? arena_c_string(arena, text)
					       : path_join(arena, root, text);
}

static bool has_git(struct arena *arena, const char *folder)
{
	return place_look(path_join(arena, folder, S(".git"))).kind != PLACE_ABSENT;
}

// --- the index -------------------------------------------------------------------------------------------------------

static uint32_t read_number(struct slice bytes, size_t at, size_t len)
{
	uint32_t number = 0;
	for (size_t i = 0; i < len; i++)
		number = number << 8 | (unsigned char)bytes.ptr[at + i];
	return number;
}

static void add_path(struct worktree *worktree, struct slice path)
{
	size_t slash;
	while (map_insert(&worktree->tracked, path, 0, NULL) &&
	       (slash = slice_find_last_byte(path, '/')) != SLICE_NONE)
		path.len = slash;
}

// The length of an entry is a multiple of eight, with at least one NUL at its end. 0: there is none.
static size_t entry_length(struct slice rest, size_t *ret_before)
{
	if (rest.len < ENTRY_BYTES + 2)
		return 0;
	bool is_extended = read_number(rest, FLAGS_AT, 2) & EXTENDED;
	size_t before = ENTRY_BYTES + (is_extended ? 2 : 0);
	size_t end = slice_find_byte(slice_skip(rest, before), '\0');
	if (end == SLICE_NONE)
		return 0;
	size_t len = (before + end + 8) / 8 * 8;
	*ret_before = before;
	return len <= rest.len ? len : 0;
}

void worktree_read_index(struct worktree *worktree, struct slice bytes)
{
	if (bytes.len < HEADER_BYTES || !slice_starts_with(bytes, S("DIRC")))
		return;
	uint32_t version = read_number(bytes, 4, 4), count = read_number(bytes, 8, 4);
	struct slice rest = slice_skip(bytes, HEADER_BYTES);
	size_t before, len;
	if (version < 2 || version > 3)
		return;
	while (count-- > 0 && (len = entry_length(rest, &before)) > 0) {
		struct slice name = slice_range(rest, before, len);
		name.len = slice_find_byte(name, '\0');
		if (name.len <= NAME_BYTES_MAX)
			add_path(worktree, name);
		rest = slice_skip(rest, len);
	}
}

void worktree_find(struct worktree *worktree, struct slice top, struct arena *arena)
{
	struct slice rest = top, bytes;
	struct error ignored = { 0 };
	*worktree = (struct worktree){ .above = S(""), .tracked.arena = arena };
	for (int i = 0; i < FOLDERS_ABOVE_MAX; i++) {
		const char *folder = arena_c_string(arena, rest.len ? rest : S("/"));
		if (has_git(arena, folder)) {
			worktree->root = folder;
			break;
		}
		if (rest.len == 0)
			return;
		size_t slash = slice_find_last_byte(rest, '/');
		rest.len = slash == SLICE_NONE ? 0 : slash;
	}
	if (!worktree->root)
		return;
	if (rest.len < top.len)
		worktree->above = arena_printf(arena, "%.*s/",
					       SLICE_ARG(slice_skip(top, rest.len + 1)));
	const char *git = git_folder(arena, worktree->root);
	const char *index = git ? path_join(arena, git, S("index")) : NULL;
	if (index && place_look(index).kind == PLACE_FILE &&
	    file_read(index, INDEX_BYTES_MAX, ERROR_INPUT, arena, &bytes, &ignored) == 0)
		worktree_read_index(worktree, bytes);
}

bool worktree_has(const struct worktree *worktree, struct slice path,
		  struct arena *scratch)
{
	if (worktree->tracked.len == 0)
		return false;
	return map_has(&worktree->tracked,
		       arena_printf(scratch, "%.*s%.*s", SLICE_ARG(worktree->above),
				    SLICE_ARG(path)));
}
