// SPDX-License-Identifier: MIT
// Edits that make requirements hold: what changes on which line, and why.
#pragma once

#include "resolver/driver/driver.h"

enum edit_kind {
	EDIT_RELAX,          // other bounds on a line
	EDIT_CUTOFF,         // another moment for --exclude-newer
	EDIT_PACKAGE_CUTOFF, // one for a package alone
	EDIT_REMOVE,         // a line less
};

struct edit {
	enum edit_kind kind;
	// The user's line as it stands; NULL for the cut-off
	const struct requirement_entry *entry;
	struct slice package;          // of an EDIT_PACKAGE_CUTOFF
	const struct project *project; // of an EDIT_RELAX
	const struct release *release; // what the lock takes
	// "pandas==1.1.0", "pandas==1.1.1"; moments; after is "" for a line less
	struct slice before, after;
	struct slice reason; // "" for none that can be told
};

struct edit_list {
	struct edit *items; // in the order of the lines, cut-offs last
	size_t len, cap;
};

// The edit of a line so that it admits the release: only the bounds in the way are moved, to it and no further.
struct edit edit_relaxing(struct arena *arena, const struct requirement_entry *entry,
			  const struct project *project, const struct release *release);
struct edit edit_removing(struct arena *arena, const struct requirement_entry *entry);

// The specifiers after the edit; they live in the arena.
struct specifier_set edit_specifiers(struct arena *arena, const struct edit *edit);

// Why the line could not stay, seen from a solution that has the edit.
struct slice edit_reason(struct arena *arena, const struct solution *solution,
			 const struct edit *edit);

// "relax a.in:3 to 'x==2' and remove a.in:4 ('y')"
struct slice edits_text(struct arena *arena, const struct edit_list *edits);

// Where an edit is made: "requirements.in:3", "--exclude-newer".
struct slice edit_place(struct arena *arena, const struct edit *edit);
