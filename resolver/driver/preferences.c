// SPDX-License-Identifier: MIT
// Versions to take first.
#include "resolver/driver/request.h"

#include "packaging/name.h"

void preferences_init(struct preferences *preferences, struct arena *arena)
{
	*preferences = (struct preferences){ .at.arena = arena };
}

void preferences_add(struct preferences *preferences, struct slice name,
		     struct slice version)
{
	if (map_insert(&preferences->at, name, (uint32_t)preferences->versions.len, NULL))
		*array_push(preferences->at.arena, &preferences->versions) = version;
}

void preferences_add_all(struct preferences *preferences,
			 const struct preferences *others)
{
	for (size_t i = 0; others && i < others->at.len; i++)
		preferences_add(preferences, others->at.entries[i].key,
				others->versions.items[others->at.entries[i].value]);
}

void preferences_add_lock(struct preferences *preferences, const struct lock *lock,
			  const struct slice_list *released)
{
	for (size_t i = 0; i < lock->len; i++)
		if (!names_have(released, lock->packages[i].name))
			preferences_add(preferences, lock->packages[i].name,
					lock->packages[i].version);
}
