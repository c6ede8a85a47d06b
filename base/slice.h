// SPDX-License-Identifier: MIT
// Text and bytes as {pointer, length} values: borrowed, never assumed NUL-terminated.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_index, first_arg) \
	__attribute__((format(printf, fmt_index, first_arg)))

struct slice {
	const char *ptr;
	size_t len;
};

// Several of them; grows by array_push (base/arena.h).
struct slice_list {
	struct slice *items;
	size_t len, cap;
};

// A slice of a string literal; and a slice as the two arguments of "%.*s".
#define S(literal)   ((struct slice){ "" literal, sizeof(literal) - 1 })
#define SLICE_ARG(s) (int)(s).len, (s).ptr

struct slice slice_from(const char *c_string); // borrows; NULL gives the empty slice
// Clamped to s, empty if from >= to
struct slice slice_range(struct slice s, size_t from, size_t to);
struct slice slice_skip(struct slice s, size_t n); // without the first n bytes
bool slice_eq(struct slice a, struct slice b);
bool slice_eq_ignore_case(struct slice a, struct slice b); // ASCII letters only
int slice_cmp(struct slice a, struct slice b); // bytes, then length: <0, 0, >0
int slice_order(const void *a, const void *b); // the same of two struct slice, for qsort
bool slice_starts_with(struct slice s, struct slice prefix);
bool slice_ends_with(struct slice s, struct slice suffix);
bool slice_contains(struct slice s, struct slice needle);
struct slice slice_trim(struct slice s); // blanks, tabs, CR, LF, FF, VT at both ends

#define SLICE_NONE ((size_t)-1)
size_t slice_find(struct slice s, struct slice needle); // offset or SLICE_NONE
size_t slice_find_byte(struct slice s, char byte);
size_t slice_find_last_byte(struct slice s, char byte);

// Split at the first `byte`: *head gets what stands before, *s what stands after.
// False, with the whole of *s in *head and *s empty, where there is none.
bool slice_cut(struct slice *s, char byte, struct slice *head);

// Decimal digits only, all of s, at most max. False leaves *ret_value alone.
bool slice_parse_u64(struct slice s, uint64_t max, uint64_t *ret_value);

// Offset of the first byte that is not part of well-formed UTF-8, or SLICE_NONE.
size_t slice_find_bad_utf8(struct slice s);

// Classes of ASCII characters, whatever the locale.
static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_alnum(char c)
{
	return is_digit(c) || is_alpha(c);
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static inline char to_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}
