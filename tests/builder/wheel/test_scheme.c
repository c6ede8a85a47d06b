// SPDX-License-Identifier: MIT
// Schemes: which prefix --system means, and where packages and headers go in it.
#include "builder/wheel/scheme.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;

static struct target target_of(const char *python, const char *platform)
{
	struct target target;
	struct error err = { 0 };
	assert_int_equal(target_init(&arena, slice_from(python), slice_from(platform),
				     &target, &err),
			 0);
	return target;
}

static void test_env_1_system_prefix(void **state)
{
	(void)state;
	static const struct {
		const char *interpreter, *platform;
		enum scheme scheme;
		const char *prefix;
	} rows[] = {
		{ "/usr/local/bin/python3.12", "linux/amd64", SCHEME_BASE, "/usr/local" },
		{ "/opt/python/bin/python", "linux/amd64", SCHEME_BASE, "/opt/python" },
		{ "/usr/bin/python3.11", "linux/amd64", SCHEME_DEBIAN, "/usr/local" },
		{ "/usr/bin/python3.12", "linux/amd64:musl1.2", SCHEME_BASE, "/usr" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct target target = target_of("3.12", rows[i].platform);
		enum scheme scheme = SCHEME_VENV;
		struct slice prefix = { 0 };
		struct error err = { 0 };
		assert_int_equal(scheme_of_system(slice_from(rows[i].interpreter),
						  &target, &scheme, &prefix, &err),
				 0);
		assert_int_equal(scheme, rows[i].scheme);
		assert_true(slice_eq(prefix, slice_from(rows[i].prefix)));
	}
}

static void test_env_1_system_needs_a_bin_folder(void **state)
{
	(void)state;
	static const char *const wrong[] = { "python3", "/bin/python3", "/opt/python3.12",
					     "" };
	struct target target = target_of("3.12", "linux/amd64");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		enum scheme scheme;
		struct slice prefix;
		struct error err = { 0 };
		assert_int_equal(scheme_of_system(slice_from(wrong[i]), &target, &scheme,
						  &prefix, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

static void assert_places(enum scheme scheme, const char *python, const char *site,
			  const char *headers)
{
	struct target target = target_of(python, "linux/amd64");
	assert_true(slice_eq(scheme_site_directory(scheme, &target, &arena),
			     slice_from(site)));
	assert_true(slice_eq(scheme_headers_directory(scheme, &target, &arena),
			     slice_from(headers)));
}

static void test_env_3_places(void **state)
{
	(void)state;
	assert_places(SCHEME_VENV, "3.12", "lib/python3.12/site-packages",
		      "include/site/python3.12");
	assert_places(SCHEME_BASE, "3.12", "lib/python3.12/site-packages",
		      "include/python3.12");
	assert_places(SCHEME_BASE, "3.7", "lib/python3.7/site-packages",
		      "include/python3.7m");
	assert_places(SCHEME_BASE, "3.13t", "lib/python3.13t/site-packages",
		      "include/python3.13t");
	assert_places(SCHEME_DEBIAN, "3.11", "lib/python3.11/dist-packages",
		      "include/python3.11");
}

static void test_names_are_read_back(void **state)
{
	(void)state;
	enum scheme scheme;
	for (int i = SCHEME_VENV; i <= SCHEME_DEBIAN; i++) {
		assert_true(
			scheme_parse(slice_from(scheme_name((enum scheme)i)), &scheme));
		assert_int_equal(scheme, i);
	}
	assert_false(scheme_parse(S("other"), &scheme));
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
		cmocka_unit_test(test_env_1_system_prefix),
		cmocka_unit_test(test_env_1_system_needs_a_bin_folder),
		cmocka_unit_test(test_env_3_places),
		cmocka_unit_test(test_names_are_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
