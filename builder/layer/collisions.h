// SPDX-License-Identifier: MIT
// Files that wheels of different layers bring to one path (env.10). A layer never looks at
// its neighbours, so this is found beside the baking: the upper layer's file is the one
// that a container shows.
#pragma once

#include "builder/layer/baker.h"
#include "builder/layer/plan.h"

struct collision_warnings {
	struct slice *items; // by path
	size_t len, cap;
};

// Opens the wheels of layers whose paths the store does not know (layer/paths.h). Equal
// bytes and modes are silent, as are wheels of the same layer, whose tree tells.
// ERROR_INTEGRITY: a file against a directory. ERROR_INPUT where the request is strict:
// different bytes, in the same layer too, which may have been baked before.
NODISCARD int collisions_between_layers(const struct layer_baker *baker,
					const struct plan *plan, struct arena *arena,
					struct collision_warnings *ret_warnings,
					struct error *err);
