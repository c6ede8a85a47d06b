// SPDX-License-Identifier: MIT
// Where a file of the lock can be had, in the order to try: the configured index by name
// and hash, the lock's url, its path; and where all of them failed, the default index.
#pragma once

#include "builder/builder.h"

enum { SOURCES_MAX = 4 };

struct file_source {
	struct slice url; // "" for a local file
	const char *path; // NULL for a url
};

struct sources {
	struct file_source items[SOURCES_MAX];
	unsigned len;
	unsigned at; // the one in use
	bool asked_last_resort;
};

struct source_finder {
	const struct store_locator *locator; // or NULL
	const char *lock_directory;
	struct arena *arena;
};

struct slice source_file_name(const struct lock_file *file, struct arena *arena);

// ERROR_SOURCE: none is known. What the locator says is passed on only where the lock
// itself names no address.
NODISCARD int sources_find(const struct source_finder *finder,
			   const struct lock_choice *choice, struct sources *ret_sources,
			   struct error *err);

// The source in use, or NULL when all were tried. May ask the locator, once.
const struct file_source *sources_get(const struct source_finder *finder,
				      const struct lock_choice *choice,
				      struct sources *sources);
