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

static void test_interning(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct intern intern = { .map = { .arena = &arena } };
	char text[] = "numpy";
	uint32_t id = 99;
	assert_int_equal(intern_id(&intern, slice_from(text)), 0);
	text[0] = 'x';
	assert_int_equal(intern_id(&intern, slice_from(text)), 1);
	assert_int_equal(intern_id(&intern, S("numpy")), 0);
	assert_true(slice_eq(intern_text(&intern, 0), S("numpy")));
	assert_true(slice_eq(intern_text(&intern, 1), S("xumpy")));
	assert_true(intern_find(&intern, S("xumpy"), &id));
	assert_int_equal(id, 1);
	assert_false(intern_find(&intern, S("pandas"), &id));
	assert_int_equal(intern_id(&intern, S("")), 2);
	assert_int_equal(intern_text(&intern, 2).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_map),
		cmocka_unit_test(test_insert_find_and_set),
		cmocka_unit_test(test_many_keys_in_order),
		cmocka_unit_test(test_interning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
