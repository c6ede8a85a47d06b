// SPDX-License-Identifier: MIT
// TOML 1.0.0 read into a tree that knows where everything stood (toml.1-toml.4).
//
//	source ──toml_parse──▶ struct toml_table (root) ──toml_find, toml_find_typed──▶ values with spans
//
// The version is 1.0.0, exactly: what only 1.1 allows (line ends and a last comma in
// inline tables, \e, \x, times without seconds) is an error, because PEP 751 files are
// read by tools that know 1.0 alone (toml.4). Types are exact: a boolean is no integer, a
// string is no datetime (toml.1, toml.2). Text without escapes borrows from the source;
// all else lives in the arena. Nesting is bounded by LIMIT_NESTING_DEPTH.
//
// A syntax error ends the reading: what follows it would be guesswork. Duplicate keys and
// redefined tables are reported, with both places, and the reading goes on (toml.3).
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum toml_type {
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOLEAN,
	TOML_OFFSET_DATETIME, // 2024-01-01T00:00:00Z
	TOML_LOCAL_DATETIME,  // 2024-01-01T00:00:00
	TOML_LOCAL_DATE,
	TOML_LOCAL_TIME,
	TOML_ARRAY,
	TOML_TABLE,
};

// Parts that the type does not have are 0.
struct toml_datetime {
	uint16_t year;
	uint8_t month, day, hour, minute, second; // second may be 60
	uint32_t nanosecond;                      // further digits are cut off
	int16_t offset_minutes;                   // east of UTC
};

// How a table was defined. It decides what may still be added to it, and matters to the
// parser alone.
enum toml_origin {
	TOML_BY_HEADER,        // [a], or an element of [[a]], or the root
	TOML_BY_DEEPER_HEADER, // a of [a.b], until [a] or a.c = 1 comes
	TOML_BY_DOTTED_KEY,    // a of a.b = 1
	TOML_INLINE,           // { … }: closed
};

struct toml_value;

struct toml_array {
	struct toml_value *items;
	size_t len, cap;
	bool of_tables; // written as [[a]]
};

struct toml_value {
	enum toml_type type;
	// The span of the value's text, or of the header that made a table or array.
	struct span span;
	union {
		struct slice string;
		int64_t integer;
		double real;
		bool boolean;
		struct toml_datetime datetime;
		struct toml_array array;
		struct toml_table *table;
	};
};

struct toml_entry {
	struct slice key;
	struct span key_span;
	struct toml_value value;
};

// Entries in order of appearance.
struct toml_table {
	struct toml_entry *items;
	size_t len, cap;
	enum toml_origin origin;
	struct map *index; // key -> position; only where there are many
};

// -1 if diagnostics got an error; all are ERROR_INPUT. The source must outlive the tree.
NODISCARD int toml_parse(const struct source *source, struct arena *arena,
			 struct toml_table **ret_root, struct diagnostics *diagnostics);

// NULL where the table has no such key.
const struct toml_entry *toml_find_entry(const struct toml_table *table,
					 struct slice key);
const struct toml_value *toml_find(const struct toml_table *table, struct slice key);

// As toml_find, but a value of another type is an error "'size' must be an integer, not a
// boolean" in diagnostics, and NULL (toml.1). toml_check_type is its second half, for the
// items of an array; `what` names the value.
const struct toml_value *toml_find_typed(const struct toml_table *table, struct slice key,
					 enum toml_type type,
					 struct diagnostics *diagnostics);
bool toml_check_type(const struct toml_value *value, enum toml_type type,
		     struct slice what, struct diagnostics *diagnostics);

const char *toml_type_name(enum toml_type type); // with its article: "an integer"
// The value's text as it stands in the source.
struct slice toml_source_text(const struct toml_value *value);

// Parses a text that is a date, a time or both as TOML writes them; false if it is none.
bool toml_parse_datetime(struct slice text, enum toml_type *ret_type,
			 struct toml_datetime *ret_datetime);
