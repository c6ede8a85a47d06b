// SPDX-License-Identifier: MIT
// TOML's four kinds of strings. Their end is found first; only an escape makes a copy.
#include "base/encoding.h"
#include "base/text.h"
#include "base/toml_lex.h"

struct string_form {
	char quote;
	bool multiline, escapes;
};

// The number of quotes at the cursor, as far as it matters.
static size_t quote_run(const struct toml_lexer *lexer, char quote)
{
	size_t run = 0;
	while (run < 5 && toml_peek(lexer, run) == quote)
		run++;
	return run;
}

// The number of quotes at the cursor if their last three, or last one, close the string:
// a multi-line string may end in two quotes of its own. 0 if they are content.
static size_t closing_run(const struct toml_lexer *lexer, const struct string_form *form)
{
	size_t run = quote_run(lexer, form->quote);
	if (!form->multiline)
		return run > 0 ? 1 : 0;
	return run < 3 ? 0 : run;
}

static int fail_unclosed(struct toml_lexer *lexer, const struct string_form *form,
			 size_t open)
{
	size_t quotes = form->multiline ? 3 : 1;
	return toml_fail(lexer, open, open + quotes, "string is not closed%s",
			 form->multiline ? "" : " on its line");
}

// Skips the bytes that nearly all strings consist of: neither quote nor backslash nor
// control character.
static void skip_plain(struct toml_lexer *lexer, char quote)
{
	const struct slice text = lexer->text;
	size_t at = lexer->at;
	while (at < text.len && text.ptr[at] != quote && text.ptr[at] != '\\' &&
	       (unsigned char)text.ptr[at] >= ' ' && text.ptr[at] != 0x7f)
		at++;
	lexer->at = at;
}

// Skips one of the other bytes, and an escaped quote or backslash together with its
// backslash. *escaped is set at a backslash that means something.
static int skip_special(struct toml_lexer *lexer, const struct string_form *form,
			size_t open, bool *escaped)
{
	char c = toml_peek(lexer, 0), next = toml_peek(lexer, 1);
	size_t newline = toml_newline(lexer);
	if (toml_at_end(lexer) || (newline && !form->multiline))
		return fail_unclosed(lexer, form, open);
	if ((c == '\r' && !newline) || toml_is_control(c))
		return toml_fail_here(lexer, "%s in a string", toml_found(lexer));
	if (c == '\\' && form->escapes) {
		*escaped = true;
		lexer->at += next == '"' || next == '\\' ? 2 : 1;
	} else {
		lexer->at += newline ? newline : 1;
	}
	return 0;
}

// Moves behind the closing quotes. *ret_raw gets the text between them, *ret_escaped
// whether a backslash matters.
static int find_end(struct toml_lexer *lexer, const struct string_form *form, size_t open,
		    struct slice *ret_raw, bool *ret_escaped)
{
	size_t start = lexer->at;
	bool escaped = false;
	skip_plain(lexer, form->quote);
	size_t close = closing_run(lexer, form);
	while (close == 0) {
		if (skip_special(lexer, form, open, &escaped) < 0)
			return -1;
		skip_plain(lexer, form->quote);
		close = closing_run(lexer, form);
	}
	size_t own_quotes = form->multiline ? close - 3 : 0;
	*ret_raw = slice_range(lexer->text, start, lexer->at + own_quotes);
	*ret_escaped = escaped;
	lexer->at += close;
	return 0;
}

static bool parse_hex(struct slice digits, uint32_t *ret_value)
{
	uint32_t value = 0;
	for (size_t i = 0; i < digits.len; i++) {
		int digit = hex_value(digits.ptr[i]);
		if (digit < 0)
			return false;
		value = value << 4 | (uint32_t)digit;
	}
	*ret_value = value;
	return true;
}

// Appends what \uXXXX or \UXXXXXXXX stands for: a Unicode scalar value, so no surrogate.
// Returns the escape's length behind the backslash, 0 if it is wrong.
static size_t append_unicode(struct buf *buf, struct slice escape)
{
	size_t digits = escape.ptr[0] == 'u' ? 4 : 8;
	struct slice hex = slice_range(escape, 1, 1 + digits);
	uint32_t code;
	if (hex.len < digits || !parse_hex(hex, &code))
		return 0;
	if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
		return 0;
	utf8_append(buf, code);
	return 1 + digits;
}

// A backslash before the end of a line (blanks between) swallows all white space up to
// the next text. Returns its length behind the backslash, 0 where there is no line end.
static size_t line_continuation(struct slice rest)
{
	size_t blanks = 0;
	while (blanks < rest.len && is_blank(rest.ptr[blanks]))
		blanks++;
	struct slice after = slice_skip(rest, blanks);
	if (!slice_starts_with(after, S("\n")) && !slice_starts_with(after, S("\r\n")))
		return 0;
	size_t len = blanks;
	while (len < rest.len && (is_blank(rest.ptr[len]) || rest.ptr[len] == '\n' ||
				  rest.ptr[len] == '\r'))
		len++;
	return len;
}

// rest starts behind a backslash.
static size_t append_escape(struct buf *buf, const struct string_form *form,
			    struct slice rest)
{
	const struct slice letters = S("btnfr\"\\"), meanings = S("\b\t\n\f\r\"\\");
	if (rest.len == 0)
		return 0;
	size_t at = slice_find_byte(letters, rest.ptr[0]);
	if (at != SLICE_NONE) {
		buf_byte(buf, meanings.ptr[at]);
		return 1;
	}
	if (rest.ptr[0] == 'u' || rest.ptr[0] == 'U')
		return append_unicode(buf, rest);
	return form->multiline ? line_continuation(rest) : 0;
}

static int fail_escape(struct toml_lexer *lexer, struct slice raw, size_t backslash)
{
	lexer->at = (size_t)(raw.ptr - lexer->text.ptr) + backslash + 1;
	const char *found = toml_found(lexer);
	struct error *error =
		diagnostics_add(lexer->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
				toml_span(lexer, lexer->at - 1, lexer->at + 1),
				"unknown or broken escape: backslash before %s", found);
	error_hint(
		error,
		"double the backslash, or use single quotes, where nothing is escaped");
	return -1;
}

static int unescape(struct toml_lexer *lexer, const struct string_form *form,
		    struct slice raw, struct slice *ret_text)
{
	struct buf buf = { .arena = lexer->arena };
	struct slice rest = raw, plain;
	while (slice_cut(&rest, '\\', &plain)) {
		buf_append(&buf, plain);
		size_t len = append_escape(&buf, form, rest);
		if (len == 0)
			return fail_escape(lexer, raw, (size_t)(rest.ptr - raw.ptr) - 1);
		rest = slice_skip(rest, len);
	}
	buf_append(&buf, plain);
	*ret_text = buf_slice(&buf);
	return 0;
}

int toml_lex_string(struct toml_lexer *lexer, bool multiline, struct slice *ret_text)
{
	size_t open = lexer->at;
	struct string_form form = { .quote = toml_peek(lexer, 0) };
	form.escapes = form.quote == '"';
	form.multiline = quote_run(lexer, form.quote) >= 3;
	if (form.multiline && !multiline)
		return toml_fail(lexer, open, open + 3,
				 "a multi-line string cannot be a key");
	lexer->at += form.multiline ? 3 : 1;
	if (form.multiline)
		lexer->at += toml_newline(lexer); // the first line end is not content

	struct slice raw;
	bool escaped;
	if (find_end(lexer, &form, open, &raw, &escaped) < 0)
		return -1;
	if (escaped)
		return unescape(lexer, &form, raw, ret_text);
	*ret_text = raw;
	return 0;
}
