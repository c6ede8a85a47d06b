// SPDX-License-Identifier: MIT
// The first-seen journal (700.2): what came later has a date, which never moves; what was there has none.
#include "resolver/index/seen.h"

#include "resolver/index/candidates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { FILES = 3 };

struct page {
	struct arena arena;
	struct project_file files[FILES];
	struct project project;
};

// The first `len` of a, b and c; b may have an upload-time.
static void fill(struct page *page, size_t len, const char *time_of_b)
{
	static const char *const names[FILES] = { "a-1.tar.gz", "b-1.tar.gz",
						  "c-1.tar.gz" };
	memset(page->files, 0, sizeof(page->files));
	for (size_t i = 0; i < len; i++) {
		page->files[i].kind = FILE_SDIST;
		page->files[i].name = slice_from(names[i]);
	}
	page->files[1].upload_time = slice_from(time_of_b);
	page->project = (struct project){ .files = page->files, .file_len = len };
	project_write_rows(&page->project, &page->arena);
}

// What page_read does with a page.
static struct slice date(struct page *page, struct slice journal, uint64_t now)
{
	struct seen seen;
	seen_begin(&seen, journal, now, &page->arena);
	for (size_t i = 0; i < page->project.file_len; i++)
		seen_date(&seen, &page->files[i]);
	project_write_rows(&page->project, &page->arena);
	return seen_end(&seen);
}

static void test_700_2_files_of_the_first_look_have_no_date(void **state)
{
	(void)state;
	struct page page = { 0 };
	fill(&page, 2, "");
	assert_true(date(&page, S(""), 1000).len > 0);
	assert_int_equal(page.files[0].first_seen, 0);
	assert_true(page.project.file_rows[0].uploaded == UPLOAD_UNKNOWN);
	arena_release(&page.arena);
}

static void test_700_2_what_comes_later_is_dated_for_good(void **state)
{
	(void)state;
	struct page page = { 0 };
	fill(&page, 1, "");
	struct slice journal = date(&page, S(""), 1000);
	fill(&page, 3, "2024-01-01T00:00:00Z");
	journal = date(&page, journal, 2000);
	assert_int_equal(page.files[0].first_seen, 0);
	assert_int_equal(page.files[1].first_seen, 0); // its index says when
	assert_int_equal(page.files[2].first_seen, 2000);
	assert_true(page.project.file_rows[2].uploaded == INT64_C(2000000000));
	fill(&page, 1, ""); // they go
	assert_int_equal(date(&page, journal, 3000).len, 0);
	fill(&page, 3, ""); // and come back, b without its time
	struct slice next = date(&page, journal, 4000);
	assert_int_equal(page.files[1].first_seen, 4000);
	assert_int_equal(page.files[2].first_seen, 2000);
	assert_true(next.len > journal.len);
	struct slice moment = file_moment(&page.arena, &page.files[2]);
	assert_true(slice_eq(moment, S("1970-01-01T00:33:20Z")));
	arena_release(&page.arena);
}

static void test_another_digest_is_another_file(void **state)
{
	(void)state;
	struct page page = { 0 };
	fill(&page, 1, "");
	struct slice journal = date(&page, S(""), 1000);
	fill(&page, 1, "");
	page.files[0].sha256.bytes[0] = 1;
	(void)date(&page, journal, 2000);
	assert_int_equal(page.files[0].first_seen, 2000);
	arena_release(&page.arena);
}

static void test_a_damaged_journal_is_none(void **state)
{
	(void)state;
	struct page page = { 0 };
	fill(&page, 2, "");
	struct slice journal = date(&page, S(""), 1000);
	for (size_t i = 0; i < journal.len; i++) {
		char *damaged = (char *)(uintptr_t)arena_dup(&page.arena, journal).ptr;
		damaged[i] ^= 0x10;
		fill(&page, 3, "");
		struct slice bytes = { damaged, journal.len };
		struct slice next = date(&page, bytes, 2000);
		assert_true(next.len > 0);
		assert_int_equal(page.files[2].first_seen, 0); // a first look again
		fill(&page, 3, "");
		bytes.len = i;
		(void)date(&page, bytes, 2000);
		assert_int_equal(page.files[2].first_seen, 0);
	}
	arena_release(&page.arena);
}

static void test_a_file_listed_twice_is_kept_once(void **state)
{
	(void)state;
	struct page page = { 0 };
	fill(&page, 1, "");
	struct slice once = date(&page, S(""), 1000);
	page.files[1] = page.files[0];
	page.project.file_len = 2;
	struct slice twice = date(&page, S(""), 1000);
	assert_true(slice_eq(once, twice));
	assert_int_equal(date(&page, twice, 2000).len, 0);
	assert_int_equal(page.files[1].first_seen, 0);
	arena_release(&page.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_700_2_files_of_the_first_look_have_no_date),
		cmocka_unit_test(test_700_2_what_comes_later_is_dated_for_good),
		cmocka_unit_test(test_another_digest_is_another_file),
		cmocka_unit_test(test_a_file_listed_twice_is_kept_once),
		cmocka_unit_test(test_a_damaged_journal_is_none),
	};
	return cmocka_run_group_tests_name("seen", tests, NULL, NULL);
}
