// SPDX-License-Identifier: MIT
// Random small universes: the solver against brute force, its proofs checked step by step.
#include "tests/resolver/solver/toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

// PINBAKE_TEST_ROUNDS asks for more, as before a release.
static uint64_t rounds(void)
{
	const char *wish = getenv("PINBAKE_TEST_ROUNDS");
	uint64_t count = 20000;
	if (wish)
		slice_parse_u64(slice_from(wish), UINT64_MAX, &count);
	return count;
}

static void test_answers_agree_with_brute_force(void **state)
{
	(void)state;
	uint64_t solved = 0, conflicts = 0, deep = 0;
	for (uint64_t seed = 1; seed <= rounds(); seed++) {
		struct toy_dice dice = { .state = seed * 2654435761u };
		struct toy toy = toy_random(&dice);
		struct solver *solver = solver_new();
		enum solver_state answer = toy_solve(&toy, solver, NULL);
		const char *fault = toy_fault(&toy, solver, answer);
		if (fault)
			fail_msg("universe %llu: %s", (unsigned long long)seed, fault);
		solved += answer == SOLVER_SOLVED;
		conflicts += solver_counts(solver).conflicts > 0;
		deep += solver_counts(solver).conflicts > 3;
		solver_free(solver);
	}
	print_message("%llu solved, %llu with conflicts, %llu with more than three\n",
		      (unsigned long long)solved, (unsigned long long)conflicts,
		      (unsigned long long)deep);
	assert_true(solved > rounds() / 4 && solved < rounds() * 3 / 4 &&
		    deep > rounds() / 100);
}

static void test_proofs_have_no_fact_too_many(void **state)
{
	(void)state;
	uint64_t joined = 0;
	for (uint64_t seed = 1; seed <= rounds() / 8; seed++) {
		struct toy_dice dice = { .state = seed * 48271 };
		struct toy toy = toy_random(&dice);
		struct solver *solver = solver_new();
		if (toy_solve(&toy, solver, NULL) == SOLVER_CONFLICT) {
			struct solver_conflict conflict = solver_conflict(solver);
			assert_null(toy_fault_of_proof(&toy, conflict));
			assert_true(toy_is_minimal(&toy, conflict));
			for (size_t i = 0; i < conflict.len; i++)
				joined += conflict.facts[i].is_joined;
		}
		solver_free(solver);
	}
	assert_true(joined > rounds() / 1000);
}

static void test_order_of_arrival_changes_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= rounds() / 4; seed++) {
		struct toy_dice dice = { .state = seed * 40503 };
		struct toy toy = toy_random(&dice);
		struct solver *strict = solver_new(), *chatty = solver_new();
		enum solver_state answer = toy_solve(&toy, strict, NULL);
		assert_int_equal(toy_solve(&toy, chatty, &dice), answer);
		assert_int_equal(solver_counts(strict).conflicts,
				 solver_counts(chatty).conflicts);
		assert_int_equal(solver_conflict(strict).len,
				 solver_conflict(chatty).len);
		for (uint32_t p = 0; p < toy.len; p++)
			assert_int_equal(solver_pick(strict, p), solver_pick(chatty, p));
		solver_free(strict);
		solver_free(chatty);
	}
}

// The same universe with its packages numbered backwards.
static struct toy mirrored(const struct toy *toy)
{
	struct toy mirror = *toy;
	for (uint32_t p = 1; p < toy->len; p++) {
		uint32_t q = toy->len - p;
		mirror.count[q] = toy->count[p];
		mirror.usable[q] = toy->usable[p];
		mirror.priority[q] = toy->priority[p];
		mirror.prefers_low[q] = toy->prefers_low[p];
		memcpy(mirror.releases[q], toy->releases[p], sizeof(mirror.releases[q]));
	}
	for (uint32_t p = 0; p < toy->len; p++)
		for (uint32_t r = 0; r < TOY_RANKS; r++)
			for (uint32_t d = 0; d < mirror.releases[p][r].len; d++)
				mirror.releases[p][r].dependencies[d].package =
					toy->len -
					mirror.releases[p][r].dependencies[d].package;
	return mirror;
}

static void test_pauses_change_nothing(void **state)
{
	(void)state;
	struct toy_dice dice = { .state = 77 };
	for (int round = 0; round < 2000; round++) {
		struct toy toy = toy_random(&dice);
		struct solver *plain = solver_new(), *paused = solver_new();
		solver_pause_every(paused, 1);
		enum solver_state answer = toy_solve(&toy, plain, NULL);
		assert_int_equal(toy_solve(&toy, paused, NULL), answer);
		for (uint32_t p = 1; p < toy.len; p++)
			assert_int_equal(solver_pick(paused, p), solver_pick(plain, p));
		assert_int_equal(solver_counts(paused).conflicts,
				 solver_counts(plain).conflicts);
		solver_free(plain);
		solver_free(paused);
	}
}

static void test_package_numbers_change_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= rounds() / 4; seed++) {
		struct toy_dice dice = { .state = seed * 69621 };
		struct toy toy = toy_random(&dice);
		memset(toy.tied_to, 0, sizeof(toy.tied_to));
		struct toy mirror = mirrored(&toy);
		struct solver *one = solver_new(), *other = solver_new();
		assert_int_equal(toy_solve(&toy, one, NULL),
				 toy_solve(&mirror, other, NULL));
		assert_int_equal(solver_counts(one).decisions,
				 solver_counts(other).decisions);
		assert_int_equal(solver_conflict(one).len, solver_conflict(other).len);
		for (uint32_t p = 1; p < toy.len; p++)
			assert_int_equal(solver_pick(one, p),
					 solver_pick(other, toy.len - p));
		solver_free(one);
		solver_free(other);
	}
}

// A release turns out unusable after all was solved: the solver goes on, and without it.
static void test_exclusion_after_the_solution(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= rounds() / 4; seed++) {
		struct toy_dice dice = { .state = seed * 7919 };
		struct toy toy = toy_random(&dice);
		struct solver *solver = solver_new();
		enum solver_state answer = toy_solve(&toy, solver, NULL);
		uint32_t p = 1 + toy_roll(&dice, toy.len - 1);
		if (answer == SOLVER_SOLVED && solver_pick(solver, p) >= 0) {
			uint32_t rank = (uint32_t)solver_pick(solver, p);
			toy.releases[p][rank].is_broken = true;
			toy_answer(&toy, solver, p, rank);
			answer = toy_solve(&toy, solver, NULL);
		}
		assert_int_equal(answer == SOLVER_SOLVED, toy_is_satisfiable(&toy));
		if (answer == SOLVER_SOLVED)
			assert_null(toy_fault_of_solution(&toy, solver));
		solver_free(solver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_agree_with_brute_force),
		cmocka_unit_test(test_proofs_have_no_fact_too_many),
		cmocka_unit_test(test_order_of_arrival_changes_nothing),
		cmocka_unit_test(test_pauses_change_nothing),
		cmocka_unit_test(test_package_numbers_change_nothing),
		cmocka_unit_test(test_exclusion_after_the_solution),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
