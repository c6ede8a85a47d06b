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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idx_3_a_password_goes_to_its_origin_only),
		cmocka_unit_test(test_a_url_keeps_its_own_credentials),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
