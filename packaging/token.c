// SPDX-License-Identifier: MIT
// Scanning helpers of the marker and requirement parsers.
#include "packaging/token.h"

#include <stdio.h>

enum { TOKEN_SHOWN = 40 };

static bool is_word(char c)
{
	return is_alnum(c) || c == '_';
}

static bool is_name(char c)
{
	return is_word(c) || c == '.' || c == '-';
}

bool is_operator(char c)
{
	return c == '=' || c == '<' || c == '>' || c == '!' || c == '~';
}

size_t skip_blanks(struct slice text, size_t at)
{
	while (at < text.len && is_blank(text.ptr[at]))
		at++;
	return at;
}

static size_t run_length(struct slice rest, bool (*belongs)(char))
{
	size_t len = 0;
	while (len < rest.len && belongs(rest.ptr[len]))
		len++;
	return len;
}

// Length of the UTF-8 sequence that rest begins with; 1 for a byte that begins none.
static size_t character_length(struct slice rest)
{
	for (size_t len = 1; len <= 4 && len <= rest.len; len++)
		if (slice_find_bad_utf8(slice_range(rest, 0, len)) == SLICE_NONE)
			return len;
	return 1;
}

struct slice token_at(struct slice text, size_t at)
{
	struct slice rest = slice_skip(text, at);
	if (rest.len == 0)
		return rest;
	size_t len = run_length(rest, is_name);
	if (len == 0)
		len = run_length(rest, is_operator);
	return slice_range(rest, 0, len ? len : character_length(rest));
}

bool word_at(struct slice text, size_t at, struct slice word)
{
	struct slice rest = slice_skip(text, at);
	return slice_starts_with(rest, word) &&
	       (rest.len == word.len || !is_word(rest.ptr[word.len]));
}

// The code point of one well-formed UTF-8 sequence of two to four bytes.
static uint32_t code_point(struct slice token)
{
	const unsigned char *p = (const unsigned char *)token.ptr;
	uint32_t value = p[0] & (0xffu >> (token.len + 1));
	for (size_t i = 1; i < token.len; i++)
		value = value << 6 | (p[i] & 0x3fu);
	return value;
}

// Blanks and marks that a page or a word processor leaves behind cannot be seen.
static bool is_invisible(uint32_t point)
{
	return (point >= 0x80 && point <= 0xa0) || point == 0xad ||
	       (point >= 0x2000 && point <= 0x200f) ||
	       (point >= 0x2028 && point <= 0x202f) || point == 0x205f ||
	       point == 0x2060 || point == 0x3000 || point == 0xfeff;
}

// Shows as much of token as fits, without cutting a character; bytes that would upset a
// terminal become '?'.
static void quote(struct token_text *shown, struct slice token)
{
	char quote_mark = slice_find_byte(token, '\'') == SLICE_NONE ? '\'' : '"';
	struct slice part = slice_range(token, 0, TOKEN_SHOWN);
	while (part.len < token.len && part.len &&
	       ((unsigned char)token.ptr[part.len] & 0xc0) == 0x80)
		part.len--;
	snprintf(shown->text, sizeof(shown->text), "%c%.*s%s%c", quote_mark,
		 SLICE_ARG(part), part.len < token.len ? "..." : "", quote_mark);
	for (char *c = shown->text; *c; c++)
		if ((*c > 0 && *c < ' ') || *c == 0x7f)
			*c = '?';
}

struct token_text token_describe(struct slice token)
{
	struct token_text shown = { "nothing" };
	unsigned char first = token.len ? (unsigned char)token.ptr[0] : 0;
	struct slice character =
		slice_range(token, 0, token.len ? character_length(token) : 0);
	if (token.len == 0)
		return shown;
	if (first < ' ' || first == 0x7f)
		snprintf(shown.text, sizeof(shown.text), "U+%04X", (unsigned)first);
	else if (first >= 0x80 && slice_find_bad_utf8(character) != SLICE_NONE)
		snprintf(shown.text, sizeof(shown.text), "the byte 0x%02x",
			 (unsigned)first);
	else if (first >= 0x80 && is_invisible(code_point(character)))
		snprintf(shown.text, sizeof(shown.text), "U+%04X",
			 (unsigned)code_point(character));
	else
		quote(&shown, token);
	return shown;
}

const char *operator_meant(struct slice token)
{
	static const char *const slips[][2] = {
		{ "=", "==" },  { "=>", ">=" }, { "=<", "<=" },
		{ "<>", "!=" }, { "=!", "!=" }, { "!==", "!=" },
		{ "~", "~=" },  { "!", "!=" },  { "=~", "~=" },
	};
	for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++)
		if (slice_eq(token, slice_from(slips[i][0])))
			return slips[i][1];
	return NULL;
}
