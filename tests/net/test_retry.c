// SPDX-License-Identifier: MIT
#include "net/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_statuses_worth_another_try(void **state)
{
	(void)state;
	static const unsigned yes[] = { 408, 429, 500, 502, 503, 504, 520, 599 };
	static const unsigned no[] = { 0,   200, 206, 301, 304, 400, 401,
				       403, 404, 416, 501, 505, 600 };
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(retry_status(yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(retry_status(no[i]));
}

static void test_delay_doubles_between_bounds(void **state)
{
	(void)state;
	uint64_t whole = 250;
	for (unsigned attempt = 1; attempt < 40; attempt++) {
		uint64_t delay = retry_delay_ms(S("https://h/x"), attempt, 0);
		assert_in_range(delay, whole / 2, whole);
		whole = whole * 2 < 10000 ? whole * 2 : 10000;
	}
}

static void test_delay_is_a_function_of_url_and_attempt(void **state)
{
	(void)state;
	assert_int_equal(retry_delay_ms(S("https://h/x"), 3, 0),
			 retry_delay_ms(S("https://h/x"), 3, 0));
	assert_int_not_equal(retry_delay_ms(S("https://h/x"), 3, 0),
			     retry_delay_ms(S("https://h/y"), 3, 0));
}

static void test_retry_after_is_a_bounded_lower_bound(void **state)
{
	(void)state;
	assert_int_equal(retry_delay_ms(S("u"), 1, 2), 2000);
	assert_int_equal(retry_delay_ms(S("u"), 1, 86400), 60000);
	assert_in_range(retry_delay_ms(S("u"), 9, 1), 5000, 10000);
	assert_false(retry_is_too_late(60));
	assert_true(retry_is_too_late(61));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses_worth_another_try),
		cmocka_unit_test(test_delay_doubles_between_bounds),
		cmocka_unit_test(test_delay_is_a_function_of_url_and_attempt),
		cmocka_unit_test(test_retry_after_is_a_bounded_lower_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
