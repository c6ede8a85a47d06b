// SPDX-License-Identifier: MIT
#include "net/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_idx_3_a_password_goes_to_its_origin_only(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct credentials known = { .arena = &arena };
	credentials_learn(&known, S("https://user:secret@index.example/simple"));
	credentials_learn(&known, S("https://plain.example/simple"));
	assert_int_equal(known.len, 1);
	struct slice url =
		credentials_apply(&known, &arena, S("https://index.example/files/x.whl"));
	assert_true(slice_eq(url, S("https://user:secret@index.example/files/x.whl")));
	static const char *const others[] = { "http://index.example/",
					      "https://index.example:444/",
					      "https://plain.example/",
					      "https://index.example.evil/" };
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		url = credentials_apply(&known, &arena, slice_from(others[i]));
		assert_true(slice_eq(url, slice_from(others[i])));
	}
}

static void test_a_url_keeps_its_own_credentials(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct credentials known = { .arena = &arena };
	credentials_learn(&known, S("https://first@h/"));
	credentials_learn(&known, S("https://second@h/"));
	assert_true(slice_eq(credentials_apply(&known, &arena, S("https://own@h/x")),
			     S("https://own@h/x")));
	assert_true(slice_eq(credentials_apply(&known, &arena, S("https://h/x")),
			     S("https://first@h/x")));
}

static void check(const struct credentials *known, struct arena *arena, const char *url,
		  const char *expected)
{
	struct slice applied = credentials_apply(known, arena, slice_from(url));
	assert_true(slice_eq(applied, slice_from(expected)));
}

static void test_indexes_of_one_origin_have_their_own(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct credentials known = { .arena = &arena };
	credentials_learn(&known, S("https://one:1@h/projects/1/simple/"));
	credentials_learn(&known, S("https://two:2@h/projects/12/simple"));
	credentials_learn(&known, S("https://again:x@h/projects/1/simple"));
	assert_int_equal(known.len, 2);
	check(&known, &arena, "https://h/projects/1/simple/app/",
	      "https://one:1@h/projects/1/simple/app/");
	check(&known, &arena, "https://h/projects/12/simple/app/",
	      "https://two:2@h/projects/12/simple/app/");
	check(&known, &arena, "https://h/files/x.whl", "https://one:1@h/files/x.whl");
}

static void test_a_password_that_was_found_is_for_its_user(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct credentials known = { .arena = &arena };
	credentials_learn_users(&known, S("https://user@h/simple"));
	struct credential *bare =
		credentials_without_password(&known, S("https://h/simple/a/"));
	assert_non_null(bare);
	bare->asked = true;
	assert_null(credentials_without_password(&known, S("https://h/simple/a/")));
	credential_complete(&known, bare, S("p@ss:w/rd"));
	check(&known, &arena, "https://h/simple/a/",
	      "https://user:p%40ss%3Aw%2Frd@h/simple/a/");
	check(&known, &arena, "https://user@h/simple/a/",
	      "https://user:p%40ss%3Aw%2Frd@h/simple/a/");
	check(&known, &arena, "https://other@h/simple/a/", "https://other@h/simple/a/");
	assert_null(credentials_without_password(&known, S("https://elsewhere/simple")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idx_3_a_password_goes_to_its_origin_only),
		cmocka_unit_test(test_a_url_keeps_its_own_credentials),
		cmocka_unit_test(test_indexes_of_one_origin_have_their_own),
		cmocka_unit_test(test_a_password_that_was_found_is_for_its_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
