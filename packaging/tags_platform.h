// SPDX-License-Identifier: MIT
// The platform tags a target accepts, best first: the third part of its wheel tags.
#pragma once

#include "packaging/target.h"

struct platform_list {
	struct slice *items;
	size_t len, cap;
};

void platforms_of_target(struct arena *arena, const struct target *target,
			 struct platform_list *ret_platforms);
