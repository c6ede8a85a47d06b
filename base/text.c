// SPDX-License-Identifier: MIT
// Looks through texts byte by byte.
#include "base/text.h"

bool slices_have(const struct slice *items, size_t len, struct slice text)
{
	for (size_t i = 0; i < len; i++)
		if (slice_eq(items[i], text))
			return true;
	return false;
}

struct slice slice_lower(struct arena *arena, struct slice text)
{
	size_t first = 0;
	while (first < text.len && to_lower(text.ptr[first]) == text.ptr[first])
		first++;
	if (first == text.len)
		return text;
	char *lower = arena_alloc(arena, text.len + 1, 1);
	for (size_t i = 0; i < text.len; i++)
		lower[i] = to_lower(text.ptr[i]);
	return (struct slice){ lower, text.len };
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

struct slice slice_as_utf8(struct arena *arena, struct slice text)
{
	return slice_find_bad_utf8(text) == SLICE_NONE ? text
						       : replace_bad_utf8(arena, text);
}

bool slice_is_hex(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (hex_value(text.ptr[i]) < 0)
			return false;
	return true;
}

struct slice percent_decode(struct arena *arena, struct slice text)
{
	if (slice_find_byte(text, '%') == SLICE_NONE)
		return text;
	char *out = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		bool whole = text.ptr[i] == '%' && i + 2 < text.len;
		int high = whole ? hex_value(text.ptr[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
		out[len++] = low >= 0 ? (char)(high * 16 + low) : text.ptr[i];
		i += low >= 0 ? 2 : 0;
	}
	return (struct slice){ out, len };
}

struct slice url_fragment(struct slice url, struct slice key)
{
	struct slice rest = url, part, name;
	slice_cut(&rest, '#', &part);
	while (rest.len) {
		slice_cut(&rest, '&', &part);
		if (slice_cut(&part, '=', &name) && slice_eq(name, key))
			return part;
	}
	return S("");
}

static bool is_plain_word(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!is_alnum(word.ptr[i]) &&
		    slice_find_byte(S("_./:=,@%+-"), word.ptr[i]) == SLICE_NONE)
			return false;
	return word.len > 0;
}

// A quote itself ends the quotes for a moment.
struct slice shell_word(struct arena *arena, struct slice text)
{
	struct buf word = { .arena = arena };
	if (is_plain_word(text))
		return text;
	buf_byte(&word, '\'');
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\'')
			buf_append(&word, S("'\\''"));
		else
			buf_byte(&word, text.ptr[i]);
	buf_byte(&word, '\'');
	return buf_slice(&word);
}

bool path_is_below(struct slice path, struct slice folder)
{
	while (slice_ends_with(folder, S("/")))
		folder.len--;
	return slice_starts_with(path, folder) &&
	       (path.len == folder.len || path.ptr[folder.len] == '/');
}

bool path_lies_in(struct slice path, struct slice folder)
{
	return path.len > folder.len && path.ptr[folder.len] == '/' &&
	       slice_starts_with(path, folder);
}

bool path_stays_below(struct slice path)
{
	struct slice part;
	// Who opens a path reads it up to a NUL.
	if (slice_starts_with(path, S("/")) || slice_find_byte(path, '\0') != SLICE_NONE)
		return false;
	while (path.len) {
		slice_cut(&path, '/', &part);
		if (slice_eq(part, S("..")))
			return false;
	}
	return true;
}
