// SPDX-License-Identifier: MIT
// What a target takes from a lock: one file a package, or a clear no.
#include "tests/lockfile/fixture.h"

#include <string.h>

struct selection {
	struct fixture fixture;
	struct target target;
	struct lock_select_options options;
	struct lock_selection chosen;
	struct error err;
	int result;
};

static void selection_release(struct selection *selection)
{
	fixture_release(&selection->fixture);
}

static void select_for(struct selection *selection, const char *text, const char *target)
{
	fixture_read(&selection->fixture, "pylock.toml", slice_from(text));
	assert_ok(&selection->fixture);
	if (target_parse(&selection->fixture.arena, slice_from(target),
			 &selection->target, &selection->err) < 0)
		fail_msg("%s", selection->err.cause);
	selection->options.target = &selection->target;
	selection->result = lock_select(&selection->fixture.lock, &selection->options,
					&selection->fixture.arena, &selection->chosen,
					&selection->err);
}

#define SELECT(name, text, target)                             \
	AUTO(selection_release) struct selection name = { 0 }; \
	select_for(&name, text, target)

#define LINUX   "cp312-linux-amd64-glibc2.28"
#define WINDOWS "cp312-windows-amd64"

static void assert_chosen(const struct selection *selection, const char *file)
{
	if (selection->result < 0)
		fail_msg("%s", selection->err.cause);
	assert_int_equal(selection->chosen.len, 1);
	assert_text(selection->chosen.items[0].file->name, file);
}

static void assert_no(const struct selection *selection, const char *cause)
{
	assert_int_equal(selection->result, -1);
	assert_int_equal(selection->err.kind, ERROR_NO);
	assert_string_equal(selection->err.cause, cause);
}

#define PACKAGE(name, keys) "[[packages]]\nname = '" name "'\n" keys

static void test_one_file_a_package_by_name(void **state)
{
	(void)state;
	SELECT(s,
	       HEAD PACKAGE("b", WHEEL_A("b-1-py3-none-any.whl"))
		       PACKAGE("a", WHEEL_A("a-1-py3-none-any.whl")),
	       LINUX);
	assert_int_equal(s.result, 0);
	assert_int_equal(s.chosen.len, 2);
	assert_text(s.chosen.items[0].package->name, "a");
	assert_text(s.chosen.items[0].file->name, "a-1-py3-none-any.whl");
	assert_text(s.chosen.items[1].package->name, "b");
}

static const char native[] =
	HEAD PACKAGE("n",
		     WHEEL_A("n-1-cp312-cp312-manylinux_2_17_x86_64.whl")
			     WHEEL_B("n-1-cp312-cp312-manylinux_2_28_x86_64.whl")
				     WHEEL_B("n-1-cp312-cp312-manylinux_2_99_x86_64.whl")
					     WHEEL_C("n-1-cp312-cp312-win_amd64.whl")
						     WHEEL_C("n-1-py3-none-any.whl"));

static void test_best_wheel_of_the_target(void **state)
{
	(void)state;
	SELECT(gnu, native, LINUX);
	assert_chosen(&gnu, "n-1-cp312-cp312-manylinux_2_28_x86_64.whl");
	SELECT(old, native, "cp312-linux-amd64-glibc2.17");
	assert_chosen(&old, "n-1-cp312-cp312-manylinux_2_17_x86_64.whl");
	SELECT(windows, native, WINDOWS);
	assert_chosen(&windows, "n-1-cp312-cp312-win_amd64.whl");
	SELECT(arm, native, "cp312-linux-arm64-glibc2.28");
	assert_chosen(&arm, "n-1-py3-none-any.whl");
}

static void test_build_tag_breaks_the_tie(void **state)
{
	(void)state;
	SELECT(s,
	       HEAD PACKAGE("a", WHEEL_A("a-1-9-py3-none-any.whl")
					 WHEEL_A("a-1-10-py3-none-any.whl")
						 WHEEL_A("a-1-py3-none-any.whl")),
	       LINUX);
	assert_chosen(&s, "a-1-10-py3-none-any.whl");
}

#define SDIST "[packages.sdist]\nurl = 'https://files.example/n-1.tar.gz'\n" HASHES_A

static void test_sdist_when_no_wheel_fits(void **state)
{
	(void)state;
	SELECT(s, HEAD PACKAGE("n", SDIST WHEEL_C("n-1-cp312-cp312-win_amd64.whl")),
	       LINUX);
	assert_chosen(&s, "n-1.tar.gz");
	SELECT(wheel, HEAD PACKAGE("n", SDIST WHEEL_C("n-1-py3-none-any.whl")), LINUX);
	assert_chosen(&wheel, "n-1-py3-none-any.whl");
}

static void test_no_file_fits(void **state)
{
	(void)state;
	SELECT(s, HEAD PACKAGE("n", WHEEL_C("n-1-cp312-cp312-win_amd64.whl")), LINUX);
	assert_no(&s, "no wheel of n 1 in the lock fits target " LINUX);
	assert_int_equal(span_position(s.err.span).line, 3);
}

static void test_427_1_variant_wheels_are_passed_over(void **state)
{
	(void)state;
	SELECT(s,
	       HEAD PACKAGE("n", WHEEL_A("n-1-py3-none-any-cu12.whl")
					 WHEEL_C("n-1-py3-none-any.whl")),
	       LINUX);
	assert_chosen(&s, "n-1-py3-none-any.whl");
}

static void test_source_trees_have_no_file(void **state)
{
	(void)state;
	SELECT(s,
	       HEAD PACKAGE("n", "[packages.directory]\npath = 'n'\n")
		       PACKAGE("o", "[packages.archive]\npath = 'o.zip'\n" HASHES_A),
	       LINUX);
	assert_int_equal(s.result, 0);
	assert_null(s.chosen.items[0].file);
	assert_ptr_equal(s.chosen.items[1].file, &s.chosen.items[1].package->archive);
}

static void test_751_2_some_environment_must_hold(void **state)
{
	(void)state;
	static const char text[] = HEAD
		"environments = ['sys_platform == \"darwin\"', 'sys_platform == \"win32\"']\n" IDNA;
	SELECT(windows, text, WINDOWS);
	assert_chosen(&windows, "idna-3.10-py3-none-any.whl");
	SELECT(gnu, text, LINUX);
	assert_no(&gnu,
		  "the lock is not for target " LINUX ": none of its environments holds");
	assert_non_null(strstr(gnu.err.hint, "--target " LINUX));
	SELECT(none, HEAD "environments = []\n" IDNA, LINUX);
	assert_int_equal(none.result, 0);
}

static void test_751_2_own_targets_match_their_environment(void **state)
{
	(void)state;
	static const char *const names[] = { LINUX, WINDOWS, "cp313-linux-arm64-musl1.2",
					     "cp312-macos-arm64-11.0",
					     "cp313t-linux-amd64-glibc2.28" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct target target;
		struct error err = { 0 };
		if (target_parse(&arena, slice_from(names[i]), &target, &err) < 0)
			fail_msg("%s", err.cause);
		struct slice environment = target_marker(&arena, &target);
		struct lock lock = { .lock_version = S("1.0"),
				     .created_by = S("pinbake") };
		lock.environments = &environment;
		lock.environments_len = 1;
		SELECT(s, arena_c_string(&arena, lock_write(&arena, &lock)), names[i]);
		assert_int_equal(s.result, 0);
	}
}

static void test_751_3_one_entry_a_name(void **state)
{
	(void)state;
	static const char text[] =
		HEAD PACKAGE("n", "version = '1'\n"
				  "marker = 'sys_platform != \"win32\"'\n" WHEEL_A(
					  "n-1-py3-none-any.whl"))
			PACKAGE("n", "version = '2'\n"
				     "marker = 'python_version >= \"3.12\"'\n" WHEEL_A(
					     "n-2-py3-none-any.whl"));
	SELECT(gnu, text, LINUX);
	assert_no(&gnu, "the lock has two entries of 'n' for target " LINUX ": 1 and 2");
	assert_int_equal(span_position(gnu.err.span).line, 10);
	SELECT(windows, text, WINDOWS);
	assert_chosen(&windows, "n-2-py3-none-any.whl");
	SELECT(older, text, "cp311-linux-amd64-glibc2.28");
	assert_chosen(&older, "n-1-py3-none-any.whl");
	SELECT(neither, text, "cp311-windows-amd64");
	assert_int_equal(neither.result, 0);
	assert_int_equal(neither.chosen.len, 0);
}

static void test_751_3_requires_python(void **state)
{
	(void)state;
	SELECT(whole, HEAD "requires-python = '>=3.13'\n" IDNA, LINUX);
	assert_no(&whole, "the lock needs Python >=3.13, target " LINUX " has 3.12.0");
	SELECT(one,
	       HEAD PACKAGE("n", "requires-python = '<3.12'\n" WHEEL_A(
					 "n-1-py3-none-any.whl")),
	       LINUX);
	assert_no(&one, "n 1 needs Python <3.12, target " LINUX " has 3.12.0");
	SELECT(unwanted,
	       HEAD PACKAGE("n", "marker = 'sys_platform == \"win32\"'\n"
				 "requires-python = '<3.12'\n" WHEEL_A(
					 "n-1-py3-none-any.whl")),
	       LINUX);
	assert_int_equal(unwanted.result, 0);
}

static void test_751_4_dependencies_drive_nothing(void **state)
{
	(void)state;
	SELECT(s,
	       HEAD PACKAGE("a", "dependencies = [{ name = 'not-there' }]\n" WHEEL_A(
					 "a-1-py3-none-any.whl"))
		       PACKAGE("b", WHEEL_A("b-1-py3-none-any.whl")),
	       LINUX);
	assert_int_equal(s.result, 0);
	assert_int_equal(s.chosen.len, 2); // b too, which nothing depends on
}

static const char uses[] =
	HEAD "extras = ['plot']\n"
	     "dependency-groups = ['dev']\n"
	     "default-groups = ['main']\n" PACKAGE(
		     "a", "marker = '\"main\" in dependency_groups'\n" WHEEL_A(
				  "a-1-py3-none-any.whl"))
		     PACKAGE("b", "marker = '\"dev\" in dependency_groups'\n" WHEEL_A(
					  "b-1-py3-none-any.whl"))
			     PACKAGE("c", "marker = '\"plot\" in extras'\n" WHEEL_A(
						  "c-1-py3-none-any.whl"));

static void test_751_5_extras_and_groups(void **state)
{
	(void)state;
	static const struct slice plot = { "plot", 4 }, dev = { "dev", 3 },
				  other = { "other", 5 };
	SELECT(defaults, uses, LINUX);
	assert_chosen(&defaults, "a-1-py3-none-any.whl");
	AUTO(selection_release)
	struct selection group = { .options = { .groups = &dev, .groups_len = 1 } };
	select_for(&group, uses, LINUX);
	assert_chosen(&group, "b-1-py3-none-any.whl");
	AUTO(selection_release)
	struct selection none = { .options = { .groups = &dev, .groups_len = 0 } };
	select_for(&none, uses, LINUX);
	assert_int_equal(none.chosen.len, 0);
	AUTO(selection_release)
	struct selection extra = { .options = { .extras = &plot, .extras_len = 1 } };
	select_for(&extra, uses, LINUX);
	assert_int_equal(extra.chosen.len, 2);
	AUTO(selection_release)
	struct selection wrong = { .options = { .extras = &other, .extras_len = 1 } };
	select_for(&wrong, uses, LINUX);
	assert_no(&wrong, "the lock has no extra 'other'");
	AUTO(selection_release)
	struct selection wrong_group = { .options = { .groups = &other,
						      .groups_len = 1 } };
	select_for(&wrong_group, uses, LINUX);
	assert_no(&wrong_group, "the lock has no dependency group 'other'");
}

// The order in the file and where a wheel lies have no say.
static void test_751_11_the_choice_is_made_offline(void **state)
{
	(void)state;
	static const char text[] = HEAD PACKAGE(
		"n",
		WHEEL_C("n-1-py3-none-any.whl") "[[packages.wheels]]\n"
						"url = 'https://gone.invalid/n-1-cp312-cp312-manylinux_2_28_x86_64.whl'\n" HASHES_B
						"[[packages.wheels]]\n"
						"path = '/nowhere/n-1-cp312-cp312-manylinux_2_17_x86_64.whl'\n" HASHES_A);
	SELECT(s, text, LINUX);
	assert_chosen(&s, "n-1-cp312-cp312-manylinux_2_28_x86_64.whl");
}

static void test_751_15_tool_data_changes_nothing(void **state)
{
	(void)state;
	SELECT(s,
	       HEAD "[tool.pinbake]\ntargets = ['" WINDOWS
		    "']\nexclude-newer = 1999-01-01\n" PACKAGE(
			    "n", "[packages.tool.pinbake]\n"
				 "skip = true\n" WHEEL_A("n-1-py3-none-any.whl")),
	       LINUX);
	assert_chosen(&s, "n-1-py3-none-any.whl");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_file_a_package_by_name),
		cmocka_unit_test(test_best_wheel_of_the_target),
		cmocka_unit_test(test_build_tag_breaks_the_tie),
		cmocka_unit_test(test_sdist_when_no_wheel_fits),
		cmocka_unit_test(test_no_file_fits),
		cmocka_unit_test(test_427_1_variant_wheels_are_passed_over),
		cmocka_unit_test(test_source_trees_have_no_file),
		cmocka_unit_test(test_751_2_some_environment_must_hold),
		cmocka_unit_test(test_751_2_own_targets_match_their_environment),
		cmocka_unit_test(test_751_3_one_entry_a_name),
		cmocka_unit_test(test_751_3_requires_python),
		cmocka_unit_test(test_751_4_dependencies_drive_nothing),
		cmocka_unit_test(test_751_5_extras_and_groups),
		cmocka_unit_test(test_751_11_the_choice_is_made_offline),
		cmocka_unit_test(test_751_15_tool_data_changes_nothing),
	};
	return cmocka_run_group_tests_name("lock_select", tests, NULL, NULL);
}
