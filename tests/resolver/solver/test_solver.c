// SPDX-License-Identifier: MIT
// The conversation with the driver: what the solver asks, when, in which order, and what it makes of late answers.
#include "tests/resolver/solver/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void assert_need(struct solver_step step, enum solver_need_kind kind,
			uint32_t package, uint32_t rank)
{
	assert_int_equal(step.state, SOLVER_NEED);
	assert_int_equal(step.need_len, 1);
	assert_int_equal(step.needs[0].kind, kind);
	assert_int_equal(step.needs[0].package, package);
	assert_int_equal(step.needs[0].rank, rank);
}

static void give_versions(struct solver *solver, uint32_t package, uint32_t count,
			  uint8_t priority)
{
	uint32_t prefer[64];
	for (uint32_t i = 0; i < count; i++)
		prefer[i] = count - 1 - i;
	solver_give_versions(solver, package,
			     &(struct solver_versions){ count, prefer, count, priority });
}

static void depend(struct solver *solver, uint32_t package, uint32_t rank, uint32_t other,
		   uint32_t allowed)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct solver_dependency dependency = { other, toy_set(&arena, allowed), 0 };
	solver_give_dependencies(solver, package, rank, &dependency, 1);
}

static void test_the_root_comes_first_and_answers_are_waited_for(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	assert_need(solver_run(solver), NEED_DEPENDENCIES, SOLVER_ROOT, 0);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, SOLVER_ROOT, 0);
	give_versions(solver, 1, 3, 2);
	depend(solver, SOLVER_ROOT, 0, 1, 3);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 1, 1);
	assert_int_equal(solver_pick(solver, 1), SOLVER_NO_PICK);
	solver_give_dependencies(solver, 1, 1, NULL, 0);
	assert_int_equal(solver_run(solver).state, SOLVER_SOLVED);
	assert_int_equal(solver_run(solver).state, SOLVER_SOLVED);
	assert_int_equal(solver_pick(solver, SOLVER_ROOT), 0);
	assert_int_equal(solver_pick(solver, 1), 1);
	assert_int_equal(solver_pick(solver, 77), SOLVER_NO_PICK);
	solver_free(solver);
	solver_free(NULL);
}

static void test_nothing_wanted_is_solved(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	solver_give_dependencies(solver, SOLVER_ROOT, 0, NULL, 0);
	assert_int_equal(solver_run(solver).state, SOLVER_SOLVED);
	solver_free(solver);
}

static void test_versions_are_asked_for_where_they_are_missing(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	depend(solver, SOLVER_ROOT, 0, 1, 2);
	assert_need(solver_run(solver), NEED_VERSIONS, 1, 0);
	give_versions(solver, 1, 2, 3);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 1, 1);
	solver_free(solver);
}

// What came early by prefetching is taken when it is wanted, and second answers change nothing.
static void test_answers_nobody_asked_for(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	give_versions(solver, 1, 3, 2);
	give_versions(solver, 1, 9, 2);
	solver_give_dependencies(solver, 1, 2, NULL, 0);
	depend(solver, 1, 2, 1, 1);
	depend(solver, SOLVER_ROOT, 0, 1, 7);
	assert_int_equal(solver_run(solver).state, SOLVER_SOLVED);
	assert_int_equal(solver_pick(solver, 1), 2);
	solver_free(solver);
}

static void test_the_preferred_order_decides(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	// 2 and 4 are pre-releases (440.10)
	const uint32_t stable_first[] = { 3, 1, 0, 4, 2 };
	solver_give_versions(solver, 1,
			     &(struct solver_versions){ 6, stable_first, 5, 3 });
	depend(solver, SOLVER_ROOT, 0, 1, 1u << 2 | 1u << 4 | 1u << 5);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 1, 4);
	solver_free(solver);
}

// URL, pin, one version left, class, first named.
static void test_the_order_of_decisions(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct solver *solver = solver_new();
	struct solver_dependency wanted[] = {
		{ 9, toy_set(&arena, 7), 0 }, { 2, toy_set(&arena, 7), 0 },
		{ 8, toy_set(&arena, 7), 0 }, { 3, toy_set(&arena, 2), 0 },
		{ 7, toy_set(&arena, 7), 0 }, { 1, toy_set(&arena, 1), 0 },
	};
	const uint32_t order[] = { 7, 3, 1, 8, 9, 2 };
	const uint8_t priorities[] = {
		[1] = 1, [2] = 3, [3] = 3, [7] = 0, [8] = 2, [9] = 3
	};
	for (size_t i = 0; i < 6; i++)
		give_versions(solver, wanted[i].package, 3,
			      priorities[wanted[i].package]);
	solver_give_dependencies(solver, SOLVER_ROOT, 0, wanted, 6);
	for (size_t i = 0; i < 6; i++) {
		struct solver_step step = solver_run(solver);
		assert_int_equal(step.needs[0].package, order[i]);
		assert_int_equal(step.hint_len, 5 - i);
		if (i == 0)
			assert_int_equal(step.hints[0].package, 3);
		solver_give_dependencies(solver, order[i], step.needs[0].rank, NULL, 0);
	}
	assert_int_equal(solver_run(solver).state, SOLVER_SOLVED);
	solver_free(solver);
}

// A package of which several releases failed: the next ones are hinted at, the more the longer it lasts.
static void test_hints_look_further_ahead_as_releases_fail(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	give_versions(solver, 1, 40, 2);
	give_versions(solver, 2, 2, 1);
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct solver_dependency wanted[] = { { 1, rank_set_all(&arena, 40), 0 },
					      { 2, toy_set(&arena, 1), 0 } };
	solver_give_dependencies(solver, SOLVER_ROOT, 0, wanted, 2);
	solver_give_dependencies(solver, 2, 0, NULL, 0);
	for (uint32_t rank = 39; rank > 25; rank--) {
		struct solver_step step = solver_run(solver);
		assert_need(step, NEED_DEPENDENCIES, 1, rank);
		uint32_t tried = 39 - rank;
		assert_int_equal(step.hint_len, 2 * tried);
		if (tried > 0)
			assert_int_equal(step.hints[0].rank, rank - 1);
		depend(solver, 1, rank, 2, 2);
	}
	solver_free(solver);
}

static void test_a_tie_given_before_the_versions_of_the_extra(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	give_versions(solver, 1, 3, 3);
	solver_tie(solver, 2, 1);
	depend(solver, SOLVER_ROOT, 0, 2, 7);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 2, 2);
	depend(solver, 2, 2, 1, 3); // the extra's own release forbids itself
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 2, 1);
	solver_give_dependencies(solver, 2, 1, NULL, 0);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 1, 1);
	solver_give_dependencies(solver, 1, 1, NULL, 0);
	assert_int_equal(solver_run(solver).state, SOLVER_SOLVED);
	assert_int_equal(solver_pick(solver, 1), 1);
	assert_int_equal(solver_pick(solver, 2), 1);
	solver_free(solver);
}

static void test_a_tie_that_is_declared_late(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	give_versions(solver, 1, 3, 3);
	give_versions(solver, 2, 3, 3);
	depend(solver, SOLVER_ROOT, 0, 2, 3);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 2, 1);
	solver_tie(solver, 2, 1);
	solver_give_dependencies(solver, 2, 1, NULL, 0);
	assert_need(solver_run(solver), NEED_DEPENDENCIES, 1, 1);
	solver_free(solver);
}

static void check(const char *universe, const char *answer)
{
	struct story *story = story_new(universe);
	assert_string_equal(story_end(story), answer);
	story_free(story);
}

static void test_sol_7_an_extra_takes_the_version_of_its_base(void **state)
{
	(void)state;
	check("foo 3\nfoo[x] is foo\nbar 3\n"
	      "root: foo[x], bar\n"
	      "bar@2: foo 0-1\n"
	      "foo@1: bar 0\n"
	      "foo[x]@2: bar 1\n"
	      "bar@1: foo 0-1\n",
	      "foo 1, foo[x] 1, bar 0");
	check("foo 3\nfoo[x] is foo\n"
	      "root: foo[x] 1-2, foo 0\n",
	      "0 dependency not { root 0, not foo[x] 1-2 }\n"
	      "1 dependency not { root 0, not foo 0 }\n"
	      "2 tie not { foo[x] 1-2, not foo 1-2 }\n"
	      "3 2 0: not { root 0, not foo 1-2 }\n"
	      "4 3 1: not { root 0 }\n");
}

// Two extras of a project whose new releases are ruled out: one tie takes all ranks away at once.
static void test_ties_take_sets_not_ranks(void **state)
{
	(void)state;
	struct solver *solver = solver_new();
	AUTO(arena_cleanup) struct arena arena = { 0 };
	uint32_t prefer[2000];
	for (uint32_t i = 0; i < 2000; i++)
		prefer[i] = 1999 - i;
	solver_give_versions(solver, 1,
			     &(struct solver_versions){ 2000, prefer, 2000, 3 });
	solver_tie(solver, 2, 1);
	solver_tie(solver, 3, 1);
	struct rank_set all = rank_set_all(&arena, 2000);
	struct solver_dependency wanted[] = { { 2, all, 0 },
					      { 3, all, 0 },
					      { 1, toy_set(&arena, 3), 0 } };
	solver_give_dependencies(solver, SOLVER_ROOT, 0, wanted, 3);
	uint32_t questions = 0;
	struct solver_step step;
	while ((step = solver_run(solver)).state == SOLVER_NEED) {
		questions++;
		solver_give_dependencies(solver, step.needs[0].package,
					 step.needs[0].rank, NULL, 0);
	}
	assert_int_equal(step.state, SOLVER_SOLVED);
	assert_int_equal(questions, 3);
	assert_int_equal(solver_pick(solver, 1), 1);
	assert_int_equal(solver_pick(solver, 3), 1);
	assert_int_equal(solver_counts(solver).conflicts, 0);
	solver_free(solver);
}

static void test_a_conflict_stays_one(void **state)
{
	(void)state;
	struct story *story = story_new("foo 1\nroot: foo\nfoo@0 broken\n");
	assert_int_equal(toy_solve(&story->toy, story->solver, NULL), SOLVER_CONFLICT);
	size_t len = solver_conflict(story->solver).len;
	assert_int_equal(solver_run(story->solver).state, SOLVER_CONFLICT);
	assert_int_equal(solver_conflict(story->solver).len, len);
	assert_int_equal(solver_conflict(story->solver).facts[1].reason, 100);
	assert_int_equal(solver_pick(story->solver, 1), SOLVER_NO_PICK);
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_root_comes_first_and_answers_are_waited_for),
		cmocka_unit_test(test_nothing_wanted_is_solved),
		cmocka_unit_test(test_versions_are_asked_for_where_they_are_missing),
		cmocka_unit_test(test_answers_nobody_asked_for),
		cmocka_unit_test(test_the_preferred_order_decides),
		cmocka_unit_test(test_the_order_of_decisions),
		cmocka_unit_test(test_hints_look_further_ahead_as_releases_fail),
		cmocka_unit_test(test_a_tie_given_before_the_versions_of_the_extra),
		cmocka_unit_test(test_a_tie_that_is_declared_late),
		cmocka_unit_test(test_sol_7_an_extra_takes_the_version_of_its_base),
		cmocka_unit_test(test_ties_take_sets_not_ranks),
		cmocka_unit_test(test_a_conflict_stays_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
