// SPDX-License-Identifier: MIT
#include "resolver/index/sdist.h"

#include "tests/resolver/index/archives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;

static void check_found(struct slice bytes, struct slice expected)
{
	struct slice text;
	struct error err;
	assert_int_equal(sdist_pkg_info(bytes, &arena, &text, &err), SDIST_FOUND);
	assert_true(slice_eq(text, expected));
}

static void test_643_1_pkg_info_of_the_top_folder(void **state)
{
	(void)state;
	const struct member members[] = {
		{ "foo-1.0/src/foo.egg-info/PKG-INFO", S("wrong") },
		{ "PKG-INFO", S("wrong") },
		{ "foo-1.0/setup.py", S("x") },
		{ "foo-1.0/PKG-INFO", S("right") },
		{ "foo-1.0/tests/PKG-INFO", S("wrong") },
	};
	check_found(make_tar_gz(&arena, members, 5), S("right"));
	check_found(make_zip(&arena, members, 5), S("right"));
	const struct member dotted[] = { { "./foo-1.0/PKG-INFO", S("right") } };
	check_found(make_tar_gz(&arena, dotted, 1), S("right"));
}

static void test_archive_without_one(void **state)
{
	(void)state;
	struct slice text;
	struct error err;
	const struct member members[] = { { "foo-1.0/setup.py", S("x") },
					  { "/PKG-INFO", S("x") } };
	assert_int_equal(sdist_pkg_info(make_tar_gz(&arena, members, 2), &arena, &text,
					&err),
			 SDIST_ABSENT);
}

static void test_the_beginning_is_enough_where_it_holds_pkg_info(void **state)
{
	(void)state;
	struct slice noise = make_noise(&arena, 300000), text;
	struct error err;
	const struct member early[] = { { "foo-1.0/PKG-INFO", S("early") },
					{ "foo-1.0/data", noise } };
	const struct member late[] = { { "foo-1.0/data", noise },
				       { "foo-1.0/PKG-INFO", S("late") } };
	struct slice head = slice_range(make_tar_gz(&arena, early, 2), 0, 100000);
	check_found(head, S("early"));
	head = slice_range(make_tar_gz(&arena, late, 2), 0, 100000);
	assert_int_equal(sdist_pkg_info(head, &arena, &text, &err), SDIST_TRUNCATED);
}

static void test_what_is_no_archive_is_broken(void **state)
{
	(void)state;
	struct slice text;
	struct error err;
	enum sdist_result result =
		sdist_pkg_info(S("this is no archive at all, but long enough"), &arena,
			       &text, &err);
	assert_true(result == SDIST_BROKEN || result == SDIST_TRUNCATED);
	result = sdist_pkg_info(S(""), &arena, &text, &err);
	assert_true(result != SDIST_FOUND);
}

// A member that claims to be huge ends at the bound, not in memory.
static void test_huge_pkg_info_is_refused(void **state)
{
	(void)state;
	enum { HUGE_BYTES = 9 * 1024 * 1024 };
	struct slice text, zeros = { arena_alloc(&arena, HUGE_BYTES, 1), HUGE_BYTES };
	struct error err;
	const struct member members[] = { { "foo-1.0/PKG-INFO", zeros } };
	assert_int_equal(sdist_pkg_info(make_tar_gz(&arena, members, 1), &arena, &text,
					&err),
			 SDIST_BROKEN);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_643_1_pkg_info_of_the_top_folder),
		cmocka_unit_test(test_archive_without_one),
		cmocka_unit_test(test_the_beginning_is_enough_where_it_holds_pkg_info),
		cmocka_unit_test(test_what_is_no_archive_is_broken),
		cmocka_unit_test(test_huge_pkg_info_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
