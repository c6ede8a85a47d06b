// SPDX-License-Identifier: MIT
// Cutting a text into header fields and body, line by line, with the leniency of Python's
// email.feedparser.
#include "base/headers.h"

#include "base/limits.h"

struct cursor {
	struct slice text;
	size_t at;
};

// Takes the next line, without its end; the cursor moves behind that end. False at the
// end of the text.
static bool next_line(struct cursor *cursor, struct slice *ret_line)
{
	struct slice text = cursor->text;
	size_t end = cursor->at;
	if (end == text.len)
		return false;
	while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r')
		end++;
	*ret_line = slice_range(text, cursor->at, end);
	if (end + 1 < text.len && text.ptr[end] == '\r' && text.ptr[end + 1] == '\n')
		end++;
	cursor->at = end < text.len ? end + 1 : end;
	return true;
}

// Offset of the colon that ends a field name, or SLICE_NONE: names are printable ASCII
// without blanks.
static size_t find_name_end(struct slice line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == ':')
			return i;
		if (line.ptr[i] <= ' ' || line.ptr[i] > '~')
			return SLICE_NONE;
	}
	return SLICE_NONE;
}

// "\r\n" and "\r" become "\n". The common text has none and is borrowed.
static struct slice with_newlines(struct arena *arena, struct slice value)
{
	if (slice_find_byte(value, '\r') == SLICE_NONE)
		return value;
	struct buf buf = { .arena = arena };
	struct cursor cursor = { .text = value };
	struct slice line;
	while (next_line(&cursor, &line)) {
		if (buf.len)
			buf_byte(&buf, '\n');
		buf_append(&buf, line);
	}
	return buf_slice(&buf);
}

static void end_field(struct arena *arena, struct header_block *block, struct slice name,
		      struct slice value)
{
	block->fields = array_grow(arena, block->fields, block->len, &block->cap,
				   sizeof(*block->fields));
	block->fields[block->len++] =
		(struct header_field){ name, with_newlines(arena, slice_trim(value)) };
}

// Which lines belong to the block, and what becomes of malformed ones, is as in Python's
// email parser (md.2).
int headers_parse(struct arena *arena, struct slice text, struct header_block *ret_block,
		  struct error *err)
{
	if (text.len > LIMIT_METADATA_BYTES)
		return error_set(err, ERROR_SOURCE,
				 "metadata of %zu bytes is over the limit of %llu",
				 text.len, (unsigned long long)LIMIT_METADATA_BYTES);
	struct header_block block = { 0 };
	struct cursor cursor = { .text = text };
	struct slice line = { 0 }, name = { 0 };
	size_t value_start = 0, start = 0;
	for (; next_line(&cursor, &line); start = cursor.at) {
		if (line.len && is_blank(line.ptr[0]))
			continue;
		if (name.len)
			end_field(arena, &block, name,
				  slice_range(text, value_start, start));
		name.len = 0;
		size_t colon = find_name_end(line);
		if (colon == SLICE_NONE && !slice_starts_with(line, S("From ")))
			break;
		if (colon == SLICE_NONE)
			continue;
		name = slice_range(line, 0, colon);
		value_start = start + colon + 1;
	}
	if (name.len)
		end_field(arena, &block, name, slice_range(text, value_start, start));
	// A line that is neither field nor blank is the first of the body.
	block.body = slice_skip(text, start < text.len && line.len ? start : cursor.at);
	*ret_block = block;
	return 0;
}

struct slice headers_get(const struct header_block *block, struct slice name)
{
	for (size_t i = 0; i < block->len; i++)
		if (slice_eq_ignore_case(block->fields[i].name, name))
			return block->fields[i].value;
	return (struct slice){ "", 0 };
}
