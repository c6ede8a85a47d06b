// SPDX-License-Identifier: MIT
// Inside of the store: where things lie below the cache directory.
//
//	files/sha256/HEX     wheels and sdists; a file is there only when its bytes and its RECORD were checked
//	files/loading/HEX    a lock: some process is fetching the file of this digest
//	layers/sha256/HEX    layer blobs
//	layers/key/HEX       what a layer key was baked to
//	layers/paths/HEX     the paths of the layer of a key
//	bytecode/HEX         compiled modules of a wheel (pyc.8)
//	unpacked/HEX/        the files of a wheel as install links, clones or copies them
//	*.part               being written; removed by prune when their writer has died
#pragma once

#include "base/folder.h"
#include "builder/store/blobs.h"

struct store {
	const char *root; // the cache directory
	// The same: names below it are made, moved and removed by it
	struct folder cache;
	const char *files, *layers, *keys, *paths, *bytecode, *unpacked, *loading;
	struct store_sums *sums; // what was hashed in this run (sound.h)
	int shared;              // held while the store is open (place_share), or -1
	struct arena arena;
};

// "unpacked", digest → "unpacked/HEX", in the cache
const char *store_name_of(const char *folder, const struct sha256 *digest,
			  struct arena *arena);
// `folder`/HEX
const char *store_path_of(const char *folder, const struct sha256 *digest,
			  struct arena *arena);
