// SPDX-License-Identifier: MIT
// Which wheel goes into which layer (plan.1–plan.4), from the lock alone: no wheel is
// opened or downloaded.
#pragma once

#include "base/files.h"
#include "lockfile/lockfile.h"

enum {
	PLAN_BUCKETS = 16,
	PLAN_LAYERS_MAX = 80,        // of ours
	PLAN_IMAGE_LAYERS_MAX = 125, // Docker's hard limit, base included
	PLAN_RESERVED_LAYERS = 4,    // for the application on top
	PLAN_UNKNOWN_BASE = 30,      // what a base counts that we have not seen
};

#define PLAN_HEAVY_BYTES (8 * (uint64_t)1024 * 1024)

enum plan_kind { PLAN_SKELETON, PLAN_HEAVY, PLAN_BUCKET, PLAN_PYC };

struct plan_layer {
	enum plan_kind kind;
	uint32_t bucket;       // of a PLAN_BUCKET or PLAN_PYC
	struct slice name;     // "skeleton", "numpy", "bucket-03": never a version
	struct slice packages; // "a 1.0, b 2.0"
	const struct lock_choice **choices; // by name; none in the skeleton
	size_t len, cap;
	struct name_list skips; // of a PLAN_PYC: sources without bytecode, sorted (pyc.5)
	uint64_t wheel_bytes;   // by the lock's sizes: which layer to begin with
};

struct plan {
	// Bottom up: skeleton, heavy wheels by name, buckets by number, bytecode by number
	// (plan.4).
	struct plan_layer *layers;
	size_t len, cap;
	uint64_t heavy_threshold; // bytes, after doubling (plan.3)
};

struct plan_request {
	const struct lock_selection *selection;
	unsigned base_layers; // PLAN_UNKNOWN_BASE
	bool bytecode;        // with layers of it on top, over all wheels (plan.5)
};

// ERROR_INPUT: a pin that is no wheel or has no SHA-256. ERROR_NO: more layers than the
// base leaves room for.
NODISCARD int plan_make(const struct plan_request *request, struct arena *arena,
			struct plan *ret_plan, struct error *err);

const char *plan_kind_name(enum plan_kind kind); // "skeleton", "wheels", "pyc"

// With --system the base image has all that a skeleton would hold.
void plan_drop_skeleton(struct plan *plan);

// The number of a package's bucket: by its normalized name only (plan.2).
uint32_t plan_bucket(struct slice name);

// The wheels of all layers in plan order, which is also the order in which files win
// (env.10).
struct plan_order {
	const struct lock_choice **choices;
	size_t len, cap;
};
struct plan_order plan_order(const struct plan *plan, struct arena *arena);
