// SPDX-License-Identifier: MIT
// Turns physical lines into logical ones. Line ends, blanks and comments are what they
// are for Python, since pip's format is defined by its program.
#include "resolver/requirements/lines.h"

// The length of the line end at text[at], 0 if there is none (as in str.splitlines).
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
	return slice_eq(rest, S("\xe2\x80\xa8")) || slice_eq(rest, S("\xe2\x80\xa9")) ? 3
										      : 0;
}

// The length of the blank at text[at], 0 if there is none (as in str.isspace). Wide
// blanks come from pages and word processors.
static size_t blank_length(struct slice text, size_t at)
{
	static const char *const wide[] = {
		"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
		"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};
	unsigned char c = (unsigned char)text.ptr[at];
	struct slice rest = slice_range(text, at, at + 3);
	if (c < 0x80)
		return is_space((char)c) || (c >= 0x1c && c <= 0x1f);
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (slice_starts_with(rest, slice_from(wide[i])))
			return slice_from(wide[i]).len;
	bool en_quad_to_hair_space = slice_starts_with(rest, S("\xe2\x80")) &&
				     rest.len == 3 && (unsigned char)rest.ptr[2] <= 0x8a;
	return en_quad_to_hair_space ? 3 : 0;
}

static const struct line_piece *piece_at(const struct logical_line *line, size_t offset)
{
	size_t low = 0, high = line->piece_count;
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;
		if (line->pieces[middle].at <= offset)
			low = middle;
		else
			high = middle;
	}
	return &line->pieces[low];
}

// Where text[offset] begins and ends in the source. offset may be the end of the text:
// just behind its last byte.
static void place_of(const struct logical_line *line, size_t offset, size_t *ret_start,
		     size_t *ret_end)
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
	if (line->piece_count == 0)
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

// A line in the making.
struct builder {
	struct buf text;
	struct line_piece *items;
	size_t len, cap;
};

static struct logical_line line_of(const struct source *source,
				   const struct builder *builder)
{
	return (struct logical_line){ source, buf_slice(&builder->text), builder->items,
				      builder->len, false };
}

static void put_piece(struct builder *builder, struct line_piece piece)
{
	*array_push(builder->text.arena, builder) = piece;
}

// Adds a byte of the source. It continues the last piece if it stands right behind that.
static void put_byte(struct builder *builder, char byte, size_t source_offset)
{
	const struct line_piece *last =
		builder->len ? &builder->items[builder->len - 1] : NULL;
	if (!last || !last->verbatim ||
	    last->source_offset + (builder->text.len - last->at) != source_offset)
		put_piece(builder, (struct line_piece){ builder->text.len, source_offset,
							0, true });
	buf_byte(&builder->text, byte);
}

// Adds a text that stands for source[offset..offset+len).
static void put_text(struct builder *builder, struct slice text, size_t source_offset,
		     size_t source_len)
{
	if (text.len == 0)
		return;
	put_piece(builder, (struct line_piece){ builder->text.len, source_offset,
						source_len, false });
	buf_append(&builder->text, text);
}

static bool is_comment_line(struct slice line)
{
	size_t at = 0, step;
	while (at < line.len && (step = blank_length(line, at)) > 0)
		at += step;
	return at < line.len && line.ptr[at] == '#';
}

// The next physical line without its end; false at the end of the text.
static bool physical_line(struct line_reader *reader, struct slice *ret_line)
{
	struct slice text = reader->source->text;
	size_t start = reader->at, end = start, end_len = 0;
	if (start == text.len)
		return false;
	while (end < text.len && (end_len = line_end_length(text, end)) == 0)
		end++;
	reader->at = end + end_len;
	*ret_line = slice_range(text, start, end);
	return true;
}

static bool is_continued(struct slice line)
{
	return slice_ends_with(line, S("\\")) && !is_comment_line(line);
}

// Lines are joined before comments go, so a comment swallows what is joined to it; a line
// that is all comment ends the join whatever its own last byte is (req.1).
static struct logical_line join_lines(struct line_reader *reader, struct slice line,
				      struct arena *arena)
{
	struct builder builder = { .text.arena = arena };
	bool continued;
	do {
		size_t start = (size_t)(line.ptr - reader->source->text.ptr);
		continued = is_continued(line);
		while (continued && slice_ends_with(line, S("\\")))
			line.len--;
		if (is_comment_line(line))
			put_text(&builder, S(" "), start,
				 0); // else "a\" and "#b" would read "a#b"
		for (size_t i = 0; i < line.len; i++)
			put_byte(&builder, line.ptr[i], start + i);
	} while (continued && physical_line(reader, &line));
	return line_of(reader->source, &builder);
}

// The part of the line before a comment, without the blanks around it (req.1).
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

// The length of the "${NAME}" at text[at], 0 if there is none (req.2).
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

// The value of the variable at text[at]; "" leaves the text as it is (req.2).
static struct slice variable_value(const struct line_reader *reader, struct arena *arena,
				   struct slice text, size_t at, size_t len)
{
	if (len == 0 || !reader->getenv)
		return S("");
	return slice_from(reader->getenv(
		arena_c_string(arena, slice_range(text, at + 2, at + len - 1))));
}

// The text joined.text[from..to) with its variables replaced.
static struct logical_line expand(const struct line_reader *reader, struct arena *arena,
				  const struct logical_line *joined, size_t from,
				  size_t to)
{
	struct builder builder = { .text.arena = arena };
	bool is_filled = false;
	while (from < to) {
		size_t start, end, ignored, len = variable_length(joined->text, from);
		struct slice value =
			variable_value(reader, arena, joined->text, from, len);
		place_of(joined, from, &start, &end);
		if (value.len) {
			is_filled = true;
			place_of(joined, from + len - 1, &ignored, &end);
			put_text(&builder, value, start, end - start);
			from += len;
		} else {
			put_byte(&builder, joined->text.ptr[from++], start);
		}
	}
	struct logical_line line = line_of(joined->source, &builder);
	line.is_filled = is_filled;
	return line;
}

// A part of one physical line, unchanged.
static struct logical_line borrow(const struct source *source, struct arena *arena,
				  struct slice part)
{
	struct line_piece *piece = arena_new(arena, struct line_piece);
	*piece = (struct line_piece){ 0, (size_t)(part.ptr - source->text.ptr), 0, true };
	return (struct logical_line){ source, part, piece, 1, false };
}

bool line_next(struct line_reader *reader, struct arena *arena,
	       struct logical_line *ret_line)
{
	struct slice first;
	while (physical_line(reader, &first)) {
		size_t from, to;
		bool joins = is_continued(first);
		struct logical_line line = { .source = reader->source, .text = first };
		if (joins)
			line = join_lines(reader, first, arena);
		find_content(line.text, &from, &to);
		if (from == to)
			continue;
		struct slice content = slice_range(line.text, from, to);
		bool plain = !joins && !slice_contains(content, S("${"));
		if (!joins)
			line = borrow(reader->source, arena, first);
		*ret_line = plain ? borrow(reader->source, arena, content)
				  : expand(reader, arena, &line, from, to);
		return true;
	}
	return false;
}

void line_of_text(const struct source *source, struct arena *arena,
		  struct logical_line *ret_line)
{
	struct slice trimmed = slice_trim(source->text);
	*ret_line = trimmed.len
			    ? borrow(source, arena, trimmed)
			    : (struct logical_line){ .source = source, .text = trimmed };
}
