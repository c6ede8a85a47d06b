// SPDX-License-Identifier: MIT
// The first-seen journal: for files whose index gives no upload-time, when our store first saw them (700.2).
//
//	page without times ──seen_date()──▶ on it at the store's first look:  any age, no date
//	      journal so far ──┘             came later:                       the day it was first seen
//
// A file of that second kind is surely no older than the look before, so a cut-off may count it. One that was there from
// the start may be years older than the first look: it stays without a date, is kept and counted. A date never moves, not
// when the page is fetched anew, nor when the file goes and comes back.
#pragma once

#include "resolver/index/index.h"

// Sets first_seen of the files that came later, and writes the rows anew where there are any. journal: what is known, ""
// or damaged for nothing; now: seconds since 1970. Returns the journal to keep, "" where it is to stay as it is; it lives
// in the arena.
struct slice seen_date(struct project *project, struct slice journal, uint64_t now,
		       struct arena *arena);
