// SPDX-License-Identifier: MIT
// What programs that pinbake starts may see of the user's environment, and where they are.
#pragma once

#include "cli/cli.h"

// Lists that end in NULL; they live in cli's arena.
// Programs, keys, proxies and certificates.
const char *const *git_environment(struct cli *cli);
// What docker and podman find their daemon and store by.
const char *const *engine_environment(struct cli *cli);
// The folders of PATH.
const char *const *search_path(struct cli *cli);
// Where pyenv keeps its versions, if it is there.
const char *const *python_folders(struct cli *cli);
