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

#include "resolver/explain/edits.h"

struct repair_limits {
	size_t solves;
	uint64_t ms;
	size_t removals; // lines that may go, where nothing else helps
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

// All repairs of the smallest size that were found within the limits for a solution that failed; none may be. Its request
// but for the edits, preferences included, is that of every try; `cutoff` is what its policy was worked out from. why:
// the failure. Texts live in the driver's arena. ERROR_INTERRUPTED is the only error.
NODISCARD int explain_repairs(const struct solution *failed, const struct cutoff *cutoff,
			      const struct repair_limits *limits, const struct error *why,
			      struct repair_list *ret_repairs, struct error *err);

// The request of a failed solution with the repair in it: what is to be solved then. Borrows from the repair.
NODISCARD int repair_request(const struct solution *failed, const struct repair *repair,
			     struct resolve_request *ret_request, struct error *err);

// "relax a.in:1 to 'x==2', or a.in:2 to 'y==3'"; the best alone where it takes several edits; "" for none.
struct slice repairs_text(struct arena *arena, const struct repair_list *repairs);
// The same as the hint of an error, with a word on --repair; several edits are only announced, to be listed below it.
struct slice repairs_hint(struct arena *arena, const struct repair_list *repairs);
