// SPDX-License-Identifier: MIT
// Versions to take first.
#include "resolver/driver/request.h"

#include "packaging/name.h"

void preferences_init(struct preferences *preferences, struct arena *arena)
{
	*preferences = (struct preferences){ .last.arena = arena };
}

static void add(struct preferences *preferences, const struct preference *preference)
{
	uint32_t at = (uint32_t)preferences->items.len;
	struct preference *added =
		array_push(preferences->last.arena, &preferences->items);
	*added = *preference;
	added->earlier = PREFERENCE_NONE;
	(void)map_find(&preferences->last, preference->name, &added->earlier);
	map_set(&preferences->last, preference->name, at);
}

void preferences_add(struct preferences *preferences, struct slice name,
		     struct slice version)
{
	add(preferences, &(struct preference){ .name = name, .version = version });
}

void preferences_add_all(struct preferences *preferences,
			 const struct preferences *others)
{
	for (size_t i = 0; others && i < others->items.len; i++)
		add(preferences, &others->items.items[i]);
}

void preferences_add_lock(struct preferences *preferences, const struct lock *lock,
			  const struct slice_list *released)
{
	for (size_t i = 0; i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		if (!names_have(released, package->name))
			add(preferences,
			    &(struct preference){ .name = package->name,
						  .version = package->version,
						  .marker = package->marker });
	}
}

bool preferences_find(const struct preferences *preferences, struct slice name,
		      const struct target *target, struct slice *ret_version)
{
	const struct marker_context context = { .target = target };
	uint32_t at;
	bool found = false;
	if (!preferences || !map_find(&preferences->last, name, &at))
		return false;
	for (; at != PREFERENCE_NONE; at = preferences->items.items[at].earlier) {
		const struct preference *it = &preferences->items.items[at];
		if (!marker_holds(it->marker, &context))
			continue;
		*ret_version = it->version;
		found = true;
	}
	return found;
}
