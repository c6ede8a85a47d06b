// SPDX-License-Identifier: MIT
// From files in any order to releases in version order, and the small rows of both. Shared
// by releases.c and page_rows.c.
#pragma once

#include "base/map.h"
#include "resolver/index/index.h"

// What of a file says where it stands.
struct file_key {
	struct slice name, url;
	uint32_t spelling; // number of its version's text in the map
	enum file_kind kind;
};

struct file_order {
	const struct file_key **at; // by release, then wheels by name, then sdists
	size_t len;
};

// The version in the file's name, "" where there is none.
struct slice file_version(const struct project *project, const struct project_file *file);

// Makes the project's releases of the keys, ascending; equal versions are one whatever
// their spelling. Of several files of a release with one name the first counts, and the
// others stand behind what counts. Those without a version are left out of the order;
// both are counted in `skipped`.
void releases_group(struct project *project, const struct file_key *keys, size_t len,
		    const struct map *spellings, struct arena *arena,
		    struct file_order *ret_order);
const struct release_row *release_rows(const struct project *project,
				       struct arena *arena);

// Numbers for the texts that recur: tag sets and requires-python.
struct set_numbers {
	struct map tags, pythons;
};

void set_numbers_take(struct set_numbers *numbers, struct project_file *file);
void set_numbers_finish(const struct set_numbers *numbers, struct project *project,
			struct arena *arena);
struct file_row file_row_of(const struct project_file *file);
