// SPDX-License-Identifier: MIT
// Baking one planned layer: wheels → tree → blob in the store, and the record of what its
// key gave.
#pragma once

#include "builder/layer/baker.h"
#include "builder/layer/plan.h"
#include "builder/store/blobs.h"

struct layer_task {
	const struct plan_layer *plan;
	struct sha256 key;
	bool known;                 // the store has a record
	bool present;               // and its blob: nothing is to be done
	struct layer_record record; // when known, or after layer_bake
	struct slice *warnings;
	size_t warnings_len, warnings_cap;
	struct arena arena;                                  // of warnings
	uint64_t uncompiled, stripped_files, stripped_bytes; // after layer_bake
};

// Sets key, known, present and record. request->rehash: a blob counts as present only after
// its bytes were read again.
NODISCARD int layer_look_up(const struct layer_baker *baker,
			    const struct plan_layer *plan, struct arena *arena,
			    struct layer_task *ret_task, struct error *err);

// Bakes task->plan into the store; safe in several threads for different tasks.
// ERROR_INTEGRITY where a known key gives another digest than before (key.2).
NODISCARD int layer_bake(const struct layer_baker *baker, struct layer_task *task,
			 struct error *err);
