// SPDX-License-Identifier: MIT
// Where a file of the lock can be had, in the order to try: the configured index by name
// and hash, the lock's url, its path; and where all of them failed, the default index.
#pragma once

#include "builder/store/store.h"

enum { ADDRESSES_MAX = 4 };

struct file_address {
	struct slice url; // "" for a local file
	const char *path; // NULL for a url
};

struct addresses {
	struct file_address items[ADDRESSES_MAX];
	unsigned len;
	unsigned at; // the one in use
	bool asked_last_resort;
};

struct address_finder {
	const struct fetch_request *request;
	struct arena *arena;
};

// ERROR_SOURCE: none is known. What the locator says is passed on only where the lock
// itself names no address.
NODISCARD int addresses_find(const struct address_finder *finder,
			     const struct lock_choice *choice,
			     struct addresses *ret_addresses, struct error *err);

// The address in use, or NULL when all were tried. May ask the locator, once.
const struct file_address *addresses_get(const struct address_finder *finder,
					 const struct lock_choice *choice,
					 struct addresses *addresses);
