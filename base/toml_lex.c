// SPDX-License-Identifier: MIT
// What stands between TOML's tokens: blanks, comments, line ends; and how messages name
// what was found.
#include "base/toml_lex.h"

struct span toml_span(const struct toml_lexer *lexer, size_t from, size_t to)
{
	size_t end = to < lexer->text.len ? to : lexer->text.len;
	return (struct span){ lexer->source, from, end > from ? end - from : 0 };
}

bool toml_take(struct toml_lexer *lexer, struct slice token)
{
	if (!slice_starts_with(slice_skip(lexer->text, lexer->at), token))
		return false;
	lexer->at += token.len;
	return true;
}

size_t toml_newline(const struct toml_lexer *lexer)
{
	if (toml_peek(lexer, 0) == '\n')
		return 1;
	return toml_peek(lexer, 0) == '\r' && toml_peek(lexer, 1) == '\n' ? 2 : 0;
}

// The text was checked to be UTF-8, so the lead byte gives the length.
static size_t character_len(char lead)
{
	unsigned char byte = (unsigned char)lead;
	return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

const char *toml_found(const struct toml_lexer *lexer)
{
	if (toml_at_end(lexer))
		return "the end of the file";
	if (toml_newline(lexer))
		return "the end of the line";
	char c = toml_peek(lexer, 0);
	if (c == '\r' || toml_is_control(c))
		return arena_printf(lexer->arena, "control character U+%04X",
				    (unsigned)(unsigned char)c)
			.ptr;
	struct slice character =
		slice_range(lexer->text, lexer->at, lexer->at + character_len(c));
	return arena_printf(lexer->arena, "'%.*s'", SLICE_ARG(character)).ptr;
}

void toml_skip_blanks(struct toml_lexer *lexer)
{
	while (is_blank(toml_peek(lexer, 0)))
		lexer->at++;
}

// None is fine; stops before the line's end.
static int toml_skip_comment(struct toml_lexer *lexer)
{
	if (toml_peek(lexer, 0) != '#')
		return 0;
	for (; !toml_at_end(lexer) && !toml_newline(lexer); lexer->at++) {
		char c = toml_peek(lexer, 0);
		if (c == '\r' || toml_is_control(c))
			return toml_fail_here(lexer, "%s in a comment",
					      toml_found(lexer));
	}
	return 0;
}

int toml_skip_lines(struct toml_lexer *lexer)
{
	size_t newline;
	do {
		toml_skip_blanks(lexer);
		if (toml_skip_comment(lexer) < 0)
			return -1;
		newline = toml_newline(lexer);
		lexer->at += newline;
	} while (newline != 0);
	return 0;
}

int toml_end_line(struct toml_lexer *lexer)
{
	toml_skip_blanks(lexer);
	if (toml_skip_comment(lexer) < 0)
		return -1;
	size_t newline = toml_newline(lexer);
	if (newline == 0 && !toml_at_end(lexer))
		return toml_fail_here(lexer, "expected the end of the line, found %s",
				      toml_found(lexer));
	lexer->at += newline;
	return 0;
}
