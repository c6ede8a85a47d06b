// SPDX-License-Identifier: MIT
// Defaults of options for a project: pinbake.toml in the current folder, else [tool.pinbake] of its pyproject.toml.
//
//	[tool.pinbake]
//	requirements = ["requirements.in"]     what is locked when the command line names nothing
//	targets = ["cp312-linux-amd64-glibc2.36"]
//	constraint = "constraints.txt"         an option by its long name, lists with or without an s at their end
//	index-for = { "acme-*" = "corp" }      KEY=VALUE options as a table
//	bake = { prefix = "/opt/app" }         options of another command, for that command
//	conflicts = [[{ extra = "cpu" }, { extra = "gpu" }]]     locks apart: pinbake/parts.h
//
// A flag goes before a PINBAKE_ variable, that before the project's file, that before the default.
#pragma once

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

// The conflicts between extras and groups that pinbake's own settings and uv's declare. ERROR_INPUT.
NODISCARD int project_conflicts(struct cli *cli, struct conflict_list *ret_conflicts,
				struct error *err);

// Did the project's file give the option of that name, and not the command line?
bool project_file_gave(const struct cli *cli, const char *option);
