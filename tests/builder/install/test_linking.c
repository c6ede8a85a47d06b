// SPDX-License-Identifier: MIT
// Environments out of wheels that the store keeps unpacked: linked, copied, and never from
// a stored file that somebody wrote to.
#include "base/folder.h"
#include "builder/install/install.h"
#include "builder/store/unpacked.h"
#include "tests/builder/builder_test.h"

#include <fcntl.h>
#include <time.h>

#define MODULE "lib/python3.12/site-packages/demo/__init__.py"
#define TOOL   "lib/python3.12/site-packages/demo/tool"

struct world {
	struct test_folder folder;
	struct arena *arena;
	struct store *store;
	struct test_lock lock;
	struct target target;
	struct lock_choice *choice;
};

// One package with a module, a program and an empty file.
static void world_make(struct world *world, bool rotten)
{
	struct error err = { 0 };
	*world = (struct world){ .folder = test_folder_make() };
	world->arena = &world->folder.arena;
	world->lock.arena = world->arena;
	world->target = test_target(world->arena);
	assert_int_equal(store_open(test_path(&world->folder, "store"), &world->store,
				    &err),
			 0);
	struct wheel_maker maker = wheel_maker_new(world->arena, "demo", "1.0");
	wheel_maker_add(&maker, "demo/__init__.py", S("x = 1\n"));
	wheel_maker_add(&maker, "demo/tool", S("#!/bin/sh\n"))->unix_mode = 0100755;
	wheel_maker_add(&maker, "demo/empty", S(""));
	wheel_maker_add(&maker, "demo/late", S("y = 2\n"))->wrong_crc = rotten;
	struct slice bytes = wheel_maker_finish(&maker);
	world->choice = test_lock_add(&world->lock, &maker, bytes);
	test_write(store_file_path(world->store, &world->choice->file->sha256,
				   world->arena),
		   bytes);
}

static void world_end(struct world *world)
{
	store_close(world->store);
	test_folder_remove(&world->folder);
}

static int try_install(struct world *world, const char *name, enum link_mode mode,
		       struct install_result *result, struct error *err)
{
	struct install_request request = { .prefix = test_path(&world->folder, name),
					   .interpreter = S("/usr/bin/python3.12"),
					   .target = &world->target,
					   .jobs = 2,
					   .link_mode = mode,
					   .selection = &world->lock.selection };
	return install(world->store, &request, world->arena, result, err);
}

static struct install_result do_install(struct world *world, const char *name,
					enum link_mode mode)
{
	struct install_result result = { 0 };
	struct error err = { 0 };
	if (try_install(world, name, mode, &result, &err) < 0)
		fail_msg("%s", err.cause);
	return result;
}

static const char *path_in(struct world *world, const char *environment,
			   const char *below)
{
	return path_join(world->arena, test_path(&world->folder, environment),
			 slice_from(below));
}

static void assert_holds(struct world *world, const char *environment, struct slice bytes)
{
	struct slice found = test_read(world->arena, path_in(world, environment, MODULE));
	if (!slice_eq(found, bytes))
		fail_msg("'%s' holds '%.*s'", environment, SLICE_ARG(found));
}

static const char *unpacked(struct world *world, const char *suffix)
{
	const char *path = store_unpacked_path(world->store, &world->choice->file->sha256,
					       world->arena);
	return arena_printf(world->arena, "%s%s", path, suffix).ptr;
}

static void test_hard_links_share_one_file(void **state)
{
	(void)state;
	struct world world;
	world_make(&world, false);
	uint64_t linked = do_install(&world, "a", LINK_HARDLINK).linked;
	assert_true(linked >= 3);
	assert_int_equal(do_install(&world, "b", LINK_HARDLINK).linked, linked);
	struct place a = place_look(path_in(&world, "a", TOOL)),
		     b = place_look(path_in(&world, "b", TOOL));
	assert_int_equal(a.inode, b.inode);
	assert_int_equal(a.links, 3);
	assert_int_equal(a.mode, 0755);
	assert_int_equal(a.mtime_s, UNPACKED_MTIME);
	assert_holds(&world, "b", S("x = 1\n"));
	world_end(&world);
}

static void test_copies_and_inflated_files_are_their_own(void **state)
{
	(void)state;
	struct world world;
	world_make(&world, false);
	struct install_result copied = do_install(&world, "a", LINK_COPY),
			      inflated = do_install(&world, "b", LINK_INFLATE);
	assert_true(copied.copied >= 3 && copied.linked == 0);
	assert_int_equal(inflated.copied + inflated.linked + inflated.cloned, 0);
	assert_int_equal(place_look(path_in(&world, "a", TOOL)).links, 1);
	assert_int_equal(place_look(path_in(&world, "a", TOOL)).mode, 0755);
	assert_int_equal(place_look(path_in(&world, "a", MODULE)).mtime_s,
			 UNPACKED_MTIME);
	assert_holds(&world, "a", S("x = 1\n"));
	world_end(&world);
}

// The default leaves no way from an environment into the store.
static void test_auto_never_links(void **state)
{
	(void)state;
	struct world world;
	world_make(&world, false);
	assert_int_equal(do_install(&world, "a", LINK_AUTO).linked, 0);
	assert_int_equal(place_look(path_in(&world, "a", MODULE)).links, 1);
	world_end(&world);
}

// Who edits a linked file edits the store's: it is seen, said, and not used.
static void test_an_edited_file_is_not_used_again(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	uint64_t checked;
	world_make(&world, false);
	uint64_t linked = do_install(&world, "a", LINK_HARDLINK).linked;
	assert_int_equal(store_verify(world.store, false, NULL, &checked, &err), 0);
	AUTO(fd_close) int fd = openat(AT_FDCWD, path_in(&world, "a", MODULE), O_WRONLY);
	assert_int_equal(place_write(fd, "a", S("x = 9\n"), &err), 0);
	assert_int_equal(do_install(&world, "b", LINK_HARDLINK).linked, linked - 1);
	assert_holds(&world, "b", S("x = 1\n"));
	assert_int_equal(store_verify(world.store, true, NULL, &checked, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_non_null(strstr(err.cause, "was changed since it was unpacked"));
	assert_int_equal(place_look(unpacked(&world, "")).kind, PLACE_ABSENT);
	assert_int_equal(do_install(&world, "c", LINK_HARDLINK).linked, linked);
	world_end(&world);
}

// verify reads: an edit that hides its time is found, too.
static void test_verify_reads_the_bytes(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	uint64_t checked;
	world_make(&world, false);
	do_install(&world, "a", LINK_HARDLINK);
	AUTO(fd_close) int fd = openat(AT_FDCWD, path_in(&world, "a", MODULE), O_WRONLY);
	assert_int_equal(place_write(fd, "a", S("x = 9\n"), &err), 0);
	assert_int_equal(place_end(&fd, "a", UNPACKED_MTIME, &err), 0);
	assert_int_equal(store_verify(world.store, false, NULL, &checked, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	world_end(&world);
}

// An update that no longer wants links does not carry the old ones over.
static void test_update_from_links_to_copies(void **state)
{
	(void)state;
	struct world world;
	world_make(&world, false);
	do_install(&world, "a", LINK_HARDLINK);
	assert_true(place_remove(path_in(&world, "a", TOOL)));
	do_install(&world, "a", LINK_INFLATE);
	assert_int_equal(place_look(path_in(&world, "a", MODULE)).links, 1);
	assert_int_equal(place_look(path_in(&world, "a", TOOL)).links, 1);
	world_end(&world);
}

static void test_unpacking_after_a_kill_and_beside_another(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	world_make(&world, false);
	const char *work = unpacked(&world, ".part");
	assert_int_equal(make_directories(work, &err), 0);
	test_write(path_join(world.arena, work, S("0-00000000-6")), S("x = 9\n"));
	AUTO(folder_close) struct folder lock = { .fd = -1 };
	struct folder here = { .fd = -1 };
	const char *name;
	assert_int_equal(folder_open_parent(work, &here, &name, &err), 0);
	assert_int_equal(folder_lock(&here, name, &lock, &err), 0);
	folder_close(&here);
	assert_int_equal(do_install(&world, "a", LINK_HARDLINK).linked, 0);
	assert_int_equal(place_look(unpacked(&world, "")).kind, PLACE_ABSENT);
	folder_close(&lock);
	assert_true(do_install(&world, "b", LINK_HARDLINK).linked > 0);
	assert_int_equal(place_look(work).kind, PLACE_ABSENT);
	assert_holds(&world, "a", S("x = 1\n"));
	assert_holds(&world, "b", S("x = 1\n"));
	assert_int_equal(unpacked_check(unpacked(&world, ""), &err), 0);
	world_end(&world);
}

static void test_a_rotten_wheel_leaves_nothing_unpacked(void **state)
{
	(void)state;
	struct world world;
	struct install_result result;
	struct error err = { 0 };
	world_make(&world, true);
	assert_int_equal(try_install(&world, "a", LINK_HARDLINK, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_int_equal(place_look(unpacked(&world, "")).kind, PLACE_ABSENT);
	assert_int_equal(place_look(unpacked(&world, ".part")).kind, PLACE_ABSENT);
	assert_int_equal(place_look(test_path(&world.folder, "a")).kind, PLACE_ABSENT);
	world_end(&world);
}

static void test_prune_takes_unpacked_wheels(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	struct store_usage freed = { 0 };
	world_make(&world, false);
	do_install(&world, "a", LINK_HARDLINK);
	uint64_t now = (uint64_t)time(NULL);
	assert_int_equal(store_prune(world.store,
				     &(struct prune_limits){ now + 60, 86400, 0 }, &freed,
				     &err),
			 0);
	assert_int_equal(freed.kinds[STORE_UNPACKED].count, 0);
	assert_int_equal(store_prune(world.store,
				     &(struct prune_limits){ now + 60, 0, 0 }, &freed,
				     &err),
			 0);
	assert_int_equal(freed.kinds[STORE_UNPACKED].count, 1);
	assert_int_equal(place_look(unpacked(&world, "")).kind, PLACE_ABSENT);
	assert_holds(&world, "a", S("x = 1\n"));
	world_end(&world);
}

static void test_link_modes_by_name(void **state)
{
	(void)state;
	enum link_mode mode = LINK_AUTO;
	struct error err = { 0 };
	assert_int_equal(link_mode_parse(S("hardlink"), &mode, &err), 0);
	assert_int_equal(mode, LINK_HARDLINK);
	assert_int_equal(link_mode_parse(S("symlink"), &mode, &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hard_links_share_one_file),
		cmocka_unit_test(test_copies_and_inflated_files_are_their_own),
		cmocka_unit_test(test_auto_never_links),
		cmocka_unit_test(test_an_edited_file_is_not_used_again),
		cmocka_unit_test(test_verify_reads_the_bytes),
		cmocka_unit_test(test_update_from_links_to_copies),
		cmocka_unit_test(test_unpacking_after_a_kill_and_beside_another),
		cmocka_unit_test(test_a_rotten_wheel_leaves_nothing_unpacked),
		cmocka_unit_test(test_prune_takes_unpacked_wheels),
		cmocka_unit_test(test_link_modes_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
