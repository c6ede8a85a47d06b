// SPDX-License-Identifier: MIT
// Each letter stands for six bits, which go through a window of at most 14 bits.
#include "base/base64.h"

#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char ALPHABETS[][65] = {
	[BASE64_STANDARD] = LETTERS "+/",
	[BASE64_URL] = LETTERS "-_",
};

struct slice base64_encode(struct arena *arena, struct slice bytes, enum base64_form form)
{
	const char *letters = ALPHABETS[form];
	size_t cap = bytes.len / 3 * 4 + 4, at = 0;
	char *text = arena_alloc(arena, cap + 1, 1);
	unsigned bits = 0, count = 0;
	for (size_t i = 0; i < bytes.len; i++) {
		bits = (bits << 8 | (unsigned char)bytes.ptr[i]) & 0xffffu;
		for (count += 8; count >= 6; count -= 6)
			text[at++] = letters[bits >> (count - 6) & 63];
	}
	if (count)
		text[at++] = letters[bits << (6 - count) & 63];
	while (form == BASE64_STANDARD && at % 4)
		text[at++] = '=';
	text[at] = '\0';
	return (struct slice){ text, at };
}

static struct slice without_padding(struct slice text)
{
	for (int i = 0; i < 2 && slice_ends_with(text, S("=")); i++)
		text.len--;
	return text;
}

bool base64_decode(struct arena *arena, struct slice text, enum base64_form form,
		   struct slice *ret_bytes)
{
	struct slice digits = without_padding(text);
	unsigned bits = 0, count = 0;
	size_t at = 0;
	if (digits.len % 4 == 1 || (digits.len != text.len && text.len % 4))
		return false;
	char *bytes = arena_alloc(arena, digits.len * 3 / 4 + 1, 1);
	for (size_t i = 0; i < digits.len; i++) {
		const char *hit =
			digits.ptr[i] ? strchr(ALPHABETS[form], digits.ptr[i]) : NULL;
		if (!hit)
			return false;
		bits = (bits << 6 | (unsigned)(hit - ALPHABETS[form])) & 0x3fffu;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		bytes[at++] = (char)(bits >> count & 255);
	}
	if (bits & ((1u << count) - 1))
		return false;
	*ret_bytes = (struct slice){ bytes, at };
	return true;
}
