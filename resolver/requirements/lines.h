// SPDX-License-Identifier: MIT
// Logical lines of a requirements file: continuations joined, comments gone, variables replaced (req.1, req.2), and
// for each of their bytes the place in the file it came from.
//
//	3: flask>=${LEAST} \            text    flask>=2.0 --hash=sha256:12
//	4:   --hash=sha256:12  # why    pieces  ^3:1   ^^^3:8 (opaque) ^4:3
#pragma once

#include "base/arena.h"
#include "base/error.h"

// text[at..next piece's at) stands at source_offset. Verbatim pieces map byte by byte; the others as a whole.
struct line_piece {
	size_t at;
	size_t source_offset, source_len;
	bool verbatim;
};

struct logical_line {
	const struct source *source;
	struct buf text;
	struct line_piece *items;
	size_t len, cap;
};

// The place of text[offset..offset+len), cut at the end of the physical line it begins on.
struct span line_span(const struct logical_line *line, size_t offset, size_t len);
struct slice line_text(const struct logical_line *line);

struct line_reader {
	const struct source *source;
	const char *(*getenv)(const char *name); // may be NULL
	size_t at;
};

// The next line that is not empty, allocated in the arena; false at the end.
bool line_next(struct line_reader *reader, struct arena *arena, struct logical_line *ret_line);

// A text that is one line as it stands, comments and variables included.
void line_of_text(const struct source *source, struct arena *arena, struct logical_line *ret_line);
