// SPDX-License-Identifier: MIT
// Large universes, made up as needed: what the search may cost is bounded in conflicts and questions, not in time.
#include "resolver/solver/solver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { MOST_DEPENDENCIES = 64 };

struct list {
	struct arena *arena;
	struct solver_dependency items[MOST_DEPENDENCIES];
	size_t len;
};

// A universe is what depends on what, computed on demand.
struct universe {
	uint32_t packages, versions;
	void (*depends)(const struct universe *universe, uint32_t package, uint32_t rank,
			struct list *list);
	uint64_t seed;
	uint32_t extras;  // so many of the last packages are extras of package 1
	uint64_t rounds;  // of questions and hints, answered together
	uint64_t answers; // all that was asked or hinted at, once
	bool *is_known;   // [package * versions + rank]
	uint64_t limit;   // of conflicts, looked at where the search pauses
};

static struct rank_set range(struct arena *arena, uint32_t from, uint32_t to)
{
	return rank_set_subtract(arena, rank_set_all(arena, to),
				 rank_set_all(arena, from));
}

// Ranks from <= rank < to of a package; an empty range is widened to one rank.
static void need(struct list *list, uint32_t package, uint32_t from, uint32_t to)
{
	list->items[list->len++] = (struct solver_dependency){
		package, range(list->arena, from, to > from ? to : from + 1), 0
	};
}

static void answer(struct universe *universe, struct solver *solver, uint32_t package,
		   uint32_t rank)
{
	bool *is_known = &universe->is_known[package * universe->versions + rank];
	if (*is_known)
		return;
	*is_known = true;
	universe->answers++;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct list list = { .arena = &arena };
	universe->depends(universe, package, rank, &list);
	solver_give_dependencies(solver, package, rank, list.items, list.len);
}

static enum solver_state solve(struct universe *universe, struct solver *solver)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	uint32_t *prefer = arena_new_array(&arena, uint32_t, universe->versions);
	universe->is_known =
		arena_new_array(&arena, bool,
				(size_t)universe->packages * universe->versions);
	for (uint32_t i = 0; i < universe->versions; i++)
		prefer[i] = universe->versions - 1 - i;
	for (uint32_t p = 1; p < universe->packages - universe->extras; p++)
		solver_give_versions(solver, p,
				     &(struct solver_versions){ universe->versions,
								prefer,
								universe->versions, 3 });
	for (uint32_t p = universe->packages - universe->extras; p < universe->packages;
	     p++)
		solver_tie(solver, p, 1);
	for (;;) {
		struct solver_step step = solver_run(solver);
		if (step.state == SOLVER_PAUSED &&
		    solver_counts(solver).conflicts <= universe->limit)
			continue;
		if (step.state != SOLVER_NEED)
			return step.state;
		universe->rounds++;
		for (size_t i = 0; i < step.need_len; i++)
			answer(universe, solver, step.needs[i].package,
			       step.needs[i].rank);
		for (size_t i = 0; i < step.hint_len; i++)
			answer(universe, solver, step.hints[i].package,
			       step.hints[i].rank);
	}
}

// What it took, which is printed: conflicts, rounds of questions, and answers beyond those that were needed.
static void assert_cost(const struct universe *universe, const struct solver *solver,
			uint64_t conflicts, uint64_t rounds)
{
	struct solver_counts counts = solver_counts(solver);
	print_message(
		"%llu rounds, %llu answers, %llu decisions, %llu conflicts, %llu incompatibilities\n",
		(unsigned long long)universe->rounds,
		(unsigned long long)universe->answers,
		(unsigned long long)counts.decisions,
		(unsigned long long)counts.conflicts,
		(unsigned long long)counts.incompatibilities);
	assert_in_range(counts.conflicts, 0, conflicts);
	assert_in_range(universe->rounds, 0, rounds);
}

// ---- boto3 1 and botocore 2 come out together, s3transfer 3 every tenth time; all but the oldest botocore want
// another urllib3 4 than the user.

enum { BOTO3 = 1, BOTOCORE, S3TRANSFER, URLLIB3 };

static void boto_depends(const struct universe *universe, uint32_t package, uint32_t rank,
			 struct list *list)
{
	uint32_t all = universe->versions;
	switch (package) {
	case SOLVER_ROOT:
		need(list, BOTO3, 0, all);
		need(list, URLLIB3, all - 10, all);
		break;
	case BOTO3:
		need(list, BOTOCORE, rank, rank + 10 < all ? rank + 10 : all);
		need(list, S3TRANSFER, rank / 10, rank / 10 + 5);
		break;
	case BOTOCORE:
		need(list, URLLIB3, 0, rank < universe->seed ? all : all - 10);
		break;
	default: break;
	}
}

static void test_boto_chain(void **state)
{
	(void)state;
	struct universe universe = {
		.packages = 5, .versions = 2000, .depends = boto_depends, .seed = 100
	};
	struct solver *solver = solver_new();
	assert_int_equal(solve(&universe, solver), SOLVER_SOLVED);
	assert_cost(&universe, solver, 2000, 100);
	assert_int_equal(solver_pick(solver, BOTO3), 99);
	solver_free(solver);
}

static void test_boto_chain_without_an_end(void **state)
{
	(void)state;
	struct universe universe = {
		.packages = 5, .versions = 2000, .depends = boto_depends, .seed = 0
	};
	struct solver *solver = solver_new();
	assert_int_equal(solve(&universe, solver), SOLVER_CONFLICT);
	assert_cost(&universe, solver, 2000, 100);
	// Every boto3, every botocore, and what the user wants
	assert_int_equal(solver_conflict(solver).len, 7);
	solver_free(solver);
}

// ---- an ecosystem: versions are dates; a release wants what was there a while before, and sometimes nothing newer
// than itself.

static uint32_t draw(const struct universe *universe, uint32_t a, uint32_t b, uint32_t c,
		     uint32_t sides)
{
	uint64_t x = universe->seed + a * 0x9e3779b97f4a7c15u + b * 0xbf58476d1ce4e5b9u +
		     c * 0x94d049bb133111ebu;
	x = (x ^ x >> 31) * 0xd6e8feb86659fd93u;
	x = (x ^ x >> 29) * 0xd6e8feb86659fd93u;
	return (uint32_t)((x ^ x >> 32) % sides);
}

static void world_depends(const struct universe *universe, uint32_t package,
			  uint32_t rank, struct list *list)
{
	uint32_t all = universe->versions, era = rank / 40;
	if (package == SOLVER_ROOT) {
		for (uint32_t i = 1; i <= 10; i++)
			need(list, i, 0,
			     draw(universe, 0, i, 0, 3) == 0
				     ? all - draw(universe, 0, i, 1, all / 2)
				     : all);
		return;
	}
	uint32_t count = 1 + draw(universe, package, 0, 2, 6);
	for (uint32_t i = 0; i < count && package + 1 < universe->packages; i++) {
		uint32_t reach = universe->packages - package - 1 < 30
					 ? universe->packages - package - 1
					 : 30;
		uint32_t other = package + 1 + draw(universe, package, i, 3, reach);
		uint32_t back = draw(universe, package, i * 1000 + era, 4, 600);
		uint32_t lag = draw(universe, package, i * 1000 + era, 6, 40);
		bool is_capped = draw(universe, package, i * 1000 + era, 5, 3) == 0;
		uint32_t from = rank > back ? rank - back : 0;
		from -= from % 20;
		uint32_t to = era * 40 + 40 + lag;
		need(list, other, from < all ? from : all - 1,
		     is_capped && to < all ? to : all);
	}
}

static void test_ecosystem(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct universe universe = { .packages = 200,
					     .versions = 2000,
					     .depends = world_depends,
					     .seed = seed * 7919 };
		struct solver *solver = solver_new();
		assert_int_equal(solve(&universe, solver), SOLVER_SOLVED);
		assert_cost(&universe, solver, 200, 700);
		solver_free(solver);
	}
}

// ---- fifty extras of one project that is wanted old: ties take whole sets, so nothing is tried in vain.

static void extras_depend(const struct universe *universe, uint32_t package,
			  uint32_t rank, struct list *list)
{
	if (package == SOLVER_ROOT)
		for (uint32_t p = 1; p < universe->packages; p++)
			need(list, p, 0, p == 1 ? 10 : universe->versions);
	else if (package > 1)
		need(list, 1, rank / 2, universe->versions);
}

static void test_many_extras(void **state)
{
	(void)state;
	struct universe universe = {
		.packages = 52, .versions = 2000, .depends = extras_depend, .extras = 50
	};
	struct solver *solver = solver_new();
	assert_int_equal(solve(&universe, solver), SOLVER_SOLVED);
	assert_cost(&universe, solver, 0, 10);
	for (uint32_t p = 1; p < universe.packages; p++)
		assert_int_equal(solver_pick(solver, p), 9);
	solver_free(solver);
}

// ---- one more pigeon than holes, which takes exponential time to refute: who drives the search ends it, and can say
// what it was about.

static void pigeon_depends(const struct universe *universe, uint32_t package,
			   uint32_t rank, struct list *list)
{
	uint32_t pigeons = universe->versions;
	for (uint32_t i = 1; package == SOLVER_ROOT && i <= pigeons; i++)
		need(list, i, 0, pigeons - 1);
	if (package != SOLVER_ROOT && package <= pigeons && rank < pigeons - 1)
		need(list, pigeons + 1 + rank, package - 1, package);
}

static void test_a_search_can_be_given_up(void **state)
{
	(void)state;
	enum { PIGEONS = 12, LIMIT = 2000 };
	struct universe universe = { .packages = 2 * PIGEONS,
				     .versions = PIGEONS,
				     .depends = pigeon_depends,
				     .limit = LIMIT };
	struct solver *solver = solver_new();
	solver_pause_every(solver, 10000);
	assert_int_equal(solve(&universe, solver), SOLVER_PAUSED);
	assert_cost(&universe, solver, 2 * LIMIT, 100);
	assert_true(solver_counts(solver).conflicts > LIMIT);
	uint32_t tried, hardest = solver_hardest(solver, &tried);
	assert_in_range(hardest, 1, 2 * PIGEONS - 1);
	assert_in_range(tried, 1, PIGEONS);
	solver_free(solver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boto_chain),
		cmocka_unit_test(test_boto_chain_without_an_end),
		cmocka_unit_test(test_ecosystem),
		cmocka_unit_test(test_many_extras),
		cmocka_unit_test(test_a_search_can_be_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
