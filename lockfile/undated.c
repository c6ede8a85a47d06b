// SPDX-License-Identifier: MIT
// Looks for files without an upload time.
#include "lockfile/undated.h"

bool lock_has_cutoff(const struct lock *lock)
{
	bool any = lock->exclude_newer.len > 0;
	for (size_t i = 0; i < lock->package_cutoffs_len; i++)
		any |= lock->package_cutoffs[i].moment.len > 0;
	return any;
}

static bool is_undated(const struct lock_package *package)
{
	bool any = package->has_sdist && package->sdist.upload_time.len == 0;
	for (size_t i = 0; i < package->wheels_len; i++)
		any |= package->wheels[i].upload_time.len == 0;
	return any;
}

struct slice_list lock_undated(struct arena *arena, const struct lock *lock)
{
	struct slice_list names = { 0 };
	for (size_t i = 0; i < lock->len; i++)
		if (is_undated(&lock->packages[i]))
			*array_push(arena, &names) = lock->packages[i].name;
	return names;
}
