// SPDX-License-Identifier: MIT
// File names of wheels (PEP 427; 427.1) and source distributions (PEP 625; 625.1, 625.2).
#pragma once

#include "base/arena.h"
#include "packaging/version.h"

// Every slice is a piece of the parsed file name. The version is known to be one.
struct wheel_name {
	struct slice file;                  // the whole name, as given
	struct slice name, version;         // raw parts
	struct slice build;                 // "" or "1", "2abc"
	uint64_t build_number;              // its leading number, saturated; 0 for none
	struct slice python, abi, platform; // compressed sets: "py2.py3", "none", "any"
};

enum filename_result {
	FILENAME_OK,
	FILENAME_OTHER,   // not of this kind at all (.egg, .exe, .asc, …)
	FILENAME_INVALID, // of this kind, but malformed
	FILENAME_VARIANT, // PEP 825 variant label: to be skipped, not an error
};

enum filename_result wheel_name_parse(struct slice file, struct wheel_name *ret_name);
// The same, faster if `last` (may be NULL) was parsed before: what both have is known to
// be good. Thousands of wheels on a page share their name, and dozens their version.
enum filename_result wheel_name_parse_after(struct slice file,
					    const struct wheel_name *last,
					    struct wheel_name *ret_name);

struct sdist_name {
	struct slice file, name, version; // raw parts
	bool zip; // .zip; else .tar.gz. Other archives are FILENAME_OTHER.
};

// project: the normalized name of the page the file stands on, which splits ambiguous old
// names (625.1); "" if unknown.
enum filename_result sdist_name_parse(struct slice file, struct slice project,
				      struct sdist_name *ret_name);
