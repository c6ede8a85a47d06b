// SPDX-License-Identifier: MIT
// The JSON documents of images, read from text to values. Names are those of files in the bundle.
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum {
	LAYERS_MAX = 512,
	DESCRIPTORS_MAX = 1024
}; // overlayfs takes 128 layers; an index has a dozen platforms

struct descriptor {
	struct slice file;       // "blobs/sha256/…"
	struct slice digest;     // 64 hex digits; "" where only the name is known
	struct slice tag;        // of the annotations, "" for none
	bool is_index, is_image; // by media type; both false: something else
};

struct descriptor_list {
	struct descriptor *items;
	size_t len, cap;
};

struct manifest {
	struct descriptor config;
	struct slice tag;              // docker's; "" for none
	struct descriptor_list layers; // lowest first
};

struct manifest_list {
	struct manifest *items;
	size_t len, cap;
};

struct image_config {
	bool is_image; // it has a root file system
	// python_version is PYTHON_VERSION of its environment
	struct slice os, architecture, variant, python_version;
};

// All of these give ERROR_INPUT if the text is no such document. Texts are copied.
NODISCARD int documents_read_index(struct slice text, struct arena *arena,
				   struct descriptor_list *ret_list, struct error *err);
NODISCARD int documents_read_manifest(struct slice text, struct arena *arena,
				      struct manifest *ret_manifest, struct error *err);
NODISCARD int documents_read_docker(struct slice text, struct arena *arena,
				    struct manifest_list *ret_list,
				    struct error *err); // manifest.json
NODISCARD int documents_read_config(struct slice text, struct arena *arena,
				    struct image_config *ret_config, struct error *err);
