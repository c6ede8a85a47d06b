// SPDX-License-Identifier: MIT
// One layer on its way to disk: tree entries go in, tar bytes are hashed for the diff id
// and the blob is written and hashed for the digest, in one pass. Nothing here grows with a
// file's size.
#pragma once

#include "builder/layer/layer.h"

struct layer_values {
	uint32_t uid, gid;
	uint64_t mtime;
	enum layer_coding coding;
	int zstd_level;
	const struct work *work; // may be NULL
};

// What came of it.
struct layer_numbers {
	struct sha256 digest, diff_id;
	struct sha256 toc;       // of an eStargz layer's table of contents, else zero
	uint64_t size, tar_size; // bytes
	uint32_t entries;        // files
};

struct layer_writer;

// The blob is written to path + a temporary suffix until layer_writer_commit.
NODISCARD int layer_writer_new(const char *path, const struct layer_values *values,
			       struct layer_writer **ret_writer, struct error *err);
// Abandons what was not committed; NULL is fine.
void layer_writer_free(struct layer_writer *writer);
void layer_writer_cleanup(struct layer_writer **writer);

// Entries in tar.3 order; wheels are those of the entry's tree. ERROR_INTEGRITY where a
// wheel's file has not the length or CRC-32 of its directory, or a compression that is
// refused (gz.5, gz.8).
NODISCARD int layer_write_entry(struct layer_writer *writer,
				const struct tree_entry *entry,
				const struct wheel_file *wheels, struct error *err);
// Ends the archive and puts the blob at its path. Not durable: a digest can re-make it.
NODISCARD int layer_writer_commit(struct layer_writer *writer,
				  struct layer_numbers *ret_numbers, struct error *err);
