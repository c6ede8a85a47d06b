// SPDX-License-Identifier: MIT
// What pip's configuration files say: the last word, after options and variables.
#pragma once

#include "cli/cli.h"

// Reads the files that pip reads, in its order: those of the machine, of the user, of the active environment, and the
// one that PIP_CONFIG_FILE names; /dev/null there means none at all. Problems become warnings. Called once, before
// the command runs.
void pip_config_load(struct cli *cli);

// The value of "index-url" and the like, of [install] before [global], of a later file before an earlier one; several
// lines are separated by blanks. NULL for none.
const char *pip_config_value(const char *key);
