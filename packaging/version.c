// SPDX-License-Identifier: MIT
// Parses versions (PEP 440) in one greedy scan. Order and printing are in
// version_order.c.
#include "packaging/version.h"

#include "base/limits.h"
#include "base/text.h"

// The state of the scan. Without an arena it only checks: lengths are counted, nothing is
// stored.
struct scan {
	struct slice rest;
	struct arena *arena;
};

struct spelling {
	struct slice word;
	enum version_pre pre;
};

// A longer word comes before one that it starts with.
static const struct spelling PRE_WORDS[] = {
	{ { "alpha", 5 }, PRE_ALPHA }, { { "a", 1 }, PRE_ALPHA },
	{ { "beta", 4 }, PRE_BETA },   { { "b", 1 }, PRE_BETA },
	{ { "preview", 7 }, PRE_RC },  { { "pre", 3 }, PRE_RC },
	{ { "c", 1 }, PRE_RC },        { { "rc", 2 }, PRE_RC },
};
static const struct slice POST_WORDS[] = { { "post", 4 }, { "rev", 3 }, { "r", 1 } };
static const struct slice DEV_WORDS[] = { { "dev", 3 } };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static bool next_is(const struct scan *scan, char c)
{
	return scan->rest.len > 0 && scan->rest.ptr[0] == c;
}

static bool take_byte(struct scan *scan, char c)
{
	if (!next_is(scan, c))
		return false;
	scan->rest = slice_skip(scan->rest, 1);
	return true;
}

static void skip_separator(struct scan *scan)
{
	if (scan->rest.len > 0 && is_separator(scan->rest.ptr[0]))
		scan->rest = slice_skip(scan->rest, 1);
}

// Makes a number of digits of any length (440.5). Where the value saturates, the digits
// decide.
static struct version_number number_of(struct slice digits)
{
	while (digits.len > 0 && digits.ptr[0] == '0')
		digits = slice_skip(digits, 1);
	struct version_number number = { .digits = digits };
	if (digits.len > 0 && !slice_parse_u64(digits, UINT64_MAX, &number.value))
		number.value = UINT64_MAX;
	return number;
}

static bool take_number(struct scan *scan, struct version_number *ret_number)
{
	size_t len = 0;
	while (len < scan->rest.len && is_digit(scan->rest.ptr[len]))
		len++;
	if (len == 0)
		return false;
	*ret_number = number_of(slice_range(scan->rest, 0, len));
	scan->rest = slice_skip(scan->rest, len);
	return true;
}

// Takes a word in any case, and a separator before it (440.2). Nothing is taken unless
// the word is there.
static bool take_word(struct scan *scan, struct slice word)
{
	struct scan ahead = *scan;
	skip_separator(&ahead);
	if (!slice_eq_ignore_case(slice_range(ahead.rest, 0, word.len), word))
		return false;
	ahead.rest = slice_skip(ahead.rest, word.len);
	*scan = ahead;
	return true;
}

// Takes a number, and a separator before it; a missing number is 0 (440.2).
static struct version_number take_numeral(struct scan *scan)
{
	struct version_number number = number_of((struct slice){ 0 });
	skip_separator(scan);
	(void)take_number(scan, &number);
	return number;
}

static bool take_part(struct scan *scan, const struct slice *words, size_t count,
		      struct version_number *ret_number)
{
	for (size_t i = 0; i < count; i++) {
		if (take_word(scan, words[i])) {
			*ret_number = take_numeral(scan);
			return true;
		}
	}
	return false;
}

// Epochs are discouraged, and still there (440.3).
static void scan_epoch(struct scan *scan, struct version *version)
{
	struct scan ahead = *scan;
	struct version_number epoch;
	if (take_number(&ahead, &epoch) && take_byte(&ahead, '!')) {
		version->epoch = epoch;
		*scan = ahead;
	}
}

// The release ends where no digit follows a dot: "1.0.dev1" leaves ".dev1".
static size_t count_release(struct slice rest)
{
	size_t count = 1;
	for (size_t i = 0;
	     i + 1 < rest.len && (is_digit(rest.ptr[i]) || rest.ptr[i] == '.'); i++)
		if (rest.ptr[i] == '.' && is_digit(rest.ptr[i + 1]))
			count++;
	return count;
}

static bool scan_release(struct scan *scan, struct version *version)
{
	if (scan->rest.len == 0 || !is_digit(scan->rest.ptr[0]))
		return false;
	if (scan->arena)
		version->release = arena_new_array(scan->arena, struct version_number,
						   count_release(scan->rest));
	do {
		struct version_number number = { 0 };
		(void)take_number(scan, &number);
		if (version->release)
			version->release[version->release_len] = number;
		version->release_len++;
		if (version->release_len > LIMIT_VERSION_NUMBERS)
			return false;
		if (scan->rest.len < 2 || !is_digit(scan->rest.ptr[1]))
			break;
	} while (take_byte(scan, '.'));
	return true;
}

static void scan_pre(struct scan *scan, struct version *version)
{
	for (size_t i = 0; i < COUNT(PRE_WORDS); i++) {
		if (take_part(scan, &PRE_WORDS[i].word, 1, &version->pre_number)) {
			version->pre = PRE_WORDS[i].pre;
			return;
		}
	}
}

// "-1" alone is a post-release, "-" alone is nothing (440.2).
static void scan_post(struct scan *scan, struct version *version)
{
	struct scan ahead = *scan;
	if (take_byte(&ahead, '-') && take_number(&ahead, &version->post_number)) {
		version->has_post = true;
		*scan = ahead;
		return;
	}
	version->has_post =
		take_part(scan, POST_WORDS, COUNT(POST_WORDS), &version->post_number);
}

static size_t count_local(struct slice rest)
{
	size_t count = 1;
	for (size_t i = 0; i < rest.len; i++)
		count += is_separator(rest.ptr[i]);
	return count;
}

static bool take_local_part(struct scan *scan, struct version_local_part *ret_part)
{
	struct slice text = scan->rest;
	bool digits = true;
	text.len = 0;
	while (text.len < scan->rest.len && is_alnum(text.ptr[text.len]))
		digits &= is_digit(text.ptr[text.len++]);
	if (text.len == 0)
		return false;
	scan->rest = slice_skip(scan->rest, text.len);
	*ret_part = (struct version_local_part){ .is_number = digits };
	if (digits)
		ret_part->number = number_of(text);
	else if (scan->arena)
		ret_part->text = slice_lower(scan->arena, text);
	return true;
}

static bool scan_local(struct scan *scan, struct version *version)
{
	if (!take_byte(scan, '+'))
		return true;
	if (scan->arena)
		version->local = arena_new_array(scan->arena, struct version_local_part,
						 count_local(scan->rest));
	for (;;) {
		struct version_local_part part;
		if (!take_local_part(scan, &part))
			return false;
		if (version->local)
			version->local[version->local_len] = part;
		version->local_len++;
		if (version->local_len > LIMIT_VERSION_NUMBERS)
			return false;
		if (scan->rest.len == 0)
			return true;
		if (!is_separator(scan->rest.ptr[0]))
			return false;
		skip_separator(scan);
	}
}

static bool scan_version(struct scan *scan, struct version *version)
{
	if (!take_byte(scan, 'v'))
		(void)take_byte(scan, 'V');
	scan_epoch(scan, version);
	if (!scan_release(scan, version))
		return false;
	if (scan->rest.len == 0)
		return true; // as most do
	scan_pre(scan, version);
	scan_post(scan, version);
	version->has_dev =
		take_part(scan, DEV_WORDS, COUNT(DEV_WORDS), &version->dev_number);
	return scan_local(scan, version) && scan->rest.len == 0;
}

bool version_parse(struct arena *arena, struct slice text, struct version *ret_version)
{
	struct version version = { .text = slice_trim(text) };
	struct scan scan = { .rest = version.text, .arena = arena };
	if (!scan_version(&scan, &version))
		return false;
	*ret_version = version;
	return true;
}

bool version_is_valid(struct slice text)
{
	struct version version = { 0 };
	struct scan scan = { .rest = slice_trim(text) };
	return scan_version(&scan, &version);
}
