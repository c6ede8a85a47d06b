// SPDX-License-Identifier: MIT
// Where builds and the hooks of backends run: in the sandbox of this machine, with an interpreter of it, or in an image.
// Both are chosen here, so that nothing that a package says is run anywhere else.
#pragma once

#include "builder/sdist/sdist.h"
#include "pinbake/builds/python.h"
#include "pinbake/session.h"

struct workshop {
	const struct build_request *request;
	struct container container; // of an image
	struct build_python python; // of this machine
	bool is_refused; // set where an error is that its builds cannot be walled in
};

// Finds interpreter or image, and runs no interpreter. ERROR_INPUT: none; ERROR_SOURCE.
NODISCARD int workshop_find(struct session *session, const struct target *target,
			    const struct build_request *request,
			    struct workshop *ret_workshop, struct error *err);
// What of it may change what is built.
void workshop_describe(const struct workshop *workshop, struct built_request *request);
// Asks the Python there what it is, and makes sure that its builds can be walled in, or that the user wants them without
// walls, which is a warning then. After that, settings are complete. ERROR_INPUT.
NODISCARD int workshop_open(struct session *session, const struct target *target,
			    struct workshop *workshop, struct sdist_settings *settings,
			    struct error *err);
