// SPDX-License-Identifier: MIT
// RECORD as Python's csv module reads it and as env.8 writes it.
#include "builder/wheel/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct record parse(struct arena *arena, struct slice text)
{
	struct record record = { 0 };
	struct error err = { 0 };
	assert_int_equal(record_parse(text, arena, &record, &err), 0);
	return record;
}

static void assert_row(const struct record_row *row, const char *path, const char *hash,
		       const char *size)
{
	assert_true(slice_eq(row->path, slice_from(path)));
	assert_true(slice_eq(row->hash, slice_from(hash)));
	assert_true(slice_eq(row->size, slice_from(size)));
}

static void test_inst_4_rows_of_three(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct record record =
		parse(&arena, S("a.py,sha256=x,1\r\n\r\nb.py,,\nc.py,sha256=z,3"));
	assert_int_equal(record.len, 3);
	assert_row(&record.rows[0], "a.py", "sha256=x", "1");
	assert_row(&record.rows[1], "b.py", "", "");
	assert_row(&record.rows[2], "c.py", "sha256=z", "3");
}

static void test_inst_4_quoted_fields(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct record record =
		parse(&arena, S("\"a,b\"\"c\"\".py\",sha256=x,1\n\"d\ne\",,\n\"\",,\n"));
	assert_int_equal(record.len, 3);
	assert_row(&record.rows[0], "a,b\"c\".py", "sha256=x", "1");
	assert_row(&record.rows[1], "d\ne", "", "");
	assert_row(&record.rows[2], "", "", "");
}

static void test_inst_4_missing_fields_are_empty(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct record record = parse(&arena, S("a.py\nb.py,sha256=y\nc.py,,,\n"));
	assert_int_equal(record.len, 3);
	assert_row(&record.rows[0], "a.py", "", "");
	assert_row(&record.rows[1], "b.py", "sha256=y", "");
}

static void test_inst_4_refuses(void **state)
{
	(void)state;
	static const struct slice bad[] = {
		{ "\"a.py,,\n", 8 }, { "a\xff.py,,\n", 8 }, { "a\0.py,,\n", 8 },
		{ "\"a\"b,,\n", 7 }, { "a,b,c,d\n", 8 },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct record record;
		struct error err = { 0 };
		assert_int_equal(record_parse(bad[i], &arena, &record, &err), -1);
		assert_int_equal(err.kind, ERROR_INTEGRITY);
	}
}

static void test_env_8_quotes_only_where_needed(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf out = { .arena = &arena };
	const struct record_row rows[] = {
		{ S("a b'c.py"), S("sha256=x"), S("1") },
		{ S("a,b.py"), S(""), S("") },
		{ S("a\"b.py"), S(""), S("") },
		{ S("a\nb"), S(""), S("") },
	};
	for (size_t i = 0; i < 4; i++)
		record_write_row(&out, &rows[i]);
	struct slice text = buf_slice(&out);
	assert_true(slice_eq(
		text,
		S("a b'c.py,sha256=x,1\n\"a,b.py\",,\n\"a\"\"b.py\",,\n\"a\nb\",,\n")));
	struct record again = parse(&arena, text);
	assert_int_equal(again.len, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(slice_eq(again.rows[i].path, rows[i].path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inst_4_rows_of_three),
		cmocka_unit_test(test_inst_4_quoted_fields),
		cmocka_unit_test(test_inst_4_missing_fields_are_empty),
		cmocka_unit_test(test_inst_4_refuses),
		cmocka_unit_test(test_env_8_quotes_only_where_needed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
