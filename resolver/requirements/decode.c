// SPDX-License-Identifier: MIT
// Finds out a file's encoding, and turns it into UTF-8.
#include "resolver/requirements/decode.h"

#include "base/encoding.h"

enum encoding { ENCODING_UTF8, ENCODING_LATIN1, ENCODING_WINDOWS_1252, ENCODING_OTHER };

// Python's names of encodings, in lower case and with '-' for '_'.
static const struct {
	const char *name;
	enum encoding encoding;
} encodings[] = {
	{ "utf-8", ENCODING_UTF8 },
	{ "utf8", ENCODING_UTF8 },
	{ "utf-8-sig", ENCODING_UTF8 },
	{ "ascii", ENCODING_UTF8 },
	{ "us-ascii", ENCODING_UTF8 },
	{ "latin-1", ENCODING_LATIN1 },
	{ "latin1", ENCODING_LATIN1 },
	{ "latin", ENCODING_LATIN1 },
	{ "l1", ENCODING_LATIN1 },
	{ "iso-8859-1", ENCODING_LATIN1 },
	{ "iso8859-1", ENCODING_LATIN1 },
	{ "cp1252", ENCODING_WINDOWS_1252 },
	{ "windows-1252", ENCODING_WINDOWS_1252 },
};

static bool same_encoding_name(struct slice written, struct slice name)
{
	if (written.len != name.len)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = written.ptr[i] == '_' ? '-' : to_lower(written.ptr[i]);
		if (c != name.ptr[i])
			return false;
	}
	return true;
}

static enum encoding encoding_of(struct slice name)
{
	for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings); i++)
		if (same_encoding_name(name, slice_from(encodings[i].name)))
			return encodings[i].encoding;
	return ENCODING_OTHER;
}

static bool is_encoding_name(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

// The name behind "coding:" or "coding=" in a comment line; "" if there is none. It
// borrows from line.
static struct slice cookie_of(struct slice line)
{
	if (!slice_starts_with(line, S("#")))
		return S("");
	for (;;) {
		size_t at = slice_find(line, S("coding"));
		if (at == SLICE_NONE)
			return S("");
		line = slice_skip(line, at + S("coding").len);
		if (line.len == 0 || (line.ptr[0] != ':' && line.ptr[0] != '='))
			continue;
		struct slice rest = slice_skip(line, 1);
		while (rest.len && is_space(rest.ptr[0]))
			rest = slice_skip(rest, 1);
		size_t len = 0;
		while (len < rest.len && is_encoding_name(rest.ptr[len]))
			len++;
		if (len)
			return slice_range(rest, 0, len);
	}
}

static struct slice find_cookie(struct slice text)
{
	struct slice line, cookie = S("");
	for (unsigned i = 0; i < 2 && cookie.len == 0; i++) {
		slice_cut(&text, '\n', &line);
		cookie = cookie_of(line);
	}
	return cookie;
}

static int decode_utf16(struct arena *arena, struct source *source, bool big_endian,
			struct error *err)
{
	enum { MARK_BYTES = 2 };
	size_t bad = 0;
	struct slice bytes = slice_skip(source->text, MARK_BYTES);
	if (utf8_from_utf16(arena, bytes, big_endian, &source->text, &bad))
		return 0;
	return error_set(err, ERROR_INPUT, "'%.*s' is not valid UTF-16 at byte %zu",
			 SLICE_ARG(source->name), bad + MARK_BYTES);
}

static int check_utf8(const struct source *source, struct error *err)
{
	size_t bad = slice_find_bad_utf8(source->text);
	if (bad == SLICE_NONE)
		return 0;
	error_at(err, ERROR_INPUT, (struct span){ source, bad, 1 },
		 "the byte 0x%02x is not valid UTF-8",
		 (unsigned)(unsigned char)source->text.ptr[bad]);
	return error_hint(
		err,
		"save the file as UTF-8, or name its encoding in the first line: '# coding: latin-1'");
}

static int decode_by_cookie(struct arena *arena, struct source *source, struct error *err)
{
	struct slice name = find_cookie(source->text);
	switch (name.len ? encoding_of(name) : ENCODING_UTF8) {
	case ENCODING_UTF8: return check_utf8(source, err);
	case ENCODING_LATIN1:
		source->text = utf8_from_latin1(arena, source->text);
		return 0;
	case ENCODING_WINDOWS_1252:
		source->text = utf8_from_windows_1252(arena, source->text);
		return 0;
	case ENCODING_OTHER: break;
	}
	struct span span = { source, (size_t)(name.ptr - source->text.ptr), name.len };
	error_at(err, ERROR_INPUT, span, "the encoding '%.*s' is not supported",
		 SLICE_ARG(name));
	return error_hint(err, "save the file as UTF-8");
}

// No name, path or version holds a NUL byte, and C strings would end there.
static int check_nul(const struct source *source, struct error *err)
{
	size_t nul = slice_find_byte(source->text, '\0');
	if (nul == SLICE_NONE)
		return 0;
	error_at(err, ERROR_INPUT, (struct span){ source, nul, 1 },
		 "the text holds a NUL byte");
	return error_hint(
		err,
		"the file may be UTF-16 without a byte order mark: save it as UTF-8");
}

int decode_text(struct arena *arena, struct source *source, struct error *err)
{
	struct slice bytes = source->text;
	int result;
	if (slice_starts_with(bytes, S("\xef\xbb\xbf"))) {
		source->text = slice_skip(bytes, 3);
		result = check_utf8(source, err);
	} else if (slice_starts_with(bytes, S("\xff\xfe\0\0")) ||
		   slice_starts_with(bytes, S("\0\0\xfe\xff"))) {
		error_set(err, ERROR_INPUT, "'%.*s' is UTF-32, which is not supported",
			  SLICE_ARG(source->name));
		return error_hint(err, "save the file as UTF-8");
	} else if (slice_starts_with(bytes, S("\xff\xfe")) ||
		   slice_starts_with(bytes, S("\xfe\xff"))) {
		result = decode_utf16(arena, source, bytes.ptr[0] == '\xfe', err);
	} else {
		result = decode_by_cookie(arena, source, err);
	}
	return result < 0 ? -1 : check_nul(source, err);
}
