// SPDX-License-Identifier: MIT
// What every step of one bake is given.
#pragma once

#include "builder/layer/layer.h"

struct layer_baker {
	struct store *store;
	const struct bake_request *request;
};
