// SPDX-License-Identifier: MIT
// The patterns of .gitignore files, as git reads them, for paths below one folder. Private to builder/source/.
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "builder/source/git_index.h"

struct ignore_rule;

struct ignore_rules {
	struct arena *arena;
	struct ignore_rule *items; // the last that fits counts
	size_t len, cap;
};

// One line, or more; base: of the folder whose patterns they are, "" or "src/", as seen from the top. above: the top as
// seen from the folder of the patterns, where that lies above it: "" or "services/app/". Texts are borrowed.
void ignore_rules_add(struct ignore_rules *rules, struct slice text, struct slice base,
		      struct slice above);
// Those of folder/.gitignore, if there is such a file. What cannot be read has none.
void ignore_rules_read(struct ignore_rules *rules, const char *folder, struct slice base,
		       struct slice above);
// Those of the folders between the one that git works in and the top, which is not among them.
void ignore_rules_read_above(struct ignore_rules *rules, const struct worktree *worktree);

// path: as seen from the top, without a slash at its end.
bool ignore_rules_fit(const struct ignore_rules *rules, struct slice path,
		      bool is_folder);
