// SPDX-License-Identifier: MIT
// What the log of a failed build says: its last lines, and a cause that a fact of
// data/build-causes.txt knows.
#pragma once

#include "base/arena.h"

struct build_cause {
	struct slice cause;    // "the headers of libffi are missing"; "" where unknown
	struct slice packages; // "libffi-dev", Debian's, separated by blanks; "" for none
	// What was looked for in vain, also where no fact knows it; else "".
	struct slice header;  // "ffi.h"
	struct slice library; // "cairo", pkg-config's name
	struct slice program; // "gdal-config"
};

struct build_cause build_cause_find(struct slice log);

// The last lines that are not blank, oldest first, at most `count`; with their ends.
struct slice build_log_tail(struct slice log, size_t count);
