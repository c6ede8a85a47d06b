// SPDX-License-Identifier: MIT
// One lock of a run, from inputs to the written file.
#pragma once

#include "cli/lock/lock_plan.h"

struct lock_request {
	const struct lock_values *values; // of the run, the project's settings among them
	const struct text_list *files;
	const struct lock_unit *unit;
	// Of the run's locks so far, after the present one's own; extended
	struct preferences *preferred;
	// Out: the targets that were locked, and, where that failed, that each would do alone (--split).
	struct target_list *ret_targets;
	bool *ret_wants_split;
};

// Locks, writes, and reports on stderr and in result. ERROR_NO with the conflict told; whatever reading, the index and
// writing can fail with.
NODISCARD int lock_call(struct cli *cli, const struct lock_request *request,
			json_t *result, struct error *err);
