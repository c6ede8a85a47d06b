// SPDX-License-Identifier: MIT
// What a source distribution is built with: what the lock records, or what is resolved
// now; installed into the build's own environment.
#pragma once

#include "builder/sdist/sdist.h"
#include "pinbake/builds/build.h"

struct build_requires {
	struct session *session;
	const struct opened_lock *opened; // its target and cut-offs hold here too
	// Of builds that this one needs; the supply is asked
	const struct build_options *options;
	const struct lock_build *record; // the lock's, or NULL
	struct slice owner;              // what is built, for messages
	bool is_own;                     // a folder of the user's
	// What was resolved because the record, if there is one, does not say it.
	bool was_resolved;
	struct lock_build resolved;
};

// For struct sdist_host; context: struct build_requires. Exactly the record's packages
// where it answers for all these requirements.
NODISCARD int install_build_requires(void *context, const struct slice *requirements,
				     size_t len, const struct sdist_python *python,
				     const char *prefix, struct sha256 *ret_digest,
				     struct error *err);
