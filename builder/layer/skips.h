// SPDX-License-Identifier: MIT
// Modules that get no bytecode, because two wheels bring them with different bytes: an
// unchecked .pyc of the loser could shadow the winner's source (pyc.5).
#pragma once

#include "builder/layer/plan.h"
#include "builder/store/store.h"

// Sets the skips of the plan's layers of bytecode; `ensure` gets wheels that have to be
// opened for it. Texts live in arena.
NODISCARD int skips_find(struct store *store, const struct bake_options *options,
			 struct plan *plan, const struct bake_ensure *ensure,
			 struct arena *arena, struct error *err);
