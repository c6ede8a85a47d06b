// SPDX-License-Identifier: MIT
// The folder that goes into a build context (ctx.1–ctx.6) and the groups of the RUN form
// (docker.12).
//
//	.pinbake/layers/SHA256/layer.tar.gz     a directory per layer, named by the blob's digest (or layer.tar.zst)
//	.pinbake/groups/SHA256/00.tar.gz …      the same files, several to a RUN line
//	.pinbake/oci/                           OCI layout of the same files
//	.pinbake/bake.json                      what image_result_read reads
//	.pinbake/.gitignore                     "*"
#pragma once

#include "builder/image/image.h"
#include "oci/image_json.h"

enum { STAGE_GROUPS = 4 };

// One line of the RUN form: consecutive layers of the plan, so that the order in which
// files win stays that of env.10.
struct stage_group {
	struct sha256 digest; // of its layers' digests in hex, each followed by a newline
	const struct layer **layers;
	size_t len, cap;
};

struct stage_groups {
	struct stage_group items[STAGE_GROUPS];
	size_t len; // none is empty
};

struct stage_groups stage_groups_of(const struct bake_result *result,
				    struct arena *arena);

// "gz" or "zst": the end of a staged layer's name.
const char *stage_suffix(const struct bake_result *result);

struct stage_parts {
	const struct bake_result *result;
	const struct oci_documents *documents;
	const char *const *blobs;  // by layer of result: where its blob lies
	const struct store *store; // that says whether they are sound, or NULL
};

// Fills the directory. Blobs are hard-linked where that can be. Names are content-addressed:
// what exists with the right size is left alone, with rehash only after reading it.
NODISCARD int stage_write(const struct image_request *request,
			  const struct stage_parts *parts, struct error *err);

// bake.json as text, and back.
struct slice stage_result_text(const struct bake_result *result, struct arena *arena);
NODISCARD int stage_result_parse(struct slice text, struct arena *arena,
				 struct bake_result *ret_result, struct error *err);
