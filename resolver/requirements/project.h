// SPDX-License-Identifier: MIT
// Requirements in files of other kinds: a pyproject.toml, a script with a block of metadata.
#pragma once

#include "resolver/requirements/requirements.h"

// What is asked for of a pyproject.toml; names are as the user wrote them.
struct project_request {
	bool dependencies; // those of [project], and its requires-python
	const struct slice *extras, *groups;
	size_t extras_len, groups_len;
	bool all_extras, all_groups;
};

// Reads [project] (PEP 621; 621.1–621.3, 808.1) and [dependency-groups] (PEP 735;
// 735.1–735.4) of a pyproject.toml. The origin of a requirement in an extra or a group
// are the places that included it. Otherwise like requirements_read.
NODISCARD int requirements_read_project(const char *path,
					const struct project_request *request,
					const struct requirement_reader *reader,
					struct arena *arena, struct requirement_set *set,
					struct diagnostics *diagnostics);

// The names of the extras that [project] of a pyproject.toml has, as written; none where it cannot be read, which
// requirements_read_project tells.
struct slice_list requirements_project_extras(const char *path, struct arena *arena);

// Reads the block `# /// script` of a Python file (PEP 723; 723.1). A file without one is
// an error. Otherwise like requirements_read.
NODISCARD int requirements_read_script(const char *path,
				       const struct requirement_reader *reader,
				       struct arena *arena, struct requirement_set *set,
				       struct diagnostics *diagnostics);
