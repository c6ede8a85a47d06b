// SPDX-License-Identifier: MIT
// Defaults of options for a project: pinbake.toml in the current folder, else [tool.pinbake] of its pyproject.toml.
//
//	[tool.pinbake]
//	requirements = ["requirements.in"]     what is locked when the command line names nothing
//	targets = ["cp312-linux-amd64-glibc2.36"]
//	constraint = "constraints.txt"         an option by its long name, lists with or without an s at their end
//	index-for = { "acme-*" = "corp" }      KEY=VALUE options as a table
//	bake = { prefix = "/opt/app" }         options of another command, for that command
//	conflicts = [[{ extra = "cpu" }, { extra = "gpu" }]]     locks apart: lock_plan.h
//
// A flag goes before a PINBAKE_ variable, that before the project's file, that before the default.
#pragma once

#include "base/toml.h"
#include "cli/cli.h"

// Fills what the command line left open, and that goes with it: an option of the command line ends those of the file that
// have no effect beside it. Paths are seen from the file's folder, which is the current one. Unknown keys
// are errors, but for tables named like commands. ERROR_INPUT, with all problems as diagnostics.
NODISCARD int project_file_read(struct cli *cli, const struct option_table *table,
				void *values, struct text_list *inputs,
				struct error *err);

// The same by the table of the command's own name, [bake] say.
NODISCARD int project_file_read_own(struct cli *cli, const char *command,
				    const struct option_table *table, void *values,
				    struct error *err);

// The tables as they stand, for settings that are no options; NULL where there are none, or the file is none.
struct project_tables {
	const struct toml_table *project; // pyproject.toml itself
	const struct toml_table *own;     // pinbake.toml, else [tool.pinbake]
	const struct toml_table *uv;      // [tool.uv]
};
void project_tables(struct cli *cli, struct project_tables *ret_tables);
