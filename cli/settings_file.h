// SPDX-License-Identifier: MIT
// The two files that settings stand in: the project's, and the user's own.
#pragma once

#include "base/origin.h"
#include "cli/cli.h"
#include "settings/document.h"
#include "settings/trust.h"

struct settings_file {
	const char *path;
	enum origin origin;             // ORIGIN_PROJECT or ORIGIN_USER
	const struct toml_table *table; // NULL: there is none, or it cannot be read
	const struct source *source;
};

// pinbake.toml of the current folder, else [tool.pinbake] of its pyproject.toml; $XDG_CONFIG_HOME/pinbake/config.toml.
// Read once; what is wrong is a diagnostic, each time: the user's file must be the user's own and not lie in the current folder, and no other user may have
// put a project's file into a shared folder.
const struct settings_file *project_settings(struct cli *cli);
const struct settings_file *user_settings(struct cli *cli);

// The project's file as it is trusted, by path and content. `table` must not be NULL.
struct trust_file project_identity(struct cli *cli);
// Has the user allowed it as it is: `pinbake trust`, or its digest in PINBAKE_TRUST? What is wrong is a diagnostic.
bool project_is_trusted(struct cli *cli);
// Where `pinbake trust` remembers: $XDG_STATE_HOME/pinbake/trust. NULL with err where this user has no home, or it is the
// current folder.
const char *trust_folder(struct cli *cli, struct error *err);
