// SPDX-License-Identifier: MIT
// Baked layers as a folder that goes into a build context, as an archive for `docker load`, and in a Dockerfile.
//
//	bake ──▶ layers in the store ──image_stage──▶ .pinbake/layers/SHA256/layer.tar.gz, oci/, bake.json
//	                                                  │ image_result_read
//	                                                  ├──dockerfile_text──▶ the marked block of a Dockerfile (docker.*)
//	                                                  └──image_write_archive──▶ a tar that is layout and archive (load.1)
#pragma once

#include "builder/layer/layer.h"

struct image_request {
	const char *directory; // ".pinbake"
	const struct target *target;
	uint64_t created; // SOURCE_DATE_EPOCH or 0 (oci.5)
	// SHA-256 of the lock's bytes, for the manifest's annotation; "" for none
	struct slice lock_digest_hex;
	bool rehash;             // read staged layers that are there again and compare
	unsigned jobs;           // 0: number of processors
	const struct work *work; // or NULL
};

// Writes the directory: layers/, groups/, oci/, bake.json, .gitignore. Sets the digests of manifest and config in result.
// ERROR_USAGE for a target that is not Linux; ERROR_INPUT where the directory, or anything below it, is a link or belongs
// to another user: nothing outside of it is ever written, changed or removed. ERROR_INTEGRITY where a layer of the store
// that is to be placed is not what its name says; it is gone then (store_lost).
NODISCARD int image_stage(const struct store *store, const struct image_request *request,
			  struct bake_result *result, struct error *err);

// What image_stage left in the directory, read back for `dockerfile`: layer names, digests, sizes, in plan order.
NODISCARD int image_result_read(const char *directory, struct arena *arena,
				struct bake_result *ret_result, struct error *err);

// What was found there that pinbake does not make, and left alone.
struct image_foreign {
	size_t len;
	struct slice first; // its path
};

// Removes from the directory what earlier bakes put there and result does not name. image_stage leaves older layers in
// place, because the present Dockerfile still names them: to be called when the new one is written (ctx.6).
NODISCARD int image_remove_stale(const char *directory, const struct bake_result *result,
				 struct arena *arena, struct image_foreign *ret_foreign,
				 struct error *err);

// Writes the hybrid archive (load.1) of what image_stage put into the directory: `docker load` takes it. ERROR_USAGE for a
// reference that is not name:tag.
NODISCARD int image_write_archive(const char *directory, const struct bake_result *result,
				  struct slice reference, const char *archive_path,
				  struct error *err);

struct dockerfile_options {
	// The present Dockerfile: only its marked block is replaced (docker.1); "": a new
	// one
	struct slice existing;
	struct slice base; // "python:3.12-slim"
	struct slice prefix;
	struct slice out_directory; // ".pinbake"
	struct slice form;          // "run" or "add"
	struct slice workdir, app;  // "/app"; files to COPY ("." for all) or ""
	struct slice command;       // CMD as JSON array text, or ""
	struct slice expose;        // "8501" or ""
};
NODISCARD int dockerfile_text(const struct dockerfile_options *options,
			      const struct bake_result *result, struct arena *arena,
			      struct slice *ret_text, struct error *err);
// existing .dockerignore or "" → with the marked block (ctx.7).
struct slice dockerignore_text(struct slice existing, struct arena *arena);
