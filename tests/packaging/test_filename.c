// SPDX-License-Identifier: MIT
// File names of wheels and source distributions.
#include "packaging/filename.h"

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

static void test_427_1_five_or_six_parts(void **state)
{
	static const struct {
		const char *file, *name, *version, *build, *python, *abi, *platform;
		uint64_t number;
	} cases[] = {
		{ "six-1.16.0-py2.py3-none-any.whl", "six", "1.16.0", "", "py2.py3",
		  "none", "any", 0 },
		{ "Foo.Bar_b-1.0+cu118-1-cp312-cp312-linux_x86_64.whl", "Foo.Bar_b",
		  "1.0+cu118", "1", "cp312", "cp312", "linux_x86_64", 1 },
		{ "a-1-007abc-py3-none-any.whl", "a", "1", "007abc", "py3", "none", "any",
		  7 },
		{ "a-1-99999999999999999999-py3-none-any.whl", "a", "1",
		  "99999999999999999999", "py3", "none", "any", UINT64_MAX },
		{ "n-2!1.0rc1-cp36-abi3-manylinux1_x86_64.manylinux2010_x86_64.whl", "n",
		  "2!1.0rc1", "", "cp36", "abi3",
		  "manylinux1_x86_64.manylinux2010_x86_64", 0 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wheel_name name;
		assert_int_equal(wheel_name_parse(slice_from(cases[i].file), &name),
				 FILENAME_OK);
		assert_slice(name.file, cases[i].file);
		assert_slice(name.name, cases[i].name);
		assert_slice(name.version, cases[i].version);
		assert_slice(name.build, cases[i].build);
		assert_slice(name.python, cases[i].python);
		assert_slice(name.abi, cases[i].abi);
		assert_slice(name.platform, cases[i].platform);
		assert_int_equal(name.build_number, cases[i].number);
	}
}

static void assert_wheels(enum filename_result expected, const char *const *files,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct wheel_name name;
		if (wheel_name_parse(slice_from(files[i]), &name) != expected)
			fail_msg("'%s' is misjudged", files[i]);
	}
}

static void test_427_1_malformed_wheels(void **state)
{
	static const char *const files[] = {
		".whl",
		"a.whl",
		"a-1.0.whl",
		"a-1.0-py3-none.whl",
		"a-1.0-py3-any.whl",
		"a__b-1.0-py3-none-any.whl",
		"-1.0-py3-none-any.whl",
		"_a-1.0-py3-none-any.whl",
		"a-x-py3-none-any.whl",
		"a--py3-none-any.whl",
		"a-1.0-py3--any.whl",
		"a-1.0-py3-none-.whl",
		"a-1.0-py2..py3-none-any.whl",
		"a-1.0-.py3-none-any.whl",
		"a-1.0-py3-none-any..whl",
		"a-1.0-1-py3-none-any-x-y.whl",
		"a-1.0-py3-none-any-x-y.whl",
		"a-1.0-py3-none-any-X.whl",
		"a-1.0-py3-none-any-.whl",
		"a-1.0-1-3py-none-any.whl",
		"../a-1.0-py3-none-any.whl",
		"a-1.0-py3-none-a/b.whl",
		"a-1.0-py3-none-a b.whl",
		"a-1.0-py3-none-any\n.whl",
		"a-1.0-1-2-3-4-5-6-7-8.whl",
		"a-1.0-py+3-none-any.whl",
		"\xc3\xa9-1.0-py3-none-any.whl",
	};
	(void)state;
	assert_wheels(FILENAME_INVALID, files, COUNT(files));
}

static void test_427_1_variants_are_told_apart(void **state)
{
	static const char *const files[] = {
		"numpy-2.3.2-cp313-cp313t-musllinux_1_2_x86_64-x86_64_v3.whl",
		"numpy-2.3.2-1-cp313-cp313t-musllinux_1_2_x86_64-x86_64_v3.whl",
		"torch-2.9.0-cp312-cp312-manylinux_2_28_x86_64-null.whl",
		"torch-2.9.0-cp312-cp312-manylinux_2_28_x86_64-00000000.whl",
	};
	(void)state;
	assert_wheels(FILENAME_VARIANT, files, COUNT(files));
}

static void test_other_kinds_are_no_wheels(void **state)
{
	static const char *const files[] = { "",
					     "a-1.0.tar.gz",
					     "a-1.0-py3.8.egg",
					     "a-1.0.win32.exe",
					     "a-1.0-py3-none-any.whl.asc",
					     "a-1.0-py3-none-any.WHL" };
	(void)state;
	assert_wheels(FILENAME_OTHER, files, COUNT(files));
}

static void test_625_1_split_with_the_known_project(void **state)
{
	static const struct {
		const char *file, *project, *name, *version;
		bool zip;
	} cases[] = {
		{ "flask-3.0.0.tar.gz", "flask", "flask", "3.0.0", false },
		{ "Flask-3.0.0.tar.gz", "flask", "Flask", "3.0.0", false },
		{ "a-b-1.0.tar.gz", "a-b", "a-b", "1.0", false },
		{ "a_b-1.0.tar.gz", "a-b", "a_b", "1.0", false },
		{ "a.b-1.0.zip", "a-b", "a.b", "1.0", true },
		{ "a-1.0-1.tar.gz", "a", "a", "1.0-1", false },
		{ "a-1-1.0.tar.gz", "a-1", "a-1", "1.0", false },
		{ "python-dateutil-2.8.2.tar.gz", "python-dateutil", "python-dateutil",
		  "2.8.2", false },
		{ "x-1.0+local.1.tar.gz", "x", "x", "1.0+local.1", false },
		{ "a-b-1.0.tar.gz", "", "a-b", "1.0", false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sdist_name name;
		enum filename_result result =
			sdist_name_parse(slice_from(cases[i].file),
					 slice_from(cases[i].project), &name);
		assert_int_equal(result, FILENAME_OK);
		assert_slice(name.file, cases[i].file);
		assert_slice(name.name, cases[i].name);
		assert_slice(name.version, cases[i].version);
		assert_int_equal(name.zip, cases[i].zip);
	}
}

static void test_625_1_malformed_sdists(void **state)
{
	static const char *const files[][2] = {
		{ "a.tar.gz", "a" },       { "a-.tar.gz", "a" },
		{ "-1.0.tar.gz", "" },     { "a-1.0.win32.zip", "a" },
		{ "b-1.0.tar.gz", "a" },   { "a-b-1.0.tar.gz", "a" },
		{ ".tar.gz", "" },         { "a-1.0 .tar.gz", "a" },
		{ "../a-1.0.tar.gz", "" }, { "a-latest.tar.gz", "a" },
		{ "a-1.0\n.tar.gz", "a" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct sdist_name name;
		if (sdist_name_parse(slice_from(files[i][0]), slice_from(files[i][1]),
				     &name) != FILENAME_INVALID)
			fail_msg("'%s' is misjudged", files[i][0]);
	}
}

static void test_names_longer_than_any_file_system_has(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_name wheel;
	struct sdist_name sdist;
	struct slice long_sdist = arena_printf(&arena, "%0100000d-1.0.tar.gz", 0);
	assert_int_equal(sdist_name_parse(long_sdist, S("0"), &sdist), FILENAME_INVALID);
	struct slice long_wheel = arena_printf(&arena, "%02000d-1-py3-none-any.whl", 0);
	assert_int_equal(wheel_name_parse(long_wheel, &wheel), FILENAME_INVALID);
}

static void test_625_2_other_archives(void **state)
{
	static const char *const files[] = { "",
					     "a-1.0.tar.bz2",
					     "a-1.0.tar.xz",
					     "a-1.0.tgz",
					     "a-1.0.tar.Z",
					     "a-1.0.rpm",
					     "a-1.0-py3-none-any.whl",
					     "a-1.0.tar.gz.asc" };
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct sdist_name name;
		assert_int_equal(sdist_name_parse(slice_from(files[i]), S("a"), &name),
				 FILENAME_OTHER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_427_1_five_or_six_parts),
		cmocka_unit_test(test_427_1_malformed_wheels),
		cmocka_unit_test(test_427_1_variants_are_told_apart),
		cmocka_unit_test(test_other_kinds_are_no_wheels),
		cmocka_unit_test(test_625_1_split_with_the_known_project),
		cmocka_unit_test(test_625_1_malformed_sdists),
		cmocka_unit_test(test_names_longer_than_any_file_system_has),
		cmocka_unit_test(test_625_2_other_archives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
