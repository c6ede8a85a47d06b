// SPDX-License-Identifier: MIT
// What many rooms ask of texts.
#include "base/text.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

static struct arena arena;

static void assert_text(struct slice text, const char *expected)
{
	assert_string_equal(arena_c_string(&arena, text), expected);
}

static void test_a_list_has_its_texts(void **state)
{
	(void)state;
	const struct slice items[] = { S("gui"), S("") };
	assert_true(slices_have(items, 2, S("gui")));
	assert_true(slices_have(items, 2, S("")));
	assert_false(slices_have(items, 2, S("GUI")));
	assert_false(slices_have(items, 0, S("gui")));
}

static void test_lower_case_borrows_where_it_can(void **state)
{
	(void)state;
	struct slice lower = S("sha256");
	assert_ptr_equal(slice_lower(&arena, lower).ptr, lower.ptr);
	assert_text(slice_lower(&arena, S("Sha-256\xc3\x84")), "sha-256\xc3\x84");
}

static void test_words_of_a_shell(void **state)
{
	(void)state;
	assert_text(shell_word(&arena, S("https://a.b/c@1.0+x")), "https://a.b/c@1.0+x");
	assert_text(shell_word(&arena, S("")), "''");
	assert_text(shell_word(&arena, S("a b$(c)`d`;e")), "'a b$(c)`d`;e'");
	assert_text(shell_word(&arena, S("it's")), "'it'\\''s'");
	assert_text(shell_word(&arena, S("~")), "'~'");
}

static void test_hexadecimal_digits(void **state)
{
	(void)state;
	static const struct {
		char digit;
		int value;
	} cases[] = { { '0', 0 },  { '9', 9 },  { 'a', 10 },  { 'f', 15 },   { 'A', 10 },
		      { 'F', 15 }, { 'g', -1 }, { 'G', -1 },  { '/', -1 },   { ':', -1 },
		      { '`', -1 }, { '@', -1 }, { '\0', -1 }, { '\xe1', -1 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(hex_value(cases[i].digit), cases[i].value);
	assert_true(slice_is_hex(S("09afAF")));
	assert_true(slice_is_hex(S("")));
	assert_false(slice_is_hex(S("0x1")));
}

static void test_escapes(void **state)
{
	(void)state;
	assert_text(percent_decode(&arena, S("a%20b%2Fc%e4")), "a b/c\xe4");
	assert_text(percent_decode(&arena, S("100%")), "100%");
	assert_text(percent_decode(&arena, S("%4")), "%4");
	assert_text(percent_decode(&arena, S("%zz%4g%41")), "%zz%4gA");
	struct slice plain = S("plain");
	assert_ptr_equal(percent_decode(&arena, plain).ptr, plain.ptr);
}

static void test_fragments(void **state)
{
	(void)state;
	struct slice url =
		S("https://h/a.zip?egg=no#egg=a[x]&subdirectory=b%20c&egg=later&odd");
	assert_text(url_fragment(url, S("egg")), "a[x]");
	assert_text(url_fragment(url, S("subdirectory")), "b%20c");
	assert_text(url_fragment(url, S("odd")), "");
	assert_text(url_fragment(url, S("directory")), "");
	assert_text(url_fragment(S("https://h/a.zip?subdirectory=x"), S("subdirectory")),
		    "");
	assert_text(url_fragment(S("./folder#subdirectory=x=y"), S("subdirectory")),
		    "x=y");
}

static void test_paths_below_a_folder(void **state)
{
	(void)state;
	assert_true(path_is_below(S("a/b"), S("a")));
	assert_true(path_is_below(S("a/b"), S("a/")));
	assert_true(path_is_below(S("a"), S("a")));
	assert_false(path_is_below(S("ab"), S("a")));
	assert_false(path_is_below(S("a"), S("a/b")));
	assert_true(path_is_below(S("/simple"), S("/")));
	assert_false(path_is_below(S("b/a"), S("a")));
	assert_true(path_lies_in(S("a/b"), S("a")));
	assert_false(path_lies_in(S("a"), S("a")));
	assert_false(path_lies_in(S("ab"), S("a")));
}

static void test_paths_that_stay_below(void **state)
{
	(void)state;
	static const char *const inside[] = { "", "a", "a/b", "./a", "a..b/..c", "a//b" };
	static const char *const outside[] = { "/a", "..", "../a", "a/..", "a/../b" };
	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
		assert_true(path_stays_below(slice_from(inside[i])));
	for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++)
		assert_false(path_stays_below(slice_from(outside[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_has_its_texts),
		cmocka_unit_test(test_lower_case_borrows_where_it_can),
		cmocka_unit_test(test_words_of_a_shell),
		cmocka_unit_test(test_hexadecimal_digits),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_paths_below_a_folder),
		cmocka_unit_test(test_paths_that_stay_below),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
