// SPDX-License-Identifier: MIT
// Long work reports to whoever listens, and ends once it is interrupted.
#include "base/work.h"

// cmocka wants these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct heard {
	const char *what;
	uint64_t total, done;
	struct slice item;
};

static void hear_stage(void *context, const char *what, uint64_t total)
{
	struct heard *heard = context;
	heard->what = what;
	heard->total = total;
}

static void hear_advance(void *context, uint64_t done, struct slice item)
{
	struct heard *heard = context;
	heard->done = done;
	heard->item = item;
}

static void test_reports_reach_their_context(void **state)
{
	(void)state;
	struct heard heard = { 0 };
	struct work work = { .stage = hear_stage,
			     .advance = hear_advance,
			     .context = &heard };
	work_stage(&work, "baking", 3);
	work_advance(&work, 2, S("numpy"));
	assert_string_equal(heard.what, "baking");
	assert_int_equal(heard.total, 3);
	assert_int_equal(heard.done, 2);
	assert_true(slice_eq(heard.item, S("numpy")));
}

static void test_nobody_has_to_listen(void **state)
{
	(void)state;
	struct work deaf = { 0 };
	struct error err = { 0 };
	work_stage(NULL, "baking", 3);
	work_stage(&deaf, "baking", 3);
	work_advance(NULL, 1, S(""));
	work_advance(&deaf, 1, S(""));
	assert_int_equal(work_heed(NULL, &err), 0);
	assert_int_equal(work_heed(&deaf, &err), 0);
}

static void test_interrupted_work_ends(void **state)
{
	(void)state;
	volatile int interrupted = 0;
	struct work work = { .interrupted = &interrupted };
	struct error err = { 0 };
	assert_int_equal(work_heed(&work, &err), 0);
	assert_false(work_is_interrupted(&work));
	interrupted = 2; // a signal's number
	assert_true(work_is_interrupted(&work));
	assert_int_equal(work_heed(&work, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports_reach_their_context),
		cmocka_unit_test(test_nobody_has_to_listen),
		cmocka_unit_test(test_interrupted_work_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
