// SPDX-License-Identifier: MIT
// Folders held by a handle: nothing that is done in one reaches outside of it.
#include "base/folder.h"

#include "base/below.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// inside/ is the folder, outside/ what no call may touch; inside/link leads there, and inside/real is a folder.
struct world {
	struct arena arena;
	char root[64];
	struct folder inside;
	struct error err;
};

static const char *at(struct world *world, const char *name)
{
	return path_join(&world->arena, world->root, slice_from(name));
}

static int make_world(void **state)
{
	struct world *world = mem_alloc(sizeof(*world));
	strcpy(world->root, "/tmp/test_folder.XXXXXX");
	assert_non_null(mkdtemp(world->root));
	assert_int_equal(make_directories(at(world, "inside/real"), &world->err), 0);
	assert_int_equal(make_directories(at(world, "outside"), &world->err), 0);
	assert_int_equal(file_write(at(world, "outside/file"), S("precious"),
				    &world->err),
			 0);
	assert_int_equal(symlink("../outside", at(world, "inside/link")), 0);
	assert_int_equal(symlink("../outside/file", at(world, "inside/file-link")), 0);
	assert_int_equal(folder_open(at(world, "inside"), &world->inside, &world->err),
			 0);
	*state = world;
	return 0;
}

static int end_world(void **state)
{
	struct world *world = *state;
	struct slice text;
	assert_int_equal(file_read(at(world, "outside/file"), 100, ERROR_IO,
				   &world->arena, &text, &world->err),
			 0);
	assert_true(slice_eq(text, S("precious")));
	struct name_list names;
	assert_int_equal(directory_names(at(world, "outside"), &world->arena, &names,
					 &world->err),
			 0);
	assert_int_equal(names.len, 1);
	assert_int_equal(remove_tree(world->root, &world->err), 0);
	assert_false(file_exists(world->root));
	folder_close(&world->inside);
	struct arena arena = world->arena;
	mem_free(world);
	arena_release(&arena);
	return 0;
}

static const char *const ways_out[] = { "link/file", "link/new", "../outside/file",
					"real/../../outside/file" };
enum { WAYS = sizeof(ways_out) / sizeof(*ways_out) };

static void test_no_part_of_a_name_leads_out(void **state)
{
	struct world *world = *state;
	const struct folder *inside = &world->inside;
	struct error *err = &world->err;
	for (size_t i = 0; i < WAYS; i++) {
		struct file_writer writer;
		struct folder folder;
		int fd;
		const char *name = ways_out[i];
		assert_int_equal(folder_look(inside, name).kind, PLACE_ABSENT);
		assert_int_equal(folder_open_file(inside, name, &fd, err), -1);
		assert_int_equal(err->kind, ERROR_INPUT);
		assert_int_equal(folder_create(inside, name, 0644, &writer, err), -1);
		assert_int_equal(folder_make(inside, name, 0755, err), -1);
		assert_int_equal(folder_enter(inside, name, &folder, err), -1);
		assert_int_equal(folder_set_mode(inside, name, 0600, err), -1);
		assert_int_equal(folder_rename(inside, name, "stolen", err), -1);
		assert_int_equal(folder_rename(inside, "real", name, err), -1);
		assert_int_equal(folder_link_or_copy(inside, name, inside, "copy", err),
				 -1);
		assert_false(folder_remove(inside, name));
		assert_int_equal(folder_remove_tree(inside, name, err), -1);
	}
}

static void test_a_link_is_removed_and_replaced_not_followed(void **state)
{
	struct world *world = *state;
	struct file_writer writer;
	assert_int_equal(folder_look(&world->inside, "file-link").kind, PLACE_SYMLINK);
	assert_int_equal(folder_create(&world->inside, "file-link", 0644, &writer,
				       &world->err),
			 0);
	assert_int_equal(file_append(&writer, S("new"), &world->err), 0);
	assert_int_equal(file_commit(&writer, true, &world->err), 0);
	assert_int_equal(folder_look(&world->inside, "file-link").kind, PLACE_FILE);
	assert_int_equal(folder_make(&world->inside, "link", 0755, &world->err), -1);
	assert_int_equal(folder_remove_tree(&world->inside, "link", &world->err), 0);
	assert_int_equal(folder_look(&world->inside, "link").kind, PLACE_ABSENT);
}

static void test_the_walk_of_old_kernels_follows_no_more(void **state)
{
	struct world *world = *state;
	int flags = O_RDONLY;
	for (size_t i = 0; i < WAYS; i++) {
		assert_int_equal(below_walk(world->inside.fd, ways_out[i], flags, 0), -1);
		assert_true(errno == ELOOP || errno == EXDEV);
	}
	assert_int_equal(below_walk(world->inside.fd, "file-link", flags, 0), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(below_walk(world->inside.fd, "/etc/passwd", flags, 0), -1);
	int fd = below_walk(world->inside.fd, "real//new", O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(folder_look(&world->inside, "real/new").kind, PLACE_FILE);
}

static void test_deep_trees_go(void **state)
{
	enum { DEEP = 300 };
	struct world *world = *state;
	int fd = openat(world->inside.fd, "real", O_RDONLY | O_DIRECTORY);
	for (unsigned i = 0; i < DEEP; i++) {
		assert_int_equal(mkdirat(fd, "a", 0755), 0);
		int below = openat(fd, "a", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = below;
	}
	assert_int_equal(symlinkat(at(world, "outside"), fd, "link"), 0);
	close(fd);
	assert_int_equal(folder_remove_tree(&world->inside, "real", &world->err), 0);
	struct name_list names;
	assert_int_equal(folder_names(&world->inside, NULL, &world->arena, &names,
				      &world->err),
			 0);
	assert_int_equal(names.len, 2);
}

static void test_an_output_is_no_link(void **state)
{
	struct world *world = *state;
	struct folder folder = { .fd = -1 };
	struct stat info;
	assert_int_equal(folder_open_output(at(world, "inside/link"), &folder,
					    &world->err),
			 -1);
	assert_int_equal(world->err.kind, ERROR_INPUT);
	mode_t old = umask(0077);
	assert_int_equal(folder_open_output(at(world, "inside/a/b/"), &folder,
					    &world->err),
			 0);
	umask(old);
	assert_int_equal(fstat(folder.fd, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0755);
	folder_close(&folder);
	assert_int_equal(folder_open_output(at(world, "inside/."), &folder, &world->err),
			 0);
	folder_close(&folder);
}

static int open_private(struct world *world, const char *name)
{
	struct folder folder = { .fd = -1 };
	int status =
		folder_open_private(at(world, name), "--cache-dir", &folder, &world->err);
	folder_close(&folder);
	return status;
}

static void test_a_private_folder_is_nobody_elses(void **state)
{
	struct world *world = *state;
	struct stat info;
	mode_t old = umask(0);
	assert_int_equal(open_private(world, "cache/deep"), 0);
	umask(old);
	assert_int_equal(stat(at(world, "cache/deep"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	assert_int_equal(chmod(at(world, "cache/deep"), 0720), 0);
	assert_int_equal(open_private(world, "cache/deep"), -1);
	assert_int_equal(world->err.kind, ERROR_INPUT);
	assert_non_null(strstr(world->err.hint, "--cache-dir"));
	assert_int_equal(chmod(at(world, "cache/deep"), 0755), 0);
	assert_int_equal(chmod(at(world, "cache"), 0777), 0);
	assert_int_equal(open_private(world, "cache/deep"), -1);
	assert_int_equal(chmod(at(world, "cache"), 01777), 0);
	assert_int_equal(open_private(world, "cache/deep"), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(at(world, "cache"), 65534, 65534), 0);
	assert_int_equal(open_private(world, "cache/deep"), -1);
	assert_int_equal(open_private(world, "cache/other"), -1);
	assert_false(file_exists(at(world, "cache/other")));
}

static void test_what_is_no_file_is_not_waited_for(void **state)
{
	struct world *world = *state;
	struct file_map map;
	struct slice text;
	int fd;
	assert_int_equal(mkfifo(at(world, "inside/pipe"), 0600), 0);
	assert_int_equal(folder_open_file(&world->inside, "pipe", &fd, &world->err), -1);
	assert_int_equal(file_map_open(at(world, "inside/pipe"), ERROR_INPUT, &map,
				       &world->err),
			 -1);
	assert_int_equal(file_read(at(world, "inside/pipe"), 10, ERROR_INPUT,
				   &world->arena, &text, &world->err),
			 -1);
	assert_int_equal(file_read("/dev/zero", 10, ERROR_INPUT, &world->arena, &text,
				   &world->err),
			 -1);
	assert_non_null(strstr(world->err.cause, "a device"));
	assert_int_equal(file_read("/dev/null", 10, ERROR_INPUT, &world->arena, &text,
				   &world->err),
			 0);
	assert_int_equal(file_check_kind(at(world, "inside/pipe"), ERROR_INPUT,
					 &world->err),
			 -1);
	assert_int_equal(file_write(at(world, "inside/pipe"), S(""), &world->err), -1);
}

#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(test_no_part_of_a_name_leads_out),
		IN_A_WORLD(test_a_link_is_removed_and_replaced_not_followed),
		IN_A_WORLD(test_the_walk_of_old_kernels_follows_no_more),
		IN_A_WORLD(test_deep_trees_go),
		IN_A_WORLD(test_an_output_is_no_link),
		IN_A_WORLD(test_a_private_folder_is_nobody_elses),
		IN_A_WORLD(test_what_is_no_file_is_not_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
