// SPDX-License-Identifier: MIT

#include "tests/resolver/index/whole_pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

static const char HEX[] =
	"e28fdff4b1d47edd13e053399f642818d2f591cb9c215eb626bde6b14d6f4575";
static const char OTHER_HEX[] =
	"ae8fdff4b1d47edd13e053399f642818d2f591cb9c215eb626bde6b14d6f4575";

static int read_page(struct slice body, struct slice type, struct project *ret_project,
		     struct error *err)
{
	const struct page_input input = {
		.body = body,
		.content_type = type,
		.url = S("https://index.example/simple/foo/"),
		.name = S("foo"),
	};
	return page_read(&input, &arena, ret_project, err);
}

static struct project read_json(struct slice body)
{
	struct project project = { 0 };
	struct error err;
	if (read_page(body, S("application/vnd.pypi.simple.v1+json"), &project, &err) < 0)
		fail_msg("%s", err.cause);
	return project;
}

static struct project read_html(struct slice body)
{
	struct project project = { 0 };
	struct error err;
	if (read_page(body, S("text/html; charset=utf-8"), &project, &err) < 0)
		fail_msg("%s", err.cause);
	return project;
}

// A JSON page of files that are written as the members of their objects.
static struct slice json_of(const char *const *files, size_t len)
{
	struct buf out = { .arena = &arena };
	buf_append(&out,
		   S("{\"meta\":{\"api-version\":\"1.1\"},\"name\":\"foo\",\"files\":["));
	for (size_t i = 0; i < len; i++)
		buf_printf(&out, "%s{%s}", i ? "," : "", files[i]);
	buf_append(&out, S("]}"));
	return buf_slice(&out);
}

static struct project read_files(const char *const *files, size_t len)
{
	return read_json(json_of(files, len));
}

static struct slice name_line(const char *name)
{
	return arena_printf(&arena, "\"filename\":\"%s\",\"url\":\"%s\"", name, name);
}

static struct project read_names(const char *const *names, size_t len)
{
	const char **files = arena_new_array(&arena, const char *, len);
	for (size_t i = 0; i < len; i++)
		files[i] = name_line(names[i]).ptr;
	return read_files(files, len);
}

static void check(struct slice got, const char *expected)
{
	assert_string_equal(arena_c_string(&arena, got), expected);
}

static void test_700_1_a_file_with_all_its_keys(void **state)
{
	(void)state;
	struct slice file = arena_printf(
		&arena,
		"\"_private\":[{}],\"upload-time\":\"2024-01-02T03:04:05.678901Z\",\"size\":123,\"yanked\":false,"
		"\"hashes\":{\"md5\":\"x\",\"sha256\":\"%s\"},\"requires-python\":\">=3.8\",\"url\":"
		"\"https://files.example/a/foo-1.0-py3-none-any.whl\",\"filename\":\"foo-1.0-py3-none-any.whl\","
		"\"core-metadata\":{\"sha256\":\"%s\"},\"provenance\":null",
		HEX, OTHER_HEX);
	struct project project = read_files(&file.ptr, 1);
	struct sha256 digest, metadata_digest;
	assert_true(sha256_parse_hex(slice_from(HEX), &digest));
	assert_true(sha256_parse_hex(slice_from(OTHER_HEX), &metadata_digest));
	assert_int_equal(project.file_len, 1);
	const struct project_file *got = &project.files[0];
	assert_int_equal(got->kind, FILE_WHEEL);
	check(got->name, "foo-1.0-py3-none-any.whl");
	check(got->url, "https://files.example/a/foo-1.0-py3-none-any.whl");
	check(got->requires_python, ">=3.8");
	check(got->upload_time, "2024-01-02T03:04:05.678901Z");
	check(got->wheel.platform, "any");
	assert_true(got->has_size && got->size == 123);
	assert_true(sha256_eq(&got->sha256, &digest));
	assert_true(got->has_core_metadata);
	assert_true(sha256_eq(&got->metadata_sha256, &metadata_digest));
	assert_false(got->yanked);
	assert_int_equal(project.release_len, 1);
	check(project.releases[0].version_text, "1.0");
}

// A digest that is no text is none, also behind one that is.
static void test_691_3_hashes_that_are_no_texts(void **state)
{
	(void)state;
	const char *file =
		arena_printf(&arena,
			     "\"filename\":\"foo-1.tar.gz\",\"url\":\"foo-1.tar.gz\","
			     "\"hashes\":{\"sha3\":\"%s%s\",\"sha512\":1}",
			     HEX, HEX)
			.ptr;
	struct project project = read_files(&file, 1);
	assert_int_equal(project.file_len, 1);
	assert_int_equal(project.files[0].other_hash.len, 0);
}

static void test_691_3_hashes_may_be_empty_and_keys_null(void **state)
{
	(void)state;
	const char *files[] = {
		"\"filename\":\"foo-1.tar.gz\",\"url\":\"foo-1.tar.gz\",\"hashes\":{},"
		"\"requires-python\":null,\"yanked\":null,\"size\":null,\"core-metadata\":null"
	};
	struct project project = read_files(files, 1);
	assert_int_equal(project.file_len, 1);
	assert_true(sha256_is_zero(&project.files[0].sha256));
	assert_false(project.files[0].has_size || project.files[0].yanked ||
		     project.files[0].has_core_metadata);
	assert_int_equal(project.files[0].requires_python.len, 0);
}

static void test_592_1_yanked_is_true_or_a_reason(void **state)
{
	(void)state;
	const char *files[] = {
		"\"filename\":\"foo-1.tar.gz\",\"url\":\"x\",\"yanked\":true",
		"\"filename\":\"foo-2.tar.gz\",\"url\":\"x\",\"yanked\":\"broken\"",
		"\"filename\":\"foo-3.tar.gz\",\"url\":\"x\",\"yanked\":\"\"",
		"\"filename\":\"foo-4.tar.gz\",\"url\":\"x\",\"yanked\":false",
	};
	struct project project = read_files(files, 4);
	assert_true(project.files[0].yanked && project.files[0].yanked_reason.len == 0);
	assert_true(project.files[1].yanked);
	check(project.files[1].yanked_reason, "broken");
	assert_true(project.files[2].yanked);
	assert_false(project.files[3].yanked);
}

static void test_658_1_core_metadata_wins_over_dist_info_metadata(void **state)
{
	(void)state;
	const char *files[] = {
		"\"filename\":\"foo-1-py3-none-any.whl\",\"url\":\"x\",\"dist-info-metadata\":true",
		"\"filename\":\"foo-2-py3-none-any.whl\",\"url\":\"x\",\"core-metadata\":false,"
		"\"dist-info-metadata\":true",
		"\"filename\":\"foo-3-py3-none-any.whl\",\"url\":\"x\",\"dist-info-metadata\":false,"
		"\"core-metadata\":true",
	};
	struct project project = read_files(files, 3);
	assert_true(project.files[0].has_core_metadata);
	assert_false(project.files[1].has_core_metadata);
	assert_true(project.files[2].has_core_metadata);
}

static void test_691_2_addresses_resolve_against_the_final_url(void **state)
{
	(void)state;
	const char *files[] = {
		"\"filename\":\"foo-1.tar.gz\",\"url\":\"../../files/foo-1.tar.gz\"",
		"\"filename\":\"foo-2.tar.gz\",\"url\":\"/files/foo-2.tar.gz#sha256=00\"",
		"\"filename\":\"foo-3.tar.gz\",\"url\":\"https://u:secret@h/foo-3.tar.gz?sig=1\"",
	};
	struct project project = read_files(files, 3);
	check(project.files[0].url, "https://index.example/files/foo-1.tar.gz");
	check(project.files[1].url, "https://index.example/files/foo-2.tar.gz");
	// Without the password (idx.3).
	check(project.files[2].url, "https://h/foo-3.tar.gz?sig=1");
}

static void test_629_1_api_versions(void **state)
{
	(void)state;
	struct project project;
	struct error err;
	struct slice json = S("application/vnd.pypi.simple.v1+json");
	project = read_json(S("{\"files\":[]}"));
	assert_false(project.newer_api);
	project = read_json(S("{\"meta\":{\"api-version\":\"1.99\"},\"files\":[]}"));
	assert_true(project.newer_api);
	assert_int_equal(read_page(S("{\"meta\":{\"api-version\":\"2.0\"}}"), json,
				   &project, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_SOURCE);
	assert_int_equal(read_page(S("{\"meta\":{\"api-version\":\"x\"}}"), json,
				   &project, &err),
			 -1);
	assert_int_equal(
		read_page(S("<meta name=\"pypi:repository-version\" content=\"2.0\">"),
			  S("text/html"), &project, &err),
		-1);
	project = read_html(S("<meta name=\"pypi:repository-version\" content=\"1.0\">"));
	assert_false(project.newer_api);
}

static void test_691_1_the_content_type_decides(void **state)
{
	(void)state;
	struct project project;
	struct error err;
	const struct slice json =
		S("{\"files\":[{\"filename\":\"foo-1.tar.gz\",\"url\":\"x\"}]}");
	const struct slice html = S("<a href=\"foo-1.tar.gz\">x</a>");
	static const char *const json_types[] = { "application/json",
						  "Application/JSON; charset=utf-8", "",
						  "application/vnd.pypi.simple.v1+json" };
	static const char *const html_types[] = { "text/html", "",
						  "application/vnd.pypi.simple.v1+html" };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(read_page(json, slice_from(json_types[i]), &project,
					   &err),
				 0);
		assert_int_equal(project.file_len, 1);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(read_page(html, slice_from(html_types[i]), &project,
					   &err),
				 0);
		assert_int_equal(project.file_len, 1);
	}
	assert_int_equal(read_page(json, S("text/plain"), &project, &err), -1);
	assert_int_equal(read_page(S("x"), S(""), &project, &err), -1);
	assert_int_equal(read_page(S("[]"), S("application/json"), &project, &err), -1);
	assert_int_equal(read_page(S("{\"files\":[}"), S("application/json"), &project,
				   &err),
			 -1);
}

static void test_503_3_html_pages(void **state)
{
	(void)state;
	struct slice page = arena_printf(
		&arena,
		"<!DOCTYPE html><html><head><base href=\"/mirror/\">"
		"<meta name=\"pypi:project-status\" content=\"archived\"></head><body>"
		"<a href=\"f/foo-1.0-py3-none-any.whl#sha256=%s\" data-requires-python=\"&gt;=3.8,&lt;4\" "
		"data-dist-info-metadata=\"sha256=%s\">foo</a>"
		"<a href=\"f/foo-1.0.tar.gz#md5=1&amp;sha256=%s\" data-yanked=\"a &amp; b\">foo</a>"
		"<a href=\"f/foo-1.1+cpu-py3-none-any.whl\" data-core-metadata=\"true\">foo</a>"
		"<a href=\"f/foo%%2D2.0.tar.gz\">foo</a><a>none</a><a href=\"https://other.example/\">home</a>",
		HEX, OTHER_HEX, HEX);
	struct project project = read_html(page);
	assert_int_equal(project.file_len, 4);
	assert_int_equal(project.release_len, 3);
	assert_int_equal(project.skipped, 1);
	check(project.status, "archived");
	const struct project_file *wheel = &project.files[0], *sdist = &project.files[1];
	check(wheel->url, "https://index.example/mirror/f/foo-1.0-py3-none-any.whl");
	check(wheel->requires_python, ">=3.8,<4");
	assert_true(wheel->has_core_metadata && !sha256_is_zero(&wheel->metadata_sha256));
	assert_false(sha256_is_zero(&wheel->sha256));
	assert_true(sdist->yanked);
	check(sdist->yanked_reason, "a & b");
	assert_false(sha256_is_zero(&sdist->sha256));
	assert_true(project.files[2].has_core_metadata);
	check(project.files[3].name, "foo-2.0.tar.gz");
}

// HTML served as JSON is a login page more often than not.
static void test_691_1_a_wrong_content_type_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *body, *type, *cause;
	} rows[] = {
		{ "{\"files\":[]}", "text/html; charset=utf-8",
		  "the index answered with JSON that it calls 'text/html; charset=utf-8'" },
		{ "\xef\xbb\xbf\n {}", "application/vnd.pypi.simple.v1+html",
		  "the index answered with JSON that it calls 'application/vnd.pypi.simple.v1+html'" },
		{ "\r\n<!DOCTYPE html><title>Log in</title>", "application/json",
		  "the index answered with HTML that it calls 'application/json'" },
		{ "{}", "text/plain",
		  "the index answered with 'text/plain', not with JSON or HTML" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct project project;
		struct error err = { 0 };
		assert_int_equal(read_page(slice_from(rows[i].body),
					   slice_from(rows[i].type), &project, &err),
				 -1);
		assert_string_equal(err.cause, rows[i].cause);
		assert_int_equal(err.kind, ERROR_SOURCE);
	}
}

// A base is joined to each file's address: a long one must not multiply.
static void test_huge_base_is_ignored(void **state)
{
	(void)state;
	struct buf page = { .arena = &arena };
	buf_append(&page, S("<base href=\"/"));
	for (size_t i = 0; i < PAGE_URL_MAX; i++)
		buf_byte(&page, 'x');
	buf_append(&page, S("/\"><a href=\"foo-1.tar.gz\">"));
	struct project project = read_html(buf_slice(&page));
	check(project.files[0].url, "https://index.example/simple/foo/foo-1.tar.gz");
	struct error err;
	const struct page_input input = {
		.body = S("{}"),
		.content_type = S("application/json"),
		.url = { page.ptr, PAGE_URL_MAX + 1 },
		.name = S("foo"),
	};
	assert_int_equal(page_read(&input, &arena, &project, &err), -1);
}

static void test_792_1_project_status(void **state)
{
	(void)state;
	struct project project = read_json(S(
		"{\"project-status\":{\"status\":\"quarantined\",\"reason\":\"malware\",\"x\":[]},\"files\":[]}"));
	check(project.status, "quarantined");
	check(project.status_reason, "malware");
	assert_int_equal(project.release_len, 0);
}

static void test_700_1_releases_come_from_files(void **state)
{
	(void)state;
	struct project project =
		read_json(S("{\"versions\":[\"1.0\",\"not a version\"],\"files\":[]}"));
	assert_int_equal(project.release_len, 0);
}

static void test_440_1_releases_ascend_and_equal_versions_merge(void **state)
{
	(void)state;
	static const char *const names[] = {
		"foo-1.10.tar.gz",
		"foo-1.2.tar.gz",
		"foo-1.2.0-py3-none-any.whl",
		"foo-1.0rc1-py3-none-any.whl",
		"foo-1.0.tar.gz",
		"foo-1.0+cpu-py3-none-any.whl",
		"foo-1.2-cp39-cp39-linux_x86_64.whl",
		"foo-1.0.post1.tar.gz",
		"foo-1.0c1.tar.gz",
	};
	static const char *const versions[] = { "1.0rc1",    "1.0", "1.0+cpu",
						"1.0.post1", "1.2", "1.10" };
	struct project project = read_names(names, sizeof(names) / sizeof(*names));
	assert_int_equal(project.release_len, 6);
	for (size_t i = 0; i < 6; i++)
		check(project.releases[i].version_text, versions[i]);
	const struct release *merged = &project.releases[4];
	assert_int_equal(merged->file_len, 3);
	check(project.files[merged->first_file].name,
	      "foo-1.2-cp39-cp39-linux_x86_64.whl");
	check(project.files[merged->first_file + 1].name, "foo-1.2.0-py3-none-any.whl");
	check(project.files[merged->first_file + 2].name, "foo-1.2.tar.gz");
}

static void test_text_of_equal_versions_depends_on_no_order(void **state)
{
	(void)state;
	static const char *const one[] = { "foo-0.5.0.tar.gz",
					   "foo-0.5-py3-none-any.whl" };
	static const char *const other[] = { "foo-0.5-py3-none-any.whl",
					     "foo-0.5.0.tar.gz" };
	struct project project = read_names(one, 2);
	check(project.releases[0].version_text, "0.5");
	project = read_names(other, 2);
	check(project.releases[0].version_text, "0.5");
}

static void test_files_that_no_rule_can_read_are_counted(void **state)
{
	(void)state;
	static const char *const names[] = {
		"foo-1.0.tar.gz",
		"foo-1.0-py2.7.egg",
		"foo-1.0.win32.exe",
		"foo-1.0.tar.gz.asc",
		"bar-1.0-py3-none-any.whl",
		"foo-not.a.version-py3-none-any.whl",
		"foo-1.0-py3-none.whl",
		"foo-1.0.tar.bz2",
		"foo.whl",
		"foo-dev.tar.gz",
		"foo-1.0.tar.gz",
	};
	struct project project = read_names(names, sizeof(names) / sizeof(*names));
	assert_int_equal(project.release_len, 1);
	assert_int_equal(project.releases[0].file_len, 1);
	assert_int_equal(project.skipped, 10);
}

static void test_sets_number_equal_texts(void **state)
{
	(void)state;
	const char *files[] = {
		"\"filename\":\"foo-1-py3-none-any.whl\",\"url\":\"x\",\"requires-python\":\">=3.8\"",
		"\"filename\":\"foo-2-py3-none-any.whl\",\"url\":\"x\",\"requires-python\":\" >=3.8 \"",
		"\"filename\":\"foo-2-1-py2-none-any.whl\",\"url\":\"x\",\"requires-python\":\"<3\"",
	};
	struct project project = read_files(files, 3);
	const struct project_file *one = &project.files[0], *build = &project.files[1],
				  *two = &project.files[2];
	assert_int_equal(one->tag_set, two->tag_set);
	assert_int_equal(one->python_set, two->python_set);
	assert_int_not_equal(one->tag_set, build->tag_set);
	assert_int_not_equal(one->python_set, build->python_set);
	assert_int_equal(project.tag_set_len, 2);
	assert_int_equal(project.python_set_len, 2);
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
		cmocka_unit_test(test_700_1_a_file_with_all_its_keys),
		cmocka_unit_test(test_691_3_hashes_may_be_empty_and_keys_null),
		cmocka_unit_test(test_691_3_hashes_that_are_no_texts),
		cmocka_unit_test(test_592_1_yanked_is_true_or_a_reason),
		cmocka_unit_test(test_658_1_core_metadata_wins_over_dist_info_metadata),
		cmocka_unit_test(test_691_2_addresses_resolve_against_the_final_url),
		cmocka_unit_test(test_629_1_api_versions),
		cmocka_unit_test(test_691_1_the_content_type_decides),
		cmocka_unit_test(test_691_1_a_wrong_content_type_is_named),
		cmocka_unit_test(test_503_3_html_pages),
		cmocka_unit_test(test_792_1_project_status),
		cmocka_unit_test(test_huge_base_is_ignored),
		cmocka_unit_test(test_700_1_releases_come_from_files),
		cmocka_unit_test(test_440_1_releases_ascend_and_equal_versions_merge),
		cmocka_unit_test(test_text_of_equal_versions_depends_on_no_order),
		cmocka_unit_test(test_files_that_no_rule_can_read_are_counted),
		cmocka_unit_test(test_sets_number_equal_texts),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
