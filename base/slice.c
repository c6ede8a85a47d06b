// SPDX-License-Identifier: MIT
// Operations on borrowed text.
#include "base/slice.h"

#include <string.h>

struct slice slice_from(const char *c_string)
{
	return c_string ? (struct slice){ c_string, strlen(c_string) }
			: (struct slice){ "", 0 };
}

struct slice slice_range(struct slice s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from >= to)
		return (struct slice){ s.ptr, 0 };
	return (struct slice){ s.ptr + from, to - from };
}

struct slice slice_skip(struct slice s, size_t n)
{
	if (n > s.len)
		n = s.len;
	return n ? (struct slice){ s.ptr + n, s.len - n } : s;
}

bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool slice_eq_ignore_case(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (to_lower(a.ptr[i]) != to_lower(b.ptr[i]))
			return false;
	return true;
}

int slice_cmp(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.ptr, b.ptr, len) : 0;
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

int slice_order(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

bool slice_starts_with(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && slice_eq(slice_range(s, 0, prefix.len), prefix);
}

bool slice_ends_with(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len && slice_eq(slice_skip(s, s.len - suffix.len), suffix);
}

bool slice_contains(struct slice s, struct slice needle)
{
	return slice_find(s, needle) != SLICE_NONE;
}

struct slice slice_trim(struct slice s)
{
	while (s.len && is_space(s.ptr[0]))
		s = slice_skip(s, 1);
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

size_t slice_find(struct slice s, struct slice needle)
{
	if (needle.len == 0)
		return 0;
	const char *hit = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
	return hit ? (size_t)(hit - s.ptr) : SLICE_NONE;
}

size_t slice_find_byte(struct slice s, char byte)
{
	const char *hit = s.len ? memchr(s.ptr, byte, s.len) : NULL;
	return hit ? (size_t)(hit - s.ptr) : SLICE_NONE;
}

size_t slice_find_last_byte(struct slice s, char byte)
{
	const char *hit = s.len ? memrchr(s.ptr, byte, s.len) : NULL;
	return hit ? (size_t)(hit - s.ptr) : SLICE_NONE;
}

bool slice_cut(struct slice *s, char byte, struct slice *head)
{
	size_t at = slice_find_byte(*s, byte);
	if (at == SLICE_NONE) {
		*head = *s;
		*s = slice_skip(*s, s->len);
		return false;
	}
	*head = slice_range(*s, 0, at);
	*s = slice_skip(*s, at + 1);
	return true;
}

bool slice_parse_u64(struct slice s, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.ptr[i]))
			return false;
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value) ||
		    value > max)
			return false;
	}
	*ret_value = value;
	return true;
}

// The length of the well-formed UTF-8 sequence at p, 0 if there is none (Unicode 15,
// table 3-7).
static size_t utf8_sequence(const unsigned char *p, size_t len)
{
	size_t need;
	unsigned char low = 0x80, high = 0xbf;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		need = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		need = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	if (p[0] == 0xed)
		high = 0x9f;
	if (p[0] == 0xf0)
		low = 0x90;
	if (p[0] == 0xf4)
		high = 0x8f;
	if (len < need || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return need;
}

size_t slice_find_bad_utf8(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0;
	while (i < s.len) {
		size_t step;
		uint64_t word;
		if (s.len - i >= sizeof(word)) {
			memcpy(&word, p + i, sizeof(word));
			if ((word & 0x8080808080808080u) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		step = utf8_sequence(p + i, s.len - i);
		if (step == 0)
			return i;
		i += step;
	}
	return SLICE_NONE;
}
