// SPDX-License-Identifier: MIT
// Digests of locked files that no index gives: a lock without SHA-256 would prove nothing, and a SHA-384 or SHA-512 that
// the user or the index gives is to be looked at.
#pragma once

#include "pinbake/session.h"

// Fills in sha256 and size of the pins that have none, and the other digests by which requirements of the set know them:
// files of this machine are read, the others downloaded once, all at the same time, and not kept. What the index gives
// besides must be so. ERROR_SOURCE, ERROR_INTEGRITY, ERROR_INPUT (a local file), ERROR_INTERRUPTED.
NODISCARD int find_missing_digests(struct session *session,
				   const struct requirement_set *set,
				   struct pin_list *pins, struct error *err);
