// SPDX-License-Identifier: MIT
// Finds what of a line goes to a server: URLs, and names of packages, which indexes are asked for.
#include "resolver/requirements/filled.h"

static bool is_scheme_byte(char c)
{
	return is_alnum(c) || c == '+' || c == '-' || c == '.';
}

static bool ends_url(char c)
{
	return is_space(c) || c == '"' || c == '\'';
}

// The URL around the "://" at text[at], without the "git+" of version control.
static struct slice url_around(struct slice text, size_t at)
{
	size_t start = at, end = at;
	while (start > 0 && is_scheme_byte(text.ptr[start - 1]))
		start--;
	while (end < text.len && !ends_url(text.ptr[end]))
		end++;
	struct slice url = slice_range(text, start, end);
	struct slice scheme = slice_range(text, start, at);
	size_t plus = slice_find_last_byte(scheme, '+');
	return plus == SLICE_NONE ? url : slice_skip(url, plus + 1);
}

static bool urls_are_admitted(struct slice text, const struct requirement_reader *reader)
{
	const struct slice mark = S("://");
	for (size_t at = 0; at + mark.len <= text.len; at++) {
		if (!slice_starts_with(slice_skip(text, at), mark))
			continue;
		struct slice url = url_around(text, at);
		bool is_local =
			slice_eq_ignore_case(slice_range(url, 0, 7), S("file://"));
		if (!is_local && !reader->may_fill(reader->context, url))
			return false;
	}
	return true;
}

static bool is_name_byte(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

// Is a part of the name that the line begins with a variable's?
static bool fills_name(const struct logical_line *line)
{
	struct slice text = line->text;
	size_t len = 0;
	while (len < text.len && is_name_byte(text.ptr[len]))
		len++;
	bool is_name =
		len > 0 && text.ptr[0] != '-' && text.ptr[0] != '.' &&
		!(len < text.len && (text.ptr[len] == '/' || text.ptr[len] == ':'));
	for (size_t i = 0; is_name && i < line->piece_count; i++)
		if (!line->pieces[i].verbatim && line->pieces[i].at < len)
			return true;
	return false;
}

enum leak line_leak(const struct logical_line *line,
		    const struct requirement_reader *reader)
{
	if (!line->is_filled || !reader->may_fill)
		return LEAK_NONE;
	if (!urls_are_admitted(line->text, reader))
		return LEAK_HOST;
	return fills_name(line) ? LEAK_NAME : LEAK_NONE;
}
