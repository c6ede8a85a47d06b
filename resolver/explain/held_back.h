// SPDX-License-Identifier: MIT
// Why a pin is not newer: everything is solved again with a newer release asked for besides, and the conflict says what
// stands in its way. Two questions, the second only where the first has no answer that would do for both:
//
//	NAME newer, nothing else going back      solved:   the pin is only old, and letting it move is enough
//	                                         conflict: some requirement forbids it, or releases that others are at
//	NAME newer                               solved:   these go back; conflict: a requirement forbids it after all
//
// What moves it is solved once more, exactly as locking would, for all targets of the lock, before it is told.
#pragma once

#include "resolver/explain/conflict.h"

struct held_back_request {
	// As locking would, for all targets of the lock; `preferred` is set here
	const struct resolve_request *solve;
	// Of which the pin is asked about; NULL: all of them
	const struct target_list *asked;
	const struct cutoff *cutoff; // what the policy of it was worked out from
	const struct lock *lock;     // the present one
	const char *lock_path;       // for messages
	struct slice name;           // of the package, normalized or not
	bool offline; // what is out of reach is then no error of the second question
};

enum verdict {
	VERDICT_NEWEST,   // no release is newer
	VERDICT_UNUSABLE, // the newer ones cannot be chosen at all
	VERDICT_HELD,     // a requirement forbids them
	VERDICT_OTHERS,   // only with older releases of others
	VERDICT_FREE,     // the pin can move
};

struct move {
	struct slice name, from, to;
	bool is_back;
};

struct move_list {
	struct move *items;
	size_t len, cap;
};

struct held_back {
	struct slice name, version; // the pin
	enum verdict verdict;
	struct explanation facts;
	struct slice edits, newest; // newest: of the releases, usable or not
	struct move_list moves;
	struct slice moved_to; // VERDICT_FREE
	// The names whose pins have to be let go; empty: that does not do it
	struct slice_list let_move;
};

// Everything lives in the driver's arena. ERROR_NO where the lock has no such package, and what solving can fail with.
NODISCARD int explain_held_back(struct driver *driver,
				const struct held_back_request *request,
				struct held_back *ret_answer, struct error *err);
