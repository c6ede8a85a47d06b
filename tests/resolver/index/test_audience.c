// SPDX-License-Identifier: MIT
// Whom a wheel is for, by what of its tags does not fit the target.
#include "resolver/index/audience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	const char *target, *wheel, *audience;
} CASES[] = {
	{ "cp312-linux-amd64-glibc2.17", "manylinux_2_28_x86_64", "glibc 2.28 or newer" },
	{ "cp312-linux-amd64-glibc2.5", "manylinux2014_x86_64", "glibc 2.17 or newer" },
	{ "cp312-linux-amd64-musl1.1", "musllinux_1_2_x86_64", "musl 1.2 or newer" },
	{ "cp312-linux-amd64-musl1.2", "manylinux_2_17_x86_64", "Linux with glibc" },
	{ "cp312-linux-amd64-glibc2.28", "musllinux_1_2_x86_64", "Linux with musl" },
	{ "cp312-linux-amd64-glibc2.28", "manylinux_2_17_aarch64", "Linux on aarch64" },
	{ "cp312-linux-amd64-glibc2.28", "win_amd64", "Windows" },
	{ "cp312-linux-amd64-glibc2.28", "macosx_11_0_arm64", "macOS" },
	{ "cp312-windows-amd64", "win32", "32-bit Windows" },
	{ "cp312-windows-amd64", "win_arm64", "Windows on arm64" },
	{ "cp312-windows-amd64", "manylinux_2_17_x86_64", "Linux" },
	{ "cp312-linux-amd64-glibc2.28", "haiku_1_x86", "haiku_1_x86" },
};

static struct slice audience(struct arena *arena, const char *target_name,
			     struct slice wheel_text)
{
	struct target target;
	struct wheel_name wheel;
	struct error err;
	if (target_parse(arena, slice_from(target_name), &target, &err) < 0)
		fail_msg("%s: %s", target_name, err.cause);
	assert_int_equal(wheel_name_parse(wheel_text, &wheel), FILENAME_OK);
	return wheel_audience(arena, &wheel, &target);
}

static void test_425_platforms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct slice wheel =
			arena_printf(&arena, "x-1-cp312-cp312-%s.whl", CASES[i].wheel);
		struct slice found = audience(&arena, CASES[i].target, wheel);
		assert_string_equal(arena_c_string(&arena, found), CASES[i].audience);
	}
}

static void test_425_interpreters(void **state)
{
	(void)state;
	static const char *const cases[][3] = {
		{ "cp312-linux-amd64-glibc2.28", "cp39-cp39", "CPython 3.9" },
		{ "cp38-linux-amd64-glibc2.28", "cp39-abi3", "CPython 3.9 or newer" },
		{ "cp312-linux-amd64-glibc2.28", "pp39-pypy39_pp73", "PyPy 3.9" },
		{ "cp312-linux-amd64-glibc2.28", "py2-none", "Python 2" },
		{ "cp312-linux-amd64-glibc2.28", "py313-none", "Python 3.13 or newer" },
		{ "cp313-linux-amd64-glibc2.28", "cp313-cp313t",
		  "free-threaded CPython 3.13" },
		{ "cp313t-linux-amd64-glibc2.28", "cp313-cp313",
		  "CPython 3.13 with its lock" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct slice wheel =
			arena_printf(&arena, "x-1-%s-manylinux_2_17_x86_64.whl",
				     cases[i][1]);
		struct slice found = audience(&arena, cases[i][0], wheel);
		assert_string_equal(arena_c_string(&arena, found), cases[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_425_platforms),
		cmocka_unit_test(test_425_interpreters),
	};
	return cmocka_run_group_tests_name("audience", tests, NULL, NULL);
}
