// SPDX-License-Identifier: MIT
// OCI documents of an image of our layers alone, without a base (oci.1, oci.3–oci.8):
// canonical JSON, so that the same layers give the same digests.
#pragma once

#include "builder/builder.h"

struct json_t;

struct oci_documents {
	struct slice config, manifest;
	struct sha256 config_digest, manifest_digest;
	struct slice platform; // {"architecture":…,"os":…} as JSON, for the index
};

// layers of result → config and manifest. ERROR_USAGE for a target that is not Linux.
NODISCARD int oci_documents_make(const struct bake_options *options,
				 const struct bake_result *result, struct arena *arena,
				 struct oci_documents *ret_documents, struct error *err);

// index.json with one manifest. reference: "name:tag" for containerd's and Docker's image
// store, or ""; tag: for skopeo and podman.
struct slice oci_index(const struct oci_documents *documents, struct slice reference,
		       struct slice tag, struct arena *arena);

// Seconds since 1970 as "2024-01-01T00:00:00Z".
struct slice oci_time(uint64_t seconds, struct arena *arena);

// Canonical JSON (oci.1): compact, keys sorted by bytes. Gives up the caller's reference
// to value.
struct slice json_canonical(struct json_t *value, struct arena *arena);
struct json_t *json_text(struct slice text); // a JSON string; well-formed UTF-8

// "sha256:HEX".
struct slice oci_digest(const struct sha256 *digest, struct arena *arena);

#define OCI_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG_TYPE   "application/vnd.oci.image.config.v1+json"
#define OCI_GZIP_TYPE     "application/vnd.oci.image.layer.v1.tar+gzip"
#define OCI_ZSTD_TYPE     "application/vnd.oci.image.layer.v1.tar+zstd"
#define OCI_INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define OCI_LAYOUT_TEXT   "{\"imageLayoutVersion\":\"1.0.0\"}"

// What a snapshotter holds an eStargz layer's table of contents against (gz.14).
#define OCI_TOC_DIGEST "containerd.io/snapshot/stargz/toc.digest"

// The prefix of our annotations (oci.8).
#define OCI_OURS "dev.pinbake."
