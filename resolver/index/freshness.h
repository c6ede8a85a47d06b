// SPDX-License-Identifier: MIT
// How old an answer of an index is, and how to ask whether it still holds (RFC 9111).
// Kept apart from the answer.
#pragma once

#include "base/arena.h"

enum { FRESHNESS_LAYOUT = 2 };

struct freshness {
	uint64_t fetched_at; // seconds since 1970
	uint64_t max_age;    // seconds
	// The index had no such project, so there is no record. Negative answers are
	// kept, too.
	bool absent;
	// The sum of the record (crc64_of): a record with the same sum has not changed.
	uint64_t content;
	struct slice etag, last_modified; // "" for none
};

struct slice freshness_pack(const struct freshness *freshness, struct arena *arena);
// Borrows from packed
NODISCARD bool freshness_unpack(struct slice packed, struct freshness *ret_freshness);
// Is the answer still fresh? A clock that went back makes all stale.
bool freshness_holds(const struct freshness *freshness, uint64_t now);

// For how many seconds an answer with this Cache-Control may be used without asking: its
// max-age, 0 for no-cache and no-store, at most a day; `otherwise` if it says nothing.
uint64_t freshness_max_age(struct slice cache_control, uint64_t otherwise);
