// SPDX-License-Identifier: MIT
// SHA-256 by libcrypto, CRC-32 and CRC-64, and the text forms of digests.
#pragma once

#include "base/arena.h"

enum { SHA256_BYTES = 32, SHA256_HEX = 64, SHA384_HEX = 96, SHA512_HEX = 128 };

struct sha256 {
	unsigned char bytes[SHA256_BYTES];
};

struct sha256_state; // streaming

struct sha256_state *sha256_new(void);
void sha256_update(struct sha256_state *state, struct slice bytes);
struct sha256 sha256_finish(struct sha256_state *state); // and reset, ready for the next
void sha256_free(struct sha256_state *state);            // NULL is fine
void sha256_cleanup(struct sha256_state **state);        // for AUTO

struct sha256 sha256_of(struct slice bytes);
bool sha256_eq(const struct sha256 *a, const struct sha256 *b);
bool sha256_is_zero(const struct sha256 *digest); // "none known"
// 64 lower-case digits
struct slice sha256_hex(struct arena *arena, const struct sha256 *digest);
// Either case, exactly 64
bool sha256_parse_hex(struct slice hex, struct sha256 *ret_digest);
// RECORD form: no padding
struct slice sha256_base64url(struct arena *arena, const struct sha256 *digest);
// With or without padding

// Start from 0 (IEEE, as zip and gzip)
uint32_t crc32_update(uint32_t crc, struct slice bytes);
uint64_t crc64_of(struct slice bytes); // ECMA-182, reflected
