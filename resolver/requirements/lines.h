// SPDX-License-Identifier: MIT
// Logical lines of a requirements file: continuations joined, comments gone, variables
// replaced (req.1, req.2), and for each of their bytes the place in the file it came
// from.
//
//	3: flask>=${LEAST} \            text    flask>=2.0 --hash=sha256:12
//	4:   --hash=sha256:12  # why    pieces  ^3:1   ^^^3:8 (opaque) ^4:3
#pragma once

#include "base/arena.h"
#include "base/error.h"

// text[at..next piece's at) comes from source_offset. Verbatim pieces map byte by byte,
// the others as a whole.
struct line_piece {
	size_t at;
	size_t source_offset, source_len;
	bool verbatim;
};

struct logical_line {
	const struct source *source;
	struct slice text;
	const struct line_piece *pieces; // in order; none only where text is empty
	size_t piece_count;
	bool is_filled; // a variable was replaced in it
};

// The place of text[offset..offset+len), cut where the physical line it begins on ends.
struct span line_span(const struct logical_line *line, size_t offset, size_t len);

struct line_reader {
	const struct source *source;
	const char *(*getenv)(const char *name); // may be NULL
	size_t at;
};

// Takes the next line that is not empty; false at the end. The line borrows from the
// source if it can, else from the arena.
bool line_next(struct line_reader *reader, struct arena *arena,
	       struct logical_line *ret_line);

// Makes one line of a text as it stands, with comments and variables.
void line_of_text(const struct source *source, struct arena *arena,
		  struct logical_line *ret_line);
