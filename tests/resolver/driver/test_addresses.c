// SPDX-License-Identifier: MIT
// Which addresses the metadata of packages may name.
#include "resolver/driver/addresses.h"

#include "resolver/index/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define TEXT(text)                         \
	{                                  \
		(text), sizeof(text) - 1u, \
	}

static const char *const SOME_URL = "https://host.example:8443/lib-1.0-py3-none-any.whl";
static const struct slice pypi[] = { TEXT("https://pypi.org/simple") };

static bool admits(struct address_rules *rules, const char *allowed, const char *url)
{
	struct slice word = slice_from(allowed);
	rules->allowed = &word;
	rules->allowed_len = allowed != NULL;
	bool answer = address_rules_admit(rules, S("my-lib"), slice_from(url));
	const struct address_claim claim = { .who = S("web 1.0"),
					     .name = S("my-lib"),
					     .url = slice_from(url) };
	struct error err = { 0 };
	assert_int_equal(address_rules_check(rules, &claim, &err) == 0, answer);
	if (!answer) {
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_true(err.refused);
		assert_true(slice_contains(slice_from(err.cause),
					   S("web 1.0 asks for 'my-lib'")));
	}
	return answer;
}

static void test_only_what_is_allowed(void **state)
{
	(void)state;
	struct address_rules rules = { 0 };
	static const char *const fitting[] = { "my-lib", "My_Lib", "my.lib",
					       "host.example", "HOST.example:8443" };
	static const char *const others[] = { NULL,
					      "",
					      "lib",
					      "my-lib2",
					      "host",
					      "example",
					      "host.exampl",
					      "host.example:1",
					      "pypi.org",
					      "https",
					      "*" };
	for (size_t i = 0; i < sizeof(fitting) / sizeof(*fitting); i++)
		assert_true(admits(&rules, fitting[i], SOME_URL));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(admits(&rules, others[i], SOME_URL));
}

static void test_addresses_that_are_never_followed(void **state)
{
	(void)state;
	struct address_rules rules = { 0 };
	static const char *const never[] = {
		"http://host.example/x.whl",
		"http://127.0.0.1.example/x.whl",
		"http://127.0.0.1@host.example/x.whl",
		"http://localhost.example/x.whl",
		"git+http://host.example/x",
		"git+ssh://git@host.example/x",
		"ssh://git@host.example/x",
		"git+file:///srv/x",
		"file:///srv/x.whl",
		"FILE:///srv/x.whl",
		"git+ext::sh",
		"ftp://host.example/x.whl",
		"x.whl",
		"../x.whl",
		"",
	};
	static const char *const fine[] = {
		"https://host.example/x.whl",      "HTTPS://host.example/x.whl",
		"git+https://host.example/x@main", "http://127.0.0.1:80/x.whl",
		"http://localhost/x.whl",          "http://[::1]:8080/x.whl"
	};
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (admits(&rules, "my-lib", never[i]))
			fail_msg("%s", never[i]);
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++)
		if (!admits(&rules, "my-lib", fine[i]))
			fail_msg("%s", fine[i]);
}

static void test_names_that_are_the_users(void **state)
{
	(void)state;
	struct slice own = S("my-lib"), other = S("lib");
	struct address_rules rules = { .own_names = { &other, 1, 1 } };
	assert_true(admits(&rules, "my-lib", SOME_URL));
	rules.own_names.items = &own;
	assert_false(admits(&rules, "my-lib", SOME_URL));
	assert_false(admits(&rules, "host.example", SOME_URL));
}

static void test_names_with_an_index_of_their_own(void **state)
{
	(void)state;
	static const char *const patterns[] = { "my-lib", "my-*", "*" };
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct index_mapping mapping = { .pattern = slice_from(patterns[i]) };
		struct index_config places = { .index_urls = pypi,
					       .index_len = 1,
					       .mappings = &mapping,
					       .mapping_len = 1 };
		struct address_rules rules = { .places = &places };
		assert_false(admits(&rules, "my-lib", SOME_URL));
		mapping.pattern = S("your-*");
		assert_true(admits(&rules, "my-lib", SOME_URL));
	}
}

static void test_without_an_index_nothing_is_followed(void **state)
{
	(void)state;
	struct index_config places = { 0 };
	struct address_rules rules = { .places = &places };
	assert_false(admits(&rules, "my-lib", SOME_URL));
	places = (struct index_config){ .index_urls = pypi, .explicit_len = 1 };
	assert_true(admits(&rules, "my-lib", SOME_URL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_is_allowed),
		cmocka_unit_test(test_addresses_that_are_never_followed),
		cmocka_unit_test(test_names_that_are_the_users),
		cmocka_unit_test(test_names_with_an_index_of_their_own),
		cmocka_unit_test(test_without_an_index_nothing_is_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
