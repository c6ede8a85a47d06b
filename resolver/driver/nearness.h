// SPDX-License-Identifier: MIT
// The order in which a repair tries releases: what was asked for, then what is next to it.
#pragma once

#include "resolver/index/candidates.h"

// Of the usable releases those that satisfy `asked` stay first, in their order; then come those with a wheel before
// those without, each with the series (the first two numbers) of an exact pin before others, and by how many releases
// lie between, of two as far the newer. Pre-releases stay behind the stable ones unless `asked` names one.
void order_by_nearness(struct candidates *candidates, const struct specifier_set *asked,
		       struct arena *arena);

// The usable releases that the cut-off (microseconds since 1970) admits stay first; the others follow, oldest first.
void order_by_upload(struct candidates *candidates, int64_t cutoff, struct arena *arena);

// How many releases lie between what is asked and the release of that rank, itself included; 0 for one that satisfies.
uint32_t rank_distance(const struct project *project, const struct specifier_set *asked,
		       uint32_t rank);

// Do the first two numbers differ from the version that an exact pin names? False for other specifiers.
bool leaves_series(const struct specifier_set *asked, const struct version *version);
