// SPDX-License-Identifier: MIT
// A lock for installers that know no locks.
#pragma once

#include "lockfile/lockfile.h"

struct lock_export_options {
	bool hashes, via;
};

// A requirements.txt that `pip install --require-hashes -r` accepts: "name==version ;
// marker" with --hash lines and "# via" comments, sorted by name. ERROR_NO: a marker that
// asks for extras or groups; with hashes, a source tree or a file without one that pip
// takes.
NODISCARD int lock_export_requirements(const struct lock *lock,
				       const struct lock_export_options *options,
				       struct arena *arena, struct slice *ret_text,
				       struct error *err);
