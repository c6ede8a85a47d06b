// SPDX-License-Identifier: MIT
// What of a folder does not go into its source. Private to builder/source/.
#pragma once

#include "builder/source/ignore_rules.h"
#include "builder/source/source.h"

// A name that builds never read, or that somebody's private things have; by the name alone. False: neither.
bool is_never_built(struct slice name, enum left_out_kind *ret_kind);
// Is it a private key, whatever its name?
bool is_private_key(struct slice bytes);
