// SPDX-License-Identifier: MIT
// Why a pin is not newer: everything is solved again with a newer release asked for besides, and the conflict says what
// stands in its way. Two questions, the second only where the first has no answer that would do for both:
//
//	NAME newer, nothing else going back      solved:   the pin is only old, and -P lets it move
//	                                         conflict: some requirement forbids it, or releases that others are at
//	NAME newer                               solved:   these go back; conflict: a requirement forbids it after all
//
// What moves it is solved once more, exactly as `pinbake lock` would, before it is told.
#pragma once

#include "cli/lock/lock_options.h"

struct held_back_request {
	const struct lock_values *values;
	const char *name;
	const char *lock_path;
	const struct text_list *inputs; // empty: those that the lock names
};

// The answer on stdout, or in result. ERROR_NO where the lock has no such package, and what locking can fail with.
NODISCARD int explain_held_back(struct cli *cli, const struct held_back_request *request,
				json_t *result, struct error *err);

// The files that a lock names as its requirements, each once.
struct text_list recorded_inputs(struct arena *arena, const struct lock *lock);
