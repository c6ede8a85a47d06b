// SPDX-License-Identifier: MIT
// Links, times, swaps and locks, in a temporary folder.
#include "base/files.h"
#include "base/places.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static void test_create_with_mode_and_time(void **state)
{
	struct error err = { 0 };
	AUTO(fd_close) int fd = -1;
	mode_t mask = umask(0777);
	const char *path = below(state, "file"), *directory = below(state, "directory");
	assert_int_equal(place_create(path, 0755, &fd, &err), 0);
	assert_int_equal(place_make_directory(directory, 0751, &err), 0);
	umask(mask);
	assert_int_equal(place_write(fd, path, S("text"), &err), 0);
	assert_int_equal(place_end(&fd, path, 315532800, &err), 0);
	struct place place = place_look(path);
	assert_int_equal(place.kind, PLACE_FILE);
	assert_int_equal(place.mode, 0755);
	assert_int_equal(place.size, 4);
	assert_int_equal(place.mtime_s, 315532800);
	assert_int_equal(place_look(directory).mode, 0751);
	assert_int_equal(place_create(path, 0644, &fd, &err), -1); // replaces nothing
	assert_int_equal(err.kind, ERROR_IO);
}

static void test_links_are_not_followed(void **state)
{
	struct error err = { 0 };
	struct folder *folder = *state;
	struct slice target = { 0 };
	const char *link = below(state, "link"), *file = below(state, "file");
	assert_int_equal(place_symlink(link, "nowhere", &err), 0);
	assert_int_equal(place_set_time(link, 1000, &err), 0);
	assert_int_equal(place_look(link).kind, PLACE_SYMLINK);
	assert_int_equal(place_look(link).mtime_s, 1000);
	assert_true(place_link_text(link, &folder->arena, &target));
	assert_true(slice_eq(target, S("nowhere")));
	write_file(file, S("x"));
	assert_false(place_link_text(file, &folder->arena, &target));
	assert_int_equal(place_look(below(state, "none")).kind, PLACE_ABSENT);
}

static void test_hard_link_and_remove(void **state)
{
	struct error err = { 0 };
	const char *a = below(state, "a"), *b = below(state, "b");
	write_file(a, S("x"));
	assert_int_equal(place_hard_link(a, b, &err), 0);
	assert_int_equal(place_look(a).inode, place_look(b).inode);
	assert_int_equal(place_hard_link(a, b, &err), -1);
	assert_true(place_remove(a));
	assert_true(place_remove(a)); // gone is gone
	assert_int_equal(place_look(b).kind, PLACE_FILE);
}

static void test_exchange(void **state)
{
	struct error err = { 0 };
	struct folder *folder = *state;
	struct slice text = { 0 };
	assert_int_equal(make_directories(below(state, "a"), &err), 0);
	assert_int_equal(make_directories(below(state, "b"), &err), 0);
	write_file(below(state, "a/x"), S("from a"));
	assert_int_equal(place_exchange(below(state, "a"), below(state, "b"), &err), 0);
	assert_int_equal(file_read(below(state, "b/x"), 100, ERROR_IO, &folder->arena,
				   &text, &err),
			 0);
	assert_true(slice_eq(text, S("from a")));
	assert_int_equal(place_look(below(state, "a/x")).kind, PLACE_ABSENT);
	assert_int_equal(place_exchange(below(state, "a"), below(state, "none"), &err),
			 -1);
}

// Seen from another process, as it is meant.
static bool child_can_lock(const char *path)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		struct error err = { 0 };
		int fd = -1;
		_exit(place_lock_directory(path, &fd, &err) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_lock_keeps_others_out(void **state)
{
	struct error err = { 0 };
	const char *path = below(state, "locked"), *moved = below(state, "moved");
	int fd = -1;
	assert_int_equal(place_lock_directory(path, &fd, &err), 0);
	assert_false(child_can_lock(path));
	// The lock goes with the directory: its old name is free again.
	assert_int_equal(rename_path(path, moved, &err), 0);
	assert_true(child_can_lock(path));
	assert_false(child_can_lock(moved));
	fd_close(&fd);
	assert_true(child_can_lock(moved));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_create_with_mode_and_time,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_links_are_not_followed, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(test_hard_link_and_remove, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(test_exchange, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(test_lock_keeps_others_out, make_folder,
						remove_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
