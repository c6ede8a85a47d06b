// SPDX-License-Identifier: MIT
// Base64 (RFC 4648) in both alphabets.
#pragma once

#include "base/arena.h"

enum base64_form {
	BASE64_STANDARD, // '+', '/', padded with '='
	BASE64_URL,      // '-', '_', not padded: RECORD's digests
};

struct slice base64_encode(struct arena *arena, struct slice bytes,
			   enum base64_form form);
// With or without padding. False, and ret_bytes alone, where a byte is none of the
// alphabet, the length cannot be, or bits are left over that are not zero.
bool base64_decode(struct arena *arena, struct slice text, enum base64_form form,
		   struct slice *ret_bytes);
