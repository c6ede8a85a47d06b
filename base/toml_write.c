// SPDX-License-Identifier: MIT
// TOML text from values.
#include "base/toml_write.h"

#include "base/display.h"
#include "base/encoding.h"

static bool is_bare_key(struct slice key)
{
	for (size_t i = 0; i < key.len; i++)
		if (!is_alnum(key.ptr[i]) && key.ptr[i] != '_' && key.ptr[i] != '-')
			return false;
	return key.len > 0;
}

// Does the text have what a basic string must escape, and nothing that a literal string
// cannot hold?
static bool reads_better_literally(struct slice text)
{
	return (slice_find_byte(text, '"') != SLICE_NONE ||
		slice_find_byte(text, '\\') != SLICE_NONE) &&
	       slice_find_byte(text, '\'') == SLICE_NONE &&
	       display_find_control(text) == SLICE_NONE;
}

static void write_escaped(struct buf *buf, uint32_t point)
{
	const struct slice meanings = S("\b\t\n\f\r\"\\"), letters = S("btnfr\"\\");
	size_t at = point < 0x80 ? slice_find_byte(meanings, (char)point) : SLICE_NONE;
	if (at != SLICE_NONE) {
		buf_byte(buf, '\\');
		buf_byte(buf, letters.ptr[at]);
	} else {
		buf_printf(buf, point < 0x10000 ? "\\u%04X" : "\\U%08X", point);
	}
}

// The next character that is written as an escape, or the text's end: quotes, what TOML does
// not take, and what would end a line or turn it where people or programs look at the file.
static size_t find_escaped(struct slice text)
{
	uint32_t point;
	size_t len;
	for (size_t at = 0; at < text.len; at += len) {
		(void)utf8_first(slice_skip(text, at), &point, &len);
		if (point == '"' || point == '\\' || display_is_control(point))
			return at;
	}
	return text.len;
}

static void write_basic(struct buf *buf, struct slice text)
{
	buf_byte(buf, '"');
	for (size_t plain = find_escaped(text);; plain = find_escaped(text)) {
		uint32_t point;
		size_t len;
		buf_append(buf, slice_range(text, 0, plain));
		text = slice_skip(text, plain);
		if (text.len == 0)
			break;
		(void)utf8_first(text, &point, &len);
		write_escaped(buf, point);
		text = slice_skip(text, len);
	}
	buf_byte(buf, '"');
}

static struct slice replace_bad_utf8(struct arena *arena, struct slice text)
{
	struct buf clean = { .arena = arena };
	size_t bad;
	while ((bad = slice_find_bad_utf8(text)) != SLICE_NONE) {
		buf_append(&clean, slice_range(text, 0, bad));
		buf_append(&clean, S("\xef\xbf\xbd"));
		text = slice_skip(text, bad + 1);
	}
	buf_append(&clean, text);
	return buf_slice(&clean);
}

static struct slice valid_text(struct arena *arena, struct slice text)
{
	return slice_find_bad_utf8(text) == SLICE_NONE ? text
						       : replace_bad_utf8(arena, text);
}

void toml_write_key(struct buf *buf, struct slice key)
{
	if (is_bare_key(key))
		buf_append(buf, key);
	else
		write_basic(buf, valid_text(buf->arena, key));
}

void toml_write_string(struct buf *buf, struct slice text)
{
	text = valid_text(buf->arena, text);
	if (!reads_better_literally(text)) {
		write_basic(buf, text);
		return;
	}
	buf_byte(buf, '\'');
	buf_append(buf, text);
	buf_byte(buf, '\'');
}

static void begin_line(struct buf *buf, struct slice key)
{
	toml_write_key(buf, key);
	buf_append(buf, S(" = "));
}

void toml_write_string_line(struct buf *buf, struct slice key, struct slice text)
{
	begin_line(buf, key);
	toml_write_string(buf, text);
	buf_byte(buf, '\n');
}

void toml_write_integer_line(struct buf *buf, struct slice key, uint64_t value)
{
	begin_line(buf, key);
	buf_printf(buf, "%llu\n", (unsigned long long)value);
}

void toml_write_boolean_line(struct buf *buf, struct slice key, bool value)
{
	toml_write_raw_line(buf, key, value ? S("true") : S("false"));
}

void toml_write_raw_line(struct buf *buf, struct slice key, struct slice toml)
{
	begin_line(buf, key);
	buf_append(buf, toml);
	buf_byte(buf, '\n');
}

void toml_write_string_array(struct buf *buf, struct slice key, const struct slice *items,
			     size_t len)
{
	if (len == 0) {
		toml_write_raw_line(buf, key, S("[]"));
		return;
	}
	toml_write_raw_line(buf, key, S("["));
	for (size_t i = 0; i < len; i++) {
		buf_append(buf, S("    "));
		toml_write_string(buf, items[i]);
		buf_append(buf, S(",\n"));
	}
	buf_append(buf, S("]\n"));
}
