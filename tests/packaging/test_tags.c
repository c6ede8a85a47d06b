// SPDX-License-Identifier: MIT
// Tags: the ranked list of each kind of target, ranks of wheels, preference.
#include "packaging/tags.h"

#include "base/limits.h"
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct target target_for(struct arena *arena, const char *name)
{
	struct target target = { 0 };
	struct error err = { 0 };
	if (target_parse(arena, slice_from(name), &target, &err) < 0)
		fail_msg("%s: %s", name, err.cause);
	return target;
}

static struct wheel_name wheel(const char *file)
{
	struct wheel_name name;
	if (wheel_name_parse(slice_from(file), &name) != FILENAME_OK)
		fail_msg("'%s' is no wheel", file);
	return name;
}

static int tag_rank(const struct target *target, const char *tag)
{
	uint32_t rank;
	return map_find(target->tag_ranks, slice_from(tag), &rank) ? (int)rank
								   : TAG_INCOMPATIBLE;
}

// Every tag is there, and in this order.
static void assert_ascending(const struct target *target, const char *const *tags,
			     size_t count)
{
	int last = TAG_INCOMPATIBLE;
	for (size_t i = 0; i < count; i++) {
		int rank = tag_rank(target, tags[i]);
		if (rank <= last)
			fail_msg("%.*s: '%s' has rank %d after %d",
				 SLICE_ARG(target->name), tags[i], rank, last);
		last = rank;
	}
}

static void assert_absent(const struct target *target, const char *const *tags,
			  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (tag_rank(target, tags[i]) != TAG_INCOMPATIBLE)
			fail_msg("%.*s accepts '%s'", SLICE_ARG(target->name), tags[i]);
}

static void test_ranks_are_the_positions(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-linux-amd64-glibc2.28");
	assert_true(target.tag_len > 500);
	for (size_t i = 0; i < target.tag_len; i++) {
		uint32_t rank;
		assert_true(map_find(target.tag_ranks, target.tags[i], &rank));
		assert_int_equal(rank, i);
	}
}

static void test_425_2_manylinux_down_from_the_floor(void **state)
{
	static const char *const order[] = {
		"cp312-cp312-manylinux_2_28_x86_64",
		"cp312-cp312-manylinux_2_17_x86_64",
		"cp312-cp312-manylinux2014_x86_64",
		"cp312-cp312-manylinux_2_16_x86_64",
		"cp312-cp312-manylinux_2_12_x86_64",
		"cp312-cp312-manylinux2010_x86_64",
		"cp312-cp312-manylinux_2_5_x86_64",
		"cp312-cp312-manylinux1_x86_64",
		"cp312-cp312-linux_x86_64",
		"cp312-abi3-manylinux_2_28_x86_64",
		"cp312-none-linux_x86_64",
		"cp311-abi3-manylinux_2_28_x86_64",
		"cp32-abi3-linux_x86_64",
		"py312-none-manylinux_2_28_x86_64",
		"py3-none-manylinux_2_28_x86_64",
		"py311-none-manylinux_2_28_x86_64",
		"py30-none-linux_x86_64",
		"cp312-none-any",
		"py312-none-any",
		"py3-none-any",
		"py311-none-any",
		"py30-none-any",
	};
	static const char *const absent[] = {
		"cp312-cp312-manylinux_2_29_x86_64",
		"cp312-cp312-manylinux_2_4_x86_64",
		"cp312-cp312-musllinux_1_2_x86_64",
		"cp312-cp312-manylinux_2_28_i686",
		"cp313-abi3-manylinux_2_28_x86_64",
		"cp311-cp311-manylinux_2_28_x86_64",
		"cp31-abi3-linux_x86_64",
		"cp312-cp312-any",
		"py313-none-any",
		"py2-none-any",
		"cp311-none-any",
		"cp312-cp312-win_amd64",
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-linux-amd64-glibc2.28");
	assert_int_equal(tag_rank(&target, order[0]), 0);
	assert_ascending(&target, order, COUNT(order));
	assert_absent(&target, absent, COUNT(absent));
	struct target arm = target_for(&arena, "cp312-linux-arm64-glibc2.17");
	static const char *const arm_order[] = { "cp312-cp312-manylinux_2_17_aarch64",
						 "cp312-cp312-manylinux2014_aarch64",
						 "cp312-cp312-linux_aarch64" };
	static const char *const arm_absent[] = { "cp312-cp312-manylinux_2_16_aarch64",
						  "cp312-cp312-manylinux2010_aarch64",
						  "cp312-cp312-manylinux_2_28_aarch64" };
	assert_ascending(&arm, arm_order, COUNT(arm_order));
	assert_absent(&arm, arm_absent, COUNT(arm_absent));
}

static void test_425_3_musl_is_the_targets(void **state)
{
	static const char *const order[] = { "cp312-cp312-musllinux_1_2_x86_64",
					     "cp312-cp312-musllinux_1_1_x86_64",
					     "cp312-cp312-musllinux_1_0_x86_64",
					     "cp312-cp312-linux_x86_64" };
	static const char *const absent[] = { "cp312-cp312-manylinux_2_17_x86_64",
					      "cp312-cp312-manylinux2014_x86_64",
					      "cp312-cp312-musllinux_1_3_x86_64" };
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-linux-amd64-musl1.2");
	assert_int_equal(tag_rank(&target, order[0]), 0);
	assert_ascending(&target, order, COUNT(order));
	assert_absent(&target, absent, COUNT(absent));
}

static void test_425_4_macos_versions_and_formats(void **state)
{
	static const char *const arm[] = {
		"cp312-cp312-macosx_14_0_arm64",
		"cp312-cp312-macosx_14_0_universal2",
		"cp312-cp312-macosx_13_0_arm64",
		"cp312-cp312-macosx_11_0_arm64",
		"cp312-cp312-macosx_10_16_universal2",
		"cp312-cp312-macosx_10_4_universal2",
	};
	static const char *const arm_absent[] = { "cp312-cp312-macosx_15_0_arm64",
						  "cp312-cp312-macosx_10_16_arm64",
						  "cp312-cp312-macosx_11_0_x86_64",
						  "cp312-cp312-macosx_10_3_universal2",
						  "cp312-cp312-macosx_14_2_arm64" };
	static const char *const x86[] = {
		"cp312-cp312-macosx_13_0_x86_64",     "cp312-cp312-macosx_13_0_intel",
		"cp312-cp312-macosx_13_0_fat64",      "cp312-cp312-macosx_13_0_fat3",
		"cp312-cp312-macosx_13_0_universal2", "cp312-cp312-macosx_13_0_universal",
		"cp312-cp312-macosx_12_0_x86_64",     "cp312-cp312-macosx_10_16_x86_64",
		"cp312-cp312-macosx_10_4_universal",
	};
	static const char *const old[] = { "cp38-cp38-macosx_10_9_x86_64",
					   "cp38-cp38-macosx_10_6_intel" };
	static const char *const old_absent[] = { "cp38-cp38-macosx_10_10_x86_64",
						  "cp38-cp38-macosx_11_0_x86_64" };
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-macos-arm64-14.4");
	assert_ascending(&target, arm, COUNT(arm));
	assert_absent(&target, arm_absent, COUNT(arm_absent));
	target = target_for(&arena, "cp312-macos-amd64");
	assert_ascending(&target, x86, COUNT(x86));
	target = target_for(&arena, "cp38-macos-amd64-10.9");
	assert_ascending(&target, old, COUNT(old));
	assert_absent(&target, old_absent, COUNT(old_absent));
	target = target_for(&arena, "cp314-macos-arm64-26.0");
	assert_int_equal(tag_rank(&target, "cp314-cp314-macosx_26_0_arm64"), 0);
	assert_true(tag_rank(&target, "cp314-cp314-macosx_15_0_arm64") > 0);
}

static void test_425_5_other_machines_and_abis(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-linux-armv7-glibc2.36");
	assert_int_equal(tag_rank(&target, "cp312-cp312-manylinux_2_36_armv7l"), 0);
	assert_true(tag_rank(&target, "cp312-cp312-manylinux2014_armv7l") > 0);
	target = target_for(&arena, "cp312-linux-386");
	assert_true(tag_rank(&target, "cp312-cp312-manylinux1_i686") > 0);
	target = target_for(&arena, "cp37-linux-amd64");
	assert_int_equal(tag_rank(&target, "cp37-cp37m-manylinux_2_28_x86_64"), 0);
	assert_int_equal(tag_rank(&target, "cp37-cp37-manylinux_2_28_x86_64"),
			 TAG_INCOMPATIBLE);
	target = target_for(&arena, "cp313t-linux-amd64");
	assert_int_equal(tag_rank(&target, "cp313-cp313t-manylinux_2_28_x86_64"), 0);
	assert_true(tag_rank(&target, "cp313-abi3t-manylinux_2_28_x86_64") > 0);
	assert_true(tag_rank(&target, "py3-none-any") > 0);
	assert_int_equal(tag_rank(&target, "cp313-cp313-manylinux_2_28_x86_64"),
			 TAG_INCOMPATIBLE);
	assert_int_equal(tag_rank(&target, "cp313-abi3-manylinux_2_28_x86_64"),
			 TAG_INCOMPATIBLE);
	target = target_for(&arena, "cp312-windows-arm64");
	assert_int_equal(tag_rank(&target, "cp312-cp312-win_arm64"), 0);
	target = target_for(&arena, "cp312-windows-386");
	assert_int_equal(tag_rank(&target, "cp312-cp312-win32"), 0);
	target = target_for(&arena, "cp312-windows-amd64");
	assert_int_equal(tag_rank(&target, "cp312-cp312-win_amd64"), 0);
	assert_int_equal(tag_rank(&target, "cp312-cp312-win32"), TAG_INCOMPATIBLE);
}

static void test_425_1_wheel_ranks(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-linux-amd64-glibc2.28");
	static const struct {
		const char *file, *tag; // the best one, or NULL
	} cases[] = {
		{ "a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		  "cp312-cp312-manylinux_2_17_x86_64" },
		{ "a-1-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
		  "cp312-cp312-manylinux_2_17_x86_64" },
		{ "a-1-CP312-CP312-ManyLinux1_X86_64.whl",
		  "cp312-cp312-manylinux1_x86_64" },
		{ "a-1-py2.py3-none-any.whl", "py3-none-any" },
		{ "a-1-cp39-abi3-manylinux_2_28_x86_64.whl",
		  "cp39-abi3-manylinux_2_28_x86_64" },
		{ "a-1-cp39.cp312-abi3.none-manylinux_2_28_x86_64.any.whl",
		  "cp312-abi3-manylinux_2_28_x86_64" },
		{ "a-1-cp313-cp313-manylinux_2_17_x86_64.whl", NULL },
		{ "a-1-cp312-cp312-win_amd64.whl", NULL },
		{ "a-1-py2-none-any.whl", NULL },
		{ "a-1-cp312-cp312-manylinux_2_17_x86_64_and_a_platform_name_that_goes_on_and_on"
		  "_and_on_and_on_and_on_beyond_what_any_target_could_ever_accept.whl",
		  NULL },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wheel_name name = wheel(cases[i].file);
		int expected =
			cases[i].tag ? tag_rank(&target, cases[i].tag) : TAG_INCOMPATIBLE;
		assert_int_equal(wheel_rank(&target, &name), expected);
	}
}

static void test_425_1_product_is_capped(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-linux-amd64-glibc2.28");
	struct buf python = { .arena = &arena }, platform = { .arena = &arena };
	for (int i = 0; i < 64; i++) {
		buf_append(&python, S("cp312."));
		buf_append(&platform, S("any."));
	}
	buf_append(&platform, S("any"));
	struct wheel_name name = { .python = S("py3"),
				   .abi = S("none"),
				   .platform = buf_slice(&platform) };
	assert_true(wheel_rank(&target, &name) >= 0);
	buf_append(&python, S("py3"));
	name.python = buf_slice(&python);
	assert_int_equal(wheel_rank(&target, &name), TAG_INCOMPATIBLE);
}

static void test_425_6_preference_is_a_total_order(void **state)
{
	// Best first.
	static const char *const files[] = {
		"a-1-10-cp312-cp312-manylinux_2_28_x86_64.whl",
		"a-1-2b-cp312-cp312-manylinux_2_28_x86_64.whl",
		"a-1-02a-cp312-cp312-manylinux_2_28_x86_64.whl",
		"a-1-2-cp312-cp312-manylinux_2_28_x86_64.whl",
		"a-1-0-cp312-cp312-manylinux_2_28_x86_64.whl",
		"A-1-cp312-cp312-manylinux_2_28_x86_64.whl",
		"a-1-cp312-cp312-manylinux_2_28_x86_64.whl",
		"a-1-cp312-cp312-manylinux_2_17_x86_64.whl",
		"a-1-9-cp312-cp312-linux_x86_64.whl",
		"a-1-cp312-cp312-linux_x86_64.whl",
		"a-1-cp310-abi3-linux_x86_64.whl",
		"a-1-py3-none-any.whl",
	};
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = target_for(&arena, "cp312-linux-amd64-glibc2.28");
	for (size_t i = 0; i < COUNT(files); i++) {
		for (size_t j = 0; j < COUNT(files); j++) {
			struct wheel_name a = wheel(files[i]), b = wheel(files[j]);
			int order = wheel_prefer(&target, &a, &b);
			if ((order < 0) != (i < j) || (order > 0) != (i > j))
				fail_msg("'%s' and '%s' compare %d", files[i], files[j],
					 order);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranks_are_the_positions),
		cmocka_unit_test(test_425_2_manylinux_down_from_the_floor),
		cmocka_unit_test(test_425_3_musl_is_the_targets),
		cmocka_unit_test(test_425_4_macos_versions_and_formats),
		cmocka_unit_test(test_425_5_other_machines_and_abis),
		cmocka_unit_test(test_425_1_wheel_ranks),
		cmocka_unit_test(test_425_1_product_is_capped),
		cmocka_unit_test(test_425_6_preference_is_a_total_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
