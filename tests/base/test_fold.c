// SPDX-License-Identifier: MIT
// Names that some file systems hold to be one.
#include "base/fold.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_fold_name(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
		{ "README.txt", "Readme.TXT", true },
		{ "a-b", "a_b", false },
		{ "\xc3\xa9.py", "e\xcc\x81.py", true }, // composed, decomposed
		{ "\xc3\x89.py", "\xc3\xa9.py", true },  // É, é
		{ "stra\xc3\x9f"
		  "e",
		  "STRASSE", true },              // ß
		{ "\xce\xa3", "\xcf\x82", true }, // Σ, ς
		{ "\xc3\xa9", "e", false },
		{ "\xef\xac\x81", "fi", true }, // the ligature
		{ "", "", true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice a = fold_name(&arena, slice_from(cases[i].a)),
			     b = fold_name(&arena, slice_from(cases[i].b));
		assert_int_equal(slice_eq(a, b), cases[i].equal);
	}
}

static void test_fold_name_that_is_no_text(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	assert_true(slice_eq(fold_name(&arena, S("A\xff")), S("a\xff")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold_name),
		cmocka_unit_test(test_fold_name_that_is_no_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
