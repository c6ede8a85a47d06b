// SPDX-License-Identifier: MIT
// Physical lines to logical ones. What counts as a line end, a blank and a comment is Python's view, since pip's
// format is defined by its program.
#include "resolver/requirements/lines.h"

// Bytes of the line end at text[at], 0 if there is none (str.splitlines).
static size_t line_end_length(struct slice text, size_t at)
{
	unsigned char c = (unsigned char)text.ptr[at];
	struct slice rest = slice_range(text, at, at + 3);
	if (c == '\r')
		return rest.len > 1 && rest.ptr[1] == '\n' ? 2 : 1;
	if (c == '\n' || c == '\v' || c == '\f' || (c >= 0x1c && c <= 0x1e))
		return 1;
	if (c < 0x80)
		return 0;
	if (slice_starts_with(rest, S("\xc2\x85")))
		return 2;
	return slice_eq(rest, S("\xe2\x80\xa8")) || slice_eq(rest, S("\xe2\x80\xa9")) ? 3 : 0;
}

// Bytes of the blank at text[at], 0 if there is none (str.isspace). Pages and word processors leave the wide ones.
static size_t blank_length(struct slice text, size_t at)
{
	static const char *const wide[] = {
		"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};
	unsigned char c = (unsigned char)text.ptr[at];
	struct slice rest = slice_range(text, at, at + 3);
	if (c < 0x80)
		return is_space((char)c) || (c >= 0x1c && c <= 0x1f);
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (slice_starts_with(rest, slice_from(wide[i])))
			return slice_from(wide[i]).len;
	bool en_quad_to_hair_space = slice_starts_with(rest, S("\xe2\x80")) && rest.len == 3 &&
				     (unsigned char)rest.ptr[2] <= 0x8a;
	return en_quad_to_hair_space ? 3 : 0;
}

struct slice line_text(const struct logical_line *line)
{
	return buf_slice(&line->text);
}

static const struct line_piece *piece_at(const struct logical_line *line, size_t offset)
{
	size_t low = 0, high = line->len;
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;
		if (line->items[middle].at <= offset)
			low = middle;
		else
			high = middle;
	}
	return &line->items[low];
}

// Where text[offset] begins and ends in the source. offset may be the end of the text: just behind its last byte.
static void place_of(const struct logical_line *line, size_t offset, size_t *ret_start, size_t *ret_end)
{
	const struct line_piece *piece = piece_at(line, offset);
	if (!piece->verbatim && offset < line->text.len) {
		*ret_start = piece->source_offset;
		*ret_end = piece->source_offset + piece->source_len;
	} else if (!piece->verbatim) {
		*ret_start = *ret_end = piece->source_offset + piece->source_len;
	} else {
		*ret_start = piece->source_offset + (offset - piece->at);
		*ret_end = *ret_start + (offset < line->text.len);
	}
}

struct span line_span(const struct logical_line *line, size_t offset, size_t len)
{
	struct slice text = line->source->text;
	size_t start = 0, end = 0, ignored = 0, line_end;
	if (line->len == 0)
		return (struct span){ .source = line->source };
	place_of(line, offset, &start, &end);
	if (len == 0)
		end = start;
	else
		place_of(line, offset + len - 1, &ignored, &end);
	for (line_end = start; line_end < end && line_end_length(text, line_end) == 0;)
		line_end++;
	return (struct span){ line->source, start, line_end - start };
}

static void put_piece(struct logical_line *line, struct line_piece piece)
{
	line->items = array_grow(line->text.arena, line->items, line->len, &line->cap, sizeof(*line->items));
	line->items[line->len++] = piece;
}

// A byte of the source; goes on with the last piece where it stands right behind it.
static void put_byte(struct logical_line *line, char byte, size_t source_offset)
{
	const struct line_piece *last = line->len ? &line->items[line->len - 1] : NULL;
	if (!last || !last->verbatim || last->source_offset + (line->text.len - last->at) != source_offset)
		put_piece(line, (struct line_piece){ line->text.len, source_offset, 0, true });
	buf_byte(&line->text, byte);
}

// Text that stands for source[offset..offset+len).
static void put_text(struct logical_line *line, struct slice text, size_t source_offset, size_t source_len)
{
	if (text.len == 0)
		return;
	put_piece(line, (struct line_piece){ line->text.len, source_offset, source_len, false });
	buf_append(&line->text, text);
}

static bool is_comment_line(struct slice line)
{
	size_t at = 0, step;
	while (at < line.len && (step = blank_length(line, at)) > 0)
		at += step;
	return at < line.len && line.ptr[at] == '#';
}

// req.1: joins before comments go, so a comment swallows what is joined to it; a line that is all comment ends the
// join whatever its own last byte is. False at the end of the text.
static bool join_lines(struct line_reader *reader, struct logical_line *joined)
{
	struct slice text = reader->source->text;
	bool any = false;
	while (reader->at < text.len) {
		size_t start = reader->at, end = start, end_len = 0;
		while (end < text.len && (end_len = line_end_length(text, end)) == 0)
			end++;
		reader->at = end + end_len;
		struct slice line = slice_range(text, start, end);
		bool comment = is_comment_line(line);
		bool continued = !comment && slice_ends_with(line, S("\\"));
		while (continued && slice_ends_with(line, S("\\")))
			line.len--;
		if (comment)
			put_text(joined, S(" "), start, 0); // else "a\" and "#b" would read "a#b"
		for (size_t i = 0; i < line.len; i++)
			put_byte(joined, line.ptr[i], start + i);
		any = true;
		if (!continued)
			break;
	}
	return any;
}

// req.1: the part of the line before a comment, without the blanks around it.
static void find_content(struct slice text, size_t *ret_from, size_t *ret_to)
{
	size_t from = 0, to = 0;
	bool behind_blank = true;
	for (size_t at = 0, step; at < text.len; at += step) {
		size_t blank = blank_length(text, at);
		step = blank ? blank : 1;
		if (!blank && behind_blank && text.ptr[at] == '#')
			break;
		behind_blank = blank > 0;
		if (!blank && to == 0)
			from = at;
		if (!blank)
			to = at + 1;
	}
	*ret_from = from;
	*ret_to = to;
}

// Length of the "${NAME}" at text[at], 0 if there is none (req.2).
static size_t variable_length(struct slice text, size_t at)
{
	struct slice rest = slice_skip(text, at);
	if (!slice_starts_with(rest, S("${")))
		return 0;
	size_t len = 2;
	while (len < rest.len && (is_digit(rest.ptr[len]) || rest.ptr[len] == '_' ||
				  (rest.ptr[len] >= 'A' && rest.ptr[len] <= 'Z')))
		len++;
	return len > 2 && len < rest.len && rest.ptr[len] == '}' ? len + 1 : 0;
}

// req.2: the value of the variable at text[at]; "" leaves the text as it is.
static struct slice variable_value(const struct line_reader *reader, struct arena *arena, struct slice text, size_t at,
				   size_t len)
{
	if (len == 0 || !reader->getenv)
		return S("");
	return slice_from(reader->getenv(arena_c_string(arena, slice_range(text, at + 2, at + len - 1))));
}

static void finish_line(const struct line_reader *reader, struct arena *arena, const struct logical_line *joined,
			struct logical_line *line)
{
	struct slice text = line_text(joined);
	size_t from, to, start, end, ignored;
	find_content(text, &from, &to);
	while (from < to) {
		size_t len = variable_length(text, from);
		struct slice value = variable_value(reader, arena, text, from, len);
		place_of(joined, from, &start, &end);
		if (value.len) {
			place_of(joined, from + len - 1, &ignored, &end);
			put_text(line, value, start, end - start);
			from += len;
		} else {
			put_byte(line, text.ptr[from++], start);
		}
	}
}

bool line_next(struct line_reader *reader, struct arena *arena, struct logical_line *ret_line)
{
	for (;;) {
		struct logical_line joined = { .source = reader->source, .text.arena = arena };
		struct logical_line line = joined;
		if (!join_lines(reader, &joined))
			return false;
		finish_line(reader, arena, &joined, &line);
		if (line.text.len) {
			*ret_line = line;
			return true;
		}
	}
}

void line_of_text(const struct source *source, struct arena *arena, struct logical_line *ret_line)
{
	struct logical_line line = { .source = source, .text.arena = arena };
	struct slice trimmed = slice_trim(source->text);
	size_t start = trimmed.len ? (size_t)(trimmed.ptr - source->text.ptr) : 0;
	for (size_t i = 0; i < trimmed.len; i++)
		put_byte(&line, trimmed.ptr[i], start + i);
	*ret_line = line;
}
