// SPDX-License-Identifier: MIT
// A list of everything in the cache directory that pinbake has put there: what it is, how large, when it was used.
#pragma once

#include "builder/store/folders.h"

struct holding {
	enum store_kind kind;
	const char *path;  // for messages and looks
	const char *below; // the same in the cache, by which it is removed
	struct slice name; // its last component
	uint64_t bytes;    // of a folder: of all that is in it
	int64_t used_s;    // seconds since 1970; of a folder: the latest
	bool is_folder;    // one thing all the same: a repository, a place of a build
	bool named_by_digest;
	bool is_kept; // by prune, whatever its age
};

struct holding_list {
	struct holding *items;
	size_t len, cap;
};

// Other processes may use the cache meanwhile: a file that vanishes between two looks is no
// error.
NODISCARD int holdings_list(const struct store *store, struct arena *arena,
			    struct holding_list *ret_list, struct error *err);
