// SPDX-License-Identifier: MIT
// Where else a project may be had from: the first index that has a name wins, and files of find-links stand beside its
// own. What the other places have is looked up after the choice, so that it can be said.
#pragma once

#include "resolver/index/index.h"

// What one place has of a project.
struct elsewhere {
	uint32_t index;     // as of project_file
	bool is_links;      // one of find-links, no index
	struct slice place; // its URL or path, redacted
	// The newest release that is neither a pre-release nor yanked
	struct slice version_text;
	struct version version;
};

struct elsewhere_list {
	struct elsewhere *items;
	size_t len, cap;
};

// Starts to ask the indexes that come after the one that the project was found at. They are asked once and briefly: who
// does not answer has no say. Nobody is asked about a name that is mapped to an index.
void index_want_elsewhere(struct index *index, const struct project *project);
// Each place that has releases of the project, its own first. False while one may still answer (index_wait); true and
// none for a name that is mapped.
bool index_elsewhere(struct index *index, const struct project *project,
		     struct elsewhere_list *ret_list);
