// SPDX-License-Identifier: MIT
// Sorts files into releases in version order, and makes the small rows of both. Shared by
// releases.c and page_rows.c.
#pragma once

#include "base/map.h"
#include "resolver/index/index.h"

// What decides the place of a file among the others.
struct file_key {
	struct slice name, url;
	uint32_t spelling; // number of its version's text in the map
	enum file_kind kind;
	// The stem is all of a wheel's name before its tags. With the same stem, the
	// ranks of the tags give the order of the names; 0: compare the names.
	uint32_t stem, tag_rank;
};

struct file_order {
	const struct file_key **at; // by release, then wheels by name, then sdists
	size_t len;
};

// The version in the file's name, "" where there is none.
struct slice file_version(const struct project *project, const struct project_file *file);

// Makes the project's releases of the keys, ascending; equal versions are one release,
// whatever their spelling. Of several files of a release with one name the first counts,
// and the others stand behind those that count. Files without a version are left out of
// the order; both are counted in `skipped`.
void releases_group(struct project *project, const struct file_key *keys, size_t len,
		    const struct map *spellings, struct arena *arena,
		    struct file_order *ret_order);
const struct release_row *release_rows(const struct project *project,
				       struct arena *arena);

struct tag_lens {
	uint32_t python, abi;
};

// Numbers for the texts that recur: tag sets and requires-python.
struct set_numbers {
	struct map tags, pythons;
	uint32_t last_tags, last_python;    // the latest, which are likely to come again
	ARRAY_OF(struct tag_lens) tag_lens; // as tags
};

void set_numbers_take(struct set_numbers *numbers, struct project_file *file);
// Are these tags those of an earlier wheel, and so known to be good? If so, *ret_wheel
// gets them, as pieces of `tags`.
bool set_numbers_know_tags(struct set_numbers *numbers, struct slice tags,
			   struct wheel_name *ret_wheel);
// For each number of a tag set, its place among all in the order of file names.
const uint32_t *set_numbers_tag_ranks(const struct set_numbers *numbers,
				      struct arena *arena);
void set_numbers_finish(const struct set_numbers *numbers, struct project *project,
			struct arena *arena);
struct file_row file_row_of(const struct project_file *file);
