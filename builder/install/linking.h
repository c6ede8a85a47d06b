// SPDX-License-Identifier: MIT
// Files of wheels from their unpacked form in the store into an environment: by hard link,
// clone or copy, where that can be done and the stored file is untouched.
#pragma once

#include "base/folder.h"
#include "base/inflate.h"
#include "builder/install/install.h"
#include "builder/install/sums.h"

#include <stdatomic.h>

struct linking {
	enum link_mode mode;  // never LINK_AUTO: what was decided
	const char **folders; // by wheel: its unpacked form, NULL without one
	// By wheel: what its files have to be, NULL where they were unpacked in this run; and was one of them another?
	const struct wheel_sums **sums;
	atomic_bool *changed;
	const struct wheel_file *wheels;
	const struct folder *root;
	size_t wheels_len;
	atomic_uint_least64_t linked, cloned, copied;
};

struct linking_options {
	struct store *store;
	enum link_mode mode;
	const struct folder *root; // where the environment is written
	const struct wheel_file *wheels;
	const bool *wanted;            // by wheel: false where no file of it is needed
	const struct wheel_sums *sums; // by wheel
	size_t wheels_len;
	struct inflater *const *inflaters; // by worker
	unsigned jobs;
	const struct work *work;
};

// Decides what LINK_AUTO is (clone where the file systems can, else inflate) and unpacks the
// wheels that the store has not unpacked yet; those that another process is at are left to
// it and have no folder here. ERROR_INTEGRITY as entry_stream; ERROR_IO.
NODISCARD int linking_prepare(struct linking *linking,
			      const struct linking_options *options, struct arena *arena,
			      struct error *err);

// Removes the unpacked forms of which a file was changed. Returns their number.
size_t linking_finish(struct linking *linking);

// A file of that name in the root, where nothing lies, with this mode and UNPACKED_MTIME. False: nothing
// lies there still, and the caller has to inflate the entry. By several threads at once.
bool linking_place(struct linking *linking, const struct tree_entry *entry,
		   const char *name, struct arena *scratch);
