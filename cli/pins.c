// SPDX-License-Identifier: MIT
// Turns pins into lock entries: the one wheel of the target, or the source distribution where there is none.
#include "cli/pins.h"

static struct lock_file lock_file_of(struct arena *arena, const struct pin *pin)
{
	const struct project_file *file = pin->file;
	return (struct lock_file){
		.kind = file->kind == FILE_WHEEL ? LOCK_WHEEL : LOCK_SDIST,
		.name = file->name,
		.url = url_redact(arena, file->url),
		.sha256 = pin->sha256,
		.has_size = pin->has_size,
		.size = pin->size,
		.upload_time = file->upload_time,
	};
}

static bool is_pinned(const struct pin_list *pins, struct slice name)
{
	for (size_t i = 0; i < pins->len; i++)
		if (slice_eq(pins->items[i].project->name, name))
			return true;
	return false;
}

static void add_package(struct arena *arena, const struct pin_list *pins, const struct pin *pin, struct lock *lock)
{
	struct lock_package *package = &lock->packages[lock->len++];
	package->name = pin->project->name;
	package->version = pin->release->version_text;
	package->requires_python = pin->file->requires_python;
	package->index = pin->project->index_url;
	struct { struct slice *items; size_t len, cap; } names = { 0 };
	for (size_t i = 0; i < pin->dependencies_len; i++)
		if (is_pinned(pins, pin->dependencies[i]))
			*array_push(arena, &names) = pin->dependencies[i];
	package->dependencies = names.items;
	package->dependencies_len = names.len;
	if (pin->file->kind == FILE_WHEEL) {
		package->wheels = arena_new(arena, struct lock_file);
		package->wheels[0] = lock_file_of(arena, pin);
		package->wheels_len = 1;
	} else {
		package->has_sdist = true;
		package->sdist = lock_file_of(arena, pin);
	}
}

void lock_from_pins(struct arena *arena, const struct pin_list *pins, const struct target *target,
		    const struct resolve_options *options, struct lock *ret_lock)
{
	struct lock lock = { .lock_version = S("1.0"), .created_by = S("pinbake"), .exclude_newer = options->exclude_newer };
	lock.environments = arena_new(arena, struct slice);
	lock.environments[0] = target_marker(arena, target);
	lock.environments_len = 1;
	lock.targets = arena_new(arena, struct slice);
	lock.targets[0] = target->name;
	lock.targets_len = 1;
	lock.requires_python = arena_printf(arena, ">=%u.%u", target->python_major, target->python_minor);
	lock.packages = arena_new_array(arena, struct lock_package, pins->len);
	for (size_t i = 0; i < pins->len; i++)
		add_package(arena, pins, &pins->items[i], &lock);
	*ret_lock = lock;
}
