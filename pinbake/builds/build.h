// SPDX-License-Identifier: MIT
// Locked source distributions → wheels, before anything else sees a selection.
#pragma once

#include "pinbake/supply.h"

// The builds around one: what is built now is a build requirement of `package`.
struct build_chain {
	const struct lock_package *package;
	const struct build_chain *outer; // NULL: the lock itself asks for it
	unsigned depth;
};

struct build_options {
	const struct build_request *request; // how it is built
	struct supply *supply;               // where what it is built with comes from
	bool records;  // into the lock's records goes what is built with, and to
	bool editable; // folders that are so stay where they are
	const struct build_chain *chain; // NULL: none
	bool *ret_refused; // may be NULL. Set where nothing was built because the user has not allowed it so
};

// Is there room for one more build inside those of the chain? ERROR_NO for a package that
// is built with itself, which names the chain, and below LIMIT_BUILD_DEPTH.
NODISCARD int build_chain_check(const struct build_chain *chain,
				const struct lock_package *package, struct error *err);

// Replaces each sdist, commit and folder among opened->selection by the wheel that was built of it, now or earlier. The
// choices are then as if the wheel had been locked. Does nothing where there is none.
NODISCARD int build_sdists(struct session *session, struct opened_lock *opened,
			   const struct build_options *options, struct error *err);
