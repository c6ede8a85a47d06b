// SPDX-License-Identifier: MIT
// Environments on a live file system: new, brought up to date, left alone, refused.
#include "base/folder.h"
#include "builder/install/install.h"
#include "tests/builder/builder_test.h"

#include <signal.h>
#include <sys/resource.h>

struct world {
	struct test_folder folder;
	struct arena *arena;
	struct store *store;
	struct test_lock lock;
	struct target target;
	const char *prefix;
};

static void world_make(struct world *world)
{
	struct error err = { 0 };
	*world = (struct world){ .folder = test_folder_make() };
	world->arena = &world->folder.arena;
	world->lock.arena = world->arena;
	world->target = test_target(world->arena);
	world->prefix = test_path(&world->folder, "env");
	if (store_open(test_path(&world->folder, "store"), &world->store, &err) < 0)
		fail_msg("%s", err.cause);
}

static void world_end(struct world *world)
{
	store_close(world->store);
	test_folder_remove(&world->folder);
}

static struct lock_choice *add(struct world *world, struct wheel_maker *maker)
{
	struct slice bytes = wheel_maker_finish(maker);
	struct lock_choice *choice = test_lock_add(&world->lock, maker, bytes);
	test_write(store_file_path(world->store, &choice->file->sha256, world->arena),
		   bytes);
	return choice;
}

static struct wheel_maker package(struct world *world, const char *name,
				  const char *version, struct slice text)
{
	struct wheel_maker maker = wheel_maker_new(world->arena, name, version);
	wheel_maker_add(&maker, arena_printf(world->arena, "%s/__init__.py", name).ptr,
			text);
	return maker;
}

static struct install_request request_of(struct world *world)
{
	return (struct install_request){ .prefix = world->prefix,
					 .interpreter = S("/usr/bin/python3.12"),
					 .target = &world->target,
					 .jobs = 3,
					 .selection = &world->lock.selection };
}

static int try_install(struct world *world, struct install_result *result,
		       struct error *err)
{
	struct install_request request = request_of(world);
	return install(world->store, &request, world->arena, result, err);
}

static struct install_result do_install(struct world *world)
{
	struct install_result result = { 0 };
	struct error err = { 0 };
	if (try_install(world, &result, &err) < 0)
		fail_msg("%s", err.cause);
	return result;
}

static struct place look(struct world *world, const char *below)
{
	return place_look(path_join(world->arena, world->prefix, slice_from(below)));
}

static void assert_holds(struct world *world, const char *below, struct slice bytes)
{
	struct slice found =
		test_read(world->arena,
			  path_join(world->arena, world->prefix, slice_from(below)));
	if (!slice_eq(found, bytes))
		fail_msg("'%s' holds '%.*s'", below, SLICE_ARG(found));
}

#define SITE "lib/python3.12/site-packages/"

static void test_tar_10_modes_and_times(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	mode_t mask = umask(077);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	wheel_maker_add(&maker, "demo/tool", S("#!/bin/sh\n"))->unix_mode = 0100711;
	wheel_maker_add(&maker, "demo/stored", S("stored"))->stored = true;
	wheel_maker_add(&maker, "demo/empty", S(""));
	wheel_maker_add(&maker, wheel_maker_info(&maker, "entry_points.txt"),
			S("[console_scripts]\nrun = demo:main\n"));
	add(&world, &maker);
	struct install_result result = do_install(&world);
	umask(mask);
	assert_int_equal(result.packages, 1);
	static const struct {
		const char *path;
		unsigned mode;
	} expected[] = {
		{ "", 0755 },
		{ "bin", 0755 },
		{ SITE "demo", 0755 },
		{ SITE "demo/__init__.py", 0644 },
		{ SITE "demo/tool", 0755 },
		{ SITE "demo/empty", 0644 },
		{ "bin/run", 0755 },
		{ "pyvenv.cfg", 0644 },
		{ "lib64", 0777 },
		{ "bin/python", 0777 },
		{ SITE "demo-1.0.dist-info/RECORD", 0644 },
	};
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct place place = look(&world, expected[i].path);
		if (place.mode != expected[i].mode || place.mtime_s != 315532800)
			fail_msg("'%s' has mode %o, time %lld", expected[i].path,
				 place.mode, (long long)place.mtime_s);
	}
	assert_holds(&world, SITE "demo/stored", S("stored"));
	assert_holds(&world, SITE "demo/__init__.py", S("x = 1\n"));
	assert_int_equal(place_look(test_path(&world.folder, "env.pinbake-new")).kind,
			 PLACE_ABSENT);
	world_end(&world);
}

static void test_install_brings_up_to_date(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct wheel_maker stays = package(&world, "stays", "1.0", S("stays\n"));
	struct wheel_maker goes = package(&world, "goes", "1.0", S("goes\n"));
	struct wheel_maker bumped = package(&world, "bumped", "1.0", S("old\n"));
	wheel_maker_add(&bumped, "bumped/old.py", S("old\n"));
	struct lock_choice first = *add(&world, &stays);
	add(&world, &goes);
	add(&world, &bumped);
	do_install(&world);
	struct place before = look(&world, SITE "stays/__init__.py");
	const char *mine = path_join(world.arena, world.prefix, S("etc-mine.txt"));
	test_write(mine, S("mine"));
	struct error err = { 0 };
	assert_int_equal(make_directories(path_join(world.arena, world.prefix,
						    S(SITE "stays/__pycache__")),
					  &err),
			 0);
	test_write(path_join(world.arena, world.prefix,
			     S(SITE "stays/__pycache__/x.pyc")),
		   S("pyc"));

	world.lock.selection.len = 0;
	*array_push(world.arena, &world.lock.selection) = first;
	struct wheel_maker newer = package(&world, "bumped", "2.0", S("new\n"));
	add(&world, &newer);
	do_install(&world);
	assert_int_equal(look(&world, SITE "goes").kind, PLACE_ABSENT);
	assert_int_equal(look(&world, SITE "goes-1.0.dist-info").kind, PLACE_ABSENT);
	assert_int_equal(look(&world, SITE "bumped-1.0.dist-info").kind, PLACE_ABSENT);
	assert_int_equal(look(&world, SITE "bumped/old.py").kind, PLACE_ABSENT);
	assert_int_equal(look(&world, SITE "stays/__pycache__").kind, PLACE_ABSENT);
	assert_holds(&world, SITE "bumped/__init__.py", S("new\n"));
	assert_holds(&world, "etc-mine.txt", S("mine"));
	// Linked, not inflated
	assert_int_equal(look(&world, SITE "stays/__init__.py").inode, before.inode);
	assert_int_equal(place_look(test_path(&world.folder, "env.pinbake-new")).kind,
			 PLACE_ABSENT);
	world_end(&world);
}

static void test_install_twice_touches_nothing(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	add(&world, &maker);
	do_install(&world);
	struct place before = look(&world, "");
	assert_int_equal(do_install(&world).files, 0);
	assert_int_equal(look(&world, "").inode, before.inode);
	world_end(&world);
}

static void test_install_repairs_what_was_touched(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	add(&world, &maker);
	do_install(&world);
	test_write(path_join(world.arena, world.prefix, S(SITE "demo/__init__.py")),
		   S("y = 2\n"));
	do_install(&world);
	assert_holds(&world, SITE "demo/__init__.py", S("x = 1\n"));
	world_end(&world);
}

// Two packages brought one path: what the loser left may not be taken for the winner's.
static void test_env_10_winner_after_removal(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct wheel_maker a = package(&world, "aaa", "1.0", S("a\n")),
			   b = package(&world, "bbb", "1.0", S("b\n"));
	wheel_maker_add(&a, "shared.py", S("from a"));
	wheel_maker_add(&b, "shared.py", S("from b"));
	struct lock_choice both[] = { *add(&world, &a), *add(&world, &b) };
	do_install(&world);
	struct slice found = test_read(world.arena, path_join(world.arena, world.prefix,
							      S(SITE "shared.py")));
	bool a_won = slice_eq(found, S("from a"));
	world.lock.selection.len = 0;
	*array_push(world.arena, &world.lock.selection) = both[a_won ? 1 : 0];
	do_install(&world);
	assert_holds(&world, SITE "shared.py", a_won ? S("from b") : S("from a"));
	world_end(&world);
}

static void test_668_1_foreign_folders_are_refused(void **state)
{
	(void)state;
	struct world world;
	struct install_result result;
	struct error err = { 0 };
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	add(&world, &maker);
	assert_int_equal(make_directories(world.prefix, &err), 0);
	do_install(&world); // an empty folder is as good as none
	assert_int_equal(remove_tree(world.prefix, &err), 0);
	assert_int_equal(make_directories(world.prefix, &err), 0);
	test_write(path_join(world.arena, world.prefix, S("pyvenv.cfg")),
		   S("home = /usr/bin\n"));
	assert_int_equal(try_install(&world, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.cause, "no environment that pinbake made"));
	assert_holds(&world, "pyvenv.cfg", S("home = /usr/bin\n"));
	world_end(&world);
}

static void test_install_leftovers_of_a_killed_run(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	add(&world, &maker);
	assert_int_equal(make_directories(test_path(&world.folder,
						    "env.pinbake-new/lib/junk"),
					  &err),
			 0);
	test_write(test_path(&world.folder, "env.pinbake-new/lib/junk/file"), S("junk"));
	do_install(&world);
	assert_int_equal(look(&world, "lib/junk").kind, PLACE_ABSENT);
	world_end(&world);
}

static void test_install_in_use(void **state)
{
	(void)state;
	struct world world;
	struct install_result result;
	struct error err = { 0 };
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	add(&world, &maker);
	AUTO(folder_close) struct folder lock = { .fd = -1 };
	AUTO(folder_close) struct folder here = { .fd = -1 };
	assert_int_equal(folder_open(test_path(&world.folder, ""), &here, &err), 0);
	assert_int_equal(folder_lock(&here, "env.pinbake-new", &lock, &err), 0);
	assert_int_equal(try_install(&world, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
	assert_non_null(strstr(err.cause, "in use by another process"));
	world_end(&world);
}

static void test_install_failure_leaves_nothing(void **state)
{
	(void)state;
	struct world world;
	struct install_result result;
	struct error err = { 0 };
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	// As if the store had rotted
	wheel_maker_add(&maker, "demo/bad.py", S("y = 2\n"))->wrong_crc = true;
	add(&world, &maker);
	assert_int_equal(try_install(&world, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_int_equal(place_look(world.prefix).kind, PLACE_ABSENT);
	assert_int_equal(place_look(test_path(&world.folder, "env.pinbake-new")).kind,
			 PLACE_ABSENT);
	world_end(&world);
}

static void test_install_interrupted(void **state)
{
	(void)state;
	struct world world;
	struct install_result result;
	struct error err = { 0 };
	volatile int interrupted = 2;
	const struct work work = { .interrupted = &interrupted };
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	add(&world, &maker);
	struct install_request request = request_of(&world);
	request.work = &work;
	assert_int_equal(install(world.store, &request, world.arena, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	assert_int_equal(place_look(world.prefix).kind, PLACE_ABSENT);
	assert_int_equal(place_look(test_path(&world.folder, "env.pinbake-new")).kind,
			 PLACE_ABSENT);
	world_end(&world);
}

// What two packages bring is told, by the names that people know (env.10).
static void test_env_10_warnings(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct wheel_maker a = package(&world, "aaa", "1.0", S("a\n")),
			   b = package(&world, "bbb", "1.0", S("b\n"));
	wheel_maker_add(&a, "shared.py", S("from a"));
	wheel_maker_add(&b, "shared.py", S("from b"));
	add(&world, &a);
	add(&world, &b);
	struct install_result result = do_install(&world);
	assert_int_equal(result.warnings_len, 1);
	assert_true(slice_contains(result.warnings[0],
				   S("site-packages/shared.py' is in 'aaa' and 'bbb'")) ||
		    slice_contains(result.warnings[0],
				   S("site-packages/shared.py' is in 'bbb' and 'aaa'")));
	world_end(&world);
}

// A full disk, as RLIMIT_FSIZE shows it.
static void test_install_disk_full(void **state)
{
	(void)state;
	struct world world;
	struct install_result result;
	struct error err = { 0 };
	struct rlimit before, small = { .rlim_cur = 5000 };
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	char *zeros = arena_alloc(world.arena, 100000, 1);
	wheel_maker_add(&maker, "demo/zeros", (struct slice){ zeros, 100000 });
	add(&world, &maker);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(try_install(&world, &result, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, handler);
	assert_int_equal(err.kind, ERROR_IO);
	assert_non_null(strstr(err.cause, "demo/zeros"));
	assert_int_equal(place_look(world.prefix).kind, PLACE_ABSENT);
	assert_int_equal(place_look(test_path(&world.folder, "env.pinbake-new")).kind,
			 PLACE_ABSENT);
	world_end(&world);
}

static void test_install_without_wheel(void **state)
{
	(void)state;
	struct world world;
	struct install_result result;
	struct error err = { 0 };
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	struct lock_choice *choice = add(&world, &maker);
	struct lock_file file = *choice->file;
	file.kind = LOCK_SDIST;
	choice->file = &file;
	assert_int_equal(try_install(&world, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	world_end(&world);
}

static struct install_check_result do_check(struct world *world)
{
	struct install_request request = request_of(world);
	struct install_check_result result = { 0 };
	struct error err = { 0 };
	request.interpreter = S("");
	if (install_check(world->store, &request, world->arena, &result, &err) < 0)
		fail_msg("%s", err.cause);
	return result;
}

static void assert_difference(const struct install_check_result *result, size_t index,
			      enum install_difference_kind kind, const char *path,
			      const char *how)
{
	assert_true(index < result->len);
	const struct install_difference *difference = &result->differences[index];
	if (difference->kind != kind || !slice_eq(difference->path, slice_from(path)) ||
	    !slice_eq(difference->how, slice_from(how)))
		fail_msg("difference %zu is '%.*s': %.*s", index,
			 SLICE_ARG(difference->path), SLICE_ARG(difference->how));
}

static void test_check_names_every_difference(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct wheel_maker maker = package(&world, "demo", "1.0", S("x = 1\n"));
	static const char *const names[] = { "content", "empty",  "folder/a", "folder/b",
					     "gone",    "linked", "mode",     "size" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		wheel_maker_add(&maker,
				arena_printf(world.arena, "demo/%s", names[i]).ptr,
				strcmp(names[i], "empty") == 0 ? S("")
							       : slice_from(names[i]));
	add(&world, &maker);
	do_install(&world);
	struct install_check_result result = do_check(&world);
	assert_int_equal(result.len, 0);
	assert_int_equal(result.packages, 1);
	struct error err = { 0 };
	const char *site = path_join(world.arena, world.prefix, S(SITE));
	assert_int_equal(make_directories(path_join(world.arena, site,
						    S("demo/__pycache__")),
					  &err),
			 0);
	test_write(path_join(world.arena, site, S("demo/__pycache__/x.pyc")), S("pyc"));
	assert_int_equal(do_check(&world).len, 0);
	test_write(path_join(world.arena, site, S("demo/content")), S("kontent"));
	test_write(path_join(world.arena, site, S("demo/size")), S("sizes"));
	assert_int_equal(remove_tree(path_join(world.arena, site, S("demo/folder")),
				     &err),
			 0);
	assert_int_equal(remove_tree(path_join(world.arena, site, S("demo/gone")), &err),
			 0);
	assert_int_equal(remove_tree(path_join(world.arena, site, S("demo/linked")),
				     &err),
			 0);
	assert_int_equal(symlink("size", path_join(world.arena, site, S("demo/linked"))),
			 0);
	assert_int_equal(chmod(path_join(world.arena, site, S("demo/mode")), 0600), 0);
	assert_int_equal(make_directories(path_join(world.arena, site, S("other/inner")),
					  &err),
			 0);
	test_write(path_join(world.arena, site, S("demo/extra.py")), S("import os\n"));
	result = do_check(&world);
	assert_int_equal(result.len, 8);
	assert_difference(&result, 0, INSTALL_CHANGED, SITE "demo/content",
			  "has other content");
	assert_difference(&result, 1, INSTALL_MISSING, SITE "demo/folder", "missing");
	assert_difference(&result, 2, INSTALL_MISSING, SITE "demo/gone", "missing");
	assert_difference(&result, 3, INSTALL_CHANGED, SITE "demo/linked",
			  "is a symbolic link");
	assert_difference(&result, 4, INSTALL_CHANGED, SITE "demo/mode",
			  "has another mode");
	assert_difference(&result, 5, INSTALL_CHANGED, SITE "demo/size",
			  "has another size");
	assert_difference(&result, 6, INSTALL_EXTRA, SITE "demo/extra.py",
			  "belongs to no package of the lock");
	assert_difference(&result, 7, INSTALL_EXTRA, SITE "other/",
			  "belongs to no package of the lock");
	world_end(&world);
}

static void test_check_of_nothing(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct install_request request = request_of(&world);
	struct install_check_result result = { 0 };
	struct error err = { 0 };
	assert_int_equal(install_check(world.store, &request, world.arena, &result, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_NO);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_names_every_difference),
		cmocka_unit_test(test_check_of_nothing),
		cmocka_unit_test(test_tar_10_modes_and_times),
		cmocka_unit_test(test_install_brings_up_to_date),
		cmocka_unit_test(test_install_twice_touches_nothing),
		cmocka_unit_test(test_install_repairs_what_was_touched),
		cmocka_unit_test(test_env_10_winner_after_removal),
		cmocka_unit_test(test_668_1_foreign_folders_are_refused),
		cmocka_unit_test(test_install_leftovers_of_a_killed_run),
		cmocka_unit_test(test_install_in_use),
		cmocka_unit_test(test_install_failure_leaves_nothing),
		cmocka_unit_test(test_install_interrupted),
		cmocka_unit_test(test_env_10_warnings),
		cmocka_unit_test(test_install_disk_full),
		cmocka_unit_test(test_install_without_wheel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
