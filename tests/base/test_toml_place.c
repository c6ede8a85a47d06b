// SPDX-License-Identifier: MIT
// Places within TOML strings: each kind of quotes, each kind of escape.
#include "base/toml_place.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

// The part of `key = …` that value bytes [offset..offset+len) stand for.
static void expect(const char *toml, size_t offset, size_t len, const char *expected)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	struct source source = { S("t.toml"), slice_from(toml) };
	struct toml_table *root;
	assert_int_equal(toml_parse(&source, &arena, &root, &diagnostics), 0);
	const struct toml_value *value = toml_find(root, S("k"));
	assert_non_null(value);
	struct span span = toml_place(value, offset, len);
	struct slice found =
		slice_range(source.text, span.offset, span.offset + span.len);
	if (!slice_eq(found, slice_from(expected)))
		fail_msg("%s: found '%.*s', expected '%s'", toml, SLICE_ARG(found),
			 expected);
}

static void test_plain(void **state)
{
	(void)state;
	expect("k = \"abc\"", 1, 2, "bc");
	expect("k = 'a\\bc'", 1, 2, "\\b");
	expect("k = \"\"\"abc\"\"\"", 0, 3, "abc");
	expect("k = '''\nabc'''", 1, 1, "b");
	expect("k = \"\"\"\r\nabc\"\"\"", 1, 1, "b");
	expect("k = \"abc\"", 3, 0, "");
	expect("k = \"abc\"", 3, 1, "");
}

static void test_escapes(void **state)
{
	(void)state;
	expect("k = \"a\\\"b\"", 1, 1, "\\\"");
	expect("k = \"a\\\"b\"", 2, 1, "b");
	expect("k = \"\\u00e9x\"", 2, 1, "x");
	expect("k = \"\\u20ACx\"", 3, 1, "x");
	expect("k = \"\\U0001F600x\"", 4, 1, "x");
	expect("k = \"\\u0041x\"", 1, 1, "x");
	expect("k = \"\\U0001F600x\"", 0, 4, "\\U0001F600");
}

static void test_lines(void **state)
{
	(void)state;
	expect("k = \"\"\"ab \\\n   cd\"\"\"", 3, 2, "cd");
	expect("k = \"\"\"ab\ncd\"\"\"", 0, 5, "ab");
	expect("k = \"\"\"ab\ncd\"\"\"", 3, 2, "cd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
