// SPDX-License-Identifier: MIT
// Defaults of options: for a project pinbake.toml in the current folder, else [tool.pinbake] of its pyproject.toml; for
// all that a user does $XDG_CONFIG_HOME/pinbake/config.toml, of the same form.
//
//	[tool.pinbake]
//	requirements = ["requirements.in"]     what is locked when the command line names nothing
//	targets = ["cp312-linux-amd64-glibc2.36"]
//	constraint = "constraints.txt"         an option by its long name, lists with or without an s at their end
//	index-for = { "acme-*" = "corp" }      KEY=VALUE options as a table
//	bake = { prefix = "/opt/app" }         options of another command, for that command
//	conflicts = [[{ extra = "cpu" }, { extra = "gpu" }]]     locks apart: pinbake/parts.h
//
// A flag goes before a PINBAKE_ variable, that before the project's file, that before the user's own, that before the
// default. What a project's file cannot decide (settings/decisions.h) is the user's file's before.
#pragma once

#include "cli/cli.h"
#include "settings/decisions.h"

// What a project's file says and is not heeded, as it stands.
struct ask {
	const char *command, *option;
	enum leave leave; // asked or refused
	struct setting_rule rule;
	struct span span;
	struct slice value; // its text in the file
};

struct ask_list {
	struct ask *items;
	size_t len, cap;
};

struct settings_request {
	const char *command; // whose table it is: [bake]
	const struct option_table *table;
	void *values; // by the table
	// Of `lock`, whose options stand outside of tables too: takes `requirements`. NULL for other commands.
	struct text_list *inputs;
	bool sources_alone; // what says where distributions come from, and which kinds are taken
	// Gathers what is not heeded, which is no error then; NULL: it is one
	struct ask_list *asks;
	bool project_alone; // its file, and nothing else
};

// Fills what the command line left open, and that goes with it: an option of the command line ends those of the files that
// have no effect beside it. Paths are seen from the current folder. Notes in cli->said who said what. Unknown keys
// are errors, but for tables named like commands. ERROR_INPUT, with all problems as diagnostics; ERROR_USAGE of variables.
NODISCARD int settings_read(struct cli *cli, const struct settings_request *request,
			    struct error *err);
// What the user's configuration says for all commands: cache-dir and the like, into cli->common.
NODISCARD int settings_read_common(struct cli *cli, struct error *err);

// Who gave an option of this run; NULL: nobody did.
const struct said *setting_said(const struct cli *cli, const char *option);
