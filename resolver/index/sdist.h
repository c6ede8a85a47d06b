// SPDX-License-Identifier: MIT
// Files of a source distribution (PEP 625: one top folder, name-version/PKG-INFO). The
// only file that calls archive_*.
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum sdist_result {
	SDIST_FOUND,
	SDIST_ABSENT,    // the archive ends without one
	SDIST_TRUNCATED, // the bytes end before the archive does
	SDIST_BROKEN,    // no archive, or a hostile one: err is set (ERROR_INTEGRITY)
};

// What somebody looks for in an archive. Paths have no "./" before them and live as long
// as the call; texts live in the arena.
struct sdist_search {
	void *context;
	bool (*wants)(void *context, struct slice path);
	// True: that was all, so the rest of the archive need not be unpacked.
	bool (*take)(void *context, struct slice path, struct slice text);
};

// bytes: a .tar.gz or .zip, or (for .tar.gz) its beginning. Unpacks no further than what
// is looked for, and in no case more than SDIST_UNPACKED_MAX. SDIST_FOUND: take() has
// said that this was all.
enum sdist_result sdist_walk(struct slice bytes, const struct sdist_search *search,
			     struct arena *arena, struct error *err);

// Finds a file by its name in the top folder, or by its path below that.
enum sdist_result sdist_top_file(struct slice bytes, struct slice name,
				 struct arena *arena, struct slice *ret_text,
				 struct error *err);

enum sdist_result sdist_pkg_info(struct slice bytes, struct arena *arena,
				 struct slice *ret_text, struct error *err);
