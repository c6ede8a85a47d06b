// SPDX-License-Identifier: MIT
// PEP 440 version specifiers: ">=1.2,!=1.3.*" (440.6–440.10).
#pragma once

#include "base/error.h"
#include "packaging/version.h"

enum specifier_operator {
	SPECIFIER_EQUAL,     // ==
	SPECIFIER_NOT_EQUAL, // !=
	SPECIFIER_LESS_EQUAL,
	SPECIFIER_GREATER_EQUAL,
	SPECIFIER_LESS,
	SPECIFIER_GREATER,
	SPECIFIER_COMPATIBLE, // ~=
	SPECIFIER_ARBITRARY,  // ===
};

struct specifier {
	enum specifier_operator op;
	bool wildcard;          // == and != with ".*"
	struct slice text;      // the version as written, without ".*"
	struct version version; // not for ===
};

struct specifier_set {
	struct specifier *items; // none: anything
	size_t len, cap;
};

// Comma-separated clauses, blanks anywhere between tokens, one comma after the last is
// fine (508.4), an empty text is the empty set. Legacy forms of old metadata (md.3:
// ">=2.7.*", "==5.0*", "!=~5.0", stray or missing commas, quotes) are accepted when
// `lenient`. -1: err (ERROR_INPUT) has a cause, and in *ret_bad_offset (may be NULL) is
// the byte of text where it went wrong. The set borrows from text and lives in the arena.
NODISCARD int specifier_set_parse(struct arena *arena, struct slice text, bool lenient,
				  struct specifier_set *ret_set, size_t *ret_bad_offset,
				  struct error *err);

// Does the version satisfy the clause, or every clause? Pre-releases are not treated
// apart here; the list of candidates does that (440.10).
bool specifier_contains(const struct specifier *specifier, const struct version *version);
bool specifier_set_contains(const struct specifier_set *set,
			    const struct version *version);

// Does some clause other than != name a pre-release (440.10)?
bool specifier_set_names_prerelease(const struct specifier_set *set);

// Is some clause == without ".*", or === (592.2)?
bool specifier_set_is_exact_pin(const struct specifier_set *set);

// ">=1.2,<2": in the order given, versions in normal form; "" for none.
struct slice specifier_set_text(struct arena *arena, const struct specifier_set *set);
