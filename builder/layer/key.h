// SPDX-License-Identifier: MIT
// Layer keys (key.1): everything that decides a layer's bytes, as text, and its SHA-256.
// Computed from the lock alone.
#pragma once

#include "builder/layer/layer.h"
#include "builder/layer/plan.h"

// The lines of key.1. What is not in them may not reach a byte of the layer (key.2).
struct slice layer_key_text(const struct plan_layer *layer,
			    const struct bake_request *request, struct arena *arena);
struct sha256 layer_key(const struct plan_layer *layer,
			const struct bake_request *request);

// SHA-256 of the layers' keys in order, each followed by a newline (plan.8).
struct sha256 plan_digest(const struct sha256 *keys, size_t len);
