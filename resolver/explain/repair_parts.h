// SPDX-License-Identifier: MIT
// What the parts of a repair share (repair.h says what it does).
//
//	repair.c         which set of edits is tried next
//	repair_trial.c   one set tried: its lines freed, solved, and what the conflict hangs on
//	repair_edits.c   a solution as edits, solved once more as they will stand
#pragma once

#include "resolver/driver/search.h"
#include "resolver/explain/explain.h"

enum {
	// Packages as many as a set of bits holds; others have the common cut-off
	PACKAGES_MAX = 64,
};

enum line_state { LINE_KEPT, LINE_FREED, LINE_REMOVED };

// The lines, the cut-off and the packages out for it that a conflict hangs on.
struct core {
	size_t *lines;
	size_t len, cap;
	bool has_cutoff;
	uint64_t packages; // bits of search.packages
};

// A set of edits without their values, and why it is not enough.
struct trial {
	uint8_t *lines; // enum line_state of each
	bool cutoff_moved;
	uint64_t packages_moved; // bits of search.packages
	struct core core;
};

// What a set of edits was found to lack; `pass`: when it was last looked at.
struct memory {
	struct core core;
	size_t pass;
};

struct trial_list {
	struct trial *items;
	size_t len, cap;
};

struct repair_search {
	struct driver *driver;
	const struct solution *failed;
	const struct cutoff *cutoff;
	const struct repair_limits *limits;
	const struct requirement_set *set;
	struct arena *arena;
	struct map seen; // trial → memories
	ARRAY_OF(struct memory) memories;
	// That the cut-off stood in the way of; they live in the driver's arena
	ARRAY_OF(struct slice) packages;
	uint64_t deadline_ms;
	size_t solves, pass;
	size_t removals_max; // in this pass, which is one more than they are
	struct repair_list found;
};

// --- repair_trial.c ------------------------------------------------------------------

// The trial's lines without bounds, and the request to solve them with.
struct requirement_set trial_requirements(struct repair_search *search,
					  const struct trial *trial);
struct resolve_request trial_request(struct repair_search *search,
				     const struct trial *trial,
				     const struct requirement_set *set);
void trial_free_line(struct requirement_entry *entry, enum line_state state);
// 1: solved, 0: it is not, for what stands in core (nothing where it could not be found out), -1: interrupted. The
// solution is to be freed in any case.
NODISCARD int trial_solve(struct repair_search *search,
			  const struct resolve_request *request,
			  struct solution **ret_solution, struct core *core,
			  struct error *err);
// Adds to core what the failure hangs on.
void trial_read_core(struct repair_search *search, const struct solution *failed,
		     const struct error *why, struct core *core);

// --- repair_edits.c ------------------------------------------------------------------

// The edits that lead to the solution.
struct repair repair_of(struct repair_search *search, const struct trial *trial,
			const struct solution *solution);
// Solves with the edits as they will stand there, without any leaning. As trial_solve.
NODISCARD int repair_verify(struct repair_search *search, struct repair *repair,
			    struct core *core, struct error *err);
