// SPDX-License-Identifier: MIT
// Writes a tree to a folder of a live file system, with the modes and times that the
// layers have (tar.10).
#pragma once

#include "builder/install/former.h"
#include "builder/install/linking.h"

struct tree_writer_options {
	const struct folder *root; // is empty
	// Paths of the tree begin with it, without the leading slash; it is left off.
	struct slice prefix;
	uint64_t mtime;      // of everything
	struct store *store; // of unpacked wheels
	enum link_mode link_mode;
	unsigned jobs;
	// NULL, or the environment whose unchanged files are linked instead of inflated
	const struct former *former;
	const struct work *work;
};

// A directory may stand in both trees; wheels are those of the second one.
// tree_writer_finish sets the times of directories, after whatever else was put in.
struct tree_writer {
	const struct tree_writer_options *options;
	const struct tree *skeleton, *packages;
	const struct wheel_file *wheels;
	size_t wheels_len;
	uint64_t files, bytes;           // written or linked
	uint64_t linked, cloned, copied; // files of them, out of the store
	size_t changed; // wheels whose unpacked form in the store was not used, and removed
};

NODISCARD int tree_writer_write(struct tree_writer *writer, struct error *err);
// Links a stranger of the former environment into the folder, unless something lies
// there.
NODISCARD int tree_writer_carry_over(struct tree_writer *writer, struct slice path,
				     struct error *err);
NODISCARD int tree_writer_finish(struct tree_writer *writer, struct error *err);

// Does what lies in `root` look exactly like the trees: kind, mode, size, time, link
// text?
bool tree_writer_is_current(const struct tree_writer *writer, const struct folder *root);
