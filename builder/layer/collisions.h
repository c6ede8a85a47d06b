// SPDX-License-Identifier: MIT
// Files that wheels of different layers bring to one path (env.10). A layer never looks at
// its neighbours, so this is found beside the baking: the upper layer's file is the one
// that a container shows.
#pragma once

#include "builder/layer/plan.h"
#include "builder/wheel/tree.h"

struct collision_warnings {
	struct bake_warning *items; // by path
	size_t len, cap;
};

// "'/PATH' is in 'LOSER' and 'WINNER'; that of 'WINNER' is taken"
struct slice collision_text(struct arena *arena, struct slice path, struct slice loser,
			    struct slice winner);

// The same for what a tree of these wheels found; "'/PATH' and '/TWIN' of 'NAME' differ in
// case or Unicode form alone".
struct slice tree_collision_text(struct arena *arena,
				 const struct tree_collision *collision,
				 const struct wheel_file *wheels);

// Opens the wheels of layers whose paths the store does not know (layer/paths.h); keys are
// those of the plan's layers. Equal bytes and modes are silent, as are wheels of the same
// layer, whose tree tells. ERROR_INTEGRITY: a file against a directory. ERROR_INPUT with
// options->strict: different bytes, in the same layer too, which may have been baked before.
NODISCARD int collisions_between_layers(struct store *store,
					const struct bake_options *options,
					const struct plan *plan,
					const struct sha256 *keys, struct arena *arena,
					struct collision_warnings *ret_warnings,
					struct error *err);
