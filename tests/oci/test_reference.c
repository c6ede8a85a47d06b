// SPDX-License-Identifier: MIT
#include "oci/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HEX "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// 240 bytes, and more than 255 with "docker.io/library/" before them
#define SIXTY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG  SIXTY SIXTY SIXTY SIXTY

static const struct {
	const char *text, *whole, *api, *key;
} GOOD[] = {
	{ "python", "docker.io/library/python:latest",
	  "https://registry-1.docker.io/v2/library/python",
	  "https://index.docker.io/v1/" },
	{ "me/app:1.0_b-2", "docker.io/me/app:1.0_b-2",
	  "https://registry-1.docker.io/v2/me/app", "https://index.docker.io/v1/" },
	{ "localhost/app", "localhost/app:latest", "http://localhost/v2/app",
	  "localhost" },
	{ "127.0.0.1:5000/a/b:x", "127.0.0.1:5000/a/b:x", "http://127.0.0.1:5000/v2/a/b",
	  "127.0.0.1:5000" },
	{ "127.example.org/a", "127.example.org/a:latest", "https://127.example.org/v2/a",
	  "127.example.org" },
	{ "[::1]:5000/a", "[::1]:5000/a:latest", "http://[::1]:5000/v2/a", "[::1]:5000" },
	{ "host.example/a__b/c---d@sha256:" HEX, "host.example/a__b/c---d@sha256:" HEX,
	  "https://host.example/v2/a__b/c---d", "host.example" },
	{ "host.example:8443/a:t@sha256:" HEX, "host.example:8443/a:t@sha256:" HEX,
	  "https://host.example:8443/v2/a", "host.example:8443" },
};

static void test_auth_6_references(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < sizeof(GOOD) / sizeof(*GOOD); i++) {
		struct reference reference;
		struct error err = { 0 };
		assert_int_equal(reference_parse(slice_from(GOOD[i].text), &arena,
						 &reference, &err),
				 0);
		assert_string_equal(arena_c_string(&arena,
						   reference_text(&reference, &arena)),
				    GOOD[i].whole);
		assert_string_equal(arena_c_string(&arena, reference_api(&reference,
									 false, &arena)),
				    GOOD[i].api);
		assert_string_equal(arena_c_string(&arena,
						   reference_login_key(&reference)),
				    GOOD[i].key);
	}
}

static void test_malformed_references(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const struct {
		const char *text, *part;
	} bad[] = {
		{ "", "repository" },
		{ "App", "repository" },
		{ "host.example/", "repository" },
		{ "a//b", "repository" },
		{ "a/", "repository" },
		{ "a/.b", "repository" },
		{ "a..b", "repository" },
		{ "a___b", "repository" },
		{ "a-", "repository" },
		{ "a b", "repository" },
		{ "a:", "tag" },
		{ "a:-x", "tag" },
		{ "a:x y", "tag" },
		{ "a:x@sha256:12", "digest" },
		{ "a@md5:" HEX, "digest" },
		{ "host.example:99999/a", "host" },
		{ "ho_st.example/a", "host" },
		{ "[::1/a:b/c", "host" },
		{ "[:\033]:5000/a", "host" },
		{ "[::g]/a", "host" },
		{ LONG, "repository" },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct reference reference;
		struct error err = { 0 };
		assert_int_equal(reference_parse(slice_from(bad[i].text), &arena,
						 &reference, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_true(
			slice_contains(slice_from(err.cause), slice_from(bad[i].part)));
	}
}

static void test_plain_http_on_request(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct reference reference;
	struct error err = { 0 };
	assert_int_equal(reference_parse(S("10.0.0.1:5000/a"), &arena, &reference, &err),
			 0);
	assert_true(slice_eq(reference_api(&reference, false, &arena),
			     S("https://10.0.0.1:5000/v2/a")));
	assert_true(slice_eq(reference_api(&reference, true, &arena),
			     S("http://10.0.0.1:5000/v2/a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_auth_6_references),
		cmocka_unit_test(test_malformed_references),
		cmocka_unit_test(test_plain_http_on_request),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
