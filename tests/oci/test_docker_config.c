// SPDX-License-Identifier: MIT
#include "oci/docker_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define DOCKER_HUB "https://index.docker.io/v1/"

static struct docker_config_entry read_entry(struct arena *arena, const char *text,
					     const char *key)
{
	struct docker_config_entry entry;
	struct error err = { 0 };
	assert_int_equal(docker_config_read(slice_from(text), slice_from(key),
					    S("team/app"), arena, &entry, &err),
			 0);
	return entry;
}

static void test_auth_4_logins_of_a_file(void **state)
{
	(void)state;
	// "me:secret", and what podman and old clients wrote
	static const struct {
		const char *text, *key, *user, *secret;
	} found[] = {
		{ "{\"auths\":{\"host.example\":{\"auth\":\"bWU6c2VjcmV0\"}}}",
		  "host.example", "me", "secret" },
		{ "{\"auths\":{\"host.example\":{},\"host.example/team\":{\"auth\":\"bWU6c2VjcmV0\"}}}",
		  "host.example", "me", "secret" },
		{ "{\"auths\":{\"https://host.example/v1/\":{\"auth\":\"bWU6c2VjcmV0\"}}}",
		  "host.example", "me", "secret" },
		{ "{\"auths\":{\"docker.io\":{\"auth\":\"bWU6c2VjcmV0\"}}}", DOCKER_HUB,
		  "me", "secret" },
		{ "{\"auths\":{\"host.example\":{\"identitytoken\":\"t\"}}}",
		  "host.example", "", "t" },
	};
	for (size_t i = 0; i < sizeof(found) / sizeof(*found); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct docker_config_entry entry =
			read_entry(&arena, found[i].text, found[i].key);
		assert_true(entry.has_login);
		assert_true(slice_eq(entry.login.user, slice_from(found[i].user)));
		assert_true(slice_eq(entry.login.secret, slice_from(found[i].secret)));
		assert_true(entry.login.is_identity_token == !found[i].user[0]);
	}
}

static void test_auth_4_logins_of_others(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const char text[] =
		"{\"auths\":{\"host.example\":{\"auth\":\"bWU6c2VjcmV0\"}}}";
	assert_false(read_entry(&arena, text, "host.example.evil").has_login);
	assert_false(read_entry(&arena, text, "host").has_login);
	assert_false(read_entry(&arena, "{\"auths\":[]}", "host.example").has_login);
}

static void test_auth_5_helpers(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const struct {
		const char *text, *helper;
	} helpers[] = {
		{ "{\"credsStore\":\"pass\"}", "pass" },
		{ "{\"credsStore\":\"pass\",\"credHelpers\":{\"host.example\":\"gcr\"}}",
		  "gcr" },
		{ "{\"credsStore\":\"../../tmp/evil\"}", "" },
		{ "{\"credsStore\":\"a b\"}", "" },
		{ "{}", "" },
	};
	for (size_t i = 0; i < sizeof(helpers) / sizeof(*helpers); i++)
		assert_true(slice_eq(
			read_entry(&arena, helpers[i].text, "host.example").helper,
			slice_from(helpers[i].helper)));
}

static void test_auth_5_what_a_helper_prints(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct registry_login login;
	assert_true(docker_config_read_helper(
		S("{\"Username\":\"<token>\",\"Secret\":\"s\"}"), &arena, &login));
	assert_true(login.is_identity_token && slice_eq(login.secret, S("s")));
	assert_false(
		docker_config_read_helper(S("{\"Username\":\"me\"}"), &arena, &login));
	assert_false(docker_config_read_helper(S("no such credentials"), &arena, &login));
}

static void test_no_json(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct docker_config_entry entry;
	struct error err = { 0 };
	assert_int_equal(docker_config_read(S("{\n\"auths\":"), S("host.example"),
					    S("team/app"), &arena, &entry, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	// Nothing of what stands there: it may be a password.
	assert_string_equal(err.cause, "line 2 is no JSON");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_auth_4_logins_of_a_file),
		cmocka_unit_test(test_auth_4_logins_of_others),
		cmocka_unit_test(test_auth_5_helpers),
		cmocka_unit_test(test_auth_5_what_a_helper_prints),
		cmocka_unit_test(test_no_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
