// SPDX-License-Identifier: MIT
// --for-image: the targets that base images are.
#pragma once

#include "cli/commands/lock_options.h"

// One target for each image of each REF: its Python (or those of --python), its architecture, its libc. ERROR_USAGE
// beside --platform or --target; ERROR_INPUT: an image that cannot be read, or has no libc or no Python.
NODISCARD int image_targets(struct cli *cli, const struct lock_values *values,
			    struct target_list *ret_targets, struct error *err);
