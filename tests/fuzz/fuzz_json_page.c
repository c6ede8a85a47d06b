// SPDX-License-Identifier: MIT
// Fuzz: a project page in JSON. What can be read can be packed and comes back the same;
// releases ascend.
#include "tests/fuzz/fuzz.h"

#include "base/json_scanner.h"
#include "tests/resolver/index/whole_pages.h"

static void check_project(struct arena *arena, const struct project *project)
{
	struct project again;
	for (size_t i = 1; i < project->release_len; i++)
		CHECK(version_cmp(&project->releases[i - 1].version,
				  &project->releases[i].version) < 0);
	CHECK(record_open(record_pack(project, arena), 0, arena, &again));
	CHECK(again.release_len == project->release_len &&
	      again.file_len == project->file_len);
	for (uint32_t i = 0; i < project->release_len; i++)
		CHECK(version_cmp(&project->releases[i].version,
				  &project_release(&again, i)->version) == 0);
	for (uint32_t i = 0; i < project->file_len; i++) {
		const struct project_file *file = project_file_get(&again, i);
		CHECK(slice_eq(file->name, project->files[i].name));
		CHECK(slice_eq(file->url, project->files[i].url));
		CHECK(slice_eq(file->requires_python, project->files[i].requires_python));
		CHECK(slice_eq(file->wheel.platform, project->files[i].wheel.platform));
	}
}

static void check_wheel(const struct wheel_name *left, const struct wheel_name *right)
{
	CHECK(slice_eq(left->name, right->name));
	CHECK(slice_eq(left->version, right->version));
	CHECK(slice_eq(left->build, right->build));
	CHECK(left->build_number == right->build_number);
	CHECK(slice_eq(left->python, right->python));
	CHECK(slice_eq(left->abi, right->abi));
	CHECK(slice_eq(left->platform, right->platform));
}

// The way straight to the record says the same as the way over structs.
static void check_record(struct arena *arena, const struct page_input *input,
			 const struct project *project)
{
	struct slice record;
	struct project direct;
	struct error err;
	CHECK(page_read_record(input, arena, arena, &record, &err) == 0);
	CHECK(record_open(record, 0, arena, &direct));
	CHECK(direct.release_len == project->release_len &&
	      direct.file_len == project->file_len && direct.skipped == project->skipped);
	for (uint32_t i = 0; i < direct.release_len; i++) {
		const struct release_row *row = &direct.release_rows[i];
		CHECK(row->file_len == project->release_rows[i].file_len);
		CHECK(slice_eq(project_version_text(&direct, i),
			       project->releases[i].version_text));
		for (uint32_t at = row->first_file; at < row->first_file + row->file_len;
		     at++) {
			const struct project_file *file = project_file_get(&direct, at);
			CHECK(slice_eq(file->name, project->files[at].name));
			CHECK(slice_eq(file->url, project->files[at].url));
			CHECK(slice_eq(file->requires_python,
				       project->files[at].requires_python));
			CHECK(slice_eq(file->upload_time,
				       project->files[at].upload_time));
			CHECK(sha256_eq(&file->sha256, &project->files[at].sha256));
			check_wheel(&file->wheel, &project->files[at].wheel);
			CHECK(direct.file_rows[at].uploaded ==
			      project->file_rows[at].uploaded);
		}
	}
}

// Every token lies within the text or is at most as long; the scanner ends.
static void check_tokens(struct arena *arena, struct slice text)
{
	struct json_scanner scanner;
	size_t count = 0;
	json_begin(&scanner, text, arena);
	for (enum json_token token;
	     (token = json_next(&scanner)) != JSON_END && token != JSON_ERROR; count++)
		if (token == JSON_STRING || token == JSON_KEY)
			CHECK(scanner.text.len <= text.len &&
			      slice_find_bad_utf8(scanner.text) == SLICE_NONE);
	CHECK(count <= text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct project project;
	struct error err;
	const struct page_input input = { .body = fuzz_text(data, size),
					  .content_type = S("application/json"),
					  .url = S("https://index.example/simple/foo/"),
					  .name = S("foo") };
	check_tokens(&arena, input.body);
	if (page_read(&input, &arena, &project, &err) == 0) {
		check_project(&arena, &project);
		check_record(&arena, &input, &project);
	}
	return 0;
}
