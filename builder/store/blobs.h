// SPDX-License-Identifier: MIT
// Layers in the store: blobs by digest (layers/sha256/HEX) and, apart from them, what
// each layer key was baked to (layers/key/HEX). The record survives when its blob is
// pruned: a re-bake must arrive at the same digest (key.2). Beside them the paths of each
// layer (layers/paths/HEX, by key), whose text layer/paths.h knows.
//
// All of it may be called from several threads and several processes at once: it touches
// nothing but files that appear whole.
#pragma once

#include "builder/store/store.h"

struct layer_record {
	struct sha256 key, digest, diff_id;
	struct sha256 toc;       // of an eStargz layer's table of contents, else zero
	uint64_t size, tar_size; // of the blob and of the plain tar, bytes
	uint32_t entries;        // tar entries that are files
	struct slice packages;   // "a 1.0, b 2.0"
};

// Where the blob of a digest is or would be; its directory exists. Lives in arena.
const char *store_layer_path(const struct store *store, const struct sha256 *digest,
			     struct arena *arena);

// Is the blob there with this size? Marks it as used now (prune's order).
bool store_has_layer(const struct store *store, const struct sha256 *digest,
		     uint64_t size);

// Is it what its digest says? As store_check_file. For all that is put into a result.
NODISCARD int store_check_layer(const struct store *store, const struct sha256 *digest,
				struct error *err);
// Was the blob written to after the note of its key, which is younger by rights? A look at times, not at bytes.
bool store_layer_looks_changed(const struct store *store,
			       const struct layer_record *record);

// A path in the blobs' directory for a layer whose digest is not known yet: pass it to
// file_create and file_commit, then rename_path to store_layer_path. `key` keeps threads
// apart. Left-overs are removed by store_prune.
const char *store_layer_work_path(const struct store *store, const struct sha256 *key,
				  struct arena *arena);

// What a key was baked to; *ret_record is NULL where nothing is known or the record is
// damaged (a bake then writes it anew). It lives in arena.
NODISCARD int store_layer_record_read(const struct store *store, const struct sha256 *key,
				      struct arena *arena,
				      const struct layer_record **ret_record,
				      struct error *err);
NODISCARD int store_layer_record_write(struct store *store,
				       const struct layer_record *record,
				       struct error *err);

// Where the bytecode of a key is or would be, and a path beside it for what is being
// written; name keeps threads apart, the process its own.
const char *store_bytecode_path(const struct store *store, const struct sha256 *key,
				struct arena *arena);
const char *store_bytecode_work_path(const struct store *store, const char *name,
				     struct arena *arena);

// The list of paths that was written for a key; false where there is none or it is
// damaged. Marks it as used now.
bool store_layer_paths_read(const struct store *store, const struct sha256 *key,
			    struct arena *arena, struct slice *ret_text);
// A list too long to be worth keeping is not kept.
NODISCARD int store_layer_paths_write(struct store *store, const struct sha256 *key,
				      struct slice text, struct error *err);
