// SPDX-License-Identifier: MIT
// pinbake why --held-back: everything is as `pinbake lock` would have it: options, the project's settings, then what the
// lock that is there says of its targets, cut-offs and indexes.
#pragma once

#include "cli/commands/lock_options.h"

struct held_back_question {
	const struct lock_values *values; // as the command line has them
	const char *name;
	const char *lock_path;
	// Empty: the project's, where the lock is of those, else those that the lock names
	const struct text_list *inputs;
};

// The answer on stdout, or in result. ERROR_NO where the lock has no such package, and what locking can fail with.
NODISCARD int held_back_answer(struct cli *cli, const struct held_back_question *question,
			       json_t *result, struct error *err);
