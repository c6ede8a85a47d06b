// SPDX-License-Identifier: MIT
// Project, extra and group names (PEP 503, PEP 685; 503.1, 503.2).
#pragma once

#include "base/arena.h"

bool name_is_valid(struct slice name); // ASCII [A-Z0-9._-], first and last [A-Z0-9], any case, not empty
struct slice name_normalize(struct arena *arena, struct slice name); // a copy: lower case, runs of -_. are one '-'
bool name_is_normalized(struct slice name);
bool name_eq(struct slice a, struct slice b); // equal when normalized; allocates nothing
// Levenshtein distance of two names in any case, at most `limit` + 1: for "did you mean". Limits above 15 count as 15.
size_t name_distance(struct slice a, struct slice b, size_t limit);
