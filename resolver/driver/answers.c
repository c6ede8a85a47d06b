// SPDX-License-Identifier: MIT
// A driver's own values: where it begins, and what build backends have answered it.
#include "resolver/driver/parts.h"

#include <string.h>

void driver_init(struct driver *driver)
{
	driver->direct = (struct direct_files){ .by_location.arena = driver->arena,
						.discovered.arena = driver->arena,
						.banned.arena = driver->arena };
	driver->answered = (struct map){ .arena = driver->arena };
	memset(&driver->answers, 0, sizeof(driver->answers));
}

// One archive may hold several projects.
static struct slice key_of(struct arena *arena, const struct project_file *file,
			   struct slice subdirectory, const struct target *target)
{
	return arena_printf(arena, "%.*s %.*s %.*s", SLICE_ARG(file->url),
			    SLICE_ARG(target->name), SLICE_ARG(subdirectory));
}

const struct file_metadata *find_backend_answer(const struct driver *driver,
						const struct project_file *file,
						const struct target *target)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	uint32_t at;
	if (driver->answers.len == 0)
		return NULL;
	struct slice key =
		key_of(&scratch, file, direct_subdirectory(driver, file), target);
	return map_find(&driver->answered, key, &at) ? driver->answers.items[at] : NULL;
}

int driver_ask_backend(struct driver *driver, const struct metadata_question *question,
		       const struct file_metadata **ret_metadata, struct error *err)
{
	const struct driver_host *host = &driver->host;
	struct slice key = key_of(driver->arena, question->file, question->subdirectory,
				  question->target);
	uint32_t at = (uint32_t)driver->answers.len;
	if (map_find(&driver->answered, key, &at)) {
		*ret_metadata = driver->answers.items[at];
		return 0;
	}
	if (host->ask_backend(host->context, question, ret_metadata, err) < 0)
		return -1;
	map_insert(&driver->answered, key, at, NULL);
	*array_push(driver->arena, &driver->answers) = *ret_metadata;
	return 0;
}
