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
// The text may be padded or not. False, with *ret_bytes untouched, if a byte is not in
// the alphabet, the length is impossible, or bits that are not zero are left over.
bool base64_decode(struct arena *arena, struct slice text, enum base64_form form,
		   struct slice *ret_bytes);
