// SPDX-License-Identifier: MIT
// The bytes of a blob on their way to disk: gathered, hashed for the digest, written.
#pragma once

#include "base/digest.h"
#include "base/files.h"

enum { BLOB_GATHERED_BYTES = 256 * 1024 };

struct blob_writer {
	struct file_writer file;
	struct sha256_state *hash;
	uint64_t size; // bytes put so far
	size_t gathered_len;
	char gathered[BLOB_GATHERED_BYTES]; // small pieces
};

// In place, as it is large; the file appears at path with blob_writer_commit.
NODISCARD int blob_writer_init(struct blob_writer *writer, const char *path,
			       struct error *err);
// Removes what was not committed; fine on a zeroed struct.
void blob_writer_release(struct blob_writer *writer);

NODISCARD int blob_writer_put(struct blob_writer *writer, struct slice bytes,
			      struct error *err);
// Not durable: a digest can re-make the file.
NODISCARD int blob_writer_commit(struct blob_writer *writer, struct sha256 *ret_digest,
				 struct error *err);
