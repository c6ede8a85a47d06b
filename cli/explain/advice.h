// SPDX-License-Identifier: MIT
// What a user should know about pins before trusting them.
#pragma once

#include "cli/lock/resolve.h"

// Every file must have one of the hashes that the requirements allow (req.3). ERROR_INTEGRITY with the place.
NODISCARD int check_hashes(const struct resolve *resolve, const struct pin_list *pins,
			   struct error *err);

// Yanked releases, owners' warnings, source distributions, extras that do not exist, files without an upload time.
void warn_about_pins(struct cli *cli, struct resolve *resolve,
		     const struct pin_list *pins);
