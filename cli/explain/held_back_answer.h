// SPDX-License-Identifier: MIT
// What holds a pin back, as found by held_back.c.
#pragma once

#include "cli/lock/resolve.h"

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

struct held_back_answer {
	struct slice name, version; // the pin
	const char *lock_path;
	enum verdict verdict;
	struct explanation facts;
	struct slice edits, newest; // newest: of the releases, usable or not
	struct move_list moves;
	struct slice moved_to;     // VERDICT_FREE
	struct text_list let_move; // what -P takes; empty: -P does not do it
	struct slice command;      // that does it
};

// On stdout, or into result.
void held_back_print(const struct held_back_answer *answer);
void held_back_put(const struct held_back_answer *answer, json_t *result);
