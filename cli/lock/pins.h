// SPDX-License-Identifier: MIT
// Solutions as a lock: what each target picked, merged, with exact markers where the targets differ.
#pragma once

#include "cli/lock/resolve.h"

struct target_pins {
	const struct target *target;
	struct pin_list pins;
};

// The present lock's pins, for `preferred`: all but those named in `released`. Borrows from the lock.
void preferences_from_lock(struct preferences *preferences, const struct lock *lock,
			   const struct text_list *released);

// One entry for each project and version, for the targets that picked it; its files are exactly those that they will
// install, with paths as seen from the lock at `path`. Texts are borrowed from the index and from the resolves: write the lock before they end. At most TARGETS_MAX
// targets. ERROR_NO where targets that no marker can tell apart picked differently.
NODISCARD int lock_from_pins(struct arena *arena, const struct target_pins *picks,
			     size_t len, const struct resolve_options *options,
			     const char *path, struct lock *ret_lock, struct error *err);
