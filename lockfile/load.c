// SPDX-License-Identifier: MIT
// Reads locks from files, and says what is wrong with what is none.
#include "lockfile/load.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

int lock_load(const char *path, struct arena *arena, struct loaded_lock *ret_loaded,
	      struct diagnostics *diagnostics, struct error *err)
{
	struct loaded_lock *loaded = ret_loaded;
	*loaded = (struct loaded_lock){ .path = path };
	loaded->source.name = slice_from(path);
	if (file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT, arena,
		      &loaded->source.text, err) < 0) {
		if (!file_exists(path))
			error_hint(err,
				   "'pinbake lock requirements.in -o %.*s' makes one",
				   SLICE_ARG(shell_word(arena, slice_from(path))));
		return -1;
	}
	if (lock_read(&loaded->source, arena, &loaded->lock, diagnostics) < 0)
		return diagnostics_fail(diagnostics, err, "'%s' is not a valid lock",
					path);
	return 0;
}

int lock_choose_target(const struct loaded_lock *loaded, const char *name,
		       struct arena *arena, struct target *ret_target, struct error *err)
{
	const struct lock *lock = &loaded->lock;
	if (name)
		return target_parse(arena, slice_from(name), ret_target, err);
	if (lock->targets_len == 1)
		return target_parse(arena, lock->targets[0], ret_target, err);
	if (lock->targets_len == 0) {
		error_set(err, ERROR_USAGE, "'%s' does not name its targets",
			  loaded->path);
		return error_hint(
			err,
			"say which with --target, as in --target cp312-linux-amd64-glibc2.28");
	}
	error_set(err, ERROR_USAGE, "'%s' is for %zu targets", loaded->path,
		  lock->targets_len);
	return error_hint(err, "choose one with --target, for instance --target %.*s",
			  SLICE_ARG(shell_word(arena, lock->targets[0])));
}

struct slice_list lock_requirement_files(const struct lock *lock, struct arena *arena)
{
	struct slice_list files = { 0 };
	for (size_t i = 0; i < lock->requirements_len; i++) {
		struct slice file = lock->requirements[i].file;
		bool known = file.len == 0;
		for (size_t j = 0; j < files.len; j++)
			known |= slice_eq(files.items[j], file);
		if (!known)
			*array_push(arena, &files) = arena_dup(arena, file);
	}
	return files;
}
