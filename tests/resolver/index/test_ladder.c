// SPDX-License-Identifier: MIT
#include "resolver/index/ladder.h"

#include "base/limits.h"
#include "tests/resolver/index/archives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

#define METADATA_TEXT S("Metadata-Version: 2.2\nName: foo\nVersion: 1.0\n")

static struct project_file wheel_file(struct slice bytes)
{
	struct project_file file = { .kind = FILE_WHEEL,
				     .name = S("foo-1.0-py3-none-any.whl"),
				     .size = bytes.len };
	file.url = S("https://h/foo-1.0-py3-none-any.whl");
	file.has_size = bytes.len > 0;
	assert_int_equal(wheel_name_parse(file.name, &file.wheel), FILENAME_OK);
	return file;
}

static struct project_file sdist_file(struct slice bytes)
{
	struct project_file file = { .kind = FILE_SDIST,
				     .name = S("foo-1.0.tar.gz"),
				     .size = bytes.len };
	file.url = S("https://h/foo-1.0.tar.gz");
	file.has_size = bytes.len > 0;
	return file;
}

// A wheel whose METADATA is followed by `after` bytes, behind `before` bytes.
static struct slice make_wheel(size_t before, size_t after)
{
	const struct member members[] = {
		{ "foo/data", make_noise(&arena, before) },
		{ "foo-1.0.dist-info/METADATA", METADATA_TEXT },
		{ "foo-1.0.dist-info/RECORD", make_noise(&arena, after) },
	};
	return make_zip(&arena, members, 3);
}

static struct net_response answer(unsigned status, struct slice body)
{
	return (struct net_response){ .status = status, .body = body };
}

// What a server with ranges answers to the request, of the file's bytes.
static struct net_response serve(const struct net_request *request, struct slice bytes)
{
	if (!request->has_range)
		return answer(200, bytes);
	size_t to =
		request->range_to < bytes.len ? (size_t)request->range_to : bytes.len - 1;
	size_t from = (size_t)request->range_from;
	if (request->range_last) {
		from = request->range_last < bytes.len
			       ? bytes.len - (size_t)request->range_last
			       : 0;
		to = bytes.len - 1;
	}
	struct net_response response = answer(206, slice_range(bytes, from, to + 1));
	response.content_range =
		arena_printf(&arena, "bytes %zu-%zu/%zu", from, to, bytes.len);
	return response;
}

// Runs the ladder against a server of `bytes` that has no .metadata; returns how many
// requests it took, 0 for failure.
static unsigned climb(const struct project_file *file, struct file_host *host,
		      struct slice bytes, struct slice *ret_text, struct error *err)
{
	struct ladder ladder;
	struct net_request request;
	ladder_begin(&ladder, file, host, &arena);
	for (unsigned count = 1; count < 10; count++) {
		ladder_request(&ladder, &request);
		bool metadata = slice_ends_with(request.url, S(".metadata"));
		struct net_response response =
			metadata ? answer(404, S("")) : serve(&request, bytes);
		enum ladder_result result =
			ladder_take(&ladder, &response, ret_text, err);
		if (result != LADDER_AGAIN)
			return result == LADDER_FOUND ? count : 0;
	}
	return 0;
}

static void check_climb(const struct project_file *file, struct file_host *host,
			struct slice bytes, unsigned requests)
{
	struct slice text = S("");
	struct error err = { 0 };
	assert_int_equal(climb(file, host, bytes, &text, &err), requests);
	assert_true(slice_eq(text, METADATA_TEXT));
}

static struct file_host host_without_metadata(void)
{
	return (struct file_host){ .metadata_missing = 3 };
}

static void test_658_2_metadata_stands_before_query(void **state)
{
	(void)state;
	struct file_host host = { 0 };
	struct project_file file = wheel_file(S(""));
	struct ladder ladder;
	struct net_request request;
	file.url = S("https://h/foo-1.0-py3-none-any.whl?sig=a/b.c");
	file.has_core_metadata = true;
	ladder_begin(&ladder, &file, &host, &arena);
	ladder_request(&ladder, &request);
	assert_true(slice_eq(request.url,
			     S("https://h/foo-1.0-py3-none-any.whl.metadata?sig=a/b.c")));
	assert_false(request.has_range);
}

static void test_658_2_hash_of_metadata_is_verified(void **state)
{
	(void)state;
	struct file_host host = { 0 };
	struct project_file file = wheel_file(S(""));
	struct ladder ladder;
	struct slice text;
	struct error err;
	file.has_core_metadata = true;
	file.metadata_sha256 = sha256_of(METADATA_TEXT);
	ladder_begin(&ladder, &file, &host, &arena);
	struct net_response response = answer(200, METADATA_TEXT);
	assert_int_equal(ladder_take(&ladder, &response, &text, &err), LADDER_FOUND);
	response = answer(200, S("something else"));
	ladder_begin(&ladder, &file, &host, &arena);
	assert_int_equal(ladder_take(&ladder, &response, &text, &err), LADDER_FAILED);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
}

static void test_idx_1_a_range_comes_before_what_is_not_announced(void **state)
{
	(void)state;
	struct slice bytes = make_wheel(100000, 100);
	struct project_file file = wheel_file(bytes);
	struct file_host host = { 0 };
	check_climb(&file, &host, bytes, 1);
	file.has_core_metadata = true; // announced, but not there
	check_climb(&file, &host, bytes, 2);
}

static void test_idx_1_a_host_without_ranges_is_probed_and_remembered(void **state)
{
	(void)state;
	struct slice bytes = make_wheel(100000, 100), text;
	struct project_file file = wheel_file(bytes);
	struct file_host host = { .no_ranges = true };
	struct ladder ladder;
	struct error err;
	for (unsigned i = 0; i < 3; i++)
		check_climb(&file, &host, bytes, 2);
	check_climb(&file, &host, bytes, 1); // refused three times: not asked any more
	file.has_core_metadata = true;       // but for what the index announces
	check_climb(&file, &host, bytes, 2);
	struct net_response response = answer(200, METADATA_TEXT);
	ladder_begin(&ladder, &file, &host, &arena);
	assert_int_equal(ladder_take(&ladder, &response, &text, &err), LADDER_FOUND);
	file.has_core_metadata = false; // a host that served one may serve others
	check_climb(&file, &host, bytes, 2);
}

static void test_zip_3_one_round_trip_where_the_tail_holds_it(void **state)
{
	(void)state;
	struct file_host host = host_without_metadata();
	struct slice bytes = make_wheel(100000, 100);
	struct project_file file = wheel_file(bytes);
	check_climb(&file, &host, bytes, 1);
	file.has_size = false;
	check_climb(&file, &host, bytes, 1);
}

static void test_zip_3_metadata_before_the_tail_takes_a_second(void **state)
{
	(void)state;
	struct file_host host = host_without_metadata();
	struct slice bytes = make_wheel(100000, 60000);
	struct project_file file = wheel_file(bytes);
	check_climb(&file, &host, bytes, 2);
}

static void test_zip_3_directory_longer_than_the_tail(void **state)
{
	(void)state;
	enum { MANY = 2000 };
	struct member *members = arena_new_array(&arena, struct member, MANY + 1);
	for (size_t i = 0; i < MANY; i++)
		members[i].name =
			arena_printf(&arena, "foo/a/rather/long/name/of/a/file/%zu.py", i)
				.ptr;
	members[MANY] = (struct member){ "foo-1.0.dist-info/METADATA", METADATA_TEXT };
	struct slice bytes = make_zip(&arena, members, MANY + 1);
	struct project_file file = wheel_file(bytes);
	struct file_host host = host_without_metadata();
	check_climb(&file, &host, bytes, 2);
}

static void test_a_server_without_ranges_gives_the_file(void **state)
{
	(void)state;
	struct file_host host = host_without_metadata();
	struct slice bytes = make_wheel(1000000, 100), text;
	struct project_file file = wheel_file(bytes);
	struct ladder ladder;
	struct net_request request;
	struct error err;
	ladder_begin(&ladder, &file, &host, &arena);
	// Longer than what the request allows
	struct net_response response = answer(200, S(""));
	assert_int_equal(ladder_take(&ladder, &response, &text, &err), LADDER_AGAIN);
	assert_true(host.no_ranges);
	ladder_request(&ladder, &request);
	assert_false(request.has_range);
	response = answer(200, bytes);
	assert_int_equal(ladder_take(&ladder, &response, &text, &err), LADDER_FOUND);
	check_climb(&file, &host, bytes, 1); // and is not asked for ranges again
}

static void test_wrong_ranges_are_not_believed(void **state)
{
	(void)state;
	static const char *const ranges[] = { "",
					      "bytes 0-99/*",
					      "bytes 1-99/200",
					      "bytes 100-199/100",
					      "bytes 199-100/200",
					      "items 0-1/2",
					      "bytes 0-99/200 extra",
					      "bytes 4294967295-4294967395/4294967396" };
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		struct file_host host = host_without_metadata();
		struct project_file file = wheel_file(S(""));
		struct ladder ladder;
		struct slice text;
		struct error err;
		ladder_begin(&ladder, &file, &host, &arena);
		struct net_response response = answer(206, make_noise(&arena, 100));
		response.content_range = slice_from(ranges[i]);
		assert_int_equal(ladder_take(&ladder, &response, &text, &err),
				 LADDER_AGAIN);
		assert_int_equal(ladder.step, LADDER_WHOLE);
	}
}

// A server that gives the end of the archive alone, whatever is asked for.
static void test_short_ranges_do_not_go_on_for_ever(void **state)
{
	(void)state;
	enum { END_BYTES = 22 };
	struct slice bytes = make_wheel(100000, 100), text;
	for (int knows_size = 0; knows_size < 2; knows_size++) {
		struct file_host host = host_without_metadata();
		struct project_file file = wheel_file(knows_size ? bytes : S(""));
		struct ladder ladder;
		struct error err;
		ladder_begin(&ladder, &file, &host, &arena);
		size_t from = bytes.len - END_BYTES;
		struct net_response response = answer(206, slice_skip(bytes, from));
		response.content_range = arena_printf(&arena, "bytes %zu-%zu/%zu", from,
						      bytes.len - 1, bytes.len);
		assert_int_equal(ladder.step, LADDER_TAIL);
		assert_int_equal(ladder_take(&ladder, &response, &text, &err),
				 LADDER_AGAIN);
		assert_int_equal(ladder.step, LADDER_WHOLE);
	}
}

static void test_whole_file_is_verified(void **state)
{
	(void)state;
	struct file_host host = { .metadata_missing = 3, .no_ranges = true };
	struct slice bytes = make_wheel(10, 10), text;
	struct project_file file = wheel_file(bytes);
	struct error err;
	file.sha256 = sha256_of(bytes);
	check_climb(&file, &host, bytes, 1);
	file.sha256.bytes[0] ^= 1;
	assert_int_equal(climb(&file, &host, bytes, &text, &err), 0);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
}

static void check_end(struct slice bytes, enum ladder_result expected)
{
	struct project_file file = wheel_file(bytes);
	struct file_host host = host_without_metadata();
	struct ladder ladder;
	struct slice text;
	struct error err = { 0 };
	ladder_begin(&ladder, &file, &host, &arena);
	assert_int_equal(ladder_take_whole(&ladder, bytes, &text, &err), expected);
	assert_true(err.cause[0] != '\0');
}

static void test_wheels_that_cannot_be_used(void **state)
{
	(void)state;
	const struct member empty[] = { { "foo/__init__.py", S("") } };
	const struct member nested[] = { { "x/foo-1.0.dist-info/METADATA",
					   METADATA_TEXT } };
	check_end(S("no zip"), LADDER_UNUSABLE);
	check_end(make_zip(&arena, empty, 1), LADDER_UNUSABLE);
	check_end(make_zip(&arena, nested, 1), LADDER_UNUSABLE);
	struct slice whole = make_wheel(100, 100);
	check_end(slice_range(whole, 0, whole.len - 30), LADDER_UNUSABLE);
}

static void test_the_wheels_own_dist_info_counts(void **state)
{
	(void)state;
	const struct member members[] = {
		{ "foo-1.0.dist-info/METADATA", METADATA_TEXT },
		{ "bar-2.0.dist-info/METADATA", S("wrong") },
	};
	struct slice bytes = make_zip(&arena, members, 2);
	struct project_file file = wheel_file(bytes);
	struct file_host host = host_without_metadata();
	check_climb(&file, &host, bytes, 1);
}

static void test_a_giant_without_ranges_is_one_release_that_cannot_be_used(void **state)
{
	(void)state;
	struct file_host host = { .metadata_missing = 3, .no_ranges = true };
	struct project_file file = wheel_file(S(""));
	struct ladder ladder;
	struct net_request request;
	struct slice text;
	struct error err = { 0 };
	file.has_size = true;
	file.size = 1100 * MIB;
	ladder_begin(&ladder, &file, &host, &arena);
	ladder_request(&ladder, &request);
	assert_int_equal(request.max_bytes, 0);
	struct net_response response = { .failed = true };
	assert_int_equal(ladder_take(&ladder, &response, &text, &err), LADDER_UNUSABLE);
	assert_non_null(strstr(err.cause, "too large to be read whole"));
}

static void test_answers_that_end_the_climb(void **state)
{
	(void)state;
	static const unsigned statuses[] = { 404, 403, 500 };
	for (size_t i = 0; i < 3; i++) {
		struct project_file file = wheel_file(S(""));
		struct file_host host = { .metadata_missing = 3, .no_ranges = true };
		struct ladder ladder;
		struct slice text;
		struct error err;
		ladder_begin(&ladder, &file, &host, &arena);
		struct net_response response = answer(statuses[i], S(""));
		assert_int_equal(ladder_take(&ladder, &response, &text, &err),
				 LADDER_FAILED);
		assert_int_equal(err.kind, ERROR_SOURCE);
	}
}

static void test_643_1_sdists_give_their_pkg_info(void **state)
{
	(void)state;
	struct slice noise = make_noise(&arena, 800000);
	const struct member early[] = { { "foo-1.0/PKG-INFO", METADATA_TEXT },
					{ "foo-1.0/data", noise } };
	const struct member late[] = { { "foo-1.0/data", noise },
				       { "foo-1.0/PKG-INFO", METADATA_TEXT } };
	struct file_host host = { 0 };
	struct slice bytes = make_tar_gz(&arena, early, 2);
	struct project_file file = sdist_file(bytes);
	check_climb(&file, &host, bytes, 1);
	bytes = make_tar_gz(&arena, late, 2);
	file = sdist_file(bytes);
	check_climb(&file, &host, bytes, 2);
	const struct member small[] = { { "foo-1.0/PKG-INFO", METADATA_TEXT } };
	bytes = make_tar_gz(&arena, small, 1);
	file = sdist_file(bytes);
	check_climb(&file, &host, bytes, 1);
	file.sha256 = sha256_of(S("other")); // small ones are fetched whole, and verified
	struct slice text;
	struct error err;
	assert_int_equal(climb(&file, &host, bytes, &text, &err), 0);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
}

// The egg-info of an old sdist may stand anywhere, so all of it is read (md.3).
static void test_md_3_old_sdists_are_read_to_their_end(void **state)
{
	(void)state;
	const struct member members[] = {
		{ "foo-1.0/PKG-INFO",
		  S("Metadata-Version: 1.1\nName: foo\nVersion: 1.0\n") },
		{ "foo-1.0/data", make_noise(&arena, 800000) },
		{ "foo-1.0/foo.egg-info/requires.txt", S("bar\n") },
	};
	struct file_host host = { 0 };
	struct slice bytes = make_tar_gz(&arena, members, 3), text;
	struct project_file file = sdist_file(bytes);
	struct error err;
	assert_int_equal(climb(&file, &host, bytes, &text, &err), 2);
	assert_true(slice_starts_with(text,
				      S("Requires-Dist: bar\nMetadata-Version: 1.1\n")));
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
		cmocka_unit_test(test_658_2_metadata_stands_before_query),
		cmocka_unit_test(test_658_2_hash_of_metadata_is_verified),
		cmocka_unit_test(test_idx_1_a_range_comes_before_what_is_not_announced),
		cmocka_unit_test(
			test_idx_1_a_host_without_ranges_is_probed_and_remembered),
		cmocka_unit_test(test_zip_3_one_round_trip_where_the_tail_holds_it),
		cmocka_unit_test(test_zip_3_metadata_before_the_tail_takes_a_second),
		cmocka_unit_test(test_zip_3_directory_longer_than_the_tail),
		cmocka_unit_test(test_a_server_without_ranges_gives_the_file),
		cmocka_unit_test(test_wrong_ranges_are_not_believed),
		cmocka_unit_test(test_short_ranges_do_not_go_on_for_ever),
		cmocka_unit_test(test_whole_file_is_verified),
		cmocka_unit_test(test_wheels_that_cannot_be_used),
		cmocka_unit_test(test_the_wheels_own_dist_info_counts),
		cmocka_unit_test(
			test_a_giant_without_ranges_is_one_release_that_cannot_be_used),
		cmocka_unit_test(test_answers_that_end_the_climb),
		cmocka_unit_test(test_643_1_sdists_give_their_pkg_info),
		cmocka_unit_test(test_md_3_old_sdists_are_read_to_their_end),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
