// SPDX-License-Identifier: MIT
// Reads the RECORD of a wheel or of an installed package, and writes rows of the one we
// install.
#include "builder/wheel/record.h"

#include "base/limits.h"

#include <string.h>

struct cursor {
	struct slice rest;
	struct arena *arena;
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

// The opening quote has been taken already. A doubled quote stands for one; only then is
// the text copied.
static int read_quoted(struct cursor *cursor, struct slice *ret_field, struct error *err)
{
	struct buf joined = { .arena = cursor->arena };
	for (;;) {
		size_t end = slice_find_byte(cursor->rest, '"');
		if (end == SLICE_NONE)
			return error_set(err, ERROR_INTEGRITY,
					 "a quoted field is not closed");
		struct slice part = slice_range(cursor->rest, 0, end);
		cursor->rest = slice_skip(cursor->rest, end + 1);
		bool doubled = slice_starts_with(cursor->rest, S("\""));
		if (!doubled && joined.len == 0) {
			*ret_field = part;
			return 0;
		}
		buf_append(&joined, part);
		if (!doubled)
			break;
		buf_byte(&joined, '"');
		cursor->rest = slice_skip(cursor->rest, 1);
	}
	*ret_field = buf_slice(&joined);
	return 0;
}

static struct slice read_plain(struct cursor *cursor)
{
	size_t len = 0;
	while (len < cursor->rest.len && cursor->rest.ptr[len] != ',' &&
	       !is_line_end(cursor->rest.ptr[len]))
		len++;
	struct slice field = slice_range(cursor->rest, 0, len);
	cursor->rest = slice_skip(cursor->rest, len);
	return field;
}

static int read_field(struct cursor *cursor, struct slice *ret_field, struct error *err)
{
	if (!slice_starts_with(cursor->rest, S("\""))) {
		*ret_field = read_plain(cursor);
		return 0;
	}
	cursor->rest = slice_skip(cursor->rest, 1);
	if (read_quoted(cursor, ret_field, err) < 0)
		return -1;
	// Text after the closing quote: Python appends it; no writer makes it, so it is
	// refused.
	if (cursor->rest.len && cursor->rest.ptr[0] != ',' &&
	    !is_line_end(cursor->rest.ptr[0]))
		return error_set(err, ERROR_INTEGRITY, "text after a quoted field");
	return 0;
}

static int read_row(struct cursor *cursor, struct record_row *ret_row, struct error *err)
{
	enum { FIELDS = 3 };
	struct slice fields[FIELDS] = { S(""), S(""), S("") };
	for (size_t i = 0;; i++) {
		struct slice field = { 0 };
		if (read_field(cursor, &field, err) < 0)
			return -1;
		if (i < FIELDS)
			fields[i] = field;
		else if (field.len)
			return error_set(err, ERROR_INTEGRITY,
					 "a row has more than three fields");
		if (!slice_starts_with(cursor->rest, S(",")))
			break;
		cursor->rest = slice_skip(cursor->rest, 1);
	}
	*ret_row = (struct record_row){ fields[0], slice_trim(fields[1]),
					slice_trim(fields[2]) };
	return 0;
}

static int read_rows(struct cursor *cursor, struct record *record, size_t *line,
		     struct error *err)
{
	while (cursor->rest.len) {
		if (is_line_end(cursor->rest.ptr[0])) {
			*line += cursor->rest.ptr[0] == '\n';
			cursor->rest = slice_skip(cursor->rest, 1);
			continue;
		}
		struct record_row row = { 0 };
		if (read_row(cursor, &row, err) < 0)
			return -1;
		if (record->len == LIMIT_RECORD_ROWS)
			return error_set(err, ERROR_INTEGRITY,
					 "RECORD has more than %d rows",
					 LIMIT_RECORD_ROWS);
		record->rows = array_grow(cursor->arena, record->rows, record->len,
					  &record->cap, sizeof(row));
		record->rows[record->len++] = row;
	}
	return 0;
}

// RECORD is read as Python's csv module reads it, less what no writer produces (inst.4).
int record_parse(struct slice text, struct arena *arena, struct record *ret_record,
		 struct error *err)
{
	struct record record = { 0 };
	size_t line = 1;
	struct cursor cursor = { text, arena };
	if (slice_find_bad_utf8(text) != SLICE_NONE)
		return error_set(err, ERROR_INTEGRITY, "RECORD is not UTF-8");
	if (slice_find_byte(text, '\0') != SLICE_NONE)
		return error_set(err, ERROR_INTEGRITY, "RECORD holds a NUL byte");
	if (read_rows(&cursor, &record, &line, err) < 0)
		return error_during(err, "reading line %zu of RECORD", line);
	*ret_record = record;
	return 0;
}

static bool needs_quotes(struct slice field)
{
	for (size_t i = 0; i < field.len; i++)
		if (field.ptr[i] == ',' || field.ptr[i] == '"' ||
		    is_line_end(field.ptr[i]))
			return true;
	return false;
}

static void write_field(struct buf *out, struct slice field)
{
	if (!needs_quotes(field)) {
		buf_append(out, field);
		return;
	}
	buf_byte(out, '"');
	for (size_t i = 0; i < field.len; i++) {
		if (field.ptr[i] == '"')
			buf_byte(out, '"');
		buf_byte(out, field.ptr[i]);
	}
	buf_byte(out, '"');
}

void record_write_row(struct buf *out, const struct record_row *row)
{
	write_field(out, row->path);
	buf_byte(out, ',');
	write_field(out, row->hash);
	buf_byte(out, ',');
	write_field(out, row->size);
	buf_byte(out, '\n');
}
