// SPDX-License-Identifier: MIT
// The git of this machine, and what of the user's environment it may see.
#pragma once

#include "builder/source/source.h"
#include "cli/cli.h"

// Of PATH; where there is none, what needs it says so.
struct git git_program(struct cli *cli);
