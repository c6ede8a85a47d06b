// SPDX-License-Identifier: MIT
// Programs run to their end, and ended before it, with all that they started.
#include "base/files.h"
#include "base/process.h"

#include <stdlib.h>
#include <time.h>

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

static int run(const char *folder, const char *script, unsigned limit_seconds,
	       int *ret_code, struct error *err)
{
	static const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
	const char *const arguments[] = { "/bin/sh", "-c", script, NULL };
	struct process_job job = { .arguments = arguments,
				   .environment = environment,
				   .directory = folder,
				   .limit_seconds = limit_seconds };
	return process_run(&job, ret_code, err);
}

static void test_exit_codes(void **state)
{
	(void)state;
	struct error err = { 0 };
	int code = -1;
	assert_int_equal(run("/", "exit 3", 60, &code, &err), 0);
	assert_int_equal(code, 3);
	assert_int_equal(run("/", "kill -9 $$", 60, &code, &err), 0);
	assert_int_equal(code, 128 + 9);
}

// The program itself ends at the first signal, its child does not.
static void test_past_the_limit_nothing_of_it_runs(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	char folder[] = "/tmp/pinbake-process-XXXXXX";
	const struct timespec pause = { .tv_nsec = 300 * 1000 * 1000 };
	struct error err = { 0 };
	uint64_t before = 0, after = 0;
	int code = -1;
	assert_non_null(mkdtemp(folder));
	const char *alive = path_join(&arena, folder, S("alive"));
	assert_int_equal(run(folder,
			     "(trap '' TERM; for i in $(seq 200); do echo x >>alive; "
			     "sleep 0.05; done) & wait",
			     1, &code, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_SOURCE);
	nanosleep(&pause, NULL);
	assert_true(file_size(alive, &before));
	nanosleep(&pause, NULL);
	assert_true(file_size(alive, &after));
	assert_int_equal(before, after);
	assert_int_equal(remove_tree(folder, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_codes),
		cmocka_unit_test(test_past_the_limit_nothing_of_it_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
