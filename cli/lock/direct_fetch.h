// SPDX-License-Identifier: MIT
// One file named by a URL or path: its bytes, digest, and what its name says.
#pragma once

#include "cli/lock/direct.h"

// location: a URL with or without fragment, or a local path. name: what the requirement calls it, "" for nothing; the
// file must be of that name. A fragment #sha256= is checked; with it, a file that the store has is not fetched again.
// What is fetched goes into the store, a wheel's RECORD checked. Without places: the caller knows them.
NODISCARD int direct_fetch(struct cli *cli, struct net *net, struct slice location,
			   struct slice name, struct direct_file *ret_file,
			   struct error *err);
