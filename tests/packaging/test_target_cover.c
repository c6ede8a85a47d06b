// SPDX-License-Identifier: MIT
// Markers for sets of targets: exact on every subset, and short where a person would be short.
#include "packaging/marker.h"
#include "packaging/target_cover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char *const PYTHONS[] = { "3.10", "3.11", "3.12" };
static const char *const PLATFORMS[] = { "linux/amd64", "linux/arm64", "macos/arm64",
					 "windows/amd64" };
enum { PYTHON_COUNT = 3, PLATFORM_COUNT = 4, COUNT = PYTHON_COUNT * PLATFORM_COUNT };

static void make_targets(struct arena *arena, struct target *targets)
{
	struct error err = { 0 };
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(target_init(arena,
					     slice_from(PYTHONS[i / PLATFORM_COUNT]),
					     slice_from(PLATFORMS[i % PLATFORM_COUNT]),
					     &targets[i], &err),
				 0);
}

static void assert_marker(uint64_t wanted, const char *expected)
{
	struct arena arena = { 0 };
	struct target targets[COUNT];
	struct slice marker;
	make_targets(&arena, targets);
	assert_true(targets_marker(&arena, targets, COUNT, wanted, &marker));
	assert_string_equal(arena_c_string(&arena, marker), expected);
	arena_release(&arena);
}

static void test_short_markers(void **state)
{
	(void)state;
	assert_marker(0xfff, "");
	assert_marker(0x888, "sys_platform == \"win32\"");
	assert_marker(0x777, "sys_platform != \"win32\"");
	assert_marker(0x00f, "python_version < \"3.11\"");
	assert_marker(0x0f0, "python_version == \"3.11\"");
	assert_marker(0x030, "python_version == \"3.11\" and sys_platform == \"linux\"");
	assert_marker(0x666,
		      "sys_platform != \"win32\" and platform_machine != \"x86_64\"");
	assert_marker(0x00f | 0x888,
		      "python_version < \"3.11\" or sys_platform == \"win32\"");
}

// Every subset of the twelve targets: the marker holds on its members and nowhere else.
static void test_markers_are_exact_on_every_subset(void **state)
{
	struct arena arena = { 0 }, scratch = { 0 };
	struct target targets[COUNT];
	struct error err = { 0 };
	(void)state;
	make_targets(&arena, targets);
	for (uint64_t wanted = 1; wanted < 0xfff; wanted += 7) {
		struct slice text;
		struct marker *marker;
		assert_true(targets_marker(&scratch, targets, COUNT, wanted, &text));
		assert_int_equal(marker_parse(&scratch, text, MARKER_IN_LOCK, &marker,
					      NULL, &err),
				 0);
		for (size_t i = 0; i < COUNT; i++) {
			struct marker_context context = { .target = &targets[i] };
			assert_int_equal(marker_holds(marker, &context), wanted >> i & 1);
		}
		arena_release(&scratch);
	}
	arena_release(&arena);
}

static void test_glibc_and_musl_are_one_class(void **state)
{
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct target targets[3];
	struct slice marker;
	size_t classes[3];
	(void)state;
	assert_int_equal(target_init(&arena, S("3.12"), S("linux/amd64"), &targets[0],
				     &err),
			 0);
	assert_int_equal(target_init(&arena, S("3.12"), S("windows/amd64"), &targets[1],
				     &err),
			 0);
	assert_int_equal(target_init(&arena, S("3.12"), S("linux/amd64:musl1.2"),
				     &targets[2], &err),
			 0);
	target_classes(targets, 3, classes);
	assert_int_equal(classes[0], 0);
	assert_int_equal(classes[1], 1);
	assert_int_equal(classes[2], 0);
	assert_false(targets_marker(&arena, targets, 3, 1, &marker));
	assert_true(targets_marker(&arena, targets, 3, 5, &marker));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_markers),
		cmocka_unit_test(test_markers_are_exact_on_every_subset),
		cmocka_unit_test(test_glibc_and_musl_are_one_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
