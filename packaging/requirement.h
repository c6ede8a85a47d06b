// SPDX-License-Identifier: MIT
// One dependency specifier: name[extras] specifiers-or-URL ; marker (PEP 508; 508.4).
#pragma once

#include "packaging/marker.h"
#include "packaging/specifier.h"

struct requirement {
	struct slice name;     // normalized
	struct slice raw_name; // as written
	struct slice *extras;  // normalized, sorted, without duplicates
	size_t extras_len;
	struct specifier_set specifiers;
	struct slice url;      // "" unless `name @ url`
	struct marker *marker; // NULL: none
	struct slice text;     // as written, trimmed
};

enum requirement_mode {
	REQUIREMENT_STRICT,  // what users write
	REQUIREMENT_LENIENT, // Requires-Dist of old metadata (md.3)
};

// Where in the text it went wrong.
struct requirement_bad {
	size_t offset, len;
};

// text is one requirement, blanks around it are fine; the result borrows from it and
// lives in the arena. Errors are ERROR_INPUT, with *ret_bad (may be NULL) set. Whether a
// URL can be fetched is not checked here, and paths are no requirements here.
//
// Lenient accepts besides: `foo (1.0)` (PEP 345: any 1.0.*), `foo;` without a marker, and
// what specifier_set_parse and MARKER_IN_METADATA forgive.
NODISCARD int requirement_parse(struct arena *arena, struct slice text,
				enum requirement_mode mode,
				struct requirement *ret_requirement,
				struct requirement_bad *ret_bad, struct error *err);

// "name[a,b]>=1,<2; marker" or "name[a,b] @ url ; marker", with normalised names;
// specifiers stay in their order.
struct slice requirement_text(struct arena *arena, const struct requirement *requirement);
