// SPDX-License-Identifier: MIT
// A conflict as numbered facts.
#pragma once

#include "resolver/driver/driver.h"

enum fact_origin {
	FACT_FROM_REQUIREMENTS,
	FACT_FROM_CONSTRAINTS,
	FACT_FROM_METADATA,
	FACT_FROM_INDEX,
	FACT_FROM_LOCK
};

struct fact_line {
	enum fact_origin origin;
	struct slice text;
	struct slice wanted;  // the requirement it is about, "" for none
	struct slice missing; // why no release is what is wanted, "" if some may be
	struct slice hint;    // "" for none
	const struct requirement_entry *entry; // the user's line, NULL for the others
	struct slice too_new; // the package whose releases are out for the cut-off, or ""
};

struct explanation {
	struct fact_line *items;
	size_t len, cap;
};

// The facts of the conflict of a solution that failed with one, in the order in which one leads to the next: what the
// user asks for, what that needs, and so on to the end, then the next thing that the user asks for. Lives in the arena;
// entries are those of the solution's request.
void explain_conflict(const struct solution *failed, struct arena *arena,
		      struct explanation *ret_explanation);

// The error that the facts come to: a headline, and as its hint what a fact advises or else `edits`. Returns -1.
int explain_headline(const struct explanation *explanation, struct slice edits,
		     struct error *err);
