// SPDX-License-Identifier: MIT
// The smallest edits that end a conflict. Names are hard; the bounds on the user's lines and the cut-off, for one package
// before that for all, are soft; that a line goes comes last.
//
//	requirements ──▶ conflict {4}          a set of edits must touch a line of every conflict: line 4
//	 {4} freed   ──▶ conflict {3}          so {4} and one of these: {4, 3}
//	 {4, 3} freed──▶ solved, 3 → 1.1.1     freed lines take what is nearest to what they asked for;
//	               4 → 3.0.0               with these two as edits it is solved once more, as it will be written
//
// Sets are tried by size, so the first that solve are smallest (minimum hitting sets of the conflicts). Of several the
// one that moves least is best.
#pragma once

#include "cli/lock/cutoff.h"
#include "cli/explain/edits.h"

struct repair_limits {
	size_t solves;
	uint64_t ms;
	size_t removals; // lines that may go, where nothing else helps
};

// What was to be locked, and how it failed.
struct repair_case {
	struct cli *cli;
	struct index *index;
	const struct lock_run *failed; // its options and targets are those of every try
	const struct cutoff *cutoff;
	const struct lock *present;       // whose pins are preferred; NULL for none
	const struct text_list *upgraded; // those that are not
};

// Edits that solve, with everything needed to lock by them.
struct repair {
	struct edit_list edits;
	struct requirement_set requirements;
	struct cutoff cutoff;
	// What tells repairs of one size apart; cutoffs: by what they cost
	unsigned removed, cutoffs, series_left;
	uint32_t distance; // releases that lines are moved by
};

struct repair_list {
	struct repair *items; // best first
	size_t len, cap;
};

// All repairs of the smallest size that were found within the limits; none may be. err comes in as the failure and is
// left alone but for ERROR_INTERRUPTED, the only error. Texts live in cli->arena.
NODISCARD int repair_find(const struct repair_case *of,
			  const struct repair_limits *limits,
			  struct repair_list *ret_repairs, struct error *err);

// Readies a new run for the repaired requirements: options is filled, run initialised, lock_run_solve is to follow.
NODISCARD int repair_prepare(const struct repair_case *of, const struct repair *repair,
			     struct resolve_options *options, struct lock_run *run,
			     struct error *err);

// "relax a.in:1 to 'x==2', or a.in:2 to 'y==3'"; the best alone where it takes several edits; "" for none.
struct slice repairs_text(struct arena *arena, const struct repair_list *repairs);
// The same as the hint of an error, with a word on --repair; several edits are announced, report_edits() is to follow.
struct slice repairs_hint(struct arena *arena, const struct repair_list *repairs);
json_t *repairs_as_json(const struct repair_list *repairs);
