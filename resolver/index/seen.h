// SPDX-License-Identifier: MIT
// The first-seen journal: for files whose index gives no upload-time, when our store first saw them (700.2).
//
//	journal so far ──seen_begin()──▶ ──seen_end()──▶ journal to keep
//	a page's files ──seen_date()──┘
//	                     there at the store's first look:  any age, no date
//	                     came later:                       the day it was first seen
//
// A file that came later is surely no older than the look before, so a cut-off may count it. One that was there from
// the start may be years older than the first look: it stays without a date, is kept and counted. A date never moves,
// not when the page is fetched anew, nor when the file goes and comes back.
#pragma once

#include "resolver/index/index.h"

struct seen_entry {
	uint64_t id;         // of a file: the start of SHA-256 over its name and digest
	uint64_t first_seen; // seconds since 1970; 0: it was there at the first look
};

struct seen {
	struct arena *arena;
	ARRAY_OF(struct seen_entry) entries; // those that were known first, by id
	size_t known_len;
	uint64_t date; // of what is new
};

// journal: what is known, "" or damaged for nothing; now: seconds since 1970. What is kept of it is copied to the arena.
void seen_begin(struct seen *seen, struct slice journal, uint64_t now,
		struct arena *arena);
// Sets first_seen of a file that has no upload time and came later than the first look.
void seen_date(struct seen *seen, struct project_file *file);
// The journal to keep, in the arena; "" where it is to stay as it is.
struct slice seen_end(struct seen *seen);
