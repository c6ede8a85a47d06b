// SPDX-License-Identifier: MIT
// The interpreter that builds for a target: the one that is named, else pythonX.Y of PATH
// or pyenv. Never another version: what a build says holds for its own Python alone.
#pragma once

#include "builder/sdist/sdist.h"
#include "pinbake/session.h"

struct build_python {
	struct sdist_python python; // its path; the rest after build_python_check
	struct slice real;          // the path with links resolved
	uint64_t size;              // of the file
	int64_t mtime_s;
};

// option: what --python-bin says, or NULL. Runs nothing. ERROR_INPUT: there is none.
NODISCARD int build_python_find(struct session *session, const struct target *target,
				const char *option, struct build_python *ret_python,
				struct error *err);
// What an interpreter said of itself against the target: is it that version of Python, for
// that C library? who: what is refused, "the image". ERROR_INPUT.
NODISCARD int build_python_fits(struct arena *arena, const struct sdist_python *python,
				const struct target *target, struct slice who,
				struct error *err);
// Asks it what it is: the target's Python, on a machine of the target's kind. ERROR_INPUT.
NODISCARD int build_python_check(struct session *session, const struct target *target,
				 struct build_python *python, struct error *err);
