// SPDX-License-Identifier: MIT
// A solution as a lock: one exact file for each pin, and what every reader of the lock may want to know.
#pragma once

#include "cli/resolve.h"

// Texts are borrowed from the index and from resolve: write the lock before they end.
void lock_from_pins(struct arena *arena, const struct pin_list *pins, const struct target *target,
		    const struct resolve_options *options, struct lock *ret_lock);
