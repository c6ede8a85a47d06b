// SPDX-License-Identifier: MIT
// A lock from its file, and which of its targets is meant.
#pragma once

#include "lockfile/lockfile.h"

// A lock with the text that it was read from; lives in the arena it was read into.
struct loaded_lock {
	const char *path;
	struct source source;
	struct lock lock;
};

// ERROR_INPUT where there is no such file, or no lock in it; the problems of the latter go to diagnostics.
NODISCARD int lock_load(const char *path, struct arena *arena,
			struct loaded_lock *ret_loaded, struct diagnostics *diagnostics,
			struct error *err);

// The target of that name; NULL: the lock's only one. ERROR_USAGE where there are several or none, with what to say.
NODISCARD int lock_choose_target(const struct loaded_lock *loaded, const char *name,
				 struct arena *arena, struct target *ret_target,
				 struct error *err);

// The files that the lock names as its requirements, each once; NUL-terminated.
struct slice_list lock_requirement_files(const struct lock *lock, struct arena *arena);
