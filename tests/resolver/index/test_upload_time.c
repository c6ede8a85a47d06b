// SPDX-License-Identifier: MIT
#include "resolver/index/candidates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void check(const char *text, int64_t expected)
{
	int64_t got = 0;
	if (!upload_time_parse(slice_from(text), &got) || got != expected)
		fail_msg("%s gave %lld", text, (long long)got);
}

static void test_700_1_times(void **state)
{
	(void)state;
	check("1970-01-01T00:00:00Z", 0);
	check("1970-01-01T00:00:00.000001Z", 1);
	check("1970-01-01T00:00:00.5Z", 500000);
	check("1970-01-01t00:00:01.1234567z", 1123456);
	check("1970-01-01 01:00:00+01:00", 0);
	check("1969-12-31T19:00:00-05:00", 0);
	check("1969-12-31T23:59:59Z", -1000000);
	check("2000-02-29T12:34:56Z", 951827696000000);
	check("2024-02-29T00:00:00Z", 1709164800000000);
	check("2100-03-01T00:00:00Z", 4107542400000000);
	check("2013-07-16T19:29:45.445020Z", 1374002985445020);
}

static void test_other_texts_are_no_times(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"2024",
		"2024-01-01",
		"2024-01-01T00:00:00",
		"2024-13-01T00:00:00Z",
		"2024-00-01T00:00:00Z",
		"2024-01-00T00:00:00Z",
		"2024-01-01T24:00:00Z",
		"2024-01-01T00:60:00Z",
		"2024-01-01T00:00:00.Z",
		"2024-01-01T00:00:00Zx",
		"2024-01-01T00:00:00+0100",
		"2024-1-1T00:00:00Z",
		"+024-01-01T00:00:00Z",
	};
	int64_t ignored;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (upload_time_parse(slice_from(bad[i]), &ignored))
			fail_msg("accepted %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_700_1_times),
		cmocka_unit_test(test_other_texts_are_no_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
