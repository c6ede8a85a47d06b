// SPDX-License-Identifier: MIT
// What a lock is written over: it is the user's, so its pins are kept, and what cannot be read is not replaced.
#pragma once

#include "lockfile/load.h"
#include "pinbake/session.h"

struct present {
	bool exists;
	struct loaded_lock lock;       // of a lock
	struct preferences pins;       // of requirements
	struct slice_list released;    // names whose pins may move
	struct requirement_set bounds; // constraints on those: "-P 'name<2'"
};

// path NULL: there is none. Lives in the session's arena. ERROR_INPUT with the place where it is none of what the request
// says it is, unless nothing of it is to be kept; ERROR_USAGE for a name that may move and is no name.
NODISCARD int present_read(struct session *session, const char *path,
			   const struct present_request *request,
			   struct present *ret_present, struct error *err);
// Adds the bounds of pins that may move to what is asked for.
void present_add_bounds(const struct present *present, struct arena *arena,
			struct requirement_set *set);
