// SPDX-License-Identifier: MIT
// The files of an image on disk, by name: a directory, or a tar file that is never unpacked.
#pragma once

#include "base/error.h"
#include "base/map.h"

struct bundle {
	struct arena *arena;
	const char *path;
	bool is_directory;
	struct map names; // of a tar file: name → links
	struct {
		struct slice *items;
		size_t len, cap;
	} links; // where the entry is a link: its target's name, else ""
};

// ERROR_INPUT: neither a directory nor a tar file.
NODISCARD int bundle_open(const char *path, struct arena *arena,
			  struct bundle *ret_bundle, struct error *err);
bool bundle_has(const struct bundle *bundle, struct slice name);
// Reads a document, which is small, as a whole.
NODISCARD int bundle_read(const struct bundle *bundle, struct slice name,
			  struct slice *ret_text, struct error *err);

// Gets each entry of a layer; its content only if `wants` said so, and at most so much that a libc fits.
struct layer_reader {
	bool (*wants)(struct slice path);
	void (*take)(void *context, struct slice path, struct slice content);
	void *context;
};
// Reads a layer: a tar file, compressed by gzip or zstd or not at all.
NODISCARD int bundle_read_layer(const struct bundle *bundle, struct slice name,
				const struct layer_reader *reader, struct error *err);
