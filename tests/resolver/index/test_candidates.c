// SPDX-License-Identifier: MIT
#include "resolver/index/candidates.h"

#include "packaging/specifier.h"
#include "tests/resolver/index/whole_pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;
static struct target target;

// One file of a page; NULL members are absent.
struct line {
	const char *name, *requires_python, *upload_time;
	bool yanked;
};

static const struct project *make_project(const struct line *lines, size_t len)
{
	struct project *project = arena_new(&arena, struct project);
	struct buf out = { .arena = &arena };
	struct error err;
	buf_append(&out, S("{\"files\":["));
	for (size_t i = 0; i < len; i++) {
		buf_printf(&out, "%s{\"filename\":\"%s\",\"url\":\"%s\",\"yanked\":%s",
			   i ? "," : "", lines[i].name, lines[i].name,
			   lines[i].yanked ? "\"a reason\"" : "false");
		if (lines[i].requires_python)
			buf_printf(&out, ",\"requires-python\":\"%s\"",
				   lines[i].requires_python);
		if (lines[i].upload_time)
			buf_printf(&out, ",\"upload-time\":\"%s\"", lines[i].upload_time);
		buf_append(&out, S("}"));
	}
	buf_append(&out, S("]}"));
	const struct page_input input = {
		.body = buf_slice(&out),
		.content_type = S("application/json"),
		.url = S("https://h/foo/"),
		.name = S("foo"),
	};
	if (page_read(&input, &arena, project, &err) < 0)
		fail_msg("%s", err.cause);
	return project;
}

static struct candidates choose(const struct line *lines, size_t len,
				struct candidate_policy policy)
{
	struct candidates candidates;
	policy.target = &target;
	candidates_select(make_project(lines, len), &policy, &arena, &candidates);
	return candidates;
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

// The preferred versions, best first, as "2.0 1.0".
static struct slice order_of(const struct candidates *candidates)
{
	struct buf out = { .arena = &arena };
	for (uint32_t i = 0; i < candidates->prefer_len; i++)
		buf_printf(&out, "%s%.*s", i ? " " : "",
			   SLICE_ARG(project_version_text(candidates->project,
							  candidates->prefer[i])));
	return buf_slice(&out);
}

static void check_order(const struct candidates *candidates, const char *expected)
{
	assert_string_equal(arena_c_string(&arena, order_of(candidates)), expected);
}

static void check_file(const struct candidates *candidates, size_t rank,
		       const char *expected)
{
	const struct project_file *file = candidate_file(candidates, (uint32_t)rank);
	assert_non_null(file);
	assert_string_equal(arena_c_string(&arena, file->name), expected);
}

static void check_reason(const struct candidates *candidates, uint32_t rank,
			 enum candidate_reason reason, const char *text)
{
	assert_int_equal(candidates->items[rank].reason, reason);
	struct slice got = candidate_reason_text(&arena, candidates, rank, &target);
	assert_string_equal(arena_c_string(&arena, got), text);
}

static const struct specifier_set *specifiers(const char *text)
{
	struct specifier_set *set = arena_new(&arena, struct specifier_set);
	struct error err;
	assert_int_equal(specifier_set_parse(&arena, slice_from(text), false, set, NULL,
					     &err),
			 0);
	return set;
}

static void test_newest_first_and_local_above_public(void **state)
{
	(void)state;
	const struct line lines[] = { { .name = "foo-1.0-py3-none-any.whl" },
				      { .name = "foo-2.0-py3-none-any.whl" },
				      { .name = "foo-1.0+cpu-py3-none-any.whl" } };
	struct candidates got =
		choose(lines, COUNT(lines), (struct candidate_policy){ 0 });
	check_order(&got, "2.0 1.0+cpu 1.0");
	got = choose(lines, COUNT(lines),
		     (struct candidate_policy){ .resolution = RESOLUTION_LOWEST });
	check_order(&got, "1.0 1.0+cpu 2.0");
}

static const struct line PRERELEASES[] = {
	{ .name = "foo-1.0-py3-none-any.whl" },
	{ .name = "foo-1.5-py3-none-any.whl" },
	{ .name = "foo-2.0a1-py3-none-any.whl" },
	{ .name = "foo-1.5.dev1-py3-none-any.whl" },
};

static void test_440_10_stable_first_then_prereleases(void **state)
{
	(void)state;
	struct candidate_policy policy = { .prerelease = PRERELEASE_IF_NECESSARY };
	struct candidates got = choose(PRERELEASES, 4, policy);
	check_order(&got, "1.5 1.0 2.0a1 1.5.dev1");
	assert_true(got.items[got.len - 1].prerelease);
	// admits them, but a stable one that fits is still better
	policy.user_names_prerelease = true;
	got = choose(PRERELEASES, 4, policy);
	check_order(&got, "1.5 1.0 2.0a1 1.5.dev1");
	policy.resolution = RESOLUTION_LOWEST;
	got = choose(PRERELEASES, 4, policy);
	check_order(&got, "1.0 1.5 1.5.dev1 2.0a1");
}

static void test_440_10_other_modes(void **state)
{
	(void)state;
	struct candidate_policy policy = { .prerelease = PRERELEASE_ALLOW };
	struct candidates got = choose(PRERELEASES, 4, policy);
	check_order(&got, "2.0a1 1.5 1.5.dev1 1.0");
	policy.prerelease = PRERELEASE_DISALLOW;
	got = choose(PRERELEASES, 4, policy);
	check_order(&got, "1.5 1.0");
	check_reason(&got, 3, CANDIDATE_PRERELEASE, "is a pre-release");
	assert_null(candidate_file(&got, 3));
	policy.prerelease = PRERELEASE_EXPLICIT;
	got = choose(PRERELEASES, 4, policy);
	check_order(&got, "1.5 1.0");
	policy.user_names_prerelease = true;
	got = choose(PRERELEASES, 4, policy);
	check_order(&got, "2.0a1 1.5 1.5.dev1 1.0");
}

static const struct line YANKED[] = {
	{ .name = "foo-1.0-py3-none-any.whl" },
	{ .name = "foo-2.0-py3-none-any.whl", .yanked = true },
	{ .name = "foo-3.0-py3-none-any.whl", .yanked = true },
	{ .name = "foo-3.0.tar.gz" },
};

static void test_592_2_yanked_only_for_an_exact_pin(void **state)
{
	(void)state;
	struct candidates got = choose(YANKED, 4, (struct candidate_policy){ 0 });
	check_order(&got, "3.0 1.0");
	check_reason(&got, 1, CANDIDATE_YANKED, "was yanked: a reason");
	static const char *const not_exact[] = { "==2.*", ">=2,<=2", "~=2.0", "==1.0",
						 "==2.1" };
	for (size_t i = 0; i < COUNT(not_exact); i++) {
		const struct specifier_set *direct[] = { specifiers(not_exact[i]) };
		got = choose(YANKED, 4,
			     (struct candidate_policy){ .direct_specifiers = direct,
							.direct_len = 1 });
		check_order(&got, "3.0 1.0");
	}
	static const char *const exact[] = { "==2.0", "==2", "===2.0", ">1,==2.0" };
	for (size_t i = 0; i < COUNT(exact); i++) {
		const struct specifier_set *direct[] = { specifiers(">=1"),
							 specifiers(exact[i]) };
		got = choose(YANKED, 4,
			     (struct candidate_policy){ .direct_specifiers = direct,
							.direct_len = 2 });
		check_order(&got, "3.0 1.0 2.0");
		assert_true(got.items[1].yanked);
	}
}

static void test_592_1_a_release_can_be_yanked_in_part(void **state)
{
	(void)state;
	struct candidates got = choose(YANKED, 4, (struct candidate_policy){ 0 });
	check_file(&got, 2, "foo-3.0.tar.gz");
	assert_false(got.items[2].yanked);
	const struct specifier_set *direct[] = { specifiers("==3.0") };
	got = choose(YANKED, 4,
		     (struct candidate_policy){ .direct_specifiers = direct,
						.direct_len = 1 });
	check_file(&got, 2, "foo-3.0.tar.gz");
}

static void test_sol_3_requires_python_counts_per_file(void **state)
{
	(void)state;
	const struct line lines[] = {
		{ .name = "foo-1.0-py3-none-any.whl", .requires_python = ">=3.13" },
		{ .name = "foo-1.0.tar.gz", .requires_python = ">=3.8" },
		{ .name = "foo-2.0-py3-none-any.whl", .requires_python = ">=3.13" },
		{ .name = "foo-3.0-py3-none-any.whl", .requires_python = ">=3.12.1" },
		{ .name = "foo-4.0-py3-none-any.whl",
		  .requires_python = "not a specifier" },
		{ .name = "foo-5.0-py3-none-any.whl", .requires_python = ">=3.8.*,<4" },
	};
	struct candidates got =
		choose(lines, COUNT(lines), (struct candidate_policy){ 0 });
	check_order(&got, "5.0 4.0 1.0");
	check_file(&got, 0, "foo-1.0.tar.gz");
	check_reason(&got, 1, CANDIDATE_PYTHON, "needs Python >=3.13");
	// An open patch release is 3.12.0
	check_reason(&got, 2, CANDIDATE_PYTHON, "needs Python >=3.12.1");
}

static void test_sol_4_a_release_needs_a_file_for_the_target(void **state)
{
	(void)state;
	const struct line lines[] = {
		{ .name = "foo-1.0-cp312-cp312-win_amd64.whl" },
		{ .name = "foo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl" },
		{ .name = "foo-2.0-cp312-cp312-win_amd64.whl" },
		{ .name = "foo-2.0.tar.gz" },
	};
	struct candidates got =
		choose(lines, COUNT(lines), (struct candidate_policy){ 0 });
	check_order(&got, "2.0");
	assert_int_equal(got.items[0].reason, CANDIDATE_TAGS);
	struct slice text = candidate_reason_text(&arena, &got, 0, &target);
	assert_true(slice_contains(text, target.name));
	assert_true(slice_contains(text, S("Windows")));
	got = choose(lines, COUNT(lines),
		     (struct candidate_policy){ .binary = BINARY_ONLY });
	check_order(&got, "");
	assert_int_equal(got.items[1].reason, CANDIDATE_TAGS);
}

static void test_sol_6_the_best_wheel_speaks_for_the_release(void **state)
{
	(void)state;
	const struct line lines[] = {
		{ .name = "foo-1.0-py3-none-any.whl" },
		{ .name = "foo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl" },
		{ .name = "foo-1.0-cp312-abi3-manylinux_2_17_x86_64.whl" },
		{ .name = "foo-1.0.tar.gz" },
		{ .name = "foo-2.0-1-py3-none-any.whl" },
		{ .name = "foo-2.0-2-py3-none-any.whl" },
		{ .name = "foo-2.0-py3-none-any.whl" },
	};
	struct candidates got =
		choose(lines, COUNT(lines), (struct candidate_policy){ 0 });
	check_file(&got, 0, "foo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl");
	check_file(&got, 1, "foo-2.0-2-py3-none-any.whl");
	got = choose(lines, COUNT(lines),
		     (struct candidate_policy){ .binary = BINARY_NONE });
	check_order(&got, "1.0");
	check_file(&got, 0, "foo-1.0.tar.gz");
	check_reason(&got, 1, CANDIDATE_BINARY,
		     "has no source distribution, and wheels are not allowed");
}

static void test_only_binary_without_wheels(void **state)
{
	(void)state;
	const struct line lines[] = { { .name = "foo-1.0.tar.gz" },
				      { .name = "foo-2.0.zip" },
				      { .name = "foo-2.0.tar.gz" } };
	struct candidates got =
		choose(lines, COUNT(lines),
		       (struct candidate_policy){ .binary = BINARY_ONLY });
	check_order(&got, "");
	check_reason(&got, 0, CANDIDATE_BINARY,
		     "has no wheel, and building is not allowed");
	got = choose(lines, COUNT(lines), (struct candidate_policy){ 0 });
	check_file(&got, 1, "foo-2.0.tar.gz");
}

static void test_700_2_cut_off_degrades_visibly(void **state)
{
	(void)state;
	const struct line lines[] = {
		{ .name = "foo-1.0-py3-none-any.whl",
		  .upload_time = "2024-01-01T00:00:00Z" },
		{ .name = "foo-2.0-py3-none-any.whl",
		  .upload_time = "2024-06-01T00:00:00.000001Z" },
		{ .name = "foo-2.0.tar.gz", .upload_time = "2024-06-01T00:00:00Z" },
		{ .name = "foo-3.0-py3-none-any.whl",
		  .upload_time = "2024-06-01T01:00:00+02:00" },
		{ .name = "foo-4.0-py3-none-any.whl",
		  .upload_time = "2025-01-01T00:00:00Z" },
		{ .name = "foo-5.0-py3-none-any.whl" },
	};
	struct candidate_policy policy = { .exclude_newer = S("2024-06-01T00:00:00Z") };
	struct candidates got = choose(lines, COUNT(lines), policy);
	check_order(&got, "5.0 3.0 2.0 1.0");
	check_file(&got, 1, "foo-2.0.tar.gz");
	check_reason(&got, 3, CANDIDATE_TOO_NEW, "was uploaded after the cut-off");
	assert_int_equal(got.undated, 1);
	got = choose(lines, COUNT(lines), (struct candidate_policy){ 0 });
	assert_int_equal(got.undated, 0);
}

static void test_project_without_releases(void **state)
{
	(void)state;
	struct candidates got = choose(NULL, 0, (struct candidate_policy){ 0 });
	assert_int_equal(got.len, 0);
	assert_int_equal(got.prefer_len, 0);
}

static int make_target(void **state)
{
	(void)state;
	struct error err;
	return target_init(&arena, S("3.12"), S("linux/amd64"), &target, &err);
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest_first_and_local_above_public),
		cmocka_unit_test(test_440_10_stable_first_then_prereleases),
		cmocka_unit_test(test_440_10_other_modes),
		cmocka_unit_test(test_592_2_yanked_only_for_an_exact_pin),
		cmocka_unit_test(test_592_1_a_release_can_be_yanked_in_part),
		cmocka_unit_test(test_sol_3_requires_python_counts_per_file),
		cmocka_unit_test(test_sol_4_a_release_needs_a_file_for_the_target),
		cmocka_unit_test(test_sol_6_the_best_wheel_speaks_for_the_release),
		cmocka_unit_test(test_only_binary_without_wheels),
		cmocka_unit_test(test_700_2_cut_off_degrades_visibly),
		cmocka_unit_test(test_project_without_releases),
	};
	return cmocka_run_group_tests(tests, make_target, release);
}
