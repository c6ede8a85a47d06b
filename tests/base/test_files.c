// SPDX-License-Identifier: MIT
// Files: reading, mapping, writing whole or not at all, trees, names.
#include "base/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// A directory of the test's own, removed at its end.
struct place {
	struct arena arena;
	const char *root;
	struct error err;
};

static void place_init(struct place *place)
{
	*place = (struct place){ 0 };
	static const char template[] = "/tmp/test_files.XXXXXX";
	char *root = arena_alloc(&place->arena, sizeof(template), 1);
	memcpy(root, template, sizeof(template));
	place->root = mkdtemp(root);
	assert_non_null(place->root);
}

static void place_release(struct place *place)
{
	assert_int_equal(remove_tree(place->root, &place->err), 0);
	assert_false(file_exists(place->root));
	arena_release(&place->arena);
}

static const char *in(struct place *place, const char *name)
{
	return path_join(&place->arena, place->root, slice_from(name));
}

static void assert_content(struct place *place, const char *path, struct slice expected)
{
	struct slice bytes;
	assert_int_equal(file_read(path, 1 << 20, ERROR_IO, &place->arena, &bytes,
				   &place->err),
			 0);
	assert_true(slice_eq(bytes, expected));
}

static size_t count_names(struct place *place, const char *path)
{
	struct name_list names;
	assert_int_equal(directory_names(path, &place->arena, &names, &place->err), 0);
	return names.len;
}

static void test_write_then_read_and_map(void **state)
{
	struct place place;
	struct file_map map;
	uint64_t size = 0;
	(void)state;
	place_init(&place);
	const char *path = in(&place, "file");
	struct slice large = arena_printf(&place.arena, "%*s", 200000, "end");
	assert_int_equal(file_write(path, S("a\0b"), &place.err), 0);
	assert_content(&place, path, S("a\0b"));
	assert_int_equal(file_write(path, large, &place.err), 0);
	assert_content(&place, path, large);
	assert_true(file_size(path, &size));
	assert_int_equal(size, large.len);
	assert_int_equal(file_map_open(path, ERROR_IO, &map, &place.err), 0);
	assert_true(slice_eq(map.bytes, large));
	file_map_done_with(&map, 0, map.bytes.len);
	file_map_done_with(&map, 5000, 10);
	assert_true(slice_eq(map.bytes, large));
	file_map_close(&map);
	file_map_close(&map);
	assert_int_equal(count_names(&place, place.root), 1);
	place_release(&place);
}

static void test_empty_file(void **state)
{
	struct place place;
	struct file_map map;
	(void)state;
	place_init(&place);
	const char *path = in(&place, "empty");
	assert_int_equal(file_write(path, S(""), &place.err), 0);
	assert_content(&place, path, S(""));
	assert_int_equal(file_map_open(path, ERROR_IO, &map, &place.err), 0);
	assert_int_equal(map.bytes.len, 0);
	file_map_close(&map);
	place_release(&place);
}

static void test_what_cannot_be_read(void **state)
{
	struct place place;
	struct slice bytes;
	struct file_map map;
	uint64_t size;
	(void)state;
	place_init(&place);
	const char *absent = in(&place, "absent");
	assert_int_equal(file_read(absent, 10, ERROR_INPUT, &place.arena, &bytes,
				   &place.err),
			 -1);
	assert_int_equal(place.err.kind, ERROR_INPUT);
	assert_non_null(strstr(place.err.cause, "No such file"));
	assert_int_equal(file_read(place.root, 10, ERROR_IO, &place.arena, &bytes,
				   &place.err),
			 -1);
	assert_non_null(strstr(place.err.cause, "Is a directory"));
	assert_int_equal(file_map_open(absent, ERROR_IO, &map, &place.err), -1);
	assert_int_equal(file_map_open(place.root, ERROR_IO, &map, &place.err), -1);
	assert_false(file_size(absent, &size));
	assert_false(file_size(place.root, &size));
	assert_false(file_exists(absent));
	assert_true(file_exists(place.root));
	place_release(&place);
}

static void test_reading_has_a_limit(void **state)
{
	struct place place;
	struct slice bytes;
	(void)state;
	place_init(&place);
	const char *path = in(&place, "file");
	assert_int_equal(file_write(path, S("12345"), &place.err), 0);
	assert_int_equal(file_read(path, 5, ERROR_INPUT, &place.arena, &bytes,
				   &place.err),
			 0);
	assert_int_equal(file_read(path, 4, ERROR_INPUT, &place.arena, &bytes,
				   &place.err),
			 -1);
	assert_non_null(strstr(place.err.cause, "larger than 4 bytes"));
	place_release(&place);
}

static void test_an_abandoned_file_leaves_nothing(void **state)
{
	struct place place;
	struct file_writer writer;
	(void)state;
	place_init(&place);
	const char *path = in(&place, "file");
	assert_int_equal(file_write(path, S("old"), &place.err), 0);
	assert_int_equal(file_create(path, 0600, &writer, &place.err), 0);
	assert_int_equal(file_append(&writer, S("new"), &place.err), 0);
	assert_int_equal(writer.written, 3);
	assert_content(&place, path, S("old"));
	file_abandon(&writer);
	file_abandon(&writer);
	assert_content(&place, path, S("old"));
	assert_int_equal(count_names(&place, place.root), 1);
	int standard_input = fcntl(STDIN_FILENO, F_GETFD);
	struct file_writer zeroed = { 0 };
	file_abandon(&zeroed);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), standard_input);
	place_release(&place);
}

static void test_ctx_4_modes_do_not_know_the_umask(void **state)
{
	struct place place;
	struct file_writer writer;
	struct stat info;
	(void)state;
	place_init(&place);
	const char *path = in(&place, "file");
	mode_t old = umask(0077);
	assert_int_equal(file_create(path, 0755, &writer, &place.err), 0);
	assert_int_equal(file_commit(&writer, false, &place.err), 0);
	umask(old);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0755);
	place_release(&place);
}

static void test_what_cannot_be_written(void **state)
{
	struct place place;
	struct file_writer writer;
	(void)state;
	place_init(&place);
	assert_int_equal(file_write(in(&place, "no/such/file"), S("x"), &place.err), -1);
	assert_int_equal(place.err.kind, ERROR_IO);
	const char *directory = in(&place, "directory");
	assert_int_equal(make_directories(directory, &place.err), 0);
	assert_int_equal(file_create(directory, 0644, &writer, &place.err), 0);
	assert_int_equal(file_commit(&writer, true, &place.err), -1);
	assert_int_equal(count_names(&place, place.root), 1);
	file_abandon(&writer);
	place_release(&place);
}

static void test_directories(void **state)
{
	struct place place;
	(void)state;
	place_init(&place);
	assert_int_equal(make_directories(in(&place, "a/b//c/"), &place.err), 0);
	assert_true(file_exists(in(&place, "a/b/c")));
	assert_int_equal(make_directories(in(&place, "a/b/c"), &place.err), 0);
	assert_int_equal(make_directories("/", &place.err), 0);
	assert_int_equal(make_directories("", &place.err), -1);
	assert_int_equal(file_write(in(&place, "file"), S(""), &place.err), 0);
	assert_int_equal(make_directories(in(&place, "file"), &place.err), -1);
	assert_int_equal(make_directories(in(&place, "file/x"), &place.err), -1);
	place_release(&place);
}

static void test_remove_tree_stays_inside(void **state)
{
	struct place place;
	(void)state;
	place_init(&place);
	assert_int_equal(make_directories(in(&place, "kept"), &place.err), 0);
	assert_int_equal(file_write(in(&place, "kept/file"), S("x"), &place.err), 0);
	assert_int_equal(make_directories(in(&place, "tree/deep/er"), &place.err), 0);
	assert_int_equal(symlink("../kept", in(&place, "tree/link")), 0);
	assert_int_equal(symlink("absent", in(&place, "tree/dangling")), 0);
	assert_int_equal(remove_tree(in(&place, "tree"), &place.err), 0);
	assert_false(file_exists(in(&place, "tree")));
	assert_content(&place, in(&place, "kept/file"), S("x"));
	assert_int_equal(remove_tree(in(&place, "tree"), &place.err), 0);
	place_release(&place);
}

static void test_names_are_sorted_by_bytes(void **state)
{
	static const char *const made[] = { "b",        "a",       "B",   "a.b",
					    "\xc3\xa9", ".hidden", "a-b", "ab" };
	static const char *const sorted[] = { ".hidden", "B",  "a", "a-b",
					      "a.b",     "ab", "b", "\xc3\xa9" };
	struct place place;
	struct name_list names;
	(void)state;
	place_init(&place);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(file_write(in(&place, made[i]), S(""), &place.err), 0);
	assert_int_equal(directory_names(place.root, &place.arena, &names, &place.err),
			 0);
	assert_int_equal(names.len, 8);
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(names.items[i].ptr, sorted[i]);
	assert_int_equal(count_names(&place, in(&place, "absent")), 0);
	assert_int_equal(directory_names(in(&place, "a"), &place.arena, &names,
					 &place.err),
			 -1);
	place_release(&place);
}

static void test_link_or_copy_replaces_nothing(void **state)
{
	struct place place;
	struct error err = { 0 };
	(void)state;
	place_init(&place);
	const char *from = in(&place, "from"), *to = in(&place, "to"),
		   *taken = in(&place, "taken");
	assert_int_equal(file_write(from, S("new"), &err), 0);
	assert_int_equal(file_write(taken, S("old"), &err), 0);
	assert_int_equal(link_or_copy(from, to, &err), 0);
	assert_content(&place, to, S("new"));
	assert_int_equal(link_or_copy(from, taken, &err), 0);
	assert_content(&place, taken, S("old"));
	assert_int_equal(link_or_copy(in(&place, "absent"), in(&place, "x"), &err), -1);
	assert_int_equal(rename_path(from, taken, &err), 0);
	assert_content(&place, taken, S("new"));
	assert_int_equal(rename_path(from, taken, &err), -1);
	place_release(&place);
}

// As on a full disk: writing stops at a limit of the process.
static void test_a_failed_write_leaves_nothing(void **state)
{
	struct place place;
	struct rlimit old, small;
	(void)state;
	place_init(&place);
	const char *path = in(&place, "file");
	struct slice large = arena_printf(&place.arena, "%*s", 200000, "end");
	assert_int_equal(file_write(path, S("old"), &place.err), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	small = (struct rlimit){ 100000, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int status = file_write(path, large, &place.err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, handler);
	assert_int_equal(status, -1);
	assert_int_equal(place.err.kind, ERROR_IO);
	assert_content(&place, path, S("old"));
	assert_int_equal(count_names(&place, place.root), 1);
	place_release(&place);
}

// Where a hard link cannot go, across file systems, the bytes do.
static void test_copy_across_file_systems(void **state)
{
	struct place place;
	struct stat here, there;
	char other[] = "/dev/shm/test_files.XXXXXX";
	(void)state;
	place_init(&place);
	const char *from = in(&place, "from");
	struct slice large = arena_printf(&place.arena, "%*s", 200000, "end");
	assert_int_equal(file_write(from, large, &place.err), 0);
	assert_int_equal(chmod(from, 0755), 0);
	if (mkdtemp(other) && stat(other, &there) == 0 && stat(from, &here) == 0 &&
	    here.st_dev != there.st_dev) {
		const char *to = path_join(&place.arena, other, S("to"));
		assert_int_equal(link_or_copy(from, to, &place.err), 0);
		assert_content(&place, to, large);
		assert_int_equal(stat(to, &there), 0);
		assert_int_equal(there.st_mode & 0777, 0755);
		const char *nowhere = path_join(&place.arena, other, S("no/such/place"));
		assert_int_equal(link_or_copy(from, nowhere, &place.err), -1);
	}
	assert_int_equal(remove_tree(other, &place.err), 0);
	place_release(&place);
}

static void test_paths(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	assert_string_equal(path_join(&arena, "a", S("b")), "a/b");
	assert_string_equal(path_join(&arena, "a/", S("b/c")), "a/b/c");
	assert_string_equal(path_join(&arena, "/", S("b")), "/b");
	assert_string_equal(path_directory(&arena, "a/b/c"), "a/b");
	assert_string_equal(path_directory(&arena, "a"), ".");
	assert_string_equal(path_directory(&arena, "/a"), "/");
}

static void test_real_paths(void **state)
{
	struct place place;
	(void)state;
	place_init(&place);
	assert_int_equal(make_directories(in(&place, "a"), &place.err), 0);
	assert_int_equal(file_write(in(&place, "a/file"), S(""), &place.err), 0);
	assert_int_equal(symlink("a", in(&place, "link")), 0);
	struct slice direct = path_real(&place.arena, in(&place, "a"));
	assert_true(direct.len > 0);
	assert_true(slice_eq(path_real(&place.arena, in(&place, "link/../a/.")), direct));
	assert_int_equal(path_real(&place.arena, in(&place, "absent")).len, 0);
	assert_true(path_is_directory(in(&place, "link")));
	assert_false(path_is_directory(in(&place, "a/file")));
	assert_false(path_is_directory(in(&place, "absent")));
	place_release(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_then_read_and_map),
		cmocka_unit_test(test_empty_file),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_reading_has_a_limit),
		cmocka_unit_test(test_an_abandoned_file_leaves_nothing),
		cmocka_unit_test(test_ctx_4_modes_do_not_know_the_umask),
		cmocka_unit_test(test_what_cannot_be_written),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_remove_tree_stays_inside),
		cmocka_unit_test(test_names_are_sorted_by_bytes),
		cmocka_unit_test(test_link_or_copy_replaces_nothing),
		cmocka_unit_test(test_a_failed_write_leaves_nothing),
		cmocka_unit_test(test_copy_across_file_systems),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_real_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
