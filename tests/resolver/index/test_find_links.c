// SPDX-License-Identifier: MIT
#include "resolver/index/find_links.h"

#include "base/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena arena;
static char directory[64];

static void write_file(const char *name, struct slice bytes)
{
	struct error err;
	const char *path = path_join(&arena, directory, slice_from(name));
	assert_int_equal(file_write(path, bytes, &err), 0);
}

static struct project empty_project(void)
{
	return (struct project){ .name = S("foo"), .state = PROJECT_ABSENT };
}

static void test_files_of_a_directory(void **state)
{
	(void)state;
	struct find_link link;
	struct project project = empty_project();
	struct error err;
	write_file("foo-1.0-py3-none-any.whl", S("wheel"));
	write_file("Foo_2.0.txt", S("no file of a release"));
	write_file("bar-1.0.tar.gz", S("another project"));
	find_link_open(&link, slice_from(directory), &arena);
	assert_true(link.ready && !link.failed && link.is_directory);
	assert_int_equal(find_link_add(&link, 7, &arena, &project, &err), 0);
	assert_int_equal(project.file_len, 1);
	assert_int_equal(project.release_len, 1);
	const struct sha256 digest = sha256_of(S("wheel"));
	assert_true(sha256_eq(&project.files[0].sha256, &digest));
	assert_int_equal(project.files[0].size, 5);
	assert_int_equal(project.files[0].index, 7);
	assert_int_equal(project.tag_set_len, 1);
	// A second time it adds nothing: the names are known.
	assert_int_equal(find_link_add(&link, 8, &arena, &project, &err), 0);
	assert_int_equal(project.file_len, 1);
	assert_int_equal(project.files[0].index, 7);
}

static void test_the_same_by_file_url(void **state)
{
	(void)state;
	struct find_link link;
	find_link_open(&link, arena_printf(&arena, "file://%s/", directory), &arena);
	assert_true(link.is_directory);
	assert_int_equal(link.name_len, 3);
}

static void test_local_page(void **state)
{
	(void)state;
	struct find_link link;
	struct project project = empty_project();
	struct error err;
	write_file("links.html", S("<a href='sub/foo-3.0.tar.gz#sha256=00'>x</a>"));
	find_link_open(&link, arena_printf(&arena, "%s/links.html", directory), &arena);
	assert_true(link.ready && !link.failed && !link.is_directory);
	assert_int_equal(find_link_add(&link, 0, &arena, &project, &err), 0);
	assert_int_equal(project.file_len, 1);
	struct slice url =
		arena_printf(&arena, "file://%s/sub/foo-3.0.tar.gz", directory);
	assert_true(slice_eq(project.files[0].url, url));
}

static void test_address_is_left_to_the_caller(void **state)
{
	(void)state;
	struct find_link link;
	find_link_open(&link, S("https://user:secret@h/links.html"), &arena);
	assert_false(link.ready);
	// Without the password (idx.3).
	assert_true(slice_eq(link.given, S("https://h/links.html")));
}

static void test_failures_are_reported_when_used(void **state)
{
	(void)state;
	struct find_link link;
	struct project project = empty_project();
	struct error err;
	find_link_open(&link, S("/nonexistent/place"), &arena);
	assert_true(link.ready && link.failed);
	assert_int_equal(find_link_add(&link, 0, &arena, &project, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_string_equal(err.frames[0], "reading --find-links '/nonexistent/place'");
	find_link_open(&link, S("file://host/place"), &arena);
	assert_true(link.failed);
}

static void test_file_that_vanishes_is_an_error(void **state)
{
	(void)state;
	struct find_link link;
	struct project project = empty_project();
	struct error err;
	write_file("foo-9.0.tar.gz", S("x"));
	find_link_open(&link, slice_from(directory), &arena);
	unlink(path_join(&arena, directory, S("foo-9.0.tar.gz")));
	assert_int_equal(find_link_add(&link, 0, &arena, &project, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
}

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/pinbake-links-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int release(void **state)
{
	(void)state;
	struct error err;
	arena_release(&arena);
	return remove_tree(directory, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_of_a_directory),
		cmocka_unit_test(test_the_same_by_file_url),
		cmocka_unit_test(test_local_page),
		cmocka_unit_test(test_address_is_left_to_the_caller),
		cmocka_unit_test(test_failures_are_reported_when_used),
		cmocka_unit_test(test_file_that_vanishes_is_an_error),
	};
	return cmocka_run_group_tests(tests, make_directory, release);
}
