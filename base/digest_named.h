// SPDX-License-Identifier: MIT
// Digests whose algorithm a file names: RECORD rows ("sha256=…") and lock hashes. SHA-256
// and stronger only.
#pragma once

#include "base/arena.h"

struct named_digest; // streaming

// "sha256", "sha384" or "sha512", in lower case; NULL for any other.
struct named_digest *named_digest_new(struct slice algorithm);
void named_digest_update(struct named_digest *digest, struct slice bytes);
// Finishes; without padding
struct slice named_digest_base64url(struct named_digest *digest, struct arena *arena);
// Finishes; lower case
struct slice named_digest_hex(struct named_digest *digest, struct arena *arena);
void named_digest_free(struct named_digest *digest);     // NULL is fine
void named_digest_cleanup(struct named_digest **digest); // for AUTO
