// SPDX-License-Identifier: MIT
// One process loads a file, the others wait for it: a lock by digest, a directory
// files/loading/HEX. The kernel frees it with the process; an empty directory that stays
// behind is in nobody's way.
#pragma once

#include "base/digest.h"
#include "base/folder.h"

struct store;

struct loading {
	const struct folder *cache;
	const char *name; // NULL: not held
	struct folder held;
};

// False where another process has the lock now: look again later. True and not held where
// no lock can be made: then two processes may load the same, which only costs time.
bool loading_begin(const struct store *store, const struct sha256 *digest,
		   struct arena *arena, struct loading *ret_loading);
void loading_end(struct loading *loading); // fine where it is not held
