// SPDX-License-Identifier: MIT
// One dependency specifier: name[extras] specifiers-or-URL ; marker (PEP 508; 508.4).
#pragma once

#include "packaging/marker.h"
#include "packaging/specifier.h"

struct requirement {
	struct slice name;       // normalized
	struct slice raw_name;   // as written
	struct slice *extras;    // normalized, sorted, without duplicates
	size_t extras_len;
	struct specifier_set specifiers;
	struct slice url;        // "" unless `name @ url`
	struct marker *marker;   // NULL: none
	struct slice text;       // as written, trimmed
};

enum requirement_mode {
	REQUIREMENT_STRICT,  // what users write
	REQUIREMENT_LENIENT, // Requires-Dist of old metadata (md.3)
};

// *ret_bad (may be NULL): offset and length in text of what is wrong.
struct requirement_bad {
	size_t offset, len;
};
NODISCARD int requirement_parse(struct arena *arena, struct slice text, enum requirement_mode mode,
				struct requirement *ret_requirement, struct requirement_bad *ret_bad,
				struct error *err);
struct slice requirement_text(struct arena *arena, const struct requirement *requirement); // canonical
