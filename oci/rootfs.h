// SPDX-License-Identifier: MIT
// What the layers of an image leave behind of the few files that tell its libc and its Pythons.
//
//	for each layer, lowest first: rootfs_next_layer; for each entry: rootfs_wants? ──▶ rootfs_add with its content
#pragma once

#include "base/arena.h"

enum rootfs_kind { ROOTFS_GLIBC, ROOTFS_MUSL, ROOTFS_PYTHON };

struct rootfs_file {
	struct slice path; // without "./" or a slash before it
	size_t layer;
	enum rootfs_kind kind;
	unsigned major, minor; // of the libc; of Python
	bool free_threaded;
	bool removed;
};

// Zeroed but for `arena` is empty.
struct rootfs {
	struct arena *arena;
	size_t layer;
	struct rootfs_file *items;
	size_t len, cap;
};

void rootfs_next_layer(struct rootfs *rootfs);
// Must the entry's content be read? Only of regular files.
bool rootfs_wants_content(struct slice path);
// An entry of the layer at hand; whiteouts take away what lower layers have. content may be "".
void rootfs_add(struct rootfs *rootfs, struct slice path, struct slice content);

// The file that counts, or NULL: glibc before musl; of Pythons one in /usr/local/bin first, the newest of a folder.
// minor UINT_MAX: any Python 3, else only 3.minor.
const struct rootfs_file *rootfs_libc(const struct rootfs *rootfs);
const struct rootfs_file *rootfs_python(const struct rootfs *rootfs, unsigned minor);
