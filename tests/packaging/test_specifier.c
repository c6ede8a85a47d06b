// SPDX-License-Identifier: MIT
// Specifiers: grammar, what each operator admits, canonical text.
#include "packaging/specifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct specifier_set parsed(struct arena *arena, const char *text, bool lenient)
{
	struct specifier_set set = { 0 };
	struct error err = { 0 };
	if (specifier_set_parse(arena, slice_from(text), lenient, &set, NULL, &err) < 0)
		fail_msg("'%s': %s", text, err.cause);
	return set;
}

static bool admits(struct arena *arena, const char *specifiers, const char *text)
{
	struct specifier_set set = parsed(arena, specifiers, false);
	struct version version;
	assert_true(version_parse(arena, slice_from(text), &version));
	return specifier_set_contains(&set, &version);
}

struct membership {
	const char *specifiers, *yes, *no; // blank-separated versions
};

static void check_versions(struct arena *arena, const char *specifiers,
			   const char *versions, bool expected)
{
	struct slice rest = slice_from(versions), head;
	while (rest.len > 0) {
		slice_cut(&rest, ' ', &head);
		const char *text = arena_c_string(arena, head);
		if (admits(arena, specifiers, text) != expected)
			fail_msg("'%s' %s '%s'", specifiers,
				 expected ? "leaves out" : "admits", text);
	}
}

static void check_memberships(const struct membership *cases, size_t count)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < count; i++) {
		check_versions(&arena, cases[i].specifiers, cases[i].yes, true);
		check_versions(&arena, cases[i].specifiers, cases[i].no, false);
	}
}

static void test_440_6_greater_excludes_post_and_local(void **state)
{
	static const struct membership cases[] = {
		{ ">1.7", "1.7.1 1.8 1!0 1.8.dev0",
		  "1.7 1.7.0 1.7.post1 1.7.0.post1 1.7+x 1.7.post1.dev0 1.7a1" },
		{ ">1.7.post2", "1.7.post3 1.7.post3.dev0 1.7.1",
		  "1.7.post2 1.7.post2+x 1.7.post1 1.7" },
		{ ">1.7a1", "1.7a2 1.7a2.dev0 1.7 1.7.post1",
		  "1.7a1 1.7a1.post1 1.7a1+x 1.7a0" },
		{ ">1.7.dev1", "1.7.dev2 1.7a0 1.7 1.7.post1",
		  "1.7.dev1 1.7.dev1+x 1.7.dev0" },
	};
	(void)state;
	check_memberships(cases, COUNT(cases));
}

static void test_440_6_less_excludes_prereleases(void **state)
{
	static const struct membership cases[] = {
		{ "<2.0", "1.9 1.9.post9 1.99rc1 0 1.9+x",
		  "2.0 2.0a1 2.0.dev0 2rc1 2.0.0rc1.post1 1!0" },
		{ "<2.0rc1", "2.0a1 2.0.dev0 2.0b9 1", "2.0rc1 2.0rc1+x 2.0" },
		{ "<2.0.post1", "2.0 2.0+x 2.0rc1 2.0.post0",
		  "2.0.post1 2.0.post1.dev0" },
		{ "<0", "", "0.dev0 0a1 0 1" },
	};
	(void)state;
	check_memberships(cases, COUNT(cases));
}

static void test_440_7_equality_and_local_labels(void **state)
{
	static const struct membership cases[] = {
		{ "==1.0", "1 1.0.0 1.0+cu118 v1", "1.0.post0 1.0a0 1.0.1 1!1.0" },
		{ "!=1.0", "1.0.post0 1.0a0 1.0.1", "1 1.0.0 1.0+cu118" },
		{ "==1.0+cu118", "1.0+cu118 1.0.0+CU118", "1.0 1.0+cu118.1 1.0+cpu" },
		{ "==1.0+a-1", "1.0+a.1 1.0+a_01", "1.0+a" },
		{ "!=1.0+cu118", "1.0 1.0+cpu", "1.0+cu118" },
		{ "<=1.0", "1.0 1.0+cu118 1.0rc1", "1.0.post0 1.0.1" },
		{ ">=1.0", "1.0 1.0+cu118 1.0.post0", "1.0rc1 0.9" },
	};
	(void)state;
	check_memberships(cases, COUNT(cases));
}

static void test_440_8_prefixes_and_compatible(void **state)
{
	static const struct membership cases[] = {
		{ "==1.0.*", "1 1.0 1.0.9 1.0a1 1.0.dev0 1.0.post1 1.0+x 1.0.5rc1+y",
		  "1.1 1.1.dev0 2 1!1.0" },
		{ "==1.*", "1 1.0 1.9 1.dev0", "2.dev0 0.9 10" },
		{ "!=1.0.*", "1.1 1!1.0", "1 1.0 1.0.5" },
		{ "==1!2.*", "1!2.3", "2.3 1!3" },
		{ "~=2.2", "2.2 2.3 2.99+x", "2.1 2.2rc1 3.0 3.dev0 1!2.2" },
		{ "~=1.4.5", "1.4.5 1.4.9 1.4.5.post1", "1.5 1.4.4 1.5.dev0" },
		{ "~=2.2.post3", "2.2.post3 2.3", "2.2 3.0" },
		{ "~=1.4.5a4", "1.4.5a4 1.4.5 1.4.6.dev0", "1.4.5a3 1.5" },
		{ "~=2.2.0", "2.2.0 2.2.5", "2.3" },
	};
	(void)state;
	check_memberships(cases, COUNT(cases));
}

static void test_440_9_arbitrary_equality_is_text(void **state)
{
	static const struct membership cases[] = {
		{ "===1.0", "1.0", "1 1.0.0 1.0+x" },
		{ "===1.0RC1", "1.0rc1 1.0.rc.1", "1.0rc2" },
		{ "===lolwat", "", "1.0" },
		{ "===1.0.*", "", "1.0" },
	};
	(void)state;
	check_memberships(cases, COUNT(cases));
}

static void test_set_is_a_conjunction(void **state)
{
	static const struct membership cases[] = {
		{ "", "0 1.0a1 1!3+x", "" },
		{ ">=1.2, !=1.3.*, <2", "1.2 1.4 1.99", "1.1 1.3 1.3.5 2.0 2.0a1" },
	};
	(void)state;
	check_memberships(cases, COUNT(cases));
}

static void test_440_5_huge_numbers(void **state)
{
	static const struct membership cases[] = {
		{ ">=99999999999999999999,<99999999999999999999.5",
		  "99999999999999999999.4", "99999999999999999998" },
		{ "==18446744073709551616.*", "18446744073709551616.1",
		  "18446744073709551615.1" },
	};
	(void)state;
	check_memberships(cases, COUNT(cases));
}

static void test_canonical_text(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "  ", "" },
		{ ">=1.2,<2", ">=1.2,<2" },
		{ " >= 1.2 ,\t< 2 ", ">=1.2,<2" },
		{ "==1.0-ALPHA", "==1.0a0" },
		{ "== V1.*", "==1.*" },
		{ "===Foo-Bar", "===Foo-Bar" },
		{ "~=1.0.post", "~=1.0.post0" },
		{ ">=1,", ">=1" },
		{ "!=1.0+Ubuntu_1", "!=1.0+ubuntu.1" },
		{ "===1.0.*", "===1.0.*" },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct specifier_set set = parsed(&arena, cases[i][0], false);
		struct slice text = specifier_set_text(&arena, &set);
		assert_string_equal(arena_c_string(&arena, text), cases[i][1]);
	}
}

static void test_what_is_refused_and_where(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
	} cases[] = {
		{ "1.0", 0 },           { "=1.0", 0 },         { ">=", 2 },
		{ ">= ,", 3 },          { ">=1.0 1.1", 6 },    { ">=1 <2", 4 },
		{ ">=1.0x", 2 },        { ">=1.*", 2 },        { "~=1", 2 },
		{ "~=1.*", 2 },         { "==1.0a1.*", 2 },    { "==1.0+x.*", 2 },
		{ "==1.0.post1.*", 2 }, { "==1.0.dev1.*", 2 }, { "==*", 2 },
		{ ">=1.0+x", 2 },       { "<1.0+x", 1 },       { "~=1.0+x", 2 },
		{ "<=1.0+x", 2 },       { ">1+x", 1 },         { ">=1,,<2", 4 },
		{ ",>=1", 0 },          { "===", 3 },          { "===a;b", 3 },
		{ ">=1)", 2 },          { "=>1", 0 },          { "==1.*.*", 2 },
		{ ">=1,<", 5 },         { ">=1,<2,x", 7 },     { "==1.0, =>2", 7 },
		{ ">=1,<2é", 5 },       { "!1", 0 },           { ">=1.0;", 2 },
		{ "==1..*", 2 },        { "~~1", 0 },          { "!=~5.0", 2 },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct specifier_set set = { 0 };
		struct error err = { 0 };
		size_t offset = 1000;
		if (specifier_set_parse(&arena, slice_from(cases[i].text), false, &set,
					&offset, &err) == 0)
			fail_msg("'%s' passes", cases[i].text);
		if (offset != cases[i].offset)
			fail_msg("'%s' is wrong at %zu, not at %zu", cases[i].text,
				 offset, cases[i].offset);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_true(err.cause[0] != '\0');
	}
}

static void test_md_3_lenient_forms(void **state)
{
	static const char *const cases[][2] = {
		{ ">=2.7.*", ">=2.7" },
		{ "<4.*", "<4" },
		{ "~=2.7.*", "~=2.7" },
		{ "==5.0*", "==5.0.*" },
		{ ">=1,,<2,", ">=1,<2" },
		{ ",>=1", ">=1" },
		{ ">=7.2.0<8.0.0", ">=7.2.0,<8.0.0" },
		{ ">= '2.7'", ">=2.7" },
		{ "!=\"1.0.*\"", "!=1.0.*" },
		{ ">=1 <2", ">=1,<2" },
		{ ",", "" },
		{ "==1.*", "==1.*" },
		{ "!=~5.0,>=4.12", "!=5.0.*,>=4.12" },
		{ "!=~5.0.*", "!=5.0.*" },
		{ "==1!2.*", "==1!2.*" },
		{ ">=1!2!=1!3", ">=1!2,!=1!3" },
		{ "==1.0~=2.0", "==1.0,~=2.0" },
	};
	static const char *const refused[] = { ">dev",   "==1.0a1.*", "~=5.*",
					       ">=1.0x", "1.0",       ">='",
					       "==*",    "=1",        ">=1 2" };
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct specifier_set set = parsed(&arena, cases[i][0], true);
		struct slice text = specifier_set_text(&arena, &set);
		assert_string_equal(arena_c_string(&arena, text), cases[i][1]);
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct specifier_set set;
		struct error err = { 0 };
		if (specifier_set_parse(&arena, slice_from(refused[i]), true, &set, NULL,
					&err) == 0)
			fail_msg("'%s' passes", refused[i]);
	}
}

static void test_440_10_names_a_prerelease(void **state)
{
	static const struct {
		const char *text;
		bool expected;
	} cases[] = {
		{ "", false },         { ">=1.0", false },
		{ ">=1.0a1", true },   { "<2.dev0", true },
		{ "!=1.0a1", false },  { "==1.*", false },
		{ "===1.0rc1", true }, { "===lolwat", false },
		{ ">1,<=2b1", true },  { "~=1.0.post1", false },
		{ "~=1.0rc1", true },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct specifier_set set = parsed(&arena, cases[i].text, false);
		assert_int_equal(specifier_set_names_prerelease(&set), cases[i].expected);
	}
}

static void test_592_2_exact_pin(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const char *const pins[] = { "==1.0", "===1.0", ">=1,==1.5" };
	static const char *const others[] = { "", "==1.*", ">=1,<=1", "~=1.0", "!=1" };
	for (size_t i = 0; i < COUNT(pins); i++) {
		struct specifier_set set = parsed(&arena, pins[i], false);
		assert_true(specifier_set_is_exact_pin(&set));
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		struct specifier_set set = parsed(&arena, others[i], false);
		assert_false(specifier_set_is_exact_pin(&set));
	}
}

static void test_hints_name_the_repair(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct specifier_set set;
	struct error err = { 0 };
	assert_int_equal(specifier_set_parse(&arena, S("=1.0"), false, &set, NULL, &err),
			 -1);
	assert_non_null(strstr(err.hint, "=="));
	assert_int_equal(specifier_set_parse(&arena, S("~=1"), false, &set, NULL, &err),
			 -1);
	assert_non_null(strstr(err.hint, "~=1.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_440_6_greater_excludes_post_and_local),
		cmocka_unit_test(test_440_6_less_excludes_prereleases),
		cmocka_unit_test(test_440_7_equality_and_local_labels),
		cmocka_unit_test(test_440_8_prefixes_and_compatible),
		cmocka_unit_test(test_440_9_arbitrary_equality_is_text),
		cmocka_unit_test(test_set_is_a_conjunction),
		cmocka_unit_test(test_440_5_huge_numbers),
		cmocka_unit_test(test_canonical_text),
		cmocka_unit_test(test_what_is_refused_and_where),
		cmocka_unit_test(test_md_3_lenient_forms),
		cmocka_unit_test(test_440_10_names_a_prerelease),
		cmocka_unit_test(test_592_2_exact_pin),
		cmocka_unit_test(test_hints_name_the_repair),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
