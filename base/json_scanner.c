// SPDX-License-Identifier: MIT
// The pull scanner: a cursor, a stack of bits for open brackets, and one function for
// each kind of token.
#include "base/encoding.h"
#include "base/json_scanner.h"

#include "base/limits.h"
#include "base/text.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

_Static_assert(LIMIT_NESTING_DEPTH <= 64, "one bit a level in json_scanner.in_object");

void json_begin(struct json_scanner *scanner, struct slice input, struct arena *arena)
{
	// The state is that after a key: a value has to come.
	*scanner = (struct json_scanner){ .input = input,
					  .arena = arena,
					  .token = JSON_KEY };
}

static enum json_token give(struct json_scanner *scanner, enum json_token token)
{
	scanner->token = token;
	return token;
}

static enum json_token problem(struct json_scanner *scanner, const char *what)
{
	if (!scanner->problem)
		scanner->problem = what;
	return give(scanner, JSON_ERROR);
}

static void skip_blanks(struct json_scanner *scanner)
{
	const char *ptr = scanner->input.ptr;
	size_t at = scanner->at, len = scanner->input.len;
	if (at < len && (unsigned char)ptr[at] > ' ')
		return;
	while (at < len &&
	       (ptr[at] == ' ' || ptr[at] == '\n' || ptr[at] == '\r' || ptr[at] == '\t'))
		at++;
	scanner->at = at;
}

static bool at_byte(const struct json_scanner *scanner, char byte)
{
	return scanner->at < scanner->input.len &&
	       scanner->input.ptr[scanner->at] == byte;
}

static bool in_object(const struct json_scanner *scanner)
{
	return scanner->depth > 0 && (scanner->in_object & 1) != 0;
}

// --- strings -------------------------------------------------------------------------

#ifdef __SSE2__
enum { STEP_BYTES = 64, STEP_BITS = 1, SHORT_BYTES = 16 };

// The bytes at ptr that are below 0x20, '"', '\\' or above 0x7f, as a bit each (json.3).
static uint64_t special_short(const char *ptr)
{
	const __m128i bytes = _mm_loadu_si128((const __m128i_u *)(const void *)ptr);
	// The comparison is signed, so that bytes above 0x7f are below 0x20, too.
	__m128i special = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
	special = _mm_or_si128(special, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
	special = _mm_or_si128(special, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
	return (uint64_t)_mm_movemask_epi8(special);
}

// The same for 64 bytes, so many that nearly all strings end in the first step or the
// third: a branch that the processor predicts wrongly costs more than to look at all of
// them.
static uint64_t special_bytes(const char *ptr)
{
	return special_short(ptr) | special_short(ptr + 16) << 16 |
	       special_short(ptr + 32) << 32 | special_short(ptr + 48) << 48;
}
#else
enum { STEP_BYTES = 8, STEP_BITS = 8, SHORT_BYTES = 8 };

// The same for eight bytes, with a byte for each. Behind the first byte that is set,
// others may be set that are not special.
static uint64_t special_bytes(const char *ptr)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	uint64_t word;
	memcpy(&word, ptr, sizeof(word));
	uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
	uint64_t low = word - ones * 0x20;
	return (word | low | (quote - ones) | (slash - ones)) & highs;
}

static uint64_t special_short(const char *ptr)
{
	return special_bytes(ptr);
}
#endif

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

// Finds where the string that is open at `at` ends or needs a closer look: at '"', '\\'
// or a control character. UTF-8 is passed over and noted.
static size_t skip_plain(struct slice input, size_t at, bool *has_utf8)
{
	while (at + STEP_BYTES <= input.len) {
		uint64_t special = special_bytes(input.ptr + at);
		if (!special) {
			at += STEP_BYTES;
			continue;
		}
		at += (size_t)__builtin_ctzll(special) / STEP_BITS;
		if (!is_plain(input.ptr[at]))
			return at;
		*has_utf8 = true;
		at++;
	}
	for (; at < input.len && is_plain(input.ptr[at]); at++)
		*has_utf8 |= (unsigned char)input.ptr[at] >= 0x80;
	return at;
}

static bool read_hex4(struct json_scanner *scanner, unsigned *ret_unit)
{
	unsigned unit = 0;
	if (scanner->input.len - scanner->at < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_value(scanner->input.ptr[scanner->at++]);
		if (digit < 0)
			return false;
		unit = unit << 4 | (unsigned)digit;
	}
	*ret_unit = unit;
	return true;
}

// Called after "\u". A high surrogate must be followed by a low one; a lone surrogate has
// no form in UTF-8 (json.2).
static bool unescape_unicode(struct json_scanner *scanner, struct buf *out)
{
	unsigned code, low;
	if (!read_hex4(scanner, &code))
		return false;
	if (code >= 0xdc00 && code <= 0xdfff)
		return false;
	if (code >= 0xd800 && code <= 0xdbff) {
		if (!slice_starts_with(slice_skip(scanner->input, scanner->at), S("\\u")))
			return false;
		scanner->at += 2;
		if (!read_hex4(scanner, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	utf8_append(out, code);
	return true;
}

// Called at the byte after the backslash.
static bool unescape(struct json_scanner *scanner, struct buf *out)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	if (scanner->at >= scanner->input.len)
		return false;
	char c = scanner->input.ptr[scanner->at++];
	if (c == 'u')
		return unescape_unicode(scanner, out);
	const char *hit = c ? strchr(letters, c) : NULL;
	if (hit)
		buf_byte(out, meanings[hit - letters]);
	return hit != NULL;
}

// Reads a string with escapes, which are written out.
static bool read_escaped(struct json_scanner *scanner)
{
	struct buf out = { .arena = scanner->arena };
	bool has_utf8 = false;
	for (;;) {
		size_t start = scanner->at;
		scanner->at = skip_plain(scanner->input, start, &has_utf8);
		buf_append(&out, slice_range(scanner->input, start, scanner->at));
		if (at_byte(scanner, '"')) {
			scanner->at++;
			scanner->text = buf_slice(&out);
			return !has_utf8 ||
			       slice_find_bad_utf8(scanner->text) == SLICE_NONE;
		}
		if (!at_byte(scanner, '\\'))
			return false;
		scanner->at++;
		if (!unescape(scanner, &out))
			return false;
	}
}

// Called after the opening quote; on success the cursor is after the closing one, and the
// text is in scanner->text.
static bool read_string(struct json_scanner *scanner)
{
	bool has_utf8 = false;
	const char *ptr = scanner->input.ptr;
	size_t start = scanner->at, end = skip_plain(scanner->input, start, &has_utf8);
	if (end == scanner->input.len || ptr[end] != '"')
		return read_escaped(scanner);
	scanner->at = end + 1;
	scanner->text = (struct slice){ ptr + start, end - start };
	return !has_utf8 || slice_find_bad_utf8(scanner->text) == SLICE_NONE;
}

// --- other values --------------------------------------------------------------------

static size_t count_digits(struct slice s)
{
	size_t count = 0;
	while (count < s.len && is_digit(s.ptr[count]))
		count++;
	return count;
}

// Length of the number that s begins with, 0 if there is none.
static size_t number_len(struct slice s)
{
	size_t at = s.len && s.ptr[0] == '-' ? 1 : 0;
	size_t digits = count_digits(slice_skip(s, at));
	if (digits == 0 || (digits > 1 && s.ptr[at] == '0'))
		return 0;
	at += digits;
	if (at < s.len && s.ptr[at] == '.') {
		digits = count_digits(slice_skip(s, at + 1));
		if (digits == 0)
			return 0;
		at += 1 + digits;
	}
	if (at < s.len && to_lower(s.ptr[at]) == 'e') {
		at++;
		at += at < s.len && (s.ptr[at] == '+' || s.ptr[at] == '-');
		digits = count_digits(slice_skip(s, at));
		if (digits == 0)
			return 0;
		at += digits;
	}
	return at;
}

static enum json_token read_number(struct json_scanner *scanner)
{
	size_t len = number_len(slice_skip(scanner->input, scanner->at));
	if (len == 0)
		return problem(scanner, "a value was expected");
	scanner->text = slice_range(scanner->input, scanner->at, scanner->at + len);
	scanner->at += len;
	return give(scanner, JSON_NUMBER);
}

static enum json_token read_word(struct json_scanner *scanner, struct slice word,
				 enum json_token token)
{
	if (!slice_starts_with(slice_skip(scanner->input, scanner->at), word))
		return problem(scanner, "a value was expected");
	scanner->at += word.len;
	return give(scanner, token);
}

static enum json_token open_level(struct json_scanner *scanner, bool object)
{
	if (scanner->depth == LIMIT_NESTING_DEPTH)
		return problem(scanner, "values are nested too deeply");
	scanner->at++;
	scanner->depth++;
	scanner->in_object = scanner->in_object << 1 | (object ? 1 : 0);
	return give(scanner, object ? JSON_OBJECT : JSON_ARRAY);
}

static enum json_token close_level(struct json_scanner *scanner)
{
	enum json_token token = in_object(scanner) ? JSON_OBJECT_END : JSON_ARRAY_END;
	scanner->at++;
	scanner->depth--;
	scanner->in_object >>= 1;
	return give(scanner, token);
}

static enum json_token read_value(struct json_scanner *scanner)
{
	if (scanner->at >= scanner->input.len)
		return problem(scanner, "the text ends too early");
	switch (scanner->input.ptr[scanner->at]) {
	case '{': return open_level(scanner, true);
	case '[': return open_level(scanner, false);
	case 't': return read_word(scanner, S("true"), JSON_TRUE);
	case 'f': return read_word(scanner, S("false"), JSON_FALSE);
	case 'n': return read_word(scanner, S("null"), JSON_NULL);
	case '"':
		scanner->at++;
		return read_string(scanner) ? give(scanner, JSON_STRING)
					    : problem(scanner, "the string is malformed");
	default: return read_number(scanner);
	}
}

// Reads a key of a few bytes without escapes, as nearly all are; reads nothing if it is
// another.
static bool read_short_string(struct json_scanner *scanner)
{
	const char *ptr = scanner->input.ptr + scanner->at;
	if (scanner->input.len - scanner->at < SHORT_BYTES)
		return false;
	uint64_t special = special_short(ptr);
	size_t len = special ? (size_t)__builtin_ctzll(special) / STEP_BITS : 0;
	if (!special || ptr[len] != '"')
		return false;
	scanner->text = (struct slice){ ptr, len };
	scanner->at += len + 1;
	return true;
}

static enum json_token read_key(struct json_scanner *scanner)
{
	if (!at_byte(scanner, '"'))
		return problem(scanner, "a key was expected");
	scanner->at++;
	if (!read_short_string(scanner) && !read_string(scanner))
		return problem(scanner, "the key is malformed");
	skip_blanks(scanner);
	if (!at_byte(scanner, ':'))
		return problem(scanner, "':' was expected");
	scanner->at++;
	return give(scanner, JSON_KEY);
}

// --- the interface -------------------------------------------------------------------

// Goes from one value of an open level to the next: past the comma, to the next key or
// value.
static enum json_token next_member(struct json_scanner *scanner, bool first)
{
	if (!first) {
		if (!at_byte(scanner, ','))
			return problem(scanner, "',' was expected");
		scanner->at++;
		skip_blanks(scanner);
	}
	return in_object(scanner) ? read_key(scanner) : read_value(scanner);
}

enum json_token json_next(struct json_scanner *scanner)
{
	enum json_token before = scanner->token;
	if (scanner->problem)
		return give(scanner, JSON_ERROR);
	skip_blanks(scanner);
	if (before == JSON_KEY)
		return read_value(scanner);
	if (scanner->depth == 0)
		return scanner->at == scanner->input.len
			       ? give(scanner, JSON_END)
			       : problem(scanner, "something follows the value");
	if (at_byte(scanner, in_object(scanner) ? '}' : ']'))
		return close_level(scanner);
	return next_member(scanner, before == JSON_OBJECT || before == JSON_ARRAY);
}

bool json_next_key(struct json_scanner *scanner, struct slice *ret_key)
{
	if (json_next(scanner) != JSON_KEY)
		return false;
	*ret_key = scanner->text;
	return true;
}

bool json_next_item(struct json_scanner *scanner)
{
	enum json_token token = json_next(scanner);
	return token != JSON_ARRAY_END && token != JSON_ERROR;
}

void json_skip_rest(struct json_scanner *scanner)
{
	if (scanner->token != JSON_OBJECT && scanner->token != JSON_ARRAY)
		return;
	unsigned outside = scanner->depth - 1;
	while (scanner->depth > outside && json_next(scanner) != JSON_ERROR)
		;
}

void json_skip(struct json_scanner *scanner)
{
	json_next(scanner);
	json_skip_rest(scanner);
}

bool json_read_string(struct json_scanner *scanner, struct slice *ret_text)
{
	bool is_string = json_next(scanner) == JSON_STRING;
	if (is_string)
		*ret_text = scanner->text;
	json_skip_rest(scanner);
	return is_string;
}

bool json_read_u64(struct json_scanner *scanner, uint64_t *ret_value)
{
	bool is_number = json_next(scanner) == JSON_NUMBER;
	json_skip_rest(scanner);
	return is_number && slice_parse_u64(scanner->text, UINT64_MAX, ret_value);
}

int json_end(struct json_scanner *scanner, struct error *err)
{
	while (!scanner->problem && json_next(scanner) != JSON_END)
		;
	if (!scanner->problem)
		return 0;
	return error_set(err, ERROR_SOURCE, "malformed JSON at byte %zu: %s", scanner->at,
			 scanner->problem);
}
