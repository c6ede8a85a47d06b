// SPDX-License-Identifier: MIT
// Project, extra and group names (PEP 503, PEP 685; 503.1, 503.2).
#pragma once

#include "base/arena.h"

// ASCII [A-Z0-9._-] in any case, not empty, first and last [A-Z0-9].
bool name_is_valid(struct slice name);

// A copy in lower case in which each run of '-', '_', '.' is one '-'.
struct slice name_normalize(struct arena *arena, struct slice name);
bool name_is_normalized(struct slice name);

// Equal when normalized; allocates nothing.
bool name_eq(struct slice a, struct slice b);
// Is the name, in whatever form, among the list's? NULL is an empty list.
bool names_have(const struct slice_list *names, struct slice name);

// Levenshtein distance of two names in any case, at most `limit` + 1: for "did you mean".
// Limits above 15 count as 15.
size_t name_distance(struct slice a, struct slice b, size_t limit);

// Of `count` words the one within edit distance 2 of word, or NULL.
const char *nearest_word(const char *word, const char *const *words, size_t count);
