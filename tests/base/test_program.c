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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_search_path_has_absolute_folders_only),
		cmocka_unit_test(test_the_first_that_may_be_run_is_found),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
