// SPDX-License-Identifier: MIT
// RFC 822-style header blocks as Python's email parser reads them (md.2): METADATA, PKG-INFO, WHEEL.
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct header_field {
	struct slice name;  // as written
	struct slice value; // unfolded: continuation lines joined by '\n' as given, outer blanks trimmed
};

struct header_block {
	struct header_field *fields;
	size_t len, cap;
	struct slice body; // after the blank line
};

NODISCARD int headers_parse(struct arena *arena, struct slice text, struct header_block *ret_block,
			    struct error *err);
struct slice headers_get(const struct header_block *block, struct slice name); // first, any case; "" if absent
