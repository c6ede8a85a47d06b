// SPDX-License-Identifier: MIT
// The forms of texts in documents of images: JSON in the one form that gives the same bytes everywhere (oci.1), times,
// digests.
#pragma once

#include "base/digest.h"

struct json_t;

// Canonical JSON: compact, keys sorted by bytes. Gives up the caller's reference to value.
struct slice json_canonical(struct json_t *value, struct arena *arena);
struct json_t *json_text(struct slice text); // a JSON string; well-formed UTF-8

// Seconds since 1970 as "2024-01-01T00:00:00Z".
struct slice oci_time(uint64_t seconds, struct arena *arena);
// "sha256:HEX".
struct slice oci_digest(const struct sha256 *digest, struct arena *arena);
