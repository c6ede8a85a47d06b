// SPDX-License-Identifier: MIT
// Versions: spellings, order laws, huge numbers, normal form.
#include "packaging/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct version parsed(struct arena *arena, const char *text)
{
	struct version version = { 0 };
	if (!version_parse(arena, slice_from(text), &version))
		fail_msg("'%s' is not a version", text);
	return version;
}

static void assert_normal(struct arena *arena, const char *text, const char *normal)
{
	struct version version = parsed(arena, text);
	assert_string_equal(arena_c_string(arena, version_normal(arena, &version)),
			    normal);
}

// Ascending; neighbours differ.
static const char *const ASCENDING[] = {
	"0.dev0",
	"0",
	"0.0.1",
	"1.dev0",
	"1.0.dev0+x",
	"1.0.dev456",
	"1.0a0.dev0",
	"1.0a0",
	"1.0a1",
	"1.0a2.dev456",
	"1.0a12.dev456",
	"1.0a12",
	"1.0b1.dev456",
	"1.0b2",
	"1.0b2.post345.dev456",
	"1.0b2.post345",
	"1.0rc1.dev456",
	"1.0rc1",
	"1.0rc1.post0",
	"1.0",
	"1.0+abc.5",
	"1.0+abc.7",
	"1.0+abc.7.0",
	"1.0+x",
	"1.0+0",
	"1.0+5",
	"1.0+5.a",
	"1.0.post0.dev0",
	"1.0.post0",
	"1.0.post456.dev34",
	"1.0.post456",
	"1.0.post456+1",
	"1.0.15",
	"1.1.dev1",
	"1.1",
	"1.10",
	"2013.10",
	"18446744073709551614",
	"18446744073709551615",
	"18446744073709551616",
	"18446744073709551617",
	"100000000000000000000000000000000000000",
	"1!0.dev0",
	"1!0",
	"1!1.0",
	"2!0",
	"99999999999999999999!1",
};

static void test_440_1_order_is_total(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(ASCENDING); i++) {
		for (size_t j = 0; j < COUNT(ASCENDING); j++) {
			struct version a = parsed(&arena, ASCENDING[i]),
				       b = parsed(&arena, ASCENDING[j]);
			int order = version_cmp(&a, &b);
			if ((order > 0) != (i > j) || (order < 0) != (i < j))
				fail_msg("'%s' and '%s' compare %d", ASCENDING[i],
					 ASCENDING[j], order);
		}
	}
}

static void test_440_1_release_is_padded_with_zeros(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct version a = parsed(&arena, "1"), b = parsed(&arena, "1.0.0.0"),
		       c = parsed(&arena, "1.0.0.1");
	assert_int_equal(version_cmp(&a, &b), 0);
	assert_true(version_cmp(&a, &c) < 0);
	assert_true(version_cmp(&c, &a) > 0);
}

static void test_public_order_ignores_local(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct version a = parsed(&arena, "1.0+cu118"), b = parsed(&arena, "1.0"),
		       c = parsed(&arena, "1.0+cpu");
	assert_int_equal(version_cmp_public(&a, &b), 0);
	assert_int_equal(version_cmp_public(&a, &c), 0);
	assert_true(version_cmp(&a, &c) > 0);
}

static void test_440_2_spellings_have_one_normal_form(void **state)
{
	static const char *const cases[][2] = {
		{ "1.0-1", "1.0.post1" },
		{ "1.0alpha", "1.0a0" },
		{ "1.0.Alpha.3", "1.0a3" },
		{ "1.0-BETA_2", "1.0b2" },
		{ "1.0c4", "1.0rc4" },
		{ "1.0pre", "1.0rc0" },
		{ "1.0.preview-7", "1.0rc7" },
		{ "1.0rev", "1.0.post0" },
		{ "1.0r3", "1.0.post3" },
		{ "1.0_post_4", "1.0.post4" },
		{ "1.0DEV", "1.0.dev0" },
		{ "1.0-dev-3", "1.0.dev3" },
		{ "v1.0", "1.0" },
		{ "V1.0", "1.0" },
		{ " \t1.0\n", "1.0" },
		{ "01.002.0", "1.2.0" },
		{ "0!1", "1" },
		{ "00!1", "1" },
		{ "1.0+Ubuntu-1_2", "1.0+ubuntu.1.2" },
		{ "1.0+007.0a", "1.0+7.0a" },
		{ "1.0a1-1", "1.0a1.post1" },
		{ "1.0a--1", "1.0a0.post1" },
		{ "1.0a.post1", "1.0a0.post1" },
		{ "1.0-1dev", "1.0.post1.dev0" },
		{ "1.0ar1", "1.0a0.post1" },
		{ "1.0rc.post.dev", "1.0rc0.post0.dev0" },
		{ "1.0a.", "1.0a0" },
		{ "1.0post-", "1.0.post0" },
		{ "1.0prerev1", "1.0rc0.post1" },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_normal(&arena, cases[i][0], cases[i][1]);
}

static void test_440_2_what_is_no_version(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"v",
		"vv1",
		"1.0-",
		"1.",
		"1..0",
		".1",
		"1.0.",
		"a",
		"1.0x",
		"1.0al",
		"1.0 a1",
		"1!",
		"!1",
		"1!2!3",
		"1.0+",
		"1.0+a..b",
		"1.0+a.",
		"1.0+é",
		"1.0+a+b",
		"1.0-1-1",
		"1.0.post1a1",
		"1.0dev1post1",
		"1.0-1.post1",
		"1.0.*",
		"french toast",
		"1.0prev",
		"1,0",
		"１.0",
		"1.0-a-b",
		"+1",
		"-1",
		"1.0a1a2",
		"1.0.dev1.dev2",
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct version version;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (version_parse(&arena, slice_from(cases[i]), &version) ||
		    version_is_valid(slice_from(cases[i])))
			fail_msg("'%s' passes for a version", cases[i]);
	}
	assert_false(version_parse(&arena, (struct slice){ "1\0", 2 }, &version));
}

static void test_440_3_epoch_is_parsed(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct version version = parsed(&arena, "v2!1.0");
	assert_int_equal(version.epoch.value, 2);
	assert_int_equal(version.release_len, 2);
	assert_normal(&arena, "2!1.0.0", "2!1.0.0");
}

static void test_440_4_dev_is_a_prerelease(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct version dev = parsed(&arena, "1.0.post1.dev0"),
		       pre = parsed(&arena, "1.0rc1"),
		       post = parsed(&arena, "1.0.post1+local");
	assert_true(version_is_prerelease(&dev));
	assert_true(version_is_prerelease(&pre));
	assert_false(version_is_prerelease(&post));
}

static void test_440_5_huge_numbers_do_not_overflow(void **state)
{
	static const char *const equal[][2] = {
		{ "1.18446744073709551616", "1.000018446744073709551616.0" },
		{ "1a99999999999999999999999", "1.0alpha99999999999999999999999" },
		{ "1+99999999999999999999999", "1+099999999999999999999999" },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(equal); i++) {
		struct version a = parsed(&arena, equal[i][0]),
			       b = parsed(&arena, equal[i][1]);
		assert_int_equal(version_cmp(&a, &b), 0);
	}
	assert_normal(&arena, "00123456789012345678901234567890.0",
		      "123456789012345678901234567890.0");
	struct version a = parsed(&arena, "1.post18446744073709551615"),
		       b = parsed(&arena, "1.post18446744073709551616");
	assert_true(version_cmp(&a, &b) < 0);
}

static void test_normal_form_parses_to_itself(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(ASCENDING); i++) {
		struct version version = parsed(&arena, ASCENDING[i]), again;
		struct slice normal = version_normal(&arena, &version);
		assert_true(version_parse(&arena, normal, &again));
		assert_int_equal(version_cmp(&version, &again), 0);
		assert_true(slice_eq(version_normal(&arena, &again), normal));
	}
}

static void test_text_is_as_written_without_blanks(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct version version = parsed(&arena, "  V1.0-1 ");
	assert_string_equal(arena_c_string(&arena, version.text), "V1.0-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_440_1_order_is_total),
		cmocka_unit_test(test_440_1_release_is_padded_with_zeros),
		cmocka_unit_test(test_public_order_ignores_local),
		cmocka_unit_test(test_440_2_spellings_have_one_normal_form),
		cmocka_unit_test(test_440_2_what_is_no_version),
		cmocka_unit_test(test_440_3_epoch_is_parsed),
		cmocka_unit_test(test_440_4_dev_is_a_prerelease),
		cmocka_unit_test(test_440_5_huge_numbers_do_not_overflow),
		cmocka_unit_test(test_normal_form_parses_to_itself),
		cmocka_unit_test(test_text_is_as_written_without_blanks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
