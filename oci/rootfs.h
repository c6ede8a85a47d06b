// SPDX-License-Identifier: MIT
// The few files of an image that tell its libc and its Pythons, after all layers have been applied.
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
// Must the entry's content be read? To be asked of regular files only.
bool rootfs_wants_content(struct slice path);
// Adds an entry of the present layer; a whiteout removes what lower layers have. content may be "".
void rootfs_add(struct rootfs *rootfs, struct slice path, struct slice content);

// The file that counts, or NULL: glibc comes before musl, a Python in /usr/local/bin before others, the newest one of a
// folder before older ones. minor UINT_MAX: any Python 3, else only 3.minor.
const struct rootfs_file *rootfs_libc(const struct rootfs *rootfs);
const struct rootfs_file *rootfs_python(const struct rootfs *rootfs, unsigned minor);
