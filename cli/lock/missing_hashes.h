// SPDX-License-Identifier: MIT
// Digests of locked files that no index gives: a lock without them would prove nothing.
#pragma once

#include "cli/lock/resolve.h"

// Fills in sha256 and size of the pins that have none: files of this machine are read,
// the others downloaded once, all at the same time, and not kept. ERROR_SOURCE,
// ERROR_INPUT (a local file), ERROR_INTERRUPTED.
NODISCARD int find_missing_hashes(struct cli *cli, struct net *net, struct pin_list *pins,
				  struct error *err);
