// SPDX-License-Identifier: MIT
// Writes the documents of an image: what the image holds goes in as values, canonical JSON comes out (oci.1,
// oci.3–oci.8), so that the same layers give the same digests.
//
//	struct oci_content ──▶ config ──digest──▶ manifest ──digest──▶ index.json
#pragma once

#include "base/digest.h"
#include "packaging/target.h"

#define OCI_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG_TYPE   "application/vnd.oci.image.config.v1+json"
#define OCI_GZIP_TYPE     "application/vnd.oci.image.layer.v1.tar+gzip"
#define OCI_ZSTD_TYPE     "application/vnd.oci.image.layer.v1.tar+zstd"
#define OCI_INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define OCI_LAYOUT_TEXT   "{\"imageLayoutVersion\":\"1.0.0\"}"

struct oci_annotation {
	const char *name;
	struct slice value;
};

struct oci_layer {
	const char *type;              // OCI_GZIP_TYPE or OCI_ZSTD_TYPE
	struct sha256 digest, diff_id; // of the blob, of its plain tar
	uint64_t size;                 // of the blob, bytes
	struct slice created_by;       // in the history
	const struct oci_annotation *annotations;
	size_t annotations_len;
};

struct oci_content {
	const struct target *target;     // whose platform it is
	uint64_t created;                // seconds since 1970
	const struct slice *environment; // "PATH=/usr/bin", of its containers
	size_t environment_len;
	const struct oci_layer *layers; // the lowest first
	size_t layers_len;
	// Of the manifest; when it was created is added
	const struct oci_annotation *annotations;
	size_t annotations_len;
};

struct oci_documents {
	struct slice config, manifest;
	struct sha256 config_digest, manifest_digest;
	struct slice platform; // {"architecture":…,"os":…} as JSON, for the index
};

// All texts live in arena. ERROR_USAGE for a target that is not Linux.
NODISCARD int oci_documents_make(const struct oci_content *content, struct arena *arena,
				 struct oci_documents *ret_documents, struct error *err);

// index.json with one manifest. reference: "name:tag" for containerd's and Docker's image store, or ""; tag: for skopeo and
// podman.
struct slice oci_index(const struct oci_documents *documents, struct slice reference,
		       struct slice tag, struct arena *arena);
