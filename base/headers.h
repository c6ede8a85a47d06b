// SPDX-License-Identifier: MIT
// RFC 822-style header blocks as Python's email parser reads them (md.2): METADATA,
// PKG-INFO, WHEEL.
//
//	Name: foo                    →  {"Name", "foo"}
//	Description: one             →  {"Description", "one\n        two"}
//	        two
//	                             ←  ends at a blank line or a line that is no header
//	the rest                     →  body
//
// Like that parser, this one never gives up: it passes over a continuation with no field
// before it, a line that begins with a colon, and a stray "From " line.
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct header_field {
	struct slice name; // as written
	// Continuation lines joined by '\n', otherwise as given; outer blanks trimmed.
	struct slice value;
};

struct header_block {
	struct header_field *fields; // in order, repetitions kept
	size_t len, cap;
	struct slice body; // after the blank line; "" where there is none
};

// Slices borrow from text; the arena holds the array, and values whose line ends were not
// '\n'. Lines end in "\n", "\r\n" or "\r". The only error is ERROR_SOURCE for a text over
// LIMIT_METADATA_BYTES.
NODISCARD int headers_parse(struct arena *arena, struct slice text,
			    struct header_block *ret_block, struct error *err);

// The value of the first field of that name, in any case; "" if there is none.
struct slice headers_get(const struct header_block *block, struct slice name);
