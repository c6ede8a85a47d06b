// SPDX-License-Identifier: MIT
// TOML's values without delimiters: booleans, integers, floats.
#include "base/text.h"
#include "base/toml_lex.h"

#include <stdlib.h>

static bool ends_scalar(char c)
{
	return is_space(c) || c == '\0' || c == ',' || c == ']' || c == '}' || c == '#' ||
	       c == '=';
}

// The text of the value at the cursor. A blank between date and time is part of it.
static struct slice scalar_text(const struct toml_lexer *lexer)
{
	struct slice rest = slice_skip(lexer->text, lexer->at);
	size_t len = 0;
	while (len < rest.len && !ends_scalar(rest.ptr[len]))
		len++;
	bool is_date = len == 10 && rest.ptr[4] == '-' && rest.ptr[7] == '-';
	if (is_date && len + 1 < rest.len && rest.ptr[len] == ' ' &&
	    is_digit(rest.ptr[len + 1])) {
		len++;
		while (len < rest.len && !ends_scalar(rest.ptr[len]))
			len++;
	}
	return slice_range(rest, 0, len);
}

static bool is_digit_of(char c, unsigned base)
{
	int value = hex_value(c);
	return value >= 0 && (unsigned)value < base;
}

// Takes digits of a base, with single underscores between them, off the front of *s.
// False if there is none, or an underscore is not between two digits.
static bool take_digits(struct slice *s, unsigned base, struct slice *ret_digits)
{
	size_t len = 0;
	bool digit_before = false;
	for (; len < s->len; len++) {
		bool digit = is_digit_of(s->ptr[len], base);
		if (!digit && (s->ptr[len] != '_' || !digit_before))
			break;
		digit_before = digit;
	}
	*ret_digits = slice_range(*s, 0, len);
	*s = slice_skip(*s, len);
	return digit_before;
}

static bool take_sign(struct slice *s, bool *ret_negative)
{
	bool sign = s->len && (s->ptr[0] == '+' || s->ptr[0] == '-');
	*ret_negative = sign && s->ptr[0] == '-';
	*s = slice_skip(*s, sign);
	return sign;
}

static bool has_leading_zero(struct slice digits)
{
	return digits.len > 1 && digits.ptr[0] == '0';
}

static bool digits_value(struct slice digits, unsigned base, uint64_t max,
			 uint64_t *ret_value)
{
	uint64_t value = 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.ptr[i] == '_')
			continue;
		uint64_t digit = (uint64_t)hex_value(digits.ptr[i]);
		if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max)
			return false;
	}
	*ret_value = value;
	return true;
}

// Splits an integer into sign, base and digits. 0x, 0o and 0b take no sign, and only
// their digits may have leading zeros.
static bool split_integer(struct slice text, unsigned *ret_base, bool *ret_negative,
			  struct slice *ret_digits)
{
	*ret_base = 10;
	*ret_negative = false;
	if (slice_starts_with(text, S("0x")))
		*ret_base = 16;
	else if (slice_starts_with(text, S("0o")))
		*ret_base = 8;
	else if (slice_starts_with(text, S("0b")))
		*ret_base = 2;
	if (*ret_base == 10)
		take_sign(&text, ret_negative);
	else
		text = slice_skip(text, 2);
	if (!take_digits(&text, *ret_base, ret_digits) || text.len)
		return false;
	return *ret_base != 10 || !has_leading_zero(*ret_digits);
}

enum number_result { NUMBER_OK, NUMBER_MALFORMED, NUMBER_TOO_LARGE };

static enum number_result parse_integer(struct slice text, int64_t *ret_integer)
{
	unsigned base;
	bool negative;
	struct slice digits;
	uint64_t value;
	if (!split_integer(text, &base, &negative, &digits))
		return NUMBER_MALFORMED;
	if (!digits_value(digits, base, (uint64_t)INT64_MAX + negative, &value))
		return NUMBER_TOO_LARGE;
	*ret_integer = negative ? (int64_t)(0 - value) : (int64_t)value;
	return NUMBER_OK;
}

// digits[.digits][e[sign]digits] with at least one of the two tails.
static bool is_float(struct slice text)
{
	bool ignored_sign;
	struct slice digits;
	take_sign(&text, &ignored_sign);
	if (!take_digits(&text, 10, &digits) || has_leading_zero(digits))
		return false;
	bool tail = false;
	if (text.len && text.ptr[0] == '.') {
		tail = true;
		text = slice_skip(text, 1);
		if (!take_digits(&text, 10, &digits))
			return false;
	}
	if (text.len && to_lower(text.ptr[0]) == 'e') {
		tail = true;
		text = slice_skip(text, 1);
		take_sign(&text, &ignored_sign);
		if (!take_digits(&text, 10, &digits))
			return false;
	}
	return tail && text.len == 0;
}

static bool parse_float(struct arena *arena, struct slice text, double *ret_real)
{
	bool negative;
	struct slice unsigned_text = text;
	take_sign(&unsigned_text, &negative);
	if (slice_eq(unsigned_text, S("inf")) || slice_eq(unsigned_text, S("nan"))) {
		double magnitude =
			unsigned_text.ptr[0] == 'i' ? __builtin_inf() : __builtin_nan("");
		*ret_real = negative ? -magnitude : magnitude;
		return true;
	}
	if (!is_float(text))
		return false;
	struct buf plain = { .arena = arena };
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '_')
			buf_byte(&plain, text.ptr[i]);
	buf_byte(&plain, '\0');
	*ret_real = strtod(plain.ptr, NULL); // in the C locale, since nobody sets another
	return true;
}

static int fail_value(struct toml_lexer *lexer, struct slice text)
{
	if (text.len == 0)
		return toml_fail_here(lexer, "expected a value, found %s",
				      toml_found(lexer));
	struct error *error =
		diagnostics_add(lexer->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
				toml_span(lexer, lexer->at, lexer->at + text.len),
				"'%.*s' is not a TOML value", SLICE_ARG(text));
	if (slice_eq_ignore_case(text, S("true")) ||
	    slice_eq_ignore_case(text, S("false")))
		error_hint(error, "booleans are lower case");
	else if (is_alpha(text.ptr[0]))
		error_hint(error, "text needs quotes: \"%.*s\"", SLICE_ARG(text));
	return -1;
}

int toml_lex_scalar(struct toml_lexer *lexer, struct toml_value *ret_value)
{
	struct slice text = scalar_text(lexer);
	struct toml_value value = { .span = toml_span(lexer, lexer->at,
						      lexer->at + text.len) };
	enum number_result integer = parse_integer(text, &value.integer);
	if (integer == NUMBER_TOO_LARGE)
		return toml_fail(lexer, lexer->at, lexer->at + text.len,
				 "integer does not fit into 64 bits");
	if (integer == NUMBER_OK) {
		value.type = TOML_INTEGER;
	} else if (slice_eq(text, S("true")) || slice_eq(text, S("false"))) {
		value.type = TOML_BOOLEAN;
		value.boolean = text.len == 4;
	} else if (toml_parse_datetime(text, &value.type, &value.datetime)) {
		// type and datetime are set
	} else if (parse_float(lexer->arena, text, &value.real)) {
		value.type = TOML_FLOAT;
	} else {
		return fail_value(lexer, text);
	}
	lexer->at += text.len;
	*ret_value = value;
	return 0;
}
