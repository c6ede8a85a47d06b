// SPDX-License-Identifier: MIT
// A value of the store, read piece by piece. Large ones are looked at in small parts: to read
// a part costs less than to fault the map's pages in around it, and takes only its own size
// of memory.
#pragma once

#include "base/arena.h"

struct value {
	struct slice bytes; // in memory or in the store's map
	int fd;             // of the store's file, to be read instead; -1: none
	uint64_t offset;    // of bytes there
};

// A value in memory.
struct value value_of(struct slice bytes);

// len bytes from there on, which must be within; in place where they are in memory and
// aligned, else a copy in arena. NULL: the file cannot be read.
const void *value_read(const struct value *value, size_t at, size_t len, size_t align,
		       struct arena *arena);
