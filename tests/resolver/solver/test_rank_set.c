// SPDX-License-Identifier: MIT
// The algebra of rank sets against bit masks.
#include "resolver/solver/rank_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { COUNT = 9, MASKS = 1 << COUNT };

static bool has_bit(void *mask, uint32_t rank)
{
	return *(const uint32_t *)mask >> rank & 1;
}

static struct rank_set from_mask(struct arena *arena, uint32_t mask)
{
	return rank_set_where(arena, COUNT, has_bit, &mask);
}

static void assert_is(struct rank_set set, uint32_t mask)
{
	uint32_t bits = 0;
	for (uint32_t i = 0; i < set.len; i++) {
		assert_true(set.runs[i].from < set.runs[i].to);
		assert_true(i == 0 || set.runs[i - 1].to < set.runs[i].from);
		for (uint32_t rank = set.runs[i].from; rank < set.runs[i].to; rank++)
			bits |= 1u << rank;
	}
	assert_int_equal(bits, mask);
	assert_int_equal(rank_set_count(set), __builtin_popcount(mask));
	for (uint32_t rank = 0; rank < COUNT + 2; rank++)
		assert_int_equal(rank_set_has(set, rank), mask >> rank & 1);
}

static void test_each_set_alone(void **state)
{
	(void)state;
	for (uint32_t mask = 0; mask < MASKS; mask++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct rank_set set = from_mask(&arena, mask);
		assert_is(set, mask);
		assert_is(rank_set_copy(&arena, set), mask);
		assert_is(rank_set_complement(&arena, set, COUNT), ~mask & (MASKS - 1));
	}
}

static void test_each_pair(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena sets = { 0 };
	for (uint32_t a = 0; a < MASKS; a += 1 + a % 3) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct rank_set set_a = from_mask(&sets, a);
		for (uint32_t b = 0; b < MASKS; b++) {
			struct rank_set set_b = from_mask(&arena, b);
			assert_is(rank_set_intersect(&arena, set_a, set_b), a & b);
			assert_is(rank_set_union(&arena, set_a, set_b), a | b);
			assert_is(rank_set_subtract(&arena, set_a, set_b), a & ~b);
			assert_int_equal(rank_set_eq(set_a, set_b), a == b);
			assert_int_equal(rank_set_within(set_a, set_b), (a & ~b) == 0);
			assert_int_equal(rank_set_relate(set_a, set_b) == RANKS_DISJOINT,
					 a && (a & b) == 0);
		}
	}
}

static void test_ends_of_the_scale(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	const struct rank_set empty = { 0 };
	assert_is(empty, 0);
	assert_is(rank_set_all(&arena, 0), 0);
	assert_is(rank_set_all(&arena, COUNT), MASKS - 1);
	assert_is(rank_set_one(&arena, 3), 1u << 3);
	assert_is(rank_set_complement(&arena, empty, 0), 0);
	assert_is(rank_set_complement(&arena, empty, 2), 3);
	assert_true(rank_set_within(empty, empty));
	assert_true(rank_set_has(rank_set_all(&arena, UINT32_MAX), UINT32_MAX - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_set_alone),
		cmocka_unit_test(test_each_pair),
		cmocka_unit_test(test_ends_of_the_scale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
