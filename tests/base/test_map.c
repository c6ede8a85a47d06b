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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_map),
		cmocka_unit_test(test_insert_find_and_set),
		cmocka_unit_test(test_many_keys_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
