// SPDX-License-Identifier: MIT
// The user's word on what packages need: overrides and excludes (--override, --exclude).
//
//	web 2.0 needs core>=1[fast] ──override "core==3"──▶ core[fast]==3      the asked extras stay
//	                            ──exclude "core"────▶ nothing              never of the user's own requirements
//
// A dependency whose marker does not hold is none, whatever an override says; an override whose marker does not hold
// leaves things as they are. Both are written into the lock with their place.
#pragma once

#include "cli/lock/resolve.h"

// The override that a need of `parent` for `name` meets; "" is the user as a parent. NULL for none. One that names the
// parent goes before those that do not.
const struct requirement_entry *override_of(const struct resolve *resolve,
					    struct slice parent, struct slice name);

// What is asked for in the end: the requirement itself, what stands in its place, or NULL where it is dropped.
const struct requirement *overridden(struct resolve *resolve, struct slice parent,
				     const struct requirement *requirement);

// For [tool.pinbake] of the lock.
void put_policies(struct arena *arena, const struct requirement_set *set,
		  struct lock *lock);
