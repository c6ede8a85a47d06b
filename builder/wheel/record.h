// SPDX-License-Identifier: MIT
// RECORD: the list of a wheel's files with their hashes (PEP 376, PEP 427; inst.2,
// inst.4, env.8), as CSV.
//
//	demo/__init__.py,sha256=Yg5r…,9
//	"demo/a,b.txt",sha256=…,3
//	demo-1.0.dist-info/RECORD,,
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct record_row {
	struct slice path;
	struct slice hash; // "sha256=BASE64URL" as written, or ""
	struct slice size; // decimal as written, or ""
};

struct record {
	struct record_row *rows; // in the file's order, blank lines left out
	size_t len, cap;
};

// Python's csv dialect "excel": a quoted field may hold commas, doubled quotes and line
// ends; rows end in LF, CRLF or CR. Missing fields are empty. ERROR_INTEGRITY: not UTF-8,
// NUL, an open quote, more than three fields. Borrows from text where it can.
NODISCARD int record_parse(struct slice text, struct arena *arena,
			   struct record *ret_record, struct error *err);

// One row, ended by LF; a field is quoted only if it holds a comma, a quote, CR or LF
// (env.8).
void record_write_row(struct buf *out, const struct record_row *row);
