// SPDX-License-Identifier: MIT
// Where this user's own files are.
#pragma once

#include "cli/cli.h"

// $HOME where it is absolute, else what the list of users says; NULL for none. Lives in cli's arena.
const char *user_home(struct cli *cli);
