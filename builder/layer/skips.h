// SPDX-License-Identifier: MIT
// Modules that get no bytecode, because two wheels bring them with different bytes: an
// unchecked .pyc of the loser could shadow the winner's source (pyc.5).
#pragma once

#include "builder/layer/baker.h"
#include "builder/layer/plan.h"

// Sets the skips of the plan's layers of bytecode. The request's `ensure` is called for
// wheels that have to be opened for it. Texts live in arena.
NODISCARD int skips_find(const struct layer_baker *baker, struct plan *plan,
			 struct arena *arena, struct error *err);
