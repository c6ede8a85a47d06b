// SPDX-License-Identifier: MIT
// Interpreters of this machine. No Python is run.
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "packaging/target.h"

// Where they are looked for; both lists end in NULL, or are NULL.
struct interpreter_places {
	const char *const *search_path; // folders that have pythonX.Y
	// Folders that have X.Y.Z/bin/pythonX.Y, as pyenv keeps them
	const char *const *versions;
};

// pythonX.Y of the search path, as written there: an environment keeps the name, not what a link behind it says today.
// Shims, which are scripts, are passed over. ERROR_INPUT with a hint: `option`.
NODISCARD int interpreter_find(const struct interpreter_places *places,
			       const struct target *target, const char *option,
			       struct arena *arena, struct slice *ret_path,
			       struct error *err);

// The same, and where the search path has none the newest X.Y.Z of the versions.
NODISCARD int interpreter_find_to_build(const struct interpreter_places *places,
					const struct target *target, const char *option,
					struct arena *arena, struct slice *ret_path,
					struct error *err);

// "3.12" of the interpreter that python3 names, read off its file name; "" where there is none.
struct slice interpreter_default_version(const struct interpreter_places *places,
					 struct arena *arena);
