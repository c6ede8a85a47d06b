// SPDX-License-Identifier: MIT
// The driver over the golden cases, all in this process: what the program said of each holds of the driver's answer.
#include "tests/resolver/universe.h"

// The version that the case's lock has of a package; "" for none.
static struct slice version_in_lock(struct slice lock, struct slice name)
{
	struct slice line, value;
	bool is_of_name = false;
	while (lock.len) {
		slice_cut(&lock, '\n', &line);
		if (slice_eq(line, S("[[packages]]")))
			is_of_name = false;
		if (slice_starts_with(line, S("name = \"")))
			is_of_name = slice_eq(slice_range(line, 8, line.len - 1), name);
		if (is_of_name && slice_starts_with(line, S("version = \""))) {
			value = slice_range(line, 11, line.len - 1);
			return value;
		}
	}
	return S("");
}

static size_t packages_in_lock(struct slice lock)
{
	struct slice line;
	size_t count = 0;
	while (lock.len) {
		slice_cut(&lock, '\n', &line);
		count += slice_eq(line, S("[[packages]]"));
	}
	return count;
}

static void check_answer(struct universe *universe)
{
	struct slice code = slice_trim(universe->texts.exit);
	if (code.len) {
		assert_true(slice_eq(code, S("1")));
		assert_int_equal(universe->status, -1);
		assert_int_equal(universe->err.kind, ERROR_NO);
		assert_int_equal(solution_failed(universe->solution), 0);
		return;
	}
	assert_int_equal(universe->status, 0);
	const struct pin_list *pins = solution_pins(universe->solution, 0);
	for (size_t i = 0; i < pins->len; i++)
		assert_non_null(pins->items[i].file);
	if (!universe->texts.lock.len)
		return;
	assert_int_equal(pins->len, packages_in_lock(universe->texts.lock));
	for (size_t i = 0; i < pins->len; i++) {
		struct slice locked = version_in_lock(universe->texts.lock,
						      pins->items[i].project->name);
		assert_true(slice_eq(locked, pins->items[i].release->version_text));
	}
}

static void test_golden_universes(void **state)
{
	(void)state;
	universe_each(50, check_answer);
}

// The same question twice in one process has one answer, and the first is not in the way of the second.
static void test_two_drivers_side_by_side(void **state)
{
	(void)state;
	static struct universe a, b;
	const char *path = GOLDEN_CASES "/pubgrub-conflict-resolution.txt";
	assert_true(universe_open(&a, path));
	assert_true(universe_open(&b, path));
	assert_int_equal(driver_solve(&a.driver, &a.request, &a.solution, &a.err), 0);
	assert_int_equal(driver_solve(&b.driver, &b.request, &b.solution, &b.err), 0);
	const struct pin_list *first = solution_pins(a.solution, 0);
	const struct pin_list *second = solution_pins(b.solution, 0);
	assert_true(first->len > 0);
	assert_int_equal(first->len, second->len);
	for (size_t i = 0; i < first->len; i++)
		assert_true(slice_eq(first->items[i].release->version_text,
				     second->items[i].release->version_text));
	const struct solve_counts one = solution_counts(a.solution);
	const struct solve_counts other = solution_counts(b.solution);
	assert_int_equal(one.decisions, other.decisions);
	assert_int_equal(one.conflicts, other.conflicts);
	universe_close(&b);
	universe_close(&a);
}

static void test_limit_of_rounds(void **state)
{
	(void)state;
	static struct universe universe;
	assert_true(universe_open(&universe, GOLDEN_CASES "/backtracks.txt"));
	universe.request.limits.rounds = 1;
	assert_int_equal(driver_solve(&universe.driver, &universe.request,
				      &universe.solution, &universe.err),
			 -1);
	assert_int_equal(universe.err.kind, ERROR_INCOMPLETE);
	assert_false(solution_has_conflict(universe.solution));
	universe_close(&universe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_universes),
		cmocka_unit_test(test_two_drivers_side_by_side),
		cmocka_unit_test(test_limit_of_rounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
