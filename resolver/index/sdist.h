// SPDX-License-Identifier: MIT
// PKG-INFO of a source distribution (PEP 625: one top folder, name-version/PKG-INFO). The
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

// bytes: a .tar.gz or .zip, or (for .tar.gz) its beginning. Unpacks no further than
// PKG-INFO, and in no case more than SDIST_UNPACKED_MAX.
enum sdist_result sdist_pkg_info(struct slice bytes, struct arena *arena,
				 struct slice *ret_text, struct error *err);
