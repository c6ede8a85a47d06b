// SPDX-License-Identifier: MIT
// Core metadata (METADATA, PKG-INFO): the fields that resolving and auditing need
// (md.1–md.3, 643.1, 685.1, 808.1).
#pragma once

#include "packaging/requirement.h"

// A Requires-Dist that cannot be read: it stands in nobody's way where its marker does not hold.
struct unreadable_requirement {
	struct slice text, why; // why: "'9.0.0a1.0' is not a version"
	struct marker *marker;  // never NULL
};

struct metadata {
	unsigned version_major, version_minor; // Metadata-Version
	struct slice name;                     // raw
	struct slice version;                  // raw
	struct slice requires_python_text; // "" for none, or for one that cannot be read
	struct slice unreadable_python;    // that one; "" for none
	struct specifier_set requires_python;
	struct requirement *requires_dist;
	size_t requires_len, requires_cap;
	struct unreadable_requirement *unreadable;
	size_t unreadable_len, unreadable_cap;
	struct slice *extras; // Provides-Extra, normalized, in order
	size_t extras_len, extras_cap;
	struct slice *dynamic; // Dynamic fields, lower case
	size_t dynamic_len, dynamic_cap;
	struct slice license_expression, license; // "" for none
	struct slice *classifiers;
	size_t classifiers_len, classifiers_cap;
};

// ERROR_SOURCE on malformed text (a bad old release is skipped with that reason; md.3). A requirement with a readable
// marker is kept apart if the rest of it is not, and an unreadable Requires-Python asks for nothing, as in pip.
// Borrows from text.
NODISCARD int metadata_parse(struct arena *arena, struct slice text,
			     struct metadata *ret_metadata, struct error *err);

// May an sdist's PKG-INFO speak for the wheel built from it: version >= 2.2 and none of
// requires-dist, requires-python, provides-extra dynamic (643.1)?
bool metadata_is_static(const struct metadata *metadata);
