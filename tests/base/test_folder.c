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
#include <sys/wait.h>
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

static void test_a_new_file_has_its_mode_and_time(void **state)
{
	struct world *world = *state;
	const struct folder *inside = &world->inside;
	struct error *err = &world->err;
	AUTO(fd_close) int fd = -1;
	mode_t mask = umask(0777);
	assert_int_equal(folder_create_new(inside, "real/file", 0755, &fd, err), 0);
	assert_int_equal(folder_make_new(inside, "real/folder", 0751, err), 0);
	umask(mask);
	assert_int_equal(place_write(fd, "file", S("text"), err), 0);
	assert_int_equal(place_end(&fd, "file", 315532800, err), 0);
	struct place place = folder_look(inside, "real/file");
	assert_int_equal(place.kind, PLACE_FILE);
	assert_int_equal(place.mode, 0755);
	assert_int_equal(place.size, 4);
	assert_int_equal(place.mtime_s, 315532800);
	assert_int_equal(folder_look(inside, "real/folder").mode, 0751);
	assert_int_equal(folder_create_new(inside, "real/file", 0644, &fd, err), -1);
	assert_int_equal(err->kind, ERROR_IO);
	assert_int_equal(folder_create_new(inside, "file-link", 0644, &fd, err), -1);
	assert_int_equal(folder_make_new(inside, "link", 0755, err), -1);
}

static void test_links_are_made_and_looked_at(void **state)
{
	struct world *world = *state;
	const struct folder *inside = &world->inside;
	struct error *err = &world->err;
	struct slice target = { 0 };
	assert_int_equal(folder_symlink(inside, "real/new", "nowhere", err), 0);
	assert_int_equal(folder_set_time(inside, "real/new", 1000, err), 0);
	assert_int_equal(folder_look(inside, "real/new").mtime_s, 1000);
	assert_true(folder_link_text(inside, "real/new", &world->arena, &target));
	assert_true(slice_eq(target, S("nowhere")));
	assert_int_equal(file_write(at(world, "inside/a"), S("x"), err), 0);
	assert_int_equal(folder_hard_link(inside, "a", inside, "real/b", err), 0);
	assert_int_equal(folder_look(inside, "a").inode,
			 folder_look(inside, "real/b").inode);
	assert_int_equal(folder_hard_link(inside, "a", inside, "real/b", err), -1);
	assert_int_equal(folder_hard_link(NULL, at(world, "inside/a"), inside, "c", err),
			 0);
	for (size_t i = 0; i < WAYS; i++) {
		assert_int_equal(folder_hard_link(inside, ways_out[i], inside, "d", err),
				 -1);
		assert_int_equal(folder_hard_link(inside, "a", inside, ways_out[i], err),
				 -1);
		assert_int_equal(folder_symlink(inside, ways_out[i], "x", err), -1);
		assert_int_equal(folder_set_time(inside, ways_out[i], 1, err), -1);
		assert_false(
			folder_link_text(inside, ways_out[i], &world->arena, &target));
	}
}

static void test_folders_change_places(void **state)
{
	struct world *world = *state;
	struct slice text = { 0 };
	assert_int_equal(make_directories(at(world, "inside/b"), &world->err), 0);
	assert_int_equal(file_write(at(world, "inside/b/x"), S("from b"), &world->err),
			 0);
	assert_int_equal(folder_exchange(&world->inside, "b", "real", &world->err), 0);
	assert_int_equal(folder_read(&world->inside, "real/x", 100, &world->arena, &text,
				     &world->err),
			 0);
	assert_true(slice_eq(text, S("from b")));
	assert_int_equal(folder_look(&world->inside, "b/x").kind, PLACE_ABSENT);
	assert_int_equal(folder_exchange(&world->inside, "b", "none", &world->err), -1);
}

// Seen from another process, as it is meant.
static bool child_can_lock(const struct folder *folder, const char *name)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		struct error err = { 0 };
		struct folder held = { .fd = -1 };
		_exit(folder_lock(folder, name, &held, &err) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_a_lock_keeps_others_out(void **state)
{
	struct world *world = *state;
	const struct folder *inside = &world->inside;
	struct folder held = { .fd = -1 };
	assert_int_equal(folder_lock(inside, "locked", &held, &world->err), 0);
	assert_false(child_can_lock(inside, "locked"));
	// The lock goes with the folder: its old name is free again.
	assert_int_equal(folder_rename(inside, "locked", "moved", &world->err), 0);
	assert_true(child_can_lock(inside, "locked"));
	assert_false(child_can_lock(inside, "moved"));
	folder_close(&held);
	assert_true(child_can_lock(inside, "moved"));
	assert_int_equal(folder_lock(inside, "link", &held, &world->err), -1);
	assert_int_equal(world->err.kind, ERROR_INPUT);
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
		IN_A_WORLD(test_a_new_file_has_its_mode_and_time),
		IN_A_WORLD(test_links_are_made_and_looked_at),
		IN_A_WORLD(test_folders_change_places),
		IN_A_WORLD(test_a_lock_keeps_others_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
