// SPDX-License-Identifier: MIT
// Solving for every target of a lock, one class after the other, each preferring what the earlier ones picked.
#pragma once

#include "cli/lock/lock_options.h"
#include "cli/lock/pins.h"

struct lock_run {
	struct cli *cli;
	struct index *index;
	struct target_list targets;
	struct resolve_options options; // common to all targets
	// The present lock's pins, then those of targets solved before
	struct preferences preferred;
	// By target; resolves, with their own options, only for the first of each class.
	struct target_pins *picks;
	struct resolve_options *class_options;
	struct resolve *resolves;
	bool *is_open;
	size_t failed; // which target, when ERROR_NO
};

// options and targets are borrowed; preferred is to be filled before lock_run_solve.
void lock_run_init(struct lock_run *run, struct cli *cli, struct index *index,
		   const struct target_list *targets,
		   const struct resolve_options *options);
void lock_run_release(struct lock_run *run);

// Fills picks. ERROR_NO: resolves[failed] holds the conflict, if there is one.
NODISCARD int lock_run_solve(struct lock_run *run, struct error *err);

// After ERROR_NO: would each target of the class that failed do alone, within so many milliseconds?
bool lock_run_solves_apart(const struct lock_run *run, uint64_t ms);

// Over all classes
struct solver_counts lock_run_counts(const struct lock_run *run, uint64_t *ret_rounds);
