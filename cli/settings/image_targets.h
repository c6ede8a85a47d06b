// SPDX-License-Identifier: MIT
// --for-image: the targets that base images are.
#pragma once

#include "cli/cli.h"

// One target for each image of each REF: its Python (or those of --python), its architecture, its libc. ERROR_USAGE
// for too many; ERROR_INPUT: an image that cannot be read, or has no libc or no Python.
NODISCARD int image_targets(struct cli *cli, const struct text_list *images,
			    const struct text_list *pythons,
			    struct target_list *ret_targets, struct error *err);
