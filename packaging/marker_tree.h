// SPDX-License-Identifier: MIT
// The tree behind struct marker, for marker_*.c and requirement.c only.
//
//	python_version < "3.9" and (os_name == "nt" or extra == "x")
//
//	AND ─┬─ COMPARE python_version < "3.9"
//	     └─ OR ─┬─ COMPARE os_name == "nt"
//	            └─ COMPARE extra == "x"
//
// AND and OR have two or more children and never a child of their own kind, so depth is
// bounded by the parentheses.
#pragma once

#include "packaging/marker.h"
#include "packaging/specifier.h"

enum marker_kind { MARKER_AND, MARKER_OR, MARKER_COMPARE };

enum marker_field {
	FIELD_OS_NAME,
	FIELD_SYS_PLATFORM,
	FIELD_PLATFORM_MACHINE,
	FIELD_PLATFORM_PYTHON_IMPLEMENTATION,
	FIELD_PLATFORM_RELEASE,
	FIELD_PLATFORM_SYSTEM,
	FIELD_PLATFORM_VERSION,
	FIELD_PYTHON_VERSION,
	FIELD_PYTHON_FULL_VERSION,
	FIELD_IMPLEMENTATION_NAME,
	FIELD_IMPLEMENTATION_VERSION,
	FIELD_EXTRA,
	FIELD_EXTRAS,
	FIELD_DEPENDENCY_GROUPS,
};

// The kind of a field's value decides what an operator means on it (508.1).
enum marker_type { TYPE_STRING, TYPE_VERSION, TYPE_VERSION_OR_STRING, TYPE_SET };

struct marker_field_info {
	const char *name;
	enum marker_field field;
	enum marker_type type;
};

enum { MARKER_FIELD_COUNT = FIELD_DEPENDENCY_GROUPS + 1 };
// Indexed by enum marker_field.
extern const struct marker_field_info marker_fields[MARKER_FIELD_COUNT];

enum marker_operator {
	MARKER_EQUAL,
	MARKER_NOT_EQUAL,
	MARKER_LESS_EQUAL,
	MARKER_GREATER_EQUAL,
	MARKER_LESS,
	MARKER_GREATER,
	MARKER_COMPATIBLE,
	MARKER_ARBITRARY,
	MARKER_IN,
	MARKER_NOT_IN,
};

extern const char *const marker_operator_texts[MARKER_NOT_IN + 1];

struct marker {
	enum marker_kind kind;
	// AND, OR
	struct marker **items;
	size_t len, cap;
	// COMPARE
	enum marker_field field;
	enum marker_operator op;
	bool literal_first;   // "x" in extras
	struct slice literal; // without quotes; normalised where it is a name (685.1)
	// Where the field may be a version: op and literal as a specifier or, with
	// literal_first, the literal as a version. NULL where they are none.
	const struct specifier *specifier;
	const struct version *version;
};

// One side of a comparison as written.
struct marker_operand {
	bool is_literal;
	struct slice literal; // without the quotes
	enum marker_field field;
	size_t offset, len; // in the marker's text, quotes included
};

// A comparison as written and, after an error, which part of the text is wrong.
struct marker_comparison {
	struct marker_operand left, right;
	enum marker_operator op;
	enum marker_where where;
	size_t bad_offset, bad_len;
};

// The comparison's node, if it has a meaning there.
NODISCARD int marker_compare(struct arena *arena, struct marker_comparison *comparison,
			     struct marker *ret_compare, struct error *err);

// A part of a text, in bytes from its start.
struct marker_part {
	size_t offset, len;
};

// marker_parse with the length of the bad part, too.
NODISCARD int marker_parse_spanned(struct arena *arena, struct slice text,
				   enum marker_where where, struct marker **ret_marker,
				   struct marker_part *ret_bad, struct error *err);
