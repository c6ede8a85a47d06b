// SPDX-License-Identifier: MIT
// Wheel tags: which a target accepts, and in which order (PEP 425, 600, 656; 425.*).
#pragma once

#include "packaging/filename.h"
#include "packaging/target.h"

enum { TAG_INCOMPATIBLE = -1 };

// Fills target->tags and tag_ranks; called by target_init. The order is that of CPython's
// packaging.tags, best first, except that linux_* ranks last (425.6).
void tags_of_target(struct arena *arena, struct target *target);

// Rank of the best tag in the wheel's compressed set, 0 is best, or TAG_INCOMPATIBLE. At
// most LIMIT_TAG_PRODUCT combinations are looked at; a larger set is incompatible.
int wheel_rank(const struct target *target, const struct wheel_name *wheel);

// Of two compatible wheels of one release: <0 if a is to be preferred. Rank, then build
// tag (higher first), then file name (sol.6): a total order.
int wheel_prefer(const struct target *target, const struct wheel_name *a,
		 const struct wheel_name *b);
