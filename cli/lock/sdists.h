// SPDX-License-Identifier: MIT
// Locked source distributions → wheels, before anything else sees a selection.
#pragma once

#include "cli/cli.h"

// The builds around one: what is built now is a build requirement of `package`.
struct build_chain {
	const struct lock_package *package;
	const struct build_chain *outer; // NULL: the lock itself asks for it
	unsigned depth;
};

struct sdist_options {
	bool no_build;
	bool records;       // into the lock's records goes what is built with, and to
	bool editable;      // folders that are so stay where they are
	bool network;       // --build-network
	const char *python; // --python-bin, or NULL
	const char *image, *engine;      // --build-in, --build-engine, or NULL
	const struct places *places;     // of the lock and all that builds it
	const struct build_chain *chain; // NULL: none
};

// Is there room for one more build inside those of the chain? ERROR_NO for a package that
// is built with itself, which names the chain, and below LIMIT_BUILD_DEPTH.
NODISCARD int build_chain_check(const struct build_chain *chain,
				const struct lock_package *package, struct error *err);

// Replaces each sdist, commit and folder among opened->selection by the wheel that was built of it, now or earlier. The choices are then as
// if the wheel had been locked. Does nothing with no_build, or where there is none.
NODISCARD int build_sdists(struct cli *cli, struct store *store,
			   struct opened_lock *opened,
			   const struct sdist_options *options, struct error *err);
