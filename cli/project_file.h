// SPDX-License-Identifier: MIT
// Defaults of options for a project: pinbake.toml in the current folder, else [tool.pinbake] of its pyproject.toml.
//
//	[tool.pinbake]
//	requirements = ["requirements.in"]     what is locked when the command line names nothing
//	targets = ["cp312-linux-amd64-glibc2.36"]
//	constraint = "constraints.txt"         an option by its long name, lists with or without an s at their end
//	index-for = { "acme-*" = "corp" }      KEY=VALUE options as a table
//
// A flag goes before a PINBAKE_ variable, that before the project's file, that before the default.
#pragma once

#include "cli/cli.h"

// Fills what the command line left open. Paths are seen from the file's folder, which is the current one. Unknown keys
// are errors, but for tables named like other commands. ERROR_INPUT, with all problems as diagnostics.
NODISCARD int project_file_read(struct cli *cli, const struct option_table *table,
				void *values, struct text_list *inputs,
				struct error *err);
