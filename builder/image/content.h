// SPDX-License-Identifier: MIT
// What an image of our layers alone, without a base, holds: the environment of its containers, histories, annotations.
#pragma once

#include "builder/image/image.h"
#include "oci/image_json.h"

// layers of result → config and manifest. ERROR_USAGE for a target that is not Linux.
NODISCARD int image_documents_make(const struct image_request *request,
				   const struct bake_result *result, struct arena *arena,
				   struct oci_documents *ret_documents,
				   struct error *err);
