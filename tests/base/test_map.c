// SPDX-License-Identifier: MIT
// Maps and interning: many keys, order of insertion, replacing.
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static void test_empty_map(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct map map = { .arena = &arena };
	uint32_t value = 7;
	assert_false(map_find(&map, S("a"), &value));
	assert_false(map_has(&map, S("")));
	assert_int_equal(value, 7);
}

static void test_insert_find_and_set(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct map map = { .arena = &arena };
	uint32_t value = 0;
	assert_true(map_insert(&map, S("a"), 1, NULL));
	assert_false(map_insert(&map, S("a"), 2, &value));
	assert_int_equal(value, 1);
	assert_false(map_insert(&map, S("a"), 2, NULL));
	map_set(&map, S("a"), 3);
	map_set(&map, S(""), 4);
	assert_true(map_find(&map, S("a"), &value));
	assert_int_equal(value, 3);
	assert_true(map_find(&map, (struct slice){ NULL, 0 }, &value));
	assert_int_equal(value, 4);
	assert_false(map_has(&map, S("a\0")));
	assert_int_equal(map.len, 2);
}

static void test_many_keys_in_order(void **state)
{
	enum { COUNT = 20000 };
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct map map = { .arena = &arena };
	for (uint32_t i = 0; i < COUNT; i++)
		assert_true(map_insert(&map, arena_printf(&arena, "key-%u", i), i, NULL));
	assert_int_equal(map.len, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t value;
		assert_true(map_find(&map, arena_printf(&arena, "key-%u", i), &value));
		assert_int_equal(value, i);
		assert_int_equal(map.entries[i].value, i);
		assert_false(map_has(&map, arena_printf(&arena, "other-%u", i)));
	}
}

// The published values of SipHash-1-3 for the key 00 01 … 0f and the messages "", 00 and 00 01 … 07.
static void test_hash_is_siphash_1_3(void **state)
{
	static const char bytes[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	const struct seed seed = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	(void)state;
	assert_true(map_hash(S(""), seed) == 0xabac0158050fc4dc);
	assert_true(map_hash((struct slice){ bytes, 1 }, seed) == 0xc9f49bf37d57ca93);
	assert_true(map_hash((struct slice){ bytes, 8 }, seed) == 0x369095118d299a8e);
}

static void test_keys_alike_under_one_seed_differ_under_another(void **state)
{
	const struct seed seeds[] = { { 1, 2 }, { 3, 4 } };
	AUTO(arena_cleanup) struct arena arena = { 0 };
	unsigned alike = 0, still = 0;
	uint32_t wanted = (uint32_t)map_hash(S("key-0"), seeds[0]) & 0xff;
	(void)state;
	for (unsigned i = 1; i < 20000; i++) {
		struct slice key = arena_printf(&arena, "key-%u", i);
		if (((uint32_t)map_hash(key, seeds[0]) & 0xff) != wanted)
			continue;
		alike++;
		still += ((uint32_t)map_hash(key, seeds[1]) & 0xff) ==
			 ((uint32_t)map_hash(S("key-0"), seeds[1]) & 0xff);
	}
	assert_in_range(alike, 40, 140);
	assert_in_range(still, 0, 8);
}

static void test_order_is_of_insertion_whatever_the_seed(void **state)
{
	const struct seed seeds[] = { { 0, 0 }, { 1, 2 }, { ~0ull, 7 } };
	struct seed own = seed_of_process();
	(void)state;
	for (size_t s = 0; s < sizeof(seeds) / sizeof(*seeds); s++) {
		seed_replace(seeds[s]);
		test_many_keys_in_order(state);
	}
	seed_replace(own);
	assert_true(seed_of_process().low == own.low);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_map),
		cmocka_unit_test(test_insert_find_and_set),
		cmocka_unit_test(test_many_keys_in_order),
		cmocka_unit_test(test_hash_is_siphash_1_3),
		cmocka_unit_test(test_keys_alike_under_one_seed_differ_under_another),
		cmocka_unit_test(test_order_is_of_insertion_whatever_the_seed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
