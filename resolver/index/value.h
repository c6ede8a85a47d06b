// SPDX-License-Identifier: MIT
// A value of the store, read piece by piece. Large values are looked at in small parts:
// reading a part costs less than faulting the map's pages in around it, and takes only
// its own size of memory.
#pragma once

#include "base/arena.h"

struct value {
	struct slice bytes; // in memory or in the store's map
	int fd;             // of the store's file, to be read instead; -1: none
	uint64_t offset;    // of bytes there
};

// A value in memory.
struct value value_of(struct slice bytes);

// Returns len bytes from `at` on, which must be within the value: in place if they are in
// memory and aligned, else as a copy in arena. NULL if the file cannot be read.
const void *value_read(const struct value *value, size_t at, size_t len, size_t align,
		       struct arena *arena);
