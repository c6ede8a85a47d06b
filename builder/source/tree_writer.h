// SPDX-License-Identifier: MIT
// A tree of files as one tar archive on its way into the store: "source/PATH" each, with
// fixed times and owners, hashed as it is written.
#pragma once

#include "base/files.h"
#include "builder/source/source.h"

struct tree_archive {
	struct store *store;
	struct file_writer writer;
	struct sha256_state *hash;
	uint64_t files;
};

// What a tree may hold; the largest repositories of Python projects have some 100,000
// files and 2 GB.
#define TREE_FILES_MAX 1000000
#define TREE_BYTES_MAX (8 * GIB)

NODISCARD int tree_archive_begin(struct tree_archive *archive, struct store *store,
				 const char *cache_directory, struct error *err);
void tree_archive_abandon(struct tree_archive *archive); // fine on a zeroed struct

// In the order in which the caller has them: the same tree must come in the same one.
// ERROR_INTEGRITY for paths that tar.4 refuses, and past the limits.
NODISCARD int tree_archive_file(struct tree_archive *archive, struct slice path,
				bool executable, struct slice bytes, struct error *err);
NODISCARD int tree_archive_link(struct tree_archive *archive, struct slice path,
				struct slice target, struct error *err);

// Closes it and puts it into the store.
NODISCARD int tree_archive_end(struct tree_archive *archive, struct source_tree *ret_tree,
			       struct error *err);
