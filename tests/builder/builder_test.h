// SPDX-License-Identifier: MIT
// What the builder's tests share: wheels opened from memory, a store in a temporary
// folder, locks of one target.
#pragma once

#include "base/files.h"
#include "builder/wheel/tree.h"
#include "tests/builder/wheel_maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

// A real mapping: readers give its pages back, which would clear memory that no file
// stands behind.
static inline struct slice test_map(struct slice bytes)
{
	int fd = memfd_create("wheel", MFD_CLOEXEC);
	assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
	void *at = mmap(NULL, bytes.len, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	assert_true(at != MAP_FAILED);
	return (struct slice){ at, bytes.len };
}

// The bytes as a wheel of `maker`'s project, not in any store; closed by
// wheel_file_close.
static inline struct wheel_file test_wheel_open(struct wheel_maker *maker,
						struct slice bytes)
{
	struct wheel_file wheel = { .name = maker->name,
				    .version = maker->version,
				    .file_name = wheel_maker_file_name(maker),
				    .sha256 = sha256_of(bytes) };
	struct error err = { 0 };
	uint64_t need;
	wheel.map.bytes = test_map(bytes);
	if (zip_read_directory(maker->arena, wheel.map.bytes, bytes.len, &wheel.directory,
			       &need, &err) < 0)
		fail_msg("%s", err.cause);
	return wheel;
}

static inline struct target test_target(struct arena *arena)
{
	struct target target = { 0 };
	struct error err = { 0 };
	if (target_init(arena, S("3.12"), S("linux/amd64"), &target, &err) < 0)
		fail_msg("%s", err.cause);
	return target;
}

struct test_folder {
	struct arena arena;
	const char *path;
};

static inline struct test_folder test_folder_make(void)
{
	struct test_folder folder = { 0 };
	char name[] = "/tmp/pinbake-test-XXXXXX";
	assert_non_null(mkdtemp(name));
	folder.path = arena_c_string(&folder.arena, slice_from(name));
	return folder;
}

static inline void test_folder_remove(struct test_folder *folder)
{
	struct error err = { 0 };
	if (remove_tree(folder->path, &err) < 0)
		fail_msg("%s", err.cause);
	arena_release(&folder->arena);
}

static inline const char *test_path(struct test_folder *folder, const char *below)
{
	return path_join(&folder->arena, folder->path, slice_from(below));
}

static inline void test_write(const char *path, struct slice bytes)
{
	struct error err = { 0 };
	if (file_write(path, bytes, &err) < 0)
		fail_msg("%s", err.cause);
}

static inline struct slice test_read(struct arena *arena, const char *path)
{
	struct slice bytes = { 0 };
	struct error err = { 0 };
	if (file_read(path, 1 << 30, ERROR_IO, arena, &bytes, &err) < 0)
		fail_msg("%s", err.cause);
	return bytes;
}

// A selection that grows; packages and files live in the arena.
struct test_lock {
	struct arena *arena;
	struct lock_selection selection;
};

static inline struct lock_choice *test_lock_add(struct test_lock *lock,
						struct wheel_maker *maker,
						struct slice bytes)
{
	struct lock_file *file = arena_new(lock->arena, struct lock_file);
	*file = (struct lock_file){ .kind = LOCK_WHEEL,
				    .name = wheel_maker_file_name(maker),
				    .url = S(""),
				    .path = S(""),
				    .sha256 = sha256_of(bytes),
				    .has_size = true,
				    .size = bytes.len };
	struct lock_package *package = arena_new(lock->arena, struct lock_package);
	*package = (struct lock_package){ .name = maker->name,
					  .version = maker->version,
					  .wheels = file,
					  .wheels_len = 1 };
	struct lock_choice *choice = array_push(lock->arena, &lock->selection);
	*choice = (struct lock_choice){ package, file };
	return choice;
}
