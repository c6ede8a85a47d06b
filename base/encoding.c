// SPDX-License-Identifier: MIT
// Conversions to UTF-8.
#include "base/encoding.h"

void utf8_append(struct buf *buf, uint32_t point)
{
	if (point < 0x80) {
		buf_byte(buf, (char)point);
		return;
	}
	if (point < 0x800) {
		buf_byte(buf, (char)(0xc0 | point >> 6));
	} else {
		if (point < 0x10000) {
			buf_byte(buf, (char)(0xe0 | point >> 12));
		} else {
			buf_byte(buf, (char)(0xf0 | point >> 18));
			buf_byte(buf, (char)(0x80 | (point >> 12 & 0x3f)));
		}
		buf_byte(buf, (char)(0x80 | (point >> 6 & 0x3f)));
	}
	buf_byte(buf, (char)(0x80 | (point & 0x3f)));
}

bool utf8_first(struct slice text, uint32_t *ret_point, size_t *ret_len)
{
	const unsigned char *bytes = (const unsigned char *)text.ptr;
	unsigned char lead = bytes[0];
	size_t len = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	*ret_point = lead;
	*ret_len = 1;
	if (len == 1)
		return true;
	if (len > text.len ||
	    slice_find_bad_utf8(slice_range(text, 0, len)) != SLICE_NONE)
		return false;
	*ret_len = len;
	*ret_point = lead & (0x7fu >> len);
	for (size_t i = 1; i < len; i++)
		*ret_point = *ret_point << 6 | (bytes[i] & 0x3fu);
	return true;
}

struct slice utf8_from_latin1(struct arena *arena, struct slice bytes)
{
	struct buf buf = { .arena = arena };
	for (size_t i = 0; i < bytes.len; i++)
		utf8_append(&buf, (unsigned char)bytes.ptr[i]);
	return buf_slice(&buf);
}

// Windows-1252 is Latin-1 except for 0x80 to 0x9f, where it has letters and typography
// instead of control characters.
static uint32_t windows_1252_point(unsigned char byte)
{
	static const uint16_t high[] = {
		0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
		0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
	};
	return byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;
}

struct slice utf8_from_windows_1252(struct arena *arena, struct slice bytes)
{
	struct buf buf = { .arena = arena };
	for (size_t i = 0; i < bytes.len; i++)
		utf8_append(&buf, windows_1252_point((unsigned char)bytes.ptr[i]));
	return buf_slice(&buf);
}

static uint32_t unit_at(struct slice bytes, size_t at, bool big_endian)
{
	uint32_t first = (unsigned char)bytes.ptr[at],
		 second = (unsigned char)bytes.ptr[at + 1];
	return big_endian ? first << 8 | second : second << 8 | first;
}

static bool is_high_surrogate(uint32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(uint32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

bool utf8_from_utf16(struct arena *arena, struct slice bytes, bool big_endian,
		     struct slice *ret_text, size_t *ret_bad_offset)
{
	struct buf buf = { .arena = arena };
	size_t at = 0;
	while (at + 1 < bytes.len) {
		uint32_t unit = unit_at(bytes, at, big_endian);
		if (is_high_surrogate(unit) && at + 3 < bytes.len &&
		    is_low_surrogate(unit_at(bytes, at + 2, big_endian))) {
			uint32_t low = unit_at(bytes, at + 2, big_endian);
			unit = 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
			at += 2;
		} else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
			break;
		}
		utf8_append(&buf, unit);
		at += 2;
	}
	if (at < bytes.len) {
		*ret_bad_offset = at;
		return false;
	}
	*ret_text = buf_slice(&buf);
	return true;
}
