// SPDX-License-Identifier: MIT
// Which releases of a project a version specifier admits.
#pragma once

#include "packaging/specifier.h"
#include "resolver/index/index.h"

struct rank_range {
	uint32_t from, to; // from <= rank < to
};

// The releases that one clause admits, as at most two ranges, ascending, none empty.
// Returns how many. Not for `===`, which compares texts.
size_t ranks_admitted(const struct project *project, const struct specifier *specifier,
		      struct rank_range ret_ranges[2]);
