// SPDX-License-Identifier: MIT
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct {
	const char *bytes, *standard, *url;
} PAIRS[] = {
	{ "", "", "" },
	{ "a", "YQ==", "YQ" },
	{ "ab", "YWI=", "YWI" },
	{ "abc", "YWJj", "YWJj" },
	{ "abcdef", "YWJjZGVm", "YWJjZGVm" },
	{ "\xfb\xff\xbe", "+/++", "-_--" },
};

static void test_both_ways(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < sizeof(PAIRS) / sizeof(*PAIRS); i++) {
		struct slice bytes = slice_from(PAIRS[i].bytes), again;
		struct slice standard = base64_encode(&arena, bytes, BASE64_STANDARD);
		struct slice url = base64_encode(&arena, bytes, BASE64_URL);
		assert_string_equal(standard.ptr, PAIRS[i].standard);
		assert_string_equal(url.ptr, PAIRS[i].url);
		assert_true(base64_decode(&arena, standard, BASE64_STANDARD, &again));
		assert_true(slice_eq(again, bytes));
		assert_true(base64_decode(&arena, url, BASE64_URL, &again));
		assert_true(slice_eq(again, bytes));
	}
}

static void test_refused(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const char *const bad[] = { "Z",    "Zg=",  "Z===",   "Zm9v=",
					   "Zh==", "Zm9_", "Zg==\n", "=" };
	struct slice bytes;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(base64_decode(&arena, slice_from(bad[i]), BASE64_STANDARD,
					   &bytes));
	assert_false(base64_decode(&arena, (struct slice){ "Zm\0v", 4 }, BASE64_STANDARD,
				   &bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
