// SPDX-License-Identifier: MIT
// The counted loop and the crew: everything is done once, and failures are told in order.
#include "base/arena.h"
#include "base/parallel.h"

#include <stdatomic.h>
#include <string.h>

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

enum { COUNT = 1000 };

static void crew_cleanup(struct crew **crew)
{
	crew_free(*crew);
}

struct work {
	atomic_int done[COUNT];
	atomic_int workers[8];
	size_t fail_from;
};

static int count_one(void *context, size_t index, unsigned worker, struct error *err)
{
	struct work *work = context;
	atomic_fetch_add(&work->done[index], 1);
	atomic_fetch_add(&work->workers[worker], 1);
	if (index >= work->fail_from)
		return error_set(err, ERROR_IO, "index %zu", index);
	return 0;
}

static void test_loop_does_each_once(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 8; jobs++) {
		struct work work = { .fail_from = COUNT };
		struct error err = { 0 };
		assert_int_equal(parallel_for(jobs, COUNT, count_one, &work, &err), 0);
		for (size_t i = 0; i < COUNT; i++)
			assert_int_equal(atomic_load(&work.done[i]), 1);
		for (unsigned i = parallel_workers(jobs, COUNT); i < 8; i++)
			assert_int_equal(atomic_load(&work.workers[i]), 0);
	}
}

// The first failing index is told whatever the number of threads; later ones are not begun.
static void test_loop_tells_the_first_failure(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct work work = { .fail_from = 100 };
		struct error err = { 0 };
		assert_int_equal(parallel_for(8, COUNT, count_one, &work, &err), -1);
		assert_string_equal(err.cause, "index 100");
		assert_int_equal(atomic_load(&work.done[COUNT - 1]), 0);
	}
}

static void test_loop_of_nothing(void **state)
{
	(void)state;
	struct error err = { 0 };
	assert_int_equal(parallel_for(4, 0, count_one, NULL, &err), 0);
	assert_int_equal(parallel_workers(4, 0), 1);
	assert_true(processor_count() >= 1);
}

// --- the crew -------------------------------------------------------------------------------

struct task {
	atomic_int *done;
	bool fails;
	size_t index;
};

static int run_task(void *context, struct error *err)
{
	struct task *task = context;
	atomic_fetch_add(task->done, 1);
	return task->fails ? error_set(err, ERROR_IO, "task %zu", task->index) : 0;
}

static void test_crew_runs_all_tasks(void **state)
{
	(void)state;
	atomic_int done = 0;
	struct task tasks[COUNT];
	struct error err = { 0 };
	AUTO(crew_cleanup) struct crew *crew = crew_new(4);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT; i++) {
			tasks[i] = (struct task){ .done = &done, .index = i };
			crew_add(crew, run_task, &tasks[i]);
		}
		assert_int_equal(crew_wait(crew, &err), 0);
		assert_int_equal(atomic_load(&done), COUNT * (round + 1));
		assert_false(crew_failed(crew));
	}
}

static void test_crew_tells_the_first_failure(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		atomic_int done = 0;
		struct task tasks[COUNT];
		struct error err = { 0 };
		AUTO(crew_cleanup) struct crew *crew = crew_new(4);
		for (size_t i = 0; i < COUNT; i++) {
			tasks[i] = (struct task){ .done = &done,
						  .index = i,
						  .fails = i >= 10 };
			crew_add(crew, run_task, &tasks[i]);
		}
		assert_int_equal(crew_wait(crew, &err), -1);
		assert_string_equal(err.cause, "task 10");
		assert_int_equal(crew_wait(crew, &err), 0); // ready for the next tasks
	}
}

static void test_crew_freed_with_work_left(void **state)
{
	(void)state;
	atomic_int done = 0;
	struct task task = { .done = &done };
	struct crew *crew = crew_new(2);
	for (size_t i = 0; i < COUNT; i++)
		crew_add(crew, run_task, &task);
	crew_free(crew);
	assert_true(atomic_load(&done) <= COUNT);
	crew_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop_does_each_once),
		cmocka_unit_test(test_loop_tells_the_first_failure),
		cmocka_unit_test(test_loop_of_nothing),
		cmocka_unit_test(test_crew_runs_all_tasks),
		cmocka_unit_test(test_crew_tells_the_first_failure),
		cmocka_unit_test(test_crew_freed_with_work_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
