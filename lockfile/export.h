// SPDX-License-Identifier: MIT
// A lock for installers that know no locks.
#pragma once

#include "lockfile/lockfile.h"

struct lock_export_options {
	bool hashes, via;
};

// Writes a requirements.txt that `pip install --require-hashes -r` accepts:
// "name==version ; marker" with --hash lines and "# via" comments, sorted by name.
// ERROR_NO: a marker asks for extras or groups; with hashes, there is a source tree, or a
// file without a hash that pip takes.
NODISCARD int lock_export_requirements(const struct lock *lock,
				       const struct lock_export_options *options,
				       struct arena *arena, struct slice *ret_text,
				       struct error *err);
