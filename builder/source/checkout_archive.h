// SPDX-License-Identifier: MIT
// A checkout as one tar archive on its way into the store: "source/PATH" each, with
// fixed times and owners, hashed as it is written.
#pragma once

#include "base/files.h"
#include "builder/source/source.h"

struct checkout_archive {
	struct store *store;
	struct file_writer writer;
	struct sha256_state *hash;
	uint64_t files;
};

// What a checkout may hold; the largest repositories of Python projects have some 100,000
// files and 2 GB.
#define CHECKOUT_FILES_MAX 1000000
#define CHECKOUT_BYTES_MAX (8 * GIB)

NODISCARD int checkout_archive_begin(struct checkout_archive *archive,
				     struct store *store, const char *cache_directory,
				     struct error *err);
// Fine on a zeroed struct.
void checkout_archive_abandon(struct checkout_archive *archive);

// In the order in which the caller has them: the same checkout must come in the same one. mode: 0644 or 0755, or without
// the rights of others. ERROR_INTEGRITY for paths that tar.4 refuses, and past the limits.
NODISCARD int checkout_archive_file(struct checkout_archive *archive, struct slice path,
				    unsigned mode, struct slice bytes, struct error *err);
NODISCARD int checkout_archive_link(struct checkout_archive *archive, struct slice path,
				    struct slice target, struct error *err);

// Closes it and puts it into the store.
NODISCARD int checkout_archive_end(struct checkout_archive *archive,
				   struct checkout *ret_checkout, struct error *err);
