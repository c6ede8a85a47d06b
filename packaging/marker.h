// SPDX-License-Identifier: MIT
// Environment markers (PEP 508 and its living text; 508.1–508.6): parsing, evaluation,
// printing.
#pragma once

#include "base/error.h"
#include "packaging/target.h"

struct marker; // immutable tree in an arena; NULL is "no marker", always true

// The values of `extra`, `extras` and `dependency_groups` while a marker is evaluated.
// Names are normalized.
struct marker_context {
	const struct target *target;
	struct slice extra;         // value of `extra`; "" outside a distribution's extra
	const struct slice *extras; // set values, for lock markers
	size_t extras_len;
	const struct slice *groups;
	size_t groups_len;
};

enum marker_where {
	// In what users write `extra` is allowed.
	MARKER_IN_REQUIREMENT,
	// `extras` and `dependency_groups` are allowed, `extra` is an error (751.14, 508.6).
	MARKER_IN_LOCK,
	// Like the first, but a literal that is no version is compared as text, as
	// installers do (md.3).
	MARKER_IN_METADATA,
};

// text is the whole marker without the ';'. *ret_bad_offset (may be NULL): the byte of
// text where it went wrong. An unknown variable is an error here; the caller makes that
// release ineligible (508.3). All errors are ERROR_INPUT. The tree borrows from text. The
// variables may have their old names (os.name, python_implementation).
//
// Operators mean what the field's type says (508.1, 508.2). Versions compare by PEP 440.
// Texts know `==`, `!=`, `in` and `not in`; `>=` and `<=` on them act as `==`, `<` and
// `>` are false, `~=` and `===` are errors. `in` and `not in` on versions are errors in a
// lock and compare substrings elsewhere, since much old metadata relies on it. Where
// platform_release or platform_version is not a version, it compares as text.
NODISCARD int marker_parse(struct arena *arena, struct slice text,
			   enum marker_where where, struct marker **ret_marker,
			   size_t *ret_bad_offset, struct error *err);

bool marker_holds(const struct marker *marker, const struct marker_context *context);
bool marker_mentions_extra(const struct marker *marker);

// The canonical text: double quotes, single blanks, only the parentheses that it needs;
// "" for NULL.
struct slice marker_text(struct arena *arena, const struct marker *marker);
