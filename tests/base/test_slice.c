// SPDX-License-Identifier: MIT
// Slices: cutting, finding, comparing, numbers, UTF-8.
#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct slice NOTHING = { NULL, 0 };

static void assert_slice(struct slice actual, const char *expected)
{
	if (!slice_eq(actual, slice_from(expected)))
		fail_msg("'%.*s' is not '%s'", SLICE_ARG(actual), expected);
}

static void test_from(void **state)
{
	(void)state;
	assert_slice(slice_from("abc"), "abc");
	assert_int_equal(slice_from(NULL).len, 0);
	assert_int_equal(S("a\0b").len, 3);
}

static void test_ranges_are_clamped(void **state)
{
	(void)state;
	assert_slice(slice_range(S("abcd"), 1, 3), "bc");
	assert_slice(slice_range(S("abcd"), 1, 99), "bcd");
	assert_slice(slice_range(S("abcd"), 3, 2), "");
	assert_slice(slice_range(S("abcd"), 9, 12), "");
	assert_slice(slice_range(NOTHING, 0, 5), "");
	assert_slice(slice_skip(S("abcd"), 2), "cd");
	assert_slice(slice_skip(S("abcd"), 99), "");
	assert_slice(slice_skip(NOTHING, 3), "");
	assert_slice(slice_skip(S("abcd"), SIZE_MAX), "");
}

static void test_comparing(void **state)
{
	(void)state;
	assert_true(slice_eq(NOTHING, S("")));
	assert_false(slice_eq(S("a"), S("b")));
	assert_false(slice_eq(S("a"), S("ab")));
	assert_true(slice_eq_ignore_case(S("AbZ-1"), S("aBz-1")));
	assert_false(slice_eq_ignore_case(S("@"), S("`")));
	assert_false(slice_eq_ignore_case(S("["), S("{")));
	assert_false(slice_eq_ignore_case(S("a"), S("ab")));
	assert_true(slice_cmp(S("a"), S("b")) < 0);
	assert_true(slice_cmp(S("ab"), S("a")) > 0);
	assert_true(slice_cmp(S("\xff"), S("a")) > 0);
	assert_int_equal(slice_cmp(NOTHING, S("")), 0);
	assert_true(slice_cmp(NOTHING, S("a")) < 0);
	assert_true(slice_starts_with(S("abc"), S("ab")));
	assert_true(slice_starts_with(S("abc"), S("")));
	assert_false(slice_starts_with(S("a"), S("ab")));
	assert_true(slice_ends_with(S("abc"), S("bc")));
	assert_true(slice_ends_with(S("abc"), S("")));
	assert_false(slice_ends_with(S("c"), S("bc")));
}

static void test_finding(void **state)
{
	(void)state;
	assert_int_equal(slice_find(S("abcabc"), S("ca")), 2);
	assert_int_equal(slice_find(S("abc"), S("")), 0);
	assert_int_equal(slice_find(S("abc"), S("abcd")), SLICE_NONE);
	assert_int_equal(slice_find(NOTHING, S("a")), SLICE_NONE);
	assert_int_equal(slice_find(NOTHING, S("")), 0);
	assert_int_equal(slice_find_byte(S("abcb"), 'b'), 1);
	assert_int_equal(slice_find_byte(S("a\0b"), '\0'), 1);
	assert_int_equal(slice_find_last_byte(S("abcb"), 'b'), 3);
	assert_int_equal(slice_find_byte(NOTHING, 'b'), SLICE_NONE);
	assert_int_equal(slice_find_last_byte(S("x"), 'b'), SLICE_NONE);
	assert_true(slice_contains(S("abc"), S("b")));
	assert_false(slice_contains(S("abc"), S("x")));
}

static void test_trim_takes_blanks_of_both_ends(void **state)
{
	(void)state;
	assert_slice(slice_trim(S(" \t\r\n\f\va b \v")), "a b");
	assert_slice(slice_trim(S(" \t ")), "");
	assert_slice(slice_trim(NOTHING), "");
	assert_slice(slice_trim(S("\xc2\xa0x")), "\xc2\xa0x");
}

static void test_cut(void **state)
{
	(void)state;
	struct slice rest = S("a,,b"), head;
	assert_true(slice_cut(&rest, ',', &head));
	assert_slice(head, "a");
	assert_true(slice_cut(&rest, ',', &head));
	assert_slice(head, "");
	assert_slice(rest, "b");
	assert_false(slice_cut(&rest, ',', &head));
	assert_slice(head, "b");
	assert_int_equal(rest.len, 0);
	assert_false(slice_cut(&rest, ',', &head));
	assert_int_equal(head.len, 0);
	rest = S("x,");
	assert_true(slice_cut(&rest, ',', &head));
	assert_slice(head, "x");
	assert_int_equal(rest.len, 0);
	rest = NOTHING;
	assert_false(slice_cut(&rest, ',', &head));
}

static void test_numbers(void **state)
{
	static const char *const refused[] = { "",
					       "-1",
					       "+1",
					       " 1",
					       "1 ",
					       "0x1",
					       "1.0",
					       "18446744073709551616",
					       "99999999999999999999",
					       "184467440737095516150" };
	uint64_t value = 7;
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(slice_parse_u64(slice_from(refused[i]), UINT64_MAX, &value));
	assert_int_equal(value, 7);
	assert_true(slice_parse_u64(S("18446744073709551615"), UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_true(slice_parse_u64(S("000099"), 99, &value));
	assert_int_equal(value, 99);
	assert_false(slice_parse_u64(S("100"), 99, &value));
	assert_true(slice_parse_u64(S("0"), 0, &value));
	assert_int_equal(value, 0);
}

// Every text is tried at each alignment and behind eight plain bytes, since whole words
// are skipped at once.
static void assert_bad_at(const char *text, size_t len, size_t bad)
{
	for (size_t before = 0; before < 18; before++) {
		char *copy = malloc(before + len + 1);
		assert_non_null(copy);
		memset(copy, 'x', before);
		memcpy(copy + before, text, len);
		size_t at = slice_find_bad_utf8((struct slice){ copy, before + len });
		assert_int_equal(at, bad == SLICE_NONE ? SLICE_NONE : before + bad);
		free(copy);
	}
}

static void test_json_2_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t bad;
	} cases[] = {
		{ "", SLICE_NONE },
		{ "plain ascii text", SLICE_NONE },
		{ "\xc3\xa9", SLICE_NONE },
		{ "\xe2\x82\xac", SLICE_NONE },
		{ "\xf0\x9f\x98\x80", SLICE_NONE },
		{ "\xef\xbf\xbf", SLICE_NONE },
		{ "\xf4\x8f\xbf\xbf", SLICE_NONE },
		{ "\xed\x9f\xbf\xee\x80\x80", SLICE_NONE },
		{ "a\x80", 1 },            // continuation alone
		{ "\xc3", 0 },             // cut off
		{ "ab\xe2\x82", 2 },       // cut off
		{ "\xf0\x9f\x98", 0 },     // cut off
		{ "\xc0\xaf", 0 },         // overlong
		{ "\xc1\xbf", 0 },         // overlong
		{ "\xe0\x9f\xbf", 0 },     // overlong
		{ "\xf0\x8f\xbf\xbf", 0 }, // overlong
		{ "\xed\xa0\x80", 0 },     // surrogate
		{ "\xed\xbf\xbf", 0 },     // surrogate
		{ "\xf4\x90\x80\x80", 0 }, // beyond U+10FFFF
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xff", 0 },
		{ "\xc3\x28", 0 },
		{ "\xe2\x28\xa1", 0 },
		{ "\xe2\x82\x28", 0 },
		{ "\xf0\x9f\x98\x28", 0 },
		{ "1234567890123456\xff", 16 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_bad_at(cases[i].text, strlen(cases[i].text), cases[i].bad);
	assert_int_equal(slice_find_bad_utf8(NOTHING), SLICE_NONE);
}

static void test_classes_are_ascii(void **state)
{
	(void)state;
	for (int i = -128; i < 128; i++) {
		char c = (char)i;
		bool digit = i >= '0' && i <= '9', upper = i >= 'A' && i <= 'Z',
		     lower = i >= 'a' && i <= 'z';
		assert_int_equal(is_digit(c), digit);
		assert_int_equal(is_alpha(c), upper || lower);
		assert_int_equal(is_alnum(c), digit || upper || lower);
		assert_int_equal(is_space(c), i == ' ' || (i >= '\t' && i <= '\r'));
		assert_int_equal(is_blank(c), i == ' ' || i == '\t');
		assert_int_equal(to_lower(c), upper ? i + 32 : i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_ranges_are_clamped),
		cmocka_unit_test(test_comparing),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_trim_takes_blanks_of_both_ends),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_json_2_utf8),
		cmocka_unit_test(test_classes_are_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
