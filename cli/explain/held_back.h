// SPDX-License-Identifier: MIT
// Why a pin is not newer: everything is solved again with a newer release asked for besides, and the conflict says what
// stands in its way. Two questions, the second only where the first has no answer that would do for both:
//
//	NAME newer, nothing else going back      solved:   the pin is only old, and -P lets it move
//	                                         conflict: some requirement forbids it, or releases that others are at
//	NAME newer                               solved:   these go back; conflict: a requirement forbids it after all
//
// Everything is as `pinbake lock` would have it: options, the project's settings, then what the lock that is there says of
// its targets, cut-offs and indexes. What moves the pin is solved once more, for all targets of the lock, before it is told.
#pragma once

#include "cli/lock/lock_options.h"

struct held_back_request {
	const struct lock_values *values; // as the command line has them
	const char *name;
	const char *lock_path;
	// Empty: the project's, where the lock is of those, else those that the lock names
	const struct text_list *inputs;
};

// The answer on stdout, or in result. ERROR_NO where the lock has no such package, and what locking can fail with.
NODISCARD int explain_held_back(struct cli *cli, const struct held_back_request *request,
				json_t *result, struct error *err);

// The files that a lock names as its requirements, each once.
struct text_list recorded_inputs(struct arena *arena, const struct lock *lock);
