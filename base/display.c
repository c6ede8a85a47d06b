// SPDX-License-Identifier: MIT
// Which characters a reader cannot see for what they are, and how they are written instead.
#include "base/display.h"

#include "base/encoding.h"

// --- characters --------------------------------------------------------------------------

// A character of a text: its code point and bytes. Of what is no UTF-8 a single byte, and no point.
struct character {
	uint32_t point;
	size_t len;
	bool is_utf8;
};

static struct character first_of(struct slice text)
{
	struct character one;
	one.is_utf8 = utf8_first(text, &one.point, &one.len);
	return one;
}

struct range {
	uint32_t first, last;
};

// Characters that do something instead of being seen (Unicode: Cc, Cf, Zl, Zp, default ignorable, noncharacters), and
// blanks that are not the usual one.
static const struct range unseen[] = {
	{ 0x00, 0x1f },       { 0x7f, 0xa0 },        { 0xad, 0xad },
	{ 0x34f, 0x34f },     { 0x600, 0x605 },      { 0x61c, 0x61c },
	{ 0x6dd, 0x6dd },     { 0x70f, 0x70f },      { 0x890, 0x891 },
	{ 0x8e2, 0x8e2 },     { 0x115f, 0x1160 },    { 0x1680, 0x1680 },
	{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f },    { 0x2000, 0x200f },
	{ 0x2028, 0x202f },   { 0x205f, 0x206f },    { 0x2800, 0x2800 },
	{ 0x3000, 0x3000 },   { 0x3164, 0x3164 },    { 0xfdd0, 0xfdef },
	{ 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },    { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },   { 0xfffe, 0xffff },    { 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd }, { 0x13430, 0x1345f },  { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0x10ffff },
};

// Of ranges in order.
static bool is_among(uint32_t point, const struct range *ranges, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (point <= ranges[i].last)
			return point >= ranges[i].first;
	return false;
}

static bool is_unseen(uint32_t point)
{
	return is_among(point, unseen, sizeof(unseen) / sizeof(*unseen));
}

// The ASCII that needs no look at what stands around it.
static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '[' && c != ':';
}

// --- commands of build services ----------------------------------------------------------

// Do "##" and letters stand at the end? What a '[' makes of them Azure Pipelines, GitHub and TeamCity take for a command,
// wherever it stands in a line.
static bool ends_as_command(struct slice before)
{
	while (before.len && is_alpha(before.ptr[before.len - 1]))
		before.len--;
	return slice_ends_with(before, S("##"));
}

// Would a ':' after this be the second of a GitHub command, which only blanks may precede in its line?
static bool starts_as_command(struct slice before)
{
	return slice_ends_with(before, S(":")) && slice_trim(before).len == 1;
}

static bool is_command(struct slice line, char next)
{
	return (next == '[' && ends_as_command(line)) ||
	       (next == ':' && starts_as_command(line));
}

// --- lines -------------------------------------------------------------------------------

static void append_escaped(struct buf *line, struct character one)
{
	if (one.point == '\t' && one.is_utf8)
		buf_byte(line, ' ');
	else if (one.point == '\n' && one.is_utf8)
		buf_append(line, S("\\n"));
	else if (one.point == '\r' && one.is_utf8)
		buf_append(line, S("\\r"));
	else if (!one.is_utf8 || one.point < 0x80)
		buf_printf(line, "\\x%02x", one.point);
	else if (one.point < 0x10000)
		buf_printf(line, "\\u%04x", one.point);
	else
		buf_printf(line, "\\U%08x", one.point);
}

void display_append(struct buf *line, struct slice text)
{
	while (text.len) {
		size_t plain = 0;
		while (plain < text.len && is_plain(text.ptr[plain]))
			plain++;
		buf_append(line, slice_range(text, 0, plain));
		text = slice_skip(text, plain);
		if (text.len == 0)
			return;
		struct character one = first_of(text);
		if (!one.is_utf8 || is_unseen(one.point) ||
		    (one.len == 1 && is_command(buf_slice(line), text.ptr[0])))
			append_escaped(line, one);
		else
			buf_append(line, slice_range(text, 0, one.len));
		text = slice_skip(text, one.len);
	}
}

struct slice display_text(struct arena *arena, struct slice text)
{
	struct buf line = { .arena = arena };
	display_append(&line, text);
	return buf_slice(&line);
}

// --- columns -----------------------------------------------------------------------------

struct slice display_first_columns(struct slice line, size_t columns)
{
	size_t len = 0;
	for (size_t i = 0; i < columns && len < line.len; i++)
		len += first_of(slice_skip(line, len)).len;
	return slice_range(line, 0, len);
}

size_t display_width(struct slice text)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice line = display_text(&scratch, text);
	size_t width = 0;
	for (; line.len; width++)
		line = slice_skip(line, first_of(line).len);
	return width;
}

// --- texts of several lines --------------------------------------------------------------

size_t display_find_unsafe(struct slice text)
{
	size_t line = 0, at = 0;
	while (at < text.len) {
		struct character one = first_of(slice_skip(text, at));
		bool is_end = one.point == '\n';
		if (!is_end && (!one.is_utf8 || is_unseen(one.point)))
			return at;
		if (!is_end && !is_plain(text.ptr[at]) &&
		    is_command(slice_range(text, line, at), text.ptr[at]))
			return at;
		at += one.len;
		line = is_end ? at : line;
	}
	return SLICE_NONE;
}

// --- values ------------------------------------------------------------------------------

static const struct range controls[] = {
	{ 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x61c, 0x61c },     { 0x200e, 0x200f },
	{ 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xe0000, 0xe007f },
};

bool display_is_control(uint32_t point)
{
	return is_among(point, controls, sizeof(controls) / sizeof(*controls));
}

size_t display_find_control(struct slice text)
{
	for (size_t at = 0; at < text.len;) {
		struct character one = first_of(slice_skip(text, at));
		if (!one.is_utf8 || display_is_control(one.point))
			return at;
		at += one.len;
	}
	return SLICE_NONE;
}

// --- JSON --------------------------------------------------------------------------------

// Characters beyond 16 bits are two escapes, a surrogate pair (RFC 8259, 7).
static void append_json_escape(struct buf *out, uint32_t point)
{
	if (point < 0x10000) {
		buf_printf(out, "\\u%04x", point);
		return;
	}
	point -= 0x10000;
	buf_printf(out, "\\u%04x\\u%04x", 0xd800 + (point >> 10),
		   0xdc00 + (point & 0x3ff));
}

struct slice display_json(struct arena *arena, struct slice json)
{
	struct buf out = { .arena = arena };
	while (json.len) {
		struct character one = first_of(json);
		bool is_layout = one.point == '\n' || one.point == '\t';
		if ((one.point == '[' && ends_as_command(buf_slice(&out))) ||
		    (!is_layout && one.is_utf8 && is_unseen(one.point)))
			append_json_escape(&out, one.point);
		else
			buf_append(&out, slice_range(json, 0, one.len));
		json = slice_skip(json, one.len);
	}
	return buf_slice(&out);
}
