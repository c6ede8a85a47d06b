// SPDX-License-Identifier: MIT
// What was learnt from indexes, kept between runs: LMDB tables in one file, index.mdb. The only file that calls mdb_*.
//
// A run reads the store as it was when the run began: values point into the file's map and stay valid until
// store_close. What is put is held back and written by store_flush in one transaction, so that a killed run loses some
// answers but breaks nothing. Several processes may use the store at once. A store of another layout is emptied.
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum store_table {
	STORE_PAGES,    // index and project → record (record.h)
	STORE_FRESH,    // index and project → struct freshness (freshness.h); apart, since a 304 changes only this
	STORE_METADATA, // digest of a file → its metadata's headers
	STORE_TABLES,
};

enum { STORE_KEY_MAX = 511 }; // bytes: LMDB's bound

struct store;

// Makes the directory and the file where they are missing. ERROR_IO.
NODISCARD int store_open(const char *directory, struct store **ret_store, struct error *err);
void store_close(struct store *store); // drops what was not flushed; NULL is fine

bool store_find(const struct store *store, enum store_table table, struct slice key, struct slice *ret_value);
// Key and value are borrowed until the next flush, or the close.
void store_put(struct store *store, enum store_table table, struct slice key, struct slice value);
size_t store_pending_bytes(const struct store *store);
NODISCARD int store_flush(struct store *store, struct error *err); // ERROR_IO
// Calls visit for each key and value in key order until it returns false.
void store_each(const struct store *store, enum store_table table,
		bool (*visit)(void *context, struct slice key, struct slice value), void *context);
