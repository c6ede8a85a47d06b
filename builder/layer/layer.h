// SPDX-License-Identifier: MIT
// From a lock's wheels to layers in the store: planned by name, keyed, baked where the key is not known (plan.*, key.*).
//
//	lock selection ──plan.h──▶ which wheels go into which layer ──key.h──▶ known? ──▶ the blob in the store
//	                                                                 │ unknown
//	wheels ──builder/wheel──▶ tree ──layer_writer.h──▶ tar bytes (tar.*) ──▶ gzip members with the wheels' own deflate (gz.*)
//	                                                     └ SHA-256 = diff id      └ SHA-256 = digest
#pragma once

#include "builder/wheel/bytecode.h"

// How the tar of a layer becomes a blob. The tar is the same for gzip and zstd.
enum layer_coding {
	LAYER_GZIP,    // members with the wheels' own deflate streams (gz.3)
	LAYER_ESTARGZ, // the same with a table of contents, for lazy pulling (gz.14)
	LAYER_ZSTD,    // one frame by libzstd: bytes depend on its version (gz.15)
};

struct bake_request {
	const struct lock_selection *selection; // wheels of one target
	struct tree_options tree;               // the environment that the layers make up
	const struct bytecode_interpreter *bytecode; // NULL: no layers of bytecode
	uint32_t uid, gid;
	uint64_t mtime; // 315532800, or SOURCE_DATE_EPOCH where earlier (tar.10)
	enum layer_coding coding;
	int zstd_level; // 1 to 19, for LAYER_ZSTD
	unsigned jobs;  // 0: number of processors
	bool rehash;    // read blobs that are there again and compare
	// Brings wheels that are about to be opened into the store. NULL: they are there.
	int (*ensure)(void *context, const struct lock_selection *missing,
		      struct error *err);
	void *context;
	const struct work *work; // or NULL
};

struct layer {
	struct slice name;     // "skeleton", "numpy", "bucket-03"
	struct slice kind;     // "skeleton", "wheels" or "pyc"
	struct slice packages; // "a 1.0, b 2.0"
	struct sha256 key, digest, diff_id;
	struct sha256 toc;       // of an eStargz layer's table of contents, else zero
	uint64_t size, tar_size; // compressed and plain, bytes
	uint32_t entries;        // files in it
	bool baked;              // now, not found in the store
};

struct bake_result {
	struct layer *layers; // in plan order (plan.4)
	size_t len, cap;
	enum layer_coding coding;
	struct sha256 plan_digest;
	struct sha256 manifest_digest, config_digest; // set by image_stage
	uint64_t heavy_threshold;                     // bytes (plan.3)
	struct slice prefix, interpreter;             // of the request's tree
	enum scheme scheme;
	struct slice *warnings; // of files that two wheels bring (env.10)
	size_t warnings_len, warnings_cap;
	uint64_t uncompiled; // sources without bytecode, of layers baked now (pyc.6)
	uint64_t stripped_files, stripped_bytes; // left out of layers baked now (env.11)
};

// Plans, and bakes what the store does not know; the wheels of known layers are not opened (key.2). ERROR_INPUT: a pin that
// is no wheel, or a prefix or interpreter that env.1 refuses; with request->tree.strict, different bytes at one path.
// ERROR_INTEGRITY: a wheel that is damaged, or a key that gives another digest than before.
NODISCARD int bake(struct store *store, const struct bake_request *request,
		   struct arena *arena, struct bake_result *ret_result,
		   struct error *err);
