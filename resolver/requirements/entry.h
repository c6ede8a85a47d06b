// SPDX-License-Identifier: MIT
// Parses the requirement part of a line: a name with specifiers, a local path, or a URL
// (req.6).
#pragma once

#include "resolver/requirements/lines.h"
#include "resolver/requirements/requirements.h"

// text is a part of the line's text that begins at `offset`. With verbatim false it is
// what text[offset..offset+len) means, without its quotes. Fills requirement, path,
// editable and span of *ret_entry, all else is zero. Problems go to diagnostics; -1 if
// there was one.
struct entry_text {
	const struct logical_line *line;
	struct slice text;
	size_t offset, len;
	bool verbatim;
	bool editable;
	struct slice parent; // of an override, "" for none
};

NODISCARD int entry_parse(struct arena *arena, const struct entry_text *from,
			  struct requirement_entry *ret_entry,
			  struct diagnostics *diagnostics);

// Parses "sha256:…" of --hash. Problems go to diagnostics; -1 if there was one.
NODISCARD int entry_parse_hash(struct arena *arena, struct slice value, struct span span,
			       struct requirement_hash *ret_hash,
			       struct diagnostics *diagnostics);
