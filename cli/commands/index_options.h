// SPDX-License-Identifier: MIT
// The options that say where distributions come from, which several commands have.
#pragma once

#include "cli/cli.h"

struct index_values {
	const char *index_url;
	struct text_list extra_index_urls, find_links, named_indexes, index_for,
		ignore_forbidden, allow_direct;
	bool no_index, refresh;
	bool named_here; // named_indexes are the command line's: each is for something
};

// For the rules of each table that has them.
// clang-format off
#define INDEX_RULES \
	{ "index-url", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "extra-index-url", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "index", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "index-for", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "ignore-forbidden", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "allow-direct", OPTION_EXCLUDES, "no-index", NULL, NULL }
// clang-format on

// The request that they make, with the users and passwords that variables give. Lives in cli's arena. ERROR_USAGE for a
// name that no index has.
NODISCARD int index_request_of(struct cli *cli, const struct index_values *values,
			       const struct text_list *wheelhouses,
			       struct index_request *ret_request, struct error *err);

// Who gave an option of this run.
enum origin option_origin(const struct cli *cli, const char *option);
// The texts as slices, in cli's arena.
struct slice_list slices_of(struct cli *cli, const struct text_list *texts);
