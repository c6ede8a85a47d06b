// SPDX-License-Identifier: MIT
// A pyproject.toml being read: shared by pyproject.c ([project]: its dependencies and
// extras) and groups.c ([dependency-groups]).
#pragma once

#include "base/map.h"
#include "resolver/requirements/document.h"

struct pyproject {
	struct document document;
	const struct toml_table *root;
	const struct toml_table *table; // [project]; NULL where there is none
	struct slice name;              // of the project, normalized; "" where unknown
	struct named_lists extras, groups;
	// Without a marker, so that a second time would add nothing
	bool *extra_added;
	bool dynamic_checked[2]; // dependencies, optional-dependencies
	bool added;              // the same of the project's own dependencies
};

// Adds a requirement of a list. One on the project itself stands for the project's
// dependencies and those of the extras that it names (621.3).
void pyproject_add(struct pyproject *project, const struct toml_value *string,
		   const struct inclusion *inclusion);

// Adds the dependency group that the user names.
void pyproject_add_group(struct pyproject *project, struct slice asked);
