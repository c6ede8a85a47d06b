// SPDX-License-Identifier: MIT
#include "resolver/index/freshness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_packing(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	const struct freshness given = {
		1000, 600, true, 77, S("\"tag\""), S("yesterday")
	};
	struct freshness got;
	struct slice packed = freshness_pack(&given, &arena);
	assert_true(freshness_unpack(packed, &got));
	assert_int_equal(got.fetched_at, 1000);
	assert_int_equal(got.max_age, 600);
	assert_true(got.absent);
	assert_int_equal(got.content, 77);
	assert_true(slice_eq(got.etag, given.etag));
	assert_true(slice_eq(got.last_modified, given.last_modified));
	for (size_t i = 0; i < packed.len; i++)
		assert_false(freshness_unpack(slice_range(packed, 0, i), &got));
}

static void test_age(void **state)
{
	(void)state;
	const struct freshness page = { .fetched_at = 1000, .max_age = 600 };
	assert_true(freshness_holds(&page, 1000));
	assert_true(freshness_holds(&page, 1599));
	assert_false(freshness_holds(&page, 1600));
	assert_false(freshness_holds(&page, 999));
	const struct freshness never = { .fetched_at = 1000 };
	assert_false(freshness_holds(&never, 1000));
}

static void test_cache_control(void **state)
{
	(void)state;
	assert_int_equal(freshness_max_age(S(""), 600), 600);
	assert_int_equal(freshness_max_age(S("public"), 600), 600);
	assert_int_equal(freshness_max_age(S("max-age=60"), 600), 60);
	assert_int_equal(freshness_max_age(S("public, Max-Age = 60 ,x"), 600), 60);
	assert_int_equal(freshness_max_age(S("max-age=99999999999999999999999"), 600),
			 600);
	assert_int_equal(freshness_max_age(S("max-age=31536000"), 600), 86400);
	assert_int_equal(freshness_max_age(S("max-age=60, no-cache"), 600), 0);
	assert_int_equal(freshness_max_age(S("no-store"), 600), 0);
	assert_int_equal(freshness_max_age(S("s-maxage=5"), 600), 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packing),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_cache_control),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
