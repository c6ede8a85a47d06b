// SPDX-License-Identifier: MIT
// Canonical JSON and times of documents.
#include "oci/canonical.h"

#include <jansson.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

static struct arena arena;

static void test_oci_1_canonical_json(void **state)
{
	(void)state;
	json_t *value = json_pack("{s:s, s:[i, b], s:{}}", "b", "<\xc3\xa9>\x1b\n\"\\/",
				  "a", 1, 1, "B");
	struct slice text = json_canonical(value, &arena);
	assert_string_equal(
		arena_c_string(&arena, text),
		"{\"B\":{},\"a\":[1,true],\"b\":\"<\xc3\xa9>\\u001B\\n\\\"\\\\/\"}");
}

static void test_oci_5_times(void **state)
{
	(void)state;
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = { { 0, "1970-01-01T00:00:00Z" },
		      { 951782399, "2000-02-28T23:59:59Z" },
		      { 951782400, "2000-02-29T00:00:00Z" },
		      { 951868800, "2000-03-01T00:00:00Z" },
		      { 1735689599, "2024-12-31T23:59:59Z" },
		      { 4107542400, "2100-03-01T00:00:00Z" },
		      { 4294967295, "2106-02-07T06:28:15Z" },
		      { 315532800, "1980-01-01T00:00:00Z" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(oci_time(cases[i].seconds, &arena).ptr,
				    cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oci_1_canonical_json),
		cmocka_unit_test(test_oci_5_times),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
