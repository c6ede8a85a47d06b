// SPDX-License-Identifier: MIT
// "--python 3.11" stands for any 3.11, so for 3.11.0: what that keeps out.
#pragma once

#include "resolver/driver/search.h"

// Warns, once, of newer final releases that were left out only because the target's patch release is open and they
// need a later one. Releases that the user's own specifiers exclude are not counted. Nothing where a patch release was
// given.
void warn_about_patch_release(struct diagnostics *diagnostics,
			      const struct search *search, const struct pin_list *pins);
