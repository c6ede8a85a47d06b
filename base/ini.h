// SPDX-License-Identifier: MIT
// Configuration files as Python's configparser reads them (pip.conf):
//
//	[global]
//	index-url = https://index.example/simple     '=' or ':'; blanks around do not count
//	extra-index-url =
//	    https://a.example/simple                  deeper lines go on, one value
//	    https://b.example/simple
//	# or ; begins a comment, but only as the first of its line
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct ini_entry {
	struct slice section; // as written
	struct slice key;     // lower case
	struct slice value;   // its lines, trimmed, with '\n' between them
	struct span span;     // of the key
};

struct ini_entries {
	struct ini_entry *items; // in order; the same key may come again
	size_t len, cap;
};

// Problems go to diagnostics as warnings, and the line is passed over. Borrows the text;
// the source must outlive the diagnostics.
void ini_parse(const struct source *source, struct arena *arena,
	       struct diagnostics *diagnostics, struct ini_entries *ret_entries);
