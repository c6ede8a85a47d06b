// SPDX-License-Identifier: MIT
// The cursor that the TOML reader's files share, and the tokens they read with it.
// Private to base/toml_*.c.
//
// Every function starts at the cursor and leaves it behind what it read. Those that can
// fail return -1 and have put an error into the diagnostics.
#pragma once

#include "base/toml.h"

struct toml_lexer {
	const struct source *source;
	struct slice text; // of the source
	size_t at;
	struct arena *arena;
	struct diagnostics *diagnostics;
};

// Adds an error at text[from..to) or at the character at the cursor, and gives -1.
#define toml_fail(lexer, from, to, ...)                                     \
	(diagnostics_add((lexer)->diagnostics, SEVERITY_ERROR, ERROR_INPUT, \
			 toml_span((lexer), (from), (to)), __VA_ARGS__),    \
	 -1)
#define toml_fail_here(lexer, ...) \
	toml_fail((lexer), (lexer)->at, (lexer)->at + 1, __VA_ARGS__)

struct span toml_span(const struct toml_lexer *lexer, size_t from, size_t to);
// What stands at the cursor, for messages like "expected x, found y".
const char *toml_found(const struct toml_lexer *lexer);

static inline char toml_peek(const struct toml_lexer *lexer,
			     size_t ahead) // NUL past the end
{
	size_t left = lexer->text.len - lexer->at;
	return ahead < left ? lexer->text.ptr[lexer->at + ahead] : '\0';
}

static inline bool toml_at_end(const struct toml_lexer *lexer)
{
	return lexer->at >= lexer->text.len;
}

// Is it a character that TOML allows nowhere? Tab, LF and CR are not among them.
static inline bool toml_is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
	       c == 0x7f;
}

bool toml_take(struct toml_lexer *lexer, struct slice token);
size_t toml_newline(const struct toml_lexer *lexer); // 1 at LF, 2 at CR LF, else 0

void toml_skip_blanks(struct toml_lexer *lexer);
NODISCARD int toml_skip_lines(struct toml_lexer *lexer); // blanks, comments, line ends
// Skips blanks and a comment; the line must end then.
NODISCARD int toml_end_line(struct toml_lexer *lexer);

// Called at a quote. multiline: """ and ''' are allowed, as they are not in keys.
NODISCARD int toml_lex_string(struct toml_lexer *lexer, bool multiline,
			      struct slice *ret_text);
// Reads numbers, booleans, dates and times.
NODISCARD int toml_lex_scalar(struct toml_lexer *lexer, struct toml_value *ret_value);
