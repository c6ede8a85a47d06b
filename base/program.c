// SPDX-License-Identifier: MIT
// Looks for programs as a shell does.
#include "base/program.h"

#include "base/files.h"

#include <unistd.h>

const char *const *program_folders(struct arena *arena, struct slice path)
{
	struct {
		const char **items;
		size_t len, cap;
	} folders = { 0 };
	struct slice folder;
	while (path.len) {
		slice_cut(&path, ':', &folder);
		if (slice_starts_with(folder, S("/")))
			*array_push(arena, &folders) = arena_c_string(arena, folder);
	}
	*array_push(arena, &folders) = NULL;
	return folders.items;
}

const char *program_in(struct arena *arena, const char *folder, struct slice name)
{
	const char *path = path_join(arena, folder, name);
	return access(path, X_OK) == 0 && !path_is_directory(path) ? path : NULL;
}

const char *program_find(struct arena *arena, const char *const *folders,
			 struct slice name)
{
	const char *path = NULL;
	for (; !path && *folders; folders++)
		path = program_in(arena, *folders, name);
	return path;
}

const char *program_named(struct arena *arena, const char *const *folders,
			  struct slice name)
{
	size_t slash = slice_find_last_byte(name, '/');
	if (slash == SLICE_NONE)
		return name.len && folders ? program_find(arena, folders, name) : NULL;
	if (name.ptr[0] == '/')
		return program_in(arena, "/", slice_skip(name, 1));
	const char *text = arena_c_string(arena, slice_range(name, 0, slash));
	struct slice folder = path_real(arena, text);
	return folder.len ? program_in(arena, folder.ptr, slice_skip(name, slash + 1))
			  : NULL;
}

bool program_takes(struct slice text)
{
	return text.len > 0 && text.ptr[0] != '-' &&
	       slice_find_byte(text, '\0') == SLICE_NONE;
}
