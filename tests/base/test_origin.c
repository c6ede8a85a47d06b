// SPDX-License-Identifier: MIT
// The table of trust, told again by its rules: it must hold for each origin and each decision.
#include "base/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static enum leave leave(enum origin origin, enum decision decision)
{
	return origin_leave(origin, decision);
}

static void test_the_user_decides_everything(void **state)
{
	(void)state;
	for (int i = 0; i < DECISION_COUNT; i++) {
		assert_int_equal(leave(ORIGIN_COMMAND_LINE, (enum decision)i),
				 LEAVE_HEEDED);
		assert_int_equal(leave(ORIGIN_ENVIRONMENT, (enum decision)i),
				 LEAVE_HEEDED);
		assert_int_equal(leave(ORIGIN_USER, (enum decision)i),
				 i == DECISION_BUILD_UNCONFINED ? LEAVE_REFUSED
								: LEAVE_HEEDED);
	}
}

static void test_what_comes_from_elsewhere_runs_nothing(void **state)
{
	(void)state;
	static const enum decision running[] = { DECISION_PROGRAM, DECISION_BUILD,
						 DECISION_BUILD_NETWORK,
						 DECISION_BUILD_UNCONFINED };
	for (int i = ORIGIN_PROJECT; i < ORIGIN_COUNT; i++)
		for (size_t j = 0; j < sizeof(running) / sizeof(*running); j++)
			assert_int_not_equal(leave((enum origin)i, running[j]),
					     LEAVE_HEEDED);
	for (int i = ORIGIN_REQUIREMENTS; i < ORIGIN_COUNT; i++)
		for (size_t j = 0; j < sizeof(running) / sizeof(*running); j++)
			assert_int_equal(leave((enum origin)i, running[j]),
					 LEAVE_REFUSED);
}

static void test_what_comes_from_elsewhere_gets_no_password(void **state)
{
	(void)state;
	for (int i = ORIGIN_PROJECT; i < ORIGIN_COUNT; i++) {
		assert_int_equal(leave((enum origin)i, DECISION_PASSWORD), LEAVE_REFUSED);
		assert_int_equal(leave((enum origin)i, DECISION_PLAIN_HTTP),
				 LEAVE_REFUSED);
	}
}

static void test_metadata_decides_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < DECISION_COUNT; i++)
		assert_int_equal(leave(ORIGIN_METADATA, (enum decision)i), LEAVE_REFUSED);
}

static void test_all_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < ORIGIN_COUNT; i++)
		assert_non_null(origin_name((enum origin)i));
	for (int i = 0; i < DECISION_COUNT; i++)
		assert_non_null(decision_name((enum decision)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_user_decides_everything),
		cmocka_unit_test(test_what_comes_from_elsewhere_runs_nothing),
		cmocka_unit_test(test_what_comes_from_elsewhere_gets_no_password),
		cmocka_unit_test(test_metadata_decides_nothing),
		cmocka_unit_test(test_all_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
