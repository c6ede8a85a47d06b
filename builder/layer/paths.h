// SPDX-License-Identifier: MIT
// What a layer's wheels bring to which path, without the bytes. The list is kept in the
// store under the layer's key, so that looking for collisions opens no wheel of a layer
// that was seen before.
#pragma once

#include "builder/layer/baker.h"
#include "builder/layer/plan.h"

// Length and CRC-32 tell whether two files are equal: both come from archives whose RECORD
// was checked.
struct layer_path {
	struct slice path; // relative to the prefix
	uint64_t size;
	uint32_t crc32;
	uint32_t wheel; // index of the layer's choice
	unsigned mode;
};

struct layer_paths {
	struct layer_path *items; // wheel by wheel; files that lose within the layer too
	size_t len, cap;
	bool incomplete; // the store lacks a wheel
};

// From the store, or from the wheels, which are then remembered. A wheel that the store
// lacks is left out: its layer is baked, and what it collides with was said then. Texts
// live in arena. ERROR_INTEGRITY as installed_wheel_of.
NODISCARD int layer_paths_of(const struct layer_baker *baker,
			     const struct plan_layer *layer, struct arena *arena,
			     struct layer_paths *ret_paths, struct error *err);
