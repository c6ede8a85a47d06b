// SPDX-License-Identifier: MIT
// Which bytes of a file an answer with status 206 holds (RFC 9110, 14.4).
#pragma once

#include "base/slice.h"

struct content_range {
	uint64_t from, to; // inclusive
	bool has_size;     // not in "bytes 10-19/*"
	uint64_t size;     // of the whole file
};

// Reads "bytes 10-19/200". False for anything else, and for a range that ends before it
// begins or lies beyond the file.
bool content_range_parse(struct slice text, struct content_range *ret_range);
