// SPDX-License-Identifier: MIT
// What git keeps of a working tree, by its index alone: git itself is not run in a folder whose settings are not ours.
// Private to builder/source/.
#pragma once

#include "base/map.h"

struct worktree {
	const char *root;   // the folder that has .git; NULL: there is none
	struct slice above; // the top as seen from there: "" or "services/app/"
	struct map tracked; // paths from the root: files, and their folders
};

// Of the folder `top`, or of the nearest one above it. An index of an unknown form tracks nothing.
void worktree_find(struct worktree *worktree, struct slice top, struct arena *arena);
// Adds what an index names; worktree_find reads the one of the folder.
void worktree_read_index(struct worktree *worktree, struct slice bytes);
// Does git have the file, or one below the folder? path: as seen from the top.
bool worktree_has(const struct worktree *worktree, struct slice path,
		  struct arena *scratch);
