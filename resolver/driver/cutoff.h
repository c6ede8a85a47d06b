// SPDX-License-Identifier: MIT
// --exclude-newer: the moment after which uploaded files do not exist for a lock.
//
//	2024-05-01, 2024-05-01T12:00:00Z   a moment; a date alone is its first one, in UTC
//	7d, 2w, 30 days, 36h, P7D, PT36H   so long before now
//	pins                               when the newest of the exactly pinned releases was first uploaded, so that
//	                                   old pins get what else there was in their day
//
// The lock has the moment itself (751.16): locking again does not depend on today.
#pragma once

#include "resolver/driver/request.h"

struct driver;

enum cutoff_kind { CUTOFF_NONE, CUTOFF_MOMENT, CUTOFF_AGE, CUTOFF_PINS };

struct cutoff {
	enum cutoff_kind kind;
	// RFC 3339; "" for none, and for pins until they are looked up
	struct slice moment;
	bool spares_pins; // files of exactly pinned releases exist whenever they were uploaded
	const struct lock_cutoff *packages; // sorted by name: what holds in its place
	size_t packages_len;
};

// text: the option's value, "" for none; now: seconds since 1970. ERROR_USAGE.
NODISCARD int cutoff_read(struct arena *arena, struct slice text, uint64_t now,
			  struct cutoff *ret_cutoff, struct error *err);

// texts: "NAME=WHEN" with a date, an age or "false", the last of a name counts. present: a lock whose own moments stay
// where nothing is said of a name or an age, as with the cut-off itself; NULL for none. Texts live in the arena.
// ERROR_USAGE.
NODISCARD int cutoff_read_packages(struct arena *arena, const struct slice_list *texts,
				   uint64_t now, const struct lock *present,
				   struct cutoff *cutoff, struct error *err);

// The entry of a normalized name; NULL for none.
const struct lock_cutoff *cutoff_of_package(const struct lock_cutoff *items, size_t len,
					    struct slice name);
// The moment that holds for a package; "" for none.
struct slice cutoff_for(const struct resolve_policy *policy, struct slice name);
// The list with the entry in it, in the place of one of its name.
void cutoff_set_package(struct arena *arena, struct cutoff *cutoff,
			const struct lock_cutoff *entry);

// What locking again should go by: the lock's own moment, where nothing is said or an age, which would mean another
// moment every day. Moments and pins that are said stand.
void cutoff_keep(struct cutoff *cutoff, const struct lock *present);

// Into the request's policy: the moment, and whose files it spares. The one of `pins` is the latest, over the exact pins
// among its requirements that hold for one of its targets, of each release's first upload (a wheel added years later
// does not move it). Pins whose release is not there do not count; where none does there is no cut-off. ERROR_USAGE
// where there are no pins, ERROR_INTERRUPTED, ERROR_IO.
NODISCARD int cutoff_apply(const struct cutoff *cutoff, struct driver *driver,
			   struct resolve_request *request, struct error *err);
