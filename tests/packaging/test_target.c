// SPDX-License-Identifier: MIT
// Targets: names, marker values, the marker of a lock, refusals.
#include "packaging/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_slice(struct slice actual, const char *expected)
{
	if (!slice_eq(actual, slice_from(expected)))
		fail_msg("'%.*s' is not '%s'", SLICE_ARG(actual), expected);
}

static struct target target_for(struct arena *arena, const char *python,
				const char *platform)
{
	struct target target = { 0 };
	struct error err = { 0 };
	if (target_init(arena, slice_from(python), slice_from(platform), &target, &err) <
	    0)
		fail_msg("%s %s: %s", python, platform, err.cause);
	return target;
}

static void test_names_and_defaults(void **state)
{
	static const char *const cases[][3] = {
		{ "3.12", "linux/amd64", "cp312-linux-amd64-glibc2.28" },
		{ "3.12.4", "linux/amd64", "cp312.4-linux-amd64-glibc2.28" },
		{ "3.12", "linux/arm64", "cp312-linux-arm64-glibc2.28" },
		{ "3.12", "linux/arm64/v8", "cp312-linux-arm64-glibc2.28" },
		{ "3.12", "linux/x86_64", "cp312-linux-amd64-glibc2.28" },
		{ "3.9", "linux/arm/v7", "cp39-linux-armv7-glibc2.28" },
		{ "3.10", "linux/386", "cp310-linux-386-glibc2.28" },
		{ "3.10", "linux/ppc64le", "cp310-linux-ppc64le-glibc2.28" },
		{ "3.10", "linux/s390x", "cp310-linux-s390x-glibc2.28" },
		{ "3.10", "linux/riscv64:glibc2.39", "cp310-linux-riscv64-glibc2.39" },
		{ "3.12", "linux/amd64:glibc2.36", "cp312-linux-amd64-glibc2.36" },
		{ "3.12", "linux/amd64:glibc", "cp312-linux-amd64-glibc2.28" },
		{ "3.12", "linux/amd64:musl1.2", "cp312-linux-amd64-musl1.2" },
		{ "3.12", "linux/amd64:musl", "cp312-linux-amd64-musl1.2" },
		{ "3.13t", "macos/arm64", "cp313t-macos-arm64-14.0" },
		{ "3.13.2t", "macos/arm64:15.4", "cp313.2t-macos-arm64-15.4" },
		{ "3.12", "macos/amd64", "cp312-macos-amd64-13.0" },
		{ "3.12", "darwin/amd64:10.15", "cp312-macos-amd64-10.15" },
		{ "3.15.0rc1", "windows/amd64", "cp315.0rc1-windows-amd64" },
		{ "3.12", "windows/arm64", "cp312-windows-arm64" },
		{ "3.12", "windows/386", "cp312-windows-386" },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct target target = target_for(&arena, cases[i][0], cases[i][1]),
			      again;
		struct error err = { 0 };
		assert_slice(target.name, cases[i][2]);
		if (target_parse(&arena, target.name, &again, &err) < 0)
			fail_msg("%s: %s", cases[i][2], err.cause);
		assert_slice(again.name, cases[i][2]);
		assert_true(slice_eq(again.python_full, target.python_full));
		assert_int_equal(again.python_patch_given, target.python_patch_given);
		assert_int_equal(again.tag_len, target.tag_len);
	}
}

static void test_full_name_may_leave_out_the_floor(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target;
	struct error err = { 0 };
	assert_int_equal(target_parse(&arena, S("cp312-linux-amd64"), &target, &err), 0);
	assert_slice(target.name, "cp312-linux-amd64-glibc2.28");
	assert_int_equal(target_parse(&arena, S("cp312-macos-arm64-14"), &target, &err),
			 0);
	assert_slice(target.name, "cp312-macos-arm64-14.0");
}

static void test_508_1_marker_values(void **state)
{
	static const struct {
		const char *platform, *os_name, *sys_platform, *machine, *system;
	} cases[] = {
		{ "linux/amd64", "posix", "linux", "x86_64", "Linux" },
		{ "linux/arm64:musl1.2", "posix", "linux", "aarch64", "Linux" },
		{ "linux/386", "posix", "linux", "i686", "Linux" },
		{ "linux/arm/v7", "posix", "linux", "armv7l", "Linux" },
		{ "macos/arm64", "posix", "darwin", "arm64", "Darwin" },
		{ "macos/amd64", "posix", "darwin", "x86_64", "Darwin" },
		{ "windows/amd64", "nt", "win32", "AMD64", "Windows" },
		{ "windows/arm64", "nt", "win32", "ARM64", "Windows" },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct target target = target_for(&arena, "3.12", cases[i].platform);
		assert_slice(target.os_name, cases[i].os_name);
		assert_slice(target.sys_platform, cases[i].sys_platform);
		assert_slice(target.platform_machine, cases[i].machine);
		assert_slice(target.platform_system, cases[i].system);
		assert_slice(target.implementation_name, "cpython");
		assert_slice(target.platform_python_implementation, "CPython");
		assert_slice(target.platform_release, "");
		assert_slice(target.platform_version, "");
	}
}

static void test_508_5_python_versions(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target open = target_for(&arena, "3.10", "linux/amd64"),
		      given = target_for(&arena, "3.10.14", "linux/amd64");
	assert_slice(open.python_version, "3.10");
	assert_slice(open.python_full, "3.10.0");
	assert_false(open.python_patch_given);
	assert_slice(given.python_version, "3.10");
	assert_slice(given.python_full, "3.10.14");
	assert_true(given.python_patch_given);
	assert_true(version_cmp(&given.python_full_version, &open.python_full_version) >
		    0);
	assert_int_equal(version_cmp(&given.python_version_value,
				     &open.python_full_version),
			 0);
}

static void test_751_2_marker_of_the_lock(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target open = target_for(&arena, "3.12", "linux/amd64"),
		      given = target_for(&arena, "3.12.4", "windows/amd64");
	assert_slice(
		target_marker(&arena, &open),
		"python_version == \"3.12\" and sys_platform == \"linux\" and "
		"platform_machine == \"x86_64\" and implementation_name == \"cpython\"");
	assert_slice(
		target_marker(&arena, &given),
		"python_version == \"3.12\" and sys_platform == \"win32\" and "
		"platform_machine == \"AMD64\" and implementation_name == \"cpython\"");
}

static void test_refused_with_a_hint(void **state)
{
	static const char *const cases[][2] = {
		{ "", "linux/amd64" },
		{ "3", "linux/amd64" },
		{ "2.7", "linux/amd64" },
		{ "3.2", "linux/amd64" },
		{ "4.0", "linux/amd64" },
		{ "3.100", "linux/amd64" },
		{ "3.12t", "linux/amd64" },
		{ "3.12rc1", "linux/amd64" },
		{ "3.12.1.2", "linux/amd64" },
		{ "1!3.12", "linux/amd64" },
		{ "3.12.post1", "linux/amd64" },
		{ "t", "linux/amd64" },
		{ "3.12+x", "linux/amd64" },
		{ "python3", "linux/amd64" },
		{ "3.12.dev0", "linux/amd64" },
		{ "3.12", "" },
		{ "3.12", "linux" },
		{ "3.12", "linux/" },
		{ "3.12", "linux/sparc" },
		{ "3.12", "beos/amd64" },
		{ "3.12", "linux/amd64:" },
		{ "3.12", "linux/amd64:glibc3.1" },
		{ "3.12", "linux/amd64:musl2" },
		{ "3.12", "linux/amd64:2.28" },
		{ "3.12", "linux/amd64:glibc2.x" },
		{ "3.12", "linux/amd64:glibc2.100" },
		{ "3.12", "linux/amd64:uclibc1" },
		{ "3.12", "macos/386" },
		{ "3.12", "macos/arm64:10.15" },
		{ "3.12", "macos/amd64:9" },
		{ "3.12", "macos/amd64:x" },
		{ "3.12", "windows/s390x" },
		{ "3.12", "windows/amd64:10" },
		{ "3.12", "amd64" },
		{ "3.12", "/amd64" },
		{ "99999999999999999999.1", "linux/amd64" },
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct target target;
		struct error err = { 0 };
		if (target_init(&arena, slice_from(cases[i][0]), slice_from(cases[i][1]),
				&target, &err) == 0)
			fail_msg("'%s' on '%s' passes", cases[i][0], cases[i][1]);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_true(err.hint[0] != '\0');
	}
}

static void test_refused_names(void **state)
{
	static const char *const cases[] = {
		"",
		"cp312",
		"cp312-linux",
		"py312-linux-amd64",
		"cp3-linux-amd64",
		"cp-linux-amd64",
		"cp312--",
		"cp312-linux-amd64-",
		"cp312-linux-amd64-glibc2.28-x",
		"cp312-linux-sparc",
		"cp212-linux-amd64",
		"3.12-linux-amd64",
		"cp312-windows-amd64-10",
		"cp312x-linux-amd64",
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct target target;
		struct error err = { 0 };
		if (target_parse(&arena, slice_from(cases[i]), &target, &err) == 0)
			fail_msg("'%s' passes", cases[i]);
		assert_int_equal(err.kind, ERROR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_defaults),
		cmocka_unit_test(test_full_name_may_leave_out_the_floor),
		cmocka_unit_test(test_508_1_marker_values),
		cmocka_unit_test(test_508_5_python_versions),
		cmocka_unit_test(test_751_2_marker_of_the_lock),
		cmocka_unit_test(test_refused_with_a_hint),
		cmocka_unit_test(test_refused_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
