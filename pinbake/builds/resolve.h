// SPDX-License-Identifier: MIT
// The requirements of a build → exact pins with hashes, for the target that is built for.
#pragma once

#include "pinbake/supply.h"

struct build_query {
	struct session *session;
	struct supply *supply;   // whose index is asked
	const struct lock *lock; // its cut-offs hold here too
	const char *lock_path;
	const struct target *target;
	const struct slice *requires; // PEP 508 texts
	size_t requires_len;
	struct slice owner; // "web 1.0": what is built, for messages
	bool is_own; // a folder of the user's: it may name addresses as a requirements file may
	const struct lock_build *former;   // its pins stay where they can; NULL: none
	const struct slice_list *released; // but for these packages; NULL: none
};

// A requirement of a build as a record says it: without the password of its URL.
struct slice build_requirement_text(struct arena *arena, struct slice text);

// Wheels alone where that is possible: what builds a package is then not built itself.
// All that is returned lives in the session's arena. ERROR_NO, ERROR_INPUT, ERROR_SOURCE.
// Addresses that may not be named (resolver/driver/addresses.h): ERROR_INPUT, and it is `refused`.
NODISCARD int build_resolve(const struct build_query *query, struct lock_build *ret_build,
			    struct error *err);
