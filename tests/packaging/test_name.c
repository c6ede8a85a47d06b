// SPDX-License-Identifier: MIT
// Names: what is one, the normal form, equality, nearness.
#include "packaging/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_503_1_normal_form(void **state)
{
	static const char *const cases[][2] = {
		{ "Django", "django" },
		{ "a--b", "a-b" },
		{ "a-._b", "a-b" },
		{ "Foo.Bar_baz", "foo-bar-baz" },
		{ "x", "x" },
		{ "zope.interface", "zope-interface" },
		{ "a1._-2B", "a1-2b" },
		{ "-a-", "-a-" },
		{ "", "" },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice name = slice_from(cases[i][0]),
			     normal = name_normalize(&arena, name);
		assert_string_equal(arena_c_string(&arena, normal), cases[i][1]);
		assert_true(name_eq(name, normal));
		assert_true(slice_eq(name_normalize(&arena, normal), normal));
	}
}

static void test_503_1_equal_names(void **state)
{
	(void)state;
	assert_true(name_eq(S("a--b"), S("A_b")));
	assert_true(name_eq(S("scikit_learn"), S("Scikit.Learn")));
	assert_false(name_eq(S("ab"), S("a-b")));
	assert_false(name_eq(S("a"), S("a-")));
	assert_false(name_eq(S("ab"), S("abc")));
	assert_false(name_eq(S(""), S("a")));
	assert_true(name_eq(S(""), S("")));
}

static void test_503_1_a_list_has_a_name_in_any_form(void **state)
{
	(void)state;
	struct slice items[] = { S("numpy"), S("Scikit_Learn") };
	const struct slice_list names = { items, 2, 2 };
	assert_true(names_have(&names, S("scikit-learn")));
	assert_true(names_have(&names, S("NumPy")));
	assert_false(names_have(&names, S("num-py")));
	assert_false(names_have(NULL, S("numpy")));
}

static void test_503_2_valid_names(void **state)
{
	static const char *const valid[] = { "a",    "A",     "7",    "a.b",
					     "A--B", "a_-.b", "3to2", "foo-bar" };
	static const char *const invalid[] = { "",
					       "-",
					       "-a",
					       "a-",
					       "_a",
					       "a.",
					       "a b",
					       "a\n",
					       "a/b",
					       "é",
					       "a\x80"
					       "b" };
	(void)state;
	for (size_t i = 0; i < COUNT(valid); i++)
		assert_true(name_is_valid(slice_from(valid[i])));
	for (size_t i = 0; i < COUNT(invalid); i++)
		assert_false(name_is_valid(slice_from(invalid[i])));
	assert_false(name_is_valid((struct slice){ "a\0b", 3 }));
}

static void test_normalized_is_recognized(void **state)
{
	static const char *const no[] = {
		"", "A", "a_b", "a.b", "a--b", "-a", "a-", "a\n"
	};
	(void)state;
	assert_true(name_is_normalized(S("a")));
	assert_true(name_is_normalized(S("a-b-7")));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(name_is_normalized(slice_from(no[i])));
}

static void test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		size_t limit, distance;
	} cases[] = {
		{ "numpy", "numpy", 2, 0 },
		{ "numpy", "Numpy", 2, 0 },
		{ "nunpy", "numpy", 2, 1 },
		{ "numpi", "nump", 2, 1 },
		{ "panda", "pandas", 2, 1 },
		{ "kitten", "sitting", 3, 3 },
		{ "kitten", "sitting", 2, 3 },
		{ "kitten", "sitting", 15, 3 },
		{ "", "abc", 3, 3 },
		{ "", "abc", 2, 3 },
		{ "abc", "", 5, 3 },
		{ "", "", 0, 0 },
		{ "a", "b", 0, 1 },
		{ "abcdef", "bcdefg", 2, 2 },
		{ "abcdef", "azcedf", 4, 3 },
		{ "pandas", "apndas", 2, 2 },
		{ "abcdefgh", "ijklmnop", 15, 8 },
		{ "aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb", 100, 16 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice a = slice_from(cases[i].a), b = slice_from(cases[i].b);
		assert_int_equal(name_distance(a, b, cases[i].limit), cases[i].distance);
		assert_int_equal(name_distance(b, a, cases[i].limit), cases[i].distance);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_503_1_normal_form),
		cmocka_unit_test(test_503_1_equal_names),
		cmocka_unit_test(test_503_1_a_list_has_a_name_in_any_form),
		cmocka_unit_test(test_503_2_valid_names),
		cmocka_unit_test(test_normalized_is_recognized),
		cmocka_unit_test(test_distance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
