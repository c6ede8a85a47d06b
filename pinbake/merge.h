// SPDX-License-Identifier: MIT
// Solutions as a lock: what each target picked, merged, with exact markers where the targets differ.
#pragma once

#include "resolver/driver/driver.h"

// One entry for each project and version, for the targets that picked it; its files are exactly those that they will
// install, with paths as seen from the lock at `path` (NULL: from the current folder; 751.6). Texts are borrowed from
// the index, the driver and the solution: the lock is to be written before they end. ERROR_NO where targets that no
// marker can tell apart picked differently.
NODISCARD int merge_pins(struct arena *arena, const struct solution *solution,
			 const char *path, struct lock *ret_lock, struct error *err);
