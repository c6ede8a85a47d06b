// SPDX-License-Identifier: MIT
// Pieces of canonical TOML text: each value has one spelling, equal data equal bytes.
#pragma once

#include "base/arena.h"

// Bare where TOML allows it, else a basic string.
void toml_write_key(struct buf *buf, struct slice key);

// A literal string ('…') where that spares escapes and is possible, else a basic one;
// markers read best so: 'python_version < "3.11"'. Bytes that are not UTF-8 become
// U+FFFD: the result is TOML whatever the text.
void toml_write_string(struct buf *buf, struct slice text);

// One line each: `key = "text"`, `key = 12`, `key = true`, `key = raw` (a datetime, say).
void toml_write_string_line(struct buf *buf, struct slice key, struct slice text);
void toml_write_integer_line(struct buf *buf, struct slice key, uint64_t value);
void toml_write_boolean_line(struct buf *buf, struct slice key, bool value);
void toml_write_raw_line(struct buf *buf, struct slice key, struct slice toml);

// `key = []`, else one item a line and a comma after each: one more is a diff of one line.
void toml_write_string_array(struct buf *buf, struct slice key, const struct slice *items,
			     size_t len);
