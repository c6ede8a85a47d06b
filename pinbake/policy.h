// SPDX-License-Identifier: MIT
// What the user wants of releases, as the driver takes it.
#pragma once

#include "pinbake/lock_request.h"

// Modes of the request, and binary rules of the requirements' files and the request: what is said last wins (req.3), of
// the request what is said of one package. The rules live in the arena. The policy's other members are left alone.
// ERROR_USAGE for rules that exclude each other.
NODISCARD int policy_read(struct arena *arena, const struct release_request *releases,
			  const struct requirement_set *set,
			  struct resolve_policy *policy, struct error *err);
