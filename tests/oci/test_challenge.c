// SPDX-License-Identifier: MIT
#include "oci/challenge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct {
	const char *header;
	enum challenge_scheme scheme;
	const char *realm, *service, *scope;
} CASES[] = {
	{ "Bearer realm=\"https://auth.example/token\",service=\"registry.example\","
	  "scope=\"repository:a/b:pull,push\"",
	  CHALLENGE_BEARER, "https://auth.example/token", "registry.example",
	  "repository:a/b:pull,push" },
	{ "bearer  realm = \"r\" , service=s", CHALLENGE_BEARER, "r", "s", "" },
	{ "Basic realm=\"a \\\"quoted\\\" one\"", CHALLENGE_BASIC, "a \"quoted\" one", "",
	  "" },
	{ "Basic realm=x, Bearer realm=y", CHALLENGE_BEARER, "y", "", "" },
	{ "Bearer realm=y, Basic realm=x", CHALLENGE_BEARER, "y", "", "" },
	{ "Negotiate, Basic", CHALLENGE_BASIC, "", "", "" },
	{ "Bearer service=x", CHALLENGE_NONE, "", "", "" },
	{ "Digest realm=x, nonce=\"a,b\"", CHALLENGE_NONE, "", "", "" },
	{ "Bearer realm=\"never ends", CHALLENGE_BEARER, "never ends", "", "" },
	{ "", CHALLENGE_NONE, "", "", "" },
	{ "= = \" ,", CHALLENGE_NONE, "", "", "" },
};

static void test_auth_1_challenges(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct challenge got =
			challenge_parse(slice_from(CASES[i].header), &arena);
		assert_int_equal(got.scheme, CASES[i].scheme);
		assert_string_equal(arena_c_string(&arena, got.realm), CASES[i].realm);
		assert_string_equal(arena_c_string(&arena, got.service),
				    CASES[i].service);
		assert_string_equal(arena_c_string(&arena, got.scope), CASES[i].scope);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_auth_1_challenges) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
