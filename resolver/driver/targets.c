// SPDX-License-Identifier: MIT
// Targets of a request.
#include "packaging/target_cover.h"
#include "resolver/driver/request.h"

int target_list_add(struct arena *arena, struct target_list *targets,
		    const struct target *target, struct error *err)
{
	for (size_t i = 0; i < targets->len; i++)
		if (slice_eq(targets->items[i].name, target->name))
			return 0;
	if (targets->len == TARGETS_MAX)
		return error_set(err, ERROR_USAGE, "more than %d targets", TARGETS_MAX);
	*array_push(arena, targets) = *target;
	return 0;
}
