// SPDX-License-Identifier: MIT
// Programs are found in the folders of a search path, in their order.
#include "base/files.h"
#include "base/program.h"

#include <stdlib.h>
#include <unistd.h>

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>

static struct arena arena;

static void test_a_search_path_has_absolute_folders_only(void **state)
{
	(void)state;
	const char *const *folders = program_folders(&arena, S("/usr/bin::bin:.:/bin/"));
	assert_string_equal(folders[0], "/usr/bin");
	assert_string_equal(folders[1], "/bin/");
	assert_null(folders[2]);
	assert_null(program_folders(&arena, S(""))[0]);
}

static void write_program(const char *folder, const char *name, unsigned mode)
{
	struct error err = { 0 };
	const char *path = path_join(&arena, folder, slice_from(name));
	assert_int_equal(file_write(path, S("#!/bin/sh\n"), &err), 0);
	assert_int_equal(chmod(path, mode), 0);
}

// The first folder has a file that may not be run, and a folder of the name.
static void test_the_first_that_may_be_run_is_found(void **state)
{
	(void)state;
	struct error err = { 0 };
	char root[] = "/tmp/pinbake-program-XXXXXX";
	assert_non_null(mkdtemp(root));
	const char *first = path_join(&arena, root, S("first")),
		   *second = path_join(&arena, root, S("second"));
	assert_int_equal(make_directories(path_join(&arena, first, S("git")), &err), 0);
	assert_int_equal(make_directories(second, &err), 0);
	write_program(first, "cc", 0644);
	write_program(second, "cc", 0755);
	write_program(second, "git", 0755);
	const char *const folders[] = { first, second, NULL };
	assert_string_equal(program_find(&arena, folders, S("cc")),
			    path_join(&arena, second, S("cc")));
	assert_string_equal(program_find(&arena, folders, S("git")),
			    path_join(&arena, second, S("git")));
	assert_null(program_find(&arena, folders, S("hg")));
	assert_null(program_in(&arena, first, S("cc")));
	assert_int_equal(remove_tree(root, &err), 0);
}

// A name is never found in the current folder, whatever lies there.
static void test_a_name_is_of_the_folders_and_a_path_a_path(void **state)
{
	(void)state;
	struct error err = { 0 };
	char root[] = "/tmp/pinbake-program-XXXXXX", before[4096];
	assert_non_null(mkdtemp(root));
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(root), 0);
	const char *bin = path_join(&arena, root, S("bin")), *here = root;
	const char *const folders[] = { bin, NULL };
	assert_int_equal(make_directories(bin, &err), 0);
	write_program(here, "evil", 0755);
	write_program(bin, "good", 0755);
	assert_null(program_named(&arena, folders, S("evil")));
	assert_null(program_named(&arena, folders, S("")));
	assert_null(program_named(&arena, NULL, S("good")));
	assert_string_equal(program_named(&arena, folders, S("good")),
			    path_join(&arena, bin, S("good")));
	assert_string_equal(program_named(&arena, folders, S("./evil")),
			    path_join(&arena, here, S("evil")));
	assert_string_equal(program_named(&arena, folders, S("/bin/sh")), "/bin/sh");
	assert_null(program_named(&arena, folders, S("none/../evil")));
	assert_int_equal(chdir(before), 0);
	assert_int_equal(remove_tree(root, &err), 0);
}

static void test_what_could_be_an_option_is_no_argument(void **state)
{
	(void)state;
	assert_true(program_takes(S("host:80")));
	assert_false(program_takes(S("-host")));
	assert_false(program_takes(S("")));
	assert_false(program_takes(S("a\0b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_search_path_has_absolute_folders_only),
		cmocka_unit_test(test_the_first_that_may_be_run_is_found),
		cmocka_unit_test(test_a_name_is_of_the_folders_and_a_path_a_path),
		cmocka_unit_test(test_what_could_be_an_option_is_no_argument),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
