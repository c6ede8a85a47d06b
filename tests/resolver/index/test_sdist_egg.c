// SPDX-License-Identifier: MIT
#include "resolver/index/sdist_egg.h"

#include "tests/resolver/index/archives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;

static void check_headers(const char *requires, const char *expected)
{
	struct slice headers = egg_requires_headers(&arena, slice_from(requires));
	assert_string_equal(arena_c_string(&arena, headers), expected);
}

static void test_md_3_sections_are_extras_and_markers(void **state)
{
	(void)state;
	check_headers("", "");
	check_headers("six>=1.9\r\n\n# why\nfoo",
		      "Requires-Dist: six>=1.9\nRequires-Dist: foo\n");
	check_headers(
		"[socks]\nPySocks!=1.5.7\n",
		"Provides-Extra: socks\nRequires-Dist: PySocks!=1.5.7 ; extra == \"socks\"\n");
	check_headers("[:python_version<\"3\"]\nfutures\n",
		      "Requires-Dist: futures ; (python_version<\"3\")\n");
	check_headers("[test:sys_platform==\"win32\"]\ncolorama\n",
		      "Provides-Extra: test\nRequires-Dist: colorama ; "
		      "(sys_platform==\"win32\") and extra == \"test\"\n");
	check_headers("[x:a or b]\nfoo; c\n",
		      "Provides-Extra: x\nRequires-Dist: foo ; (c) and (a or b) "
		      "and extra == \"x\"\n");
	check_headers("[empty]\n", "Provides-Extra: empty\n");
}

static void test_a_section_nobody_can_ask_for_is_skipped(void **state)
{
	(void)state;
	check_headers("[a \"b\"]\nfoo\n[c]\nbar\n",
		      "Provides-Extra: c\nRequires-Dist: bar ; extra == \"c\"\n");
}

static void test_643_1_old_pkg_info(void **state)
{
	(void)state;
	assert_true(pkg_info_is_old(S("Metadata-Version: 1.0\nName: foo\n")));
	assert_true(pkg_info_is_old(S("Name: foo\nMetadata-Version: 2.1\n")));
	assert_true(pkg_info_is_old(S("Metadata-Version: 1\n")));
	assert_false(pkg_info_is_old(S("Metadata-Version: 2.2\n")));
	assert_false(pkg_info_is_old(S("Metadata-Version: 3.0\n")));
	assert_false(pkg_info_is_old(S("Metadata-Version: x.1\n")));
	assert_false(pkg_info_is_old(S("Name: foo\n")));
}

#define OLD "Metadata-Version: 1.1\nName: Foo-Bar\nVersion: 1.0\n"

static void check_found(const struct member *members, size_t len, const char *expected)
{
	struct slice text;
	struct error err;
	struct slice archives[] = { make_tar_gz(&arena, members, len),
				    make_zip(&arena, members, len) };
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(sdist_egg_info(archives[i], S(OLD), &arena, &text, &err),
				 SDIST_FOUND);
		assert_string_equal(arena_c_string(&arena, text), expected);
	}
}

static void test_the_outermost_egg_info_of_that_name_counts(void **state)
{
	(void)state;
	const struct member members[] = {
		{ "Foo-Bar-1.0/vendor/x/foo_bar.egg-info/requires.txt", S("wrong") },
		{ "Foo-Bar-1.0/other.egg-info/requires.txt", S("wrong") },
		{ "Foo-Bar-1.0/src/foo_bar.egg-info/requires.txt", S("right\n") },
		{ "Foo-Bar-1.0/tests/data/Foo.Bar.egg-info/requires.txt", S("wrong") },
	};
	check_found(members, 4, "Requires-Dist: right\n" OLD);
}

static void test_egg_info_without_requires_needs_nothing(void **state)
{
	(void)state;
	const struct member members[] = {
		{ "Foo-Bar-1.0/vendor/foo_bar.egg-info/requires.txt", S("wrong") },
		{ "Foo-Bar-1.0/Foo_Bar.egg-info/SOURCES.txt", S("setup.py\n") },
	};
	check_found(members, 2, OLD);
}

static void test_archive_without_egg_info(void **state)
{
	(void)state;
	struct slice text;
	struct error err;
	const struct member members[] = { { "Foo-Bar-1.0/setup.py", S("x") },
					  { "Foo-Bar-1.0/other.egg-info/requires.txt",
					    S("x") } };
	struct slice bytes = make_tar_gz(&arena, members, 2);
	assert_int_equal(sdist_egg_info(bytes, S(OLD), &arena, &text, &err),
			 SDIST_ABSENT);
	const struct member long_one[] = { { "Foo-Bar-1.0/noise",
					     make_noise(&arena, 300000) } };
	bytes = slice_range(make_tar_gz(&arena, long_one, 1), 0, 100000);
	assert_int_equal(sdist_egg_info(bytes, S(OLD), &arena, &text, &err),
			 SDIST_TRUNCATED);
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
		cmocka_unit_test(test_md_3_sections_are_extras_and_markers),
		cmocka_unit_test(test_a_section_nobody_can_ask_for_is_skipped),
		cmocka_unit_test(test_643_1_old_pkg_info),
		cmocka_unit_test(test_the_outermost_egg_info_of_that_name_counts),
		cmocka_unit_test(test_egg_info_without_requires_needs_nothing),
		cmocka_unit_test(test_archive_without_egg_info),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
