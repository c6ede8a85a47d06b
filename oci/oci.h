// SPDX-License-Identifier: MIT
// Images on disk, as values: what a base image has that decides which wheels fit it.
//
//	REF, a directory or a tar file
//	 ├─ oci-layout, index.json ──▶ manifest ──▶ config, layers      OCI layout, oci-archive, docker save since 25
//	 └─ manifest.json ───────────────────────▶ config, layers       docker save before
//	                                             │        └─ libc.so.6, ld-musl-*.so.1, bin/python3.N, whiteouts
//	                                             └─ architecture, env PYTHON_VERSION
//
// Nothing is unpacked and nothing of the image is run. Other files of this folder: documents.h reads the JSON, bundle.h
// the files, rootfs.h keeps what the layers say; image_json.h writes the documents of an image, in the form that
// canonical.h has. registry.h knows the way to a registry: reference.h takes its name apart, challenge.h and login.h
// answer what it asks for.
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum image_libc { LIBC_NONE, LIBC_GLIBC, LIBC_MUSL };

struct image {
	struct slice tag;                       // "" for none
	struct slice os, architecture, variant; // of the config: "linux", "arm", "v7"
	struct slice python; // "3.12" or "3.13t", of the Python it runs; "" for none
	enum image_libc libc;
	unsigned libc_major, libc_minor;
};

struct image_list {
	struct image *items;
	size_t len, cap;
};

// ref: a path, or PATH:TAG, with "oci:", "oci-archive:" or "docker-archive:" before it or not. Returns each image that
// is there as a whole, one for each platform. ERROR_INPUT: no such file, no image, several for one platform, a
// malformed document; ERROR_INTEGRITY: a document is not what its digest says.
NODISCARD int oci_read_images(struct slice ref, struct arena *arena,
			      struct image_list *ret_images, struct error *err);
