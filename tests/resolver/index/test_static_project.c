// SPDX-License-Identifier: MIT
#include "resolver/index/static_project.h"

#include "packaging/metadata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct static_known nothing_known = { { "", 0 }, { "", 0 } };

static void expect_text(struct slice got, const char *expected)
{
	if (!slice_eq(got, slice_from(expected)))
		fail_msg("got:\n%.*s", SLICE_ARG(got));
}

static void test_621_1_static_project(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice headers, why;
	struct metadata metadata;
	struct error err = { 0 };
	assert_true(static_project_headers(
		S("[project]\n"
		  "name = 'Web'\n"
		  "version = '1.0'\n"
		  "requires-python = '>=3.8'\n"
		  "dependencies = ['flask>=2', 'x @ https://h/x;y.whl ; os_name==\"nt\"']\n"
		  "[project.optional-dependencies]\n"
		  "Fast_IO = ['uvloop; os_name==\"posix\" or python_version<\"3\"', 'b']\n"),
		&nothing_known, &arena, &headers, &why));
	expect_text(headers, "Metadata-Version: 2.2\nName: Web\nVersion: 1.0\n"
			     "Requires-Python: >=3.8\n"
			     "Requires-Dist: flask>=2\n"
			     "Requires-Dist: x @ https://h/x;y.whl ; (os_name==\"nt\")\n"
			     "Provides-Extra: fast-io\n"
			     "Requires-Dist: uvloop ; (os_name==\"posix\" or "
			     "python_version<\"3\") and extra == \"fast-io\"\n"
			     "Requires-Dist: b ; extra == \"fast-io\"\n");
	assert_int_equal(metadata_parse(&arena, headers, &metadata, &err), 0);
	assert_true(metadata_is_static(&metadata));
	assert_int_equal(metadata.requires_len, 4);
}

// A list that is there and dynamic may grow (808.1).
static void test_808_1_dynamic_is_not_final(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[tool.poetry]\nname = 'a'\n", "has no [project]" },
		{ "not toml", "has no [project]" },
		{ "[project]\nname='a'\n", "has no 'version'" },
		{ "[project]\nname='a'\ndynamic=['version']\n",
		  "leaves to the build 'version'" },
		{ "[project]\nname='a'\nversion='1'\ndynamic=['dependencies']\n",
		  "leaves to the build 'dependencies'" },
		{ "[project]\nname='a'\nversion='1'\ndependencies=['b']\n"
		  "dynamic=['dependencies']\n",
		  "leaves to the build 'dependencies'" },
		{ "[project]\nname='a'\nversion='1'\ndynamic=['optional-dependencies']\n",
		  "leaves to the build 'optional-dependencies'" },
		{ "[project]\nname='a'\nversion='1'\ndynamic=['requires-python']\n",
		  "leaves to the build 'requires-python'" },
		{ "[project]\nname='a'\nversion='1'\ndependencies=[1]\n",
		  "has a malformed 'dependencies'" },
		{ "[project]\nname='a'\nversion='1'\ndependencies='b'\n",
		  "has a malformed 'dependencies'" },
		{ "[project]\nname='a'\nversion='1'\ndependencies=[\"b\\nName: c\"]\n",
		  "has a malformed 'dependencies'" },
		{ "[project]\nname=\"a\\nb\"\nversion='1'\n", "has no 'name'" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct slice headers, why = S("");
		if (static_project_headers(slice_from(cases[i].text), &nothing_known,
					   &arena, &headers, &why))
			fail_msg("accepted %s", cases[i].text);
		if (!slice_eq(why, slice_from(cases[i].why)))
			fail_msg("%s: %.*s", cases[i].text, SLICE_ARG(why));
	}
}

static void test_file_name_gives_version(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct static_known known = { S("a"), S("2.1") };
	struct slice headers, why;
	assert_true(
		static_project_headers(S("[project]\nname='a'\ndynamic=['version']\n"),
				       &known, &arena, &headers, &why));
	expect_text(headers, "Metadata-Version: 2.2\nName: a\nVersion: 2.1\n");
}

static const char plain_cfg[] = "[metadata]\nname = a\nversion = 1.0\n"
				"[options]\npython_requires = >=3.6\n"
				"install_requires =\n"
				"    b>=1; python_version<'3.8'\n"
				"    # not this\n"
				"    c\n"
				"[options.extras_require]\n"
				"x = d\n";

static void test_setup_cfg(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice headers, why;
	struct slice setup_py = S("#!/usr/bin/env python\n"
				  "from setuptools import setup\n\n"
				  "if __name__ == \"__main__\":\n    setup()  # all\n");
	struct slice pyproject =
		S("[build-system]\nrequires = ['setuptools>=42', 'wheel']\n"
		  "build-backend = 'setuptools.build_meta'\n");
	assert_true(
		static_setup_cfg_headers(&(struct static_setup){ slice_from(plain_cfg),
								 setup_py, pyproject },
					 &nothing_known, &arena, &headers, &why));
	expect_text(headers, "Metadata-Version: 2.2\nName: a\nVersion: 1.0\n"
			     "Requires-Python: >=3.6\n"
			     "Requires-Dist: b>=1 ; (python_version<'3.8')\n"
			     "Requires-Dist: c\n"
			     "Provides-Extra: x\n"
			     "Requires-Dist: d ; extra == \"x\"\n");
}

static void test_setup_cfg_that_is_not_all(void **state)
{
	(void)state;
	static const struct {
		const char *cfg, *py, *pyproject;
	} cases[] = {
		{ plain_cfg, "from setuptools import setup\nsetup(name='b')\n", "" },
		{ plain_cfg, "import os\nsetup()\n", "" },
		{ plain_cfg, "", "[project]\nname = 'a'\n" },
		{ plain_cfg, "",
		  "[build-system]\nrequires = ['setuptools', 'setuptools_scm']\n" },
		{ plain_cfg, "",
		  "[build-system]\nrequires = ['hatchling']\n"
		  "build-backend = 'hatchling.build'\n" },
		{ "[metadata]\nname = a\nversion = attr: a.__version__\n", "", "" },
		{ "[metadata]\nname = a\nversion = file: VERSION\n", "", "" },
		{ "[metadata]\nname = a\n", "", "" },
		{ "[metadata]\nname=a\nversion=1\n[options]\ninstall_requires = b; c\n",
		  "", "" },
		{ "[metadata]\nname=a\nversion=1\n[options]\n"
		  "install_requires = file: requirements.txt\n",
		  "", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct slice headers, why = S("");
		if (static_setup_cfg_headers(
			    &(struct static_setup){ slice_from(cases[i].cfg),
						    slice_from(cases[i].py),
						    slice_from(cases[i].pyproject) },
			    &nothing_known, &arena, &headers, &why))
			fail_msg("accepted case %zu: %s", i, cases[i].cfg);
		assert_true(why.len > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_621_1_static_project),
		cmocka_unit_test(test_808_1_dynamic_is_not_final),
		cmocka_unit_test(test_file_name_gives_version),
		cmocka_unit_test(test_setup_cfg),
		cmocka_unit_test(test_setup_cfg_that_is_not_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
