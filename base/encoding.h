// SPDX-License-Identifier: MIT
// Old encodings to UTF-8, for texts that people wrote: requirements files (req.5), fields
// of old metadata.
#pragma once

#include "base/arena.h"

// A code point's two to four bytes, or the ASCII byte
void utf8_append(struct buf *buf, uint32_t point);

// The code point that a text begins with, and the bytes that it takes. Where the text begins
// with no UTF-8: false, the first byte and 1. The text is not empty.
bool utf8_first(struct slice text, uint32_t *ret_point, size_t *ret_len);

// ISO 8859-1: every byte is a character.
struct slice utf8_from_latin1(struct arena *arena, struct slice bytes);

// The five bytes that stand for nothing become U+FFFD.
struct slice utf8_from_windows_1252(struct arena *arena, struct slice bytes);

// False at a lone surrogate or half a unit, with its offset in *ret_bad_offset. A byte
// order mark is not looked for.
NODISCARD bool utf8_from_utf16(struct arena *arena, struct slice bytes, bool big_endian,
			       struct slice *ret_text, size_t *ret_bad_offset);
