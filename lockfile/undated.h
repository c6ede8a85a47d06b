// SPDX-License-Identifier: MIT
// A lock's cut-off, and the packages of which it says little: the index gives no upload time of a file (700.2).
#pragma once

#include "lockfile/lockfile.h"

bool lock_has_cutoff(const struct lock *lock);
// The names of packages with such a file, in the order of the lock. They borrow from it.
struct slice_list lock_undated(struct arena *arena, const struct lock *lock);
