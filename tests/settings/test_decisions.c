// SPDX-License-Identifier: MIT
// What an option decides is said by its name, and one that nobody thought of is the command line's alone.
#include "settings/decisions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static enum leave leave(const char *command, const char *option, enum origin origin)
{
	return setting_leave(setting_rule_of(command, option), origin);
}

static void test_an_option_without_a_row_is_the_command_lines(void **state)
{
	(void)state;
	assert_int_equal(setting_rule_of("lock", "no-such-option").kind,
			 SETTING_UNDECIDED);
	assert_int_equal(setting_rule_of("lock", "").kind, SETTING_UNDECIDED);
	assert_int_equal(setting_rule_of("lock", "build build-in").kind,
			 SETTING_UNDECIDED);
	assert_int_equal(leave("lock", "no-such-option", ORIGIN_COMMAND_LINE),
			 LEAVE_HEEDED);
	for (int origin = ORIGIN_ENVIRONMENT; origin < ORIGIN_COUNT; origin++)
		assert_int_equal(leave("lock", "no-such-option", (enum origin)origin),
				 LEAVE_REFUSED);
}

static void test_a_name_may_mean_different_things(void **state)
{
	(void)state;
	assert_int_equal(leave("bake", "prefix", ORIGIN_PROJECT), LEAVE_HEEDED);
	assert_int_equal(leave("install", "prefix", ORIGIN_PROJECT), LEAVE_ASKED);
	assert_int_equal(leave("bake", "interpreter", ORIGIN_PROJECT), LEAVE_HEEDED);
	assert_int_equal(leave("install", "interpreter", ORIGIN_PROJECT), LEAVE_ASKED);
}

static void test_what_a_run_is_for_stands_in_no_file(void **state)
{
	(void)state;
	static const char *const options[] = { "output", "upgrade", "check", "refresh" };
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		assert_int_equal(leave("lock", options[i], ORIGIN_USER), LEAVE_REFUSED);
		assert_int_equal(leave("lock", options[i], ORIGIN_ENVIRONMENT),
				 LEAVE_REFUSED);
	}
}

static void test_the_users_own_is_in_no_projects_file(void **state)
{
	(void)state;
	static const char *const options[] = { "cache-dir", "keyring-provider", "offline",
					       "max-size" };
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		assert_int_equal(leave("", options[i], ORIGIN_USER), LEAVE_HEEDED);
		assert_int_equal(leave("", options[i], ORIGIN_PROJECT), LEAVE_REFUSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_option_without_a_row_is_the_command_lines),
		cmocka_unit_test(test_a_name_may_mean_different_things),
		cmocka_unit_test(test_what_a_run_is_for_stands_in_no_file),
		cmocka_unit_test(test_the_users_own_is_in_no_projects_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
