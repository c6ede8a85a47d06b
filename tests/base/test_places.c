// SPDX-License-Identifier: MIT
// Looks, in a temporary folder.
#include "base/files.h"
#include "base/places.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

struct folder {
	struct arena arena;
	const char *path;
};

static int make_folder(void **state)
{
	struct folder *folder = mem_alloc(sizeof(*folder));
	char name[] = "/tmp/pinbake-places-XXXXXX";
	if (!mkdtemp(name))
		return -1;
	folder->path = arena_c_string(&folder->arena, slice_from(name));
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;
	struct error err = { 0 };
	int status = remove_tree(folder->path, &err);
	arena_release(&folder->arena);
	mem_free(folder);
	return status;
}

static const char *below(void **state, const char *name)
{
	struct folder *folder = *state;
	return path_join(&folder->arena, folder->path, slice_from(name));
}

static void write_file(const char *path, struct slice text)
{
	struct error err = { 0 };
	assert_int_equal(file_write(path, text, &err), 0);
}

static void test_links_are_not_followed(void **state)
{
	struct folder *folder = *state;
	struct slice target = { 0 };
	const char *link = below(state, "link"), *file = below(state, "file");
	assert_int_equal(symlink("nowhere", link), 0);
	assert_int_equal(place_look(link).kind, PLACE_SYMLINK);
	assert_true(place_link_text(link, &folder->arena, &target));
	assert_true(slice_eq(target, S("nowhere")));
	write_file(file, S("x"));
	assert_false(place_link_text(file, &folder->arena, &target));
	assert_int_equal(place_look(below(state, "none")).kind, PLACE_ABSENT);
	assert_int_equal(place_look("").kind, PLACE_ABSENT);
}

static void test_gone_is_gone(void **state)
{
	const char *path = below(state, "a");
	write_file(path, S("x"));
	assert_true(place_remove(path));
	assert_true(place_remove(path));
	assert_int_equal(place_look(path).kind, PLACE_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_links_are_not_followed, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(test_gone_is_gone, make_folder,
						remove_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
