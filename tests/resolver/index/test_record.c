// SPDX-License-Identifier: MIT

#include "tests/resolver/index/record_seal.h"
#include "tests/resolver/index/whole_pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena arena;

static struct project sample(void)
{
	struct project project = { 0 };
	struct error err;
	const struct page_input input = {
		.body = S(
			"{\"meta\":{\"api-version\":\"1.9\"},\"project-status\":{\"status\":\"archived\"},\"files\":["
			"{\"filename\":\"Foo-1.0-2b-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl\","
			"\"url\":\"https://h/a/Foo-1.0-2b-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl\","
			"\"requires-python\":\">=3.8\",\"size\":5,\"yanked\":\"why\",\"core-metadata\":true,"
			"\"hashes\":{\"sha256\":\"e28fdff4b1d47edd13e053399f642818d2f591cb9c215eb626bde6b14d6f4575\"},"
			"\"upload-time\":\"2024-01-02T03:04:05Z\"},"
			"{\"filename\":\"foo-1.0.tar.gz\",\"url\":\"https://h/other%2Dname\"},"
			"{\"filename\":\"foo-2.0rc1.zip\",\"url\":\"foo-2.0rc1.zip\",\"requires-python\":\">=3.8\"},"
			"{\"filename\":\"foo-2.egg\",\"url\":\"x\"}]}"),
		.content_type = S("application/json"),
		.url = S("https://index.example/simple/foo/"),
		.name = S("foo"),
	};
	assert_int_equal(page_read(&input, &arena, &project, &err), 0);
	return project;
}

static void check(struct slice got, struct slice expected)
{
	assert_true(slice_eq(got, expected));
}

static void check_same_file(const struct project_file *a, const struct project_file *b)
{
	assert_int_equal(a->kind, b->kind);
	check(a->name, b->name);
	check(a->url, b->url);
	check(a->requires_python, b->requires_python);
	check(a->upload_time, b->upload_time);
	check(a->yanked_reason, b->yanked_reason);
	check(a->wheel.file, b->wheel.file);
	check(a->wheel.name, b->wheel.name);
	check(a->wheel.version, b->wheel.version);
	check(a->wheel.build, b->wheel.build);
	check(a->wheel.python, b->wheel.python);
	check(a->wheel.abi, b->wheel.abi);
	check(a->wheel.platform, b->wheel.platform);
	assert_int_equal(a->wheel.build_number, b->wheel.build_number);
	assert_int_equal(a->has_size, b->has_size);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->yanked, b->yanked);
	assert_int_equal(a->has_core_metadata, b->has_core_metadata);
	assert_true(sha256_eq(&a->sha256, &b->sha256));
	assert_true(sha256_eq(&a->metadata_sha256, &b->metadata_sha256));
}

static void test_what_is_packed_comes_back(void **state)
{
	(void)state;
	struct project project = sample(), got;
	assert_true(record_open(record_pack(&project, &arena), 3, &arena, &got));
	assert_int_equal(got.state, PROJECT_FOUND);
	check(got.name, S("foo"));
	check(got.status, S("archived"));
	assert_true(got.newer_api);
	assert_int_equal(got.skipped, 1);
	assert_int_equal(got.tag_set_len, project.tag_set_len);
	assert_int_equal(got.python_set_len, project.python_set_len);
	assert_int_equal(got.release_len, 2);
	assert_int_equal(got.file_len, 3);
	for (uint32_t i = 0; i < got.release_len; i++) {
		const struct release *one = project_release(&got, i),
				     *other = &project.releases[i];
		check(project_version_text(&got, i), other->version_text);
		check(one->version_text, other->version_text);
		assert_int_equal(version_cmp(&one->version, &other->version), 0);
		assert_int_equal(one->first_file, other->first_file);
		assert_int_equal(one->file_len, other->file_len);
		assert_ptr_equal(project_release(&got, i), one);
	}
	for (uint32_t i = 0; i < got.file_len; i++) {
		const struct project_file *file = project_file_get(&got, i);
		check_same_file(file, &project.files[i]);
		assert_int_equal(file->tag_set, project.files[i].tag_set);
		assert_int_equal(file->python_set, project.files[i].python_set);
		assert_int_equal(file->index, 3);
		assert_ptr_equal(project_file_get(&got, i), file);
	}
	record_expand(&got, &arena);
	assert_null(got.record);
	check(record_pack(&got, &arena), record_pack(&project, &arena));
}

static void test_empty_project(void **state)
{
	(void)state;
	struct project project = { .name = S("foo") }, got;
	assert_true(record_open(record_pack(&project, &arena), 0, &arena, &got));
	assert_int_equal(got.release_len, 0);
	assert_int_equal(got.file_len, 0);
}

static void test_same_project_same_bytes(void **state)
{
	(void)state;
	struct project a = sample(), b = sample();
	check(record_pack(&a, &arena), record_pack(&b, &arena));
}

static bool is_whole(const struct project *project)
{
	for (uint32_t i = 0; i < project->file_len; i++)
		if (project_file_get(project, i)->url.len == 0)
			return false;
	return true;
}

// A CRC finds any damage of one byte: that of the record, or that of a file's row; every
// cut is found by lengths.
static void test_damaged_record_is_none(void **state)
{
	(void)state;
	struct project project = sample(), got;
	struct slice record = record_pack(&project, &arena);
	char *copy = arena_alloc(&arena, record.len, 8);
	for (size_t i = 0; i < record.len; i++) {
		memcpy(copy, record.ptr, record.len);
		copy[i] = (char)(copy[i] ^ 0x41);
		assert_false(record_open((struct slice){ copy, record.len }, 0, &arena,
					 &got) &&
			     is_whole(&got));
		assert_false(record_open(slice_range(record, 0, i), 0, &arena, &got));
	}
	assert_false(record_open(S(""), 0, &arena, &got));
}

// Even a record that was forged with a right CRC leads to no read outside of it.
static void test_forged_offsets_are_refused(void **state)
{
	(void)state;
	struct project project = sample(), got;
	struct slice record = record_pack(&project, &arena);
	char *copy = arena_alloc(&arena, record.len, 8);
	for (size_t i = 0; i + 4 <= record.len; i += 4) {
		AUTO(arena_cleanup) struct arena scratch = { 0 };
		memcpy(copy, record.ptr, record.len);
		memset(copy + i, 0xf1, 4);
		seal_record(copy, record.len);
		if (record_open((struct slice){ copy, record.len }, 0, &scratch, &got)) {
			// reads all of it, under ASan
			record_expand(&got, &scratch);
			(void)record_pack(&got, &scratch);
		}
	}
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

// Releases and names out of order, a name twice, equal versions spelt differently, a file
// of another project, one without a version.
static void test_a_page_straight_to_its_record(void **state)
{
	(void)state;
	static const char *const names[] = {
		"foo-2.0-py3-none-any.whl",
		"foo-1.0.tar.gz",
		"foo-1-py3-none-any.whl",
		"Foo-1.0-cp39-abi3-win32.whl",
		"foo-1.0-cp312-cp312-win32.whl",
		"foo-1.0-cp312-cp312-win32.whl",
		"bar-1.0.tar.gz",
		"foo-x.tar.gz",
		"foo-1!0.1.tar.gz",
		"foo-10.0.zip",
		"foo-2.0rc1-py3-none-any.whl",
	};
	struct buf body = { .arena = &arena };
	buf_append(&body, S("{\"files\":["));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		buf_printf(
			&body,
			"%s{\"filename\":\"%s\",\"url\":\"https://h/%zu/%s\",\"yanked\":%s,"
			"\"requires-python\":\">=3.%zu\",\"upload-time\":\"2024-01-02T03:04:%02zuZ\"}",
			i ? "," : "", names[i], i, names[i], i % 3 ? "false" : "\"why\"",
			i / 4, i);
	buf_append(&body, S("]}"));
	const struct page_input input = { buf_slice(&body), S("application/json"),
					  S("https://index.example/simple/foo/"),
					  S("foo"), NULL };
	struct project project, direct;
	struct slice record;
	struct error err;
	assert_int_equal(page_read(&input, &arena, &project, &err), 0);
	assert_int_equal(page_read_record(&input, &arena, &arena, &record, &err), 0);
	assert_true(record_open(record, 0, &arena, &direct));
	assert_int_equal(direct.release_len, 5);
	assert_int_equal(direct.release_len, project.release_len);
	assert_int_equal(direct.file_len, project.file_len);
	assert_int_equal(direct.skipped, 3);
	assert_int_equal(project.skipped, 3);
	for (uint32_t rank = 0; rank < direct.release_len; rank++) {
		const struct release_row *row = &direct.release_rows[rank];
		check(project_version_text(&direct, rank),
		      project_version_text(&project, rank));
		assert_int_equal(row->is_prerelease,
				 project.release_rows[rank].is_prerelease);
		assert_int_equal(row->file_len, project.release_rows[rank].file_len);
		for (uint32_t i = row->first_file; i < row->first_file + row->file_len;
		     i++) {
			const struct project_file *file = project_file_get(&direct, i);
			check_same_file(file, &project.files[i]);
			if (file->kind == FILE_WHEEL)
				check(project_tag_set(&direct, file->tag_set),
				      project_tag_set(&project,
						      project.files[i].tag_set));
			check(project_python_set(&direct, file->python_set),
			      file->requires_python);
		}
	}
}

// Wheels that are known by the last one's stem and by tags that came before are the same
// as those whose names were parsed, and stand in the order of their names.
static void test_wheels_known_by_their_tags(void **state)
{
	(void)state;
	static const char *const names[] = {
		"foo-1.0-cp39-cp39-win32.whl",   "foo-1.0-cp310-cp310-win32.whl",
		"foo-1.0-py3-none-any.whl",      "foo-1.0-py3-none-any.more.whl",
		"foo-1.1-py3-none-any.whl",      "foo-1.1-cp39-cp39-win32.whl",
		"foo-1.1-cp310-cp310-win32.whl", "foo-1.1-py3-none-any.more.whl",
		"foo-1.1-2-py3-none-any.whl",    "foo-1.1-2-cp39-cp39-win32.whl",
		"foo-1.1-py3-none-any.whl",      "Foo-1.1-cp39-cp39-win32.whl",
		"foo-1.1-py3-none-any-v.whl",    "bar-1.1-py3-none-any.whl",
		"foo-1.1-py3-none-any.whl.whl",  "foo-1.10-py3-none-any.whl",
	};
	static const char *const expected[] = {
		"foo-1.0-cp310-cp310-win32.whl", "foo-1.0-cp39-cp39-win32.whl",
		"foo-1.0-py3-none-any.more.whl", "foo-1.0-py3-none-any.whl",
		"Foo-1.1-cp39-cp39-win32.whl",   "foo-1.1-2-cp39-cp39-win32.whl",
		"foo-1.1-2-py3-none-any.whl",    "foo-1.1-cp310-cp310-win32.whl",
		"foo-1.1-cp39-cp39-win32.whl",   "foo-1.1-py3-none-any.more.whl",
		"foo-1.1-py3-none-any.whl",      "foo-1.1-py3-none-any.whl.whl",
		"foo-1.10-py3-none-any.whl",
	};
	struct buf body = { .arena = &arena };
	buf_append(&body, S("{\"files\":["));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		buf_printf(&body,
			   "%s{\"filename\":\"%s\",\"url\":\"https://h/%s\","
			   "\"upload-time\":\"2024-01-02T03:04:05Z\"}",
			   i ? "," : "", names[i], names[i]);
	buf_append(&body, S("]}"));
	const struct page_input input = {
		.body = buf_slice(&body),
		.content_type = S("application/json"),
		.url = S("https://index.example/simple/foo/"),
		.name = S("foo"),
	};
	struct project direct, project;
	struct slice record;
	struct error err;
	assert_int_equal(page_read(&input, &arena, &project, &err), 0);
	assert_int_equal(page_read_record(&input, &arena, &arena, &record, &err), 0);
	assert_true(record_open(record, 0, &arena, &direct));
	assert_int_equal(direct.release_len, 3);
	assert_int_equal(direct.skipped, project.skipped);
	// The files of a release that count: repeated ones are none of them.
	size_t at = 0;
	for (uint32_t rank = 0; rank < direct.release_len; rank++) {
		const struct release_row *row = &direct.release_rows[rank];
		for (uint32_t i = 0; i < row->file_len; i++, at++) {
			const struct project_file *file =
				project_file_get(&direct, row->first_file + i);
			check(file->name, slice_from(expected[at]));
			check_same_file(file, &project.files[row->first_file + i]);
		}
	}
	assert_int_equal(at, sizeof(expected) / sizeof(*expected));
}

// The journal dates what came later before it is packed.
static void test_700_2_undated_files_are_dated_by_the_journal(void **state)
{
	(void)state;
	struct seen seen;
	struct page_input input = {
		S("{\"files\":[{\"filename\":\"foo-1.tar.gz\",\"url\":\"x\"}]}"),
		S("application/json"), S("https://index.example/simple/foo/"), S("foo"),
		&seen
	};
	struct slice record, journal;
	struct project project;
	struct error err;
	seen_begin(&seen, S(""), 1000, &arena);
	assert_int_equal(page_read_record(&input, &arena, &arena, &record, &err), 0);
	assert_true(record_open(record, 0, &arena, &project));
	assert_true(project.file_rows[0].uploaded == UPLOAD_UNKNOWN);
	journal = seen_end(&seen);

	input.body = S("{\"files\":[{\"filename\":\"foo-1.tar.gz\",\"url\":\"x\"},"
		       "{\"filename\":\"foo-2.tar.gz\",\"url\":\"y\"}]}");
	seen_begin(&seen, journal, 2000, &arena);
	assert_int_equal(page_read_record(&input, &arena, &arena, &record, &err), 0);
	assert_true(record_open(record, 0, &arena, &project));
	assert_true(project.file_rows[0].uploaded == UPLOAD_UNKNOWN);
	assert_true(project.file_rows[1].uploaded == INT64_C(2000000000));
	assert_int_equal(project_file_get(&project, 1)->first_seen, 2000);
}

// As the store has it: nothing but what is asked for is read, none of it in place.
static void test_record_in_a_file_says_the_same(void **state)
{
	(void)state;
	const struct project project = sample();
	struct project got, again;
	struct slice record = record_pack(&project, &arena);
	assert_true(record_open(record, 3, &arena, &got));
	FILE *file = tmpfile();
	assert_non_null(file);
	assert_int_equal(fwrite("xyz", 1, 3, file), 3);
	assert_int_equal(fwrite(record.ptr, 1, record.len, file), record.len);
	assert_int_equal(fflush(file), 0);
	const struct value value = { { NULL, record.len }, fileno(file), 3 };
	assert_true(record_open_value(&value, 3, &arena, &again));
	check(again.name, got.name);
	assert_int_equal(again.file_len, got.file_len);
	for (uint32_t i = 1; i < got.file_len; i++)
		check_same_file(project_file_get(&again, i), project_file_get(&got, i));
	assert_int_equal(ftruncate(fileno(file), (off_t)record.len - 20), 0);
	assert_int_equal(project_file_get(&again, 0)->url.len, 0);
	assert_int_equal(ftruncate(fileno(file), 40), 0);
	assert_false(record_open_value(&value, 3, &arena, &again));
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_in_a_file_says_the_same),
		cmocka_unit_test(test_a_page_straight_to_its_record),
		cmocka_unit_test(test_wheels_known_by_their_tags),
		cmocka_unit_test(test_700_2_undated_files_are_dated_by_the_journal),
		cmocka_unit_test(test_what_is_packed_comes_back),
		cmocka_unit_test(test_empty_project),
		cmocka_unit_test(test_same_project_same_bytes),
		cmocka_unit_test(test_damaged_record_is_none),
		cmocka_unit_test(test_forged_offsets_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
