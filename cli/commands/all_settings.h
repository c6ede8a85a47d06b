// SPDX-License-Identifier: MIT
// The settings of any command, for those that tell about them.
#pragma once

#include "cli/project_file.h"

struct command_settings {
	void *values; // by the command's table
	struct said_list said;
	struct ask_list asks; // what the project's file says and is not heeded
};

// As the command would have them if its command line were empty; project_alone: of the project's file alone, and all that
// it asks for. ERROR_INPUT.
NODISCARD int settings_of_command(struct cli *cli, const struct command *command,
				  bool project_alone, struct command_settings *ret,
				  struct error *err);

// For commands that tell about settings, whatever these say: they have none themselves.
int takes_no_settings(struct cli *cli, void *values, struct text_list *arguments,
		      struct error *err);
// Passwords in URLs are masked.
json_t *ask_as_json(struct cli *cli, const struct ask *ask);
void put_line(struct slice line); // to stdout
