// SPDX-License-Identifier: MIT
// Walks a string's source beside its value: most bytes stand for themselves, an escape
// stands for one character or, before a line's end, for nothing.
#include "base/text.h"
#include "base/toml_place.h"

struct walk {
	struct slice source; // the rest of the string's source, behind its opening quotes
	bool escapes;
	size_t from; // of `source` within the whole one
};

// Skips the opening ", """, ' or ''', and after the long ones the line end that is not
// content.
static struct walk walk_begin(const struct toml_value *string)
{
	struct slice text = toml_source_text(string);
	bool is_long =
		slice_starts_with(text, S("\"\"\"")) || slice_starts_with(text, S("'''"));
	size_t open = is_long ? 3 : 1;
	struct slice content = slice_range(text, open, text.len - open);
	size_t newline = 0;
	if (is_long && slice_starts_with(content, S("\r\n")))
		newline = 2;
	else if (is_long && slice_starts_with(content, S("\n")))
		newline = 1;
	return (struct walk){ .source = slice_skip(content, newline),
			      .escapes = slice_starts_with(text, S("\"")),
			      .from = string->span.offset + open + newline };
}

// The length in UTF-8 of what \uXXXX or \UXXXXXXXX stands for.
static size_t utf8_len(struct slice digits)
{
	uint32_t code = 0;
	for (size_t i = 0; i < digits.len; i++)
		code = code << 4 | (uint32_t)hex_value(digits.ptr[i]);
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

// The length of the white space that a backslash before it swallows, up to the next text.
static size_t continuation_len(struct slice rest)
{
	size_t len = 1;
	while (len < rest.len && is_space(rest.ptr[len]))
		len++;
	return len;
}

// The next piece that is read as a whole: its length in the source, and in the value.
static size_t next_piece(const struct walk *walk, size_t *ret_value_len)
{
	struct slice rest = walk->source;
	*ret_value_len = 1;
	if (!walk->escapes || rest.len < 2 || rest.ptr[0] != '\\')
		return 1;
	char kind = rest.ptr[1];
	if (kind == 'u' || kind == 'U') {
		size_t digits = kind == 'u' ? 4 : 8;
		*ret_value_len = utf8_len(slice_range(rest, 2, 2 + digits));
		return 2 + digits;
	}
	if (is_space(kind)) {
		*ret_value_len = 0;
		return continuation_len(rest);
	}
	return 2;
}

// The place in the source at which value byte `offset` begins.
static size_t walk_to(struct walk *walk, size_t *value_at, size_t offset)
{
	size_t value_len;
	while (walk->source.len) {
		size_t len = next_piece(walk, &value_len);
		if (*value_at + value_len > offset)
			break;
		walk->source = slice_skip(walk->source, len);
		walk->from += len;
		*value_at += value_len;
	}
	return walk->from;
}

struct span toml_place(const struct toml_value *string, size_t offset, size_t len)
{
	struct walk walk = walk_begin(string);
	size_t value_at = 0;
	size_t from = walk_to(&walk, &value_at, offset);
	struct slice line = walk.source;
	size_t to = walk_to(&walk, &value_at, offset + len);
	size_t end = slice_find_byte(slice_range(line, 0, to - from), '\n');
	if (end != SLICE_NONE)
		to = from + end;
	return (struct span){ string->span.source, from, to - from };
}
