// SPDX-License-Identifier: MIT
// One commit or folder at its address.
#pragma once

#include "cli/lock/direct.h"

struct tree_request {
	struct slice location;       // a git+ address, or a path
	struct slice name;           // "" where the requirement has none
	const struct target *target; // whose Python is asked, where a backend has to be
};

// Is it an address of version control, or a folder?
bool direct_is_tree(struct arena *arena, struct slice location);

// Takes the tree into the store and finds out what it is. Errors as direct_read, without
// a place.
NODISCARD int direct_take_tree(struct direct_files *files,
			       const struct tree_request *request,
			       struct direct_file *ret_file, struct error *err);
