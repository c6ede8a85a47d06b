// SPDX-License-Identifier: MIT
// What is known from indexes, kept between runs: LMDB tables in one file, index.mdb. The
// only file that calls mdb_*.
//
// A run reads the store as it was when the run began: small values point into the file's
// map, large ones are read in parts (value.h); both stay valid until store_close. What is put is held back and written by store_flush
// in one transaction, so that a killed run loses some answers but breaks nothing. Several
// processes may use the store at once. A store of another layout is emptied.
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "resolver/index/value.h"

enum store_table {
	STORE_PAGES, // index and project → record (record.h)
	// Index and project → struct freshness (freshness.h). It is kept apart, since a
	// 304 changes only this.
	STORE_FRESH,
	STORE_METADATA, // digest of a file → the headers of its metadata that resolving needs
	// Index and project → first-seen journal (seen.h). Nobody could tell it again, so
	// it is kept when a change of layout empties the others.
	STORE_SEEN,
	STORE_TABLES,
};

enum { STORE_KEY_MAX = 511 }; // bytes: LMDB's bound

struct index_store;

// Opens the store; makes the directory and the file if they are missing. ERROR_IO.
NODISCARD int index_store_open(const char *directory, struct index_store **ret_store,
			       struct error *err);
// Drops what was not flushed; NULL is fine.
void index_store_close(struct index_store *store);

bool index_store_find(const struct index_store *store, enum store_table table,
		      struct slice key, struct slice *ret_value);
// Finds a value that is to be read in parts, until index_store_close.
bool index_store_place(const struct index_store *store, enum store_table table,
		       struct slice key, struct value *ret_value);
// Key and value are borrowed until the next flush, or the close.
void index_store_put(struct index_store *store, enum store_table table, struct slice key,
		     struct slice value);
size_t index_store_pending_bytes(const struct index_store *store);
// ERROR_IO
NODISCARD int index_store_flush(struct index_store *store, struct error *err);
// Calls visit for each key and value in key order until it returns false.
void index_store_each(const struct index_store *store, enum store_table table,
		      bool (*visit)(void *context, struct slice key, struct slice value),
		      void *context);
