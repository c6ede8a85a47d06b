// SPDX-License-Identifier: MIT
// Locked source distributions → wheels, before anything else sees a selection.
#pragma once

#include "cli/cli.h"

struct sdist_options {
	bool no_build;
	bool network;          // --build-network
	const char *python;    // --python-bin, or NULL
	const char *index_url; // the option's, or NULL
};

// Replaces each sdist among opened->selection by the wheel that was built of it, now or earlier. The choices are then as
// if the wheel had been locked. Does nothing with no_build, or where there is none.
NODISCARD int build_sdists(struct cli *cli, struct store *store,
			   struct opened_lock *opened,
			   const struct sdist_options *options, struct error *err);
