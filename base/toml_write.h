// SPDX-License-Identifier: MIT
// Pieces of canonical TOML text: each value has one spelling, equal data equal bytes.
#pragma once

#include "base/arena.h"

// Writes a bare key if TOML allows it, else a basic string.
void toml_write_key(struct buf *buf, struct slice key);

// Writes a literal string ('…') if that spares escapes and is possible, else a basic one.
// Markers read best as literal strings: 'python_version < "3.11"'. Bytes that are not
// UTF-8 become U+FFFD: the result is TOML whatever the text.
void toml_write_string(struct buf *buf, struct slice text);

// Each writes one line: `key = "text"`, `key = 12`, `key = true`, `key = raw` (a
// datetime, say).
void toml_write_string_line(struct buf *buf, struct slice key, struct slice text);
void toml_write_integer_line(struct buf *buf, struct slice key, uint64_t value);
void toml_write_boolean_line(struct buf *buf, struct slice key, bool value);
void toml_write_raw_line(struct buf *buf, struct slice key, struct slice toml);

// Writes `key = []`, or one item a line with a comma after each, so that one more is a
// diff of one line.
void toml_write_string_array(struct buf *buf, struct slice key, const struct slice *items,
			     size_t len);
