// SPDX-License-Identifier: MIT
// What git prints of a commit, read: its tree, its files' contents, its submodules.
// Private to builder/source/.
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct tree_item {
	struct slice mode; // "100644", "100755", "120000", "160000"
	struct slice id;
	struct slice path;
};

struct tree_items {
	struct tree_item *items;
	size_t len, cap;
};

bool tree_item_is_submodule(const struct tree_item *item);

// Reads what `git ls-tree -r -l -z` prints: "100644 blob 1234…      17\tsetup.py", ended
// by NUL each. Texts borrow. ERROR_INTEGRITY past the limits of a checkout, in files or in
// the sum of their sizes.
NODISCARD int git_read_tree(struct slice text, struct arena *arena,
			    struct tree_items *ret_list, struct error *err);

// Takes the content of an item off what `git cat-file --batch` prints:
// "1234… blob 17\n", 17 bytes, "\n". ERROR_IO: that is another one's.
NODISCARD int git_take_blob(struct slice *rest, const struct tree_item *item,
			    struct slice *ret_bytes, struct error *err);

// Reads what `git config -z` prints of .gitmodules, "submodule.NAME.path\nvendor/lib\0…":
// the URL of the one at `path`, "" for none.
struct slice git_submodule_url(struct slice config, struct slice path,
			       struct arena *arena);
