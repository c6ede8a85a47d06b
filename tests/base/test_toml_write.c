// SPDX-License-Identifier: MIT
// Texts as TOML: what comes back is what went in, and each stays in its line.
#include "base/toml_write.h"

#include "base/display.h"
#include "base/encoding.h"
#include "base/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena arena;

static void assert_written(struct slice text, const char *expected)
{
	struct buf buf = { .arena = &arena };
	toml_write_string(&buf, text);
	assert_string_equal(arena_c_string(&arena, buf_slice(&buf)), expected);
}

static void test_plain_and_quoted(void **state)
{
	(void)state;
	assert_written(S(""), "\"\"");
	assert_written(S("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
	assert_written(S("a == \"b\""), "'a == \"b\"'");
	assert_written(S("it's \"b\" \\"), "\"it's \\\"b\\\" \\\\\"");
}

static void test_what_ends_or_turns_a_line_is_escaped(void **state)
{
	(void)state;
	assert_written(S("a\n\"b\r\t\x1b\x7f"), "\"a\\n\\\"b\\r\\t\\u001B\\u007F\"");
	assert_written(S("\xc2\x85\xe2\x80\xa8\xe2\x80\xae"),
		       "\"\\u0085\\u2028\\u202E\"");
	assert_written(S("\"\xf3\xa0\x81\x81"), "\"\\\"\\U000E0041\"");
	assert_written(S("a\xff"), "\"a\xef\xbf\xbd\"");
	struct buf key = { .arena = &arena };
	toml_write_key(&key, S("a\n[b]\xe2\x80\xa8"));
	assert_string_equal(arena_c_string(&arena, buf_slice(&key)),
			    "\"a\\n[b]\\u2028\"");
}

static void test_every_character_comes_back(void **state)
{
	(void)state;
	struct buf text = { .arena = &arena }, line = { .arena = &arena };
	for (uint32_t point = 1; point < 0x110000; point += point < 0x3000 ? 1 : 0x101)
		if (point < 0xd800 || point > 0xdfff)
			utf8_append(&text, point);
	toml_write_string_line(&line, S("text"), buf_slice(&text));
	assert_int_equal(slice_find_byte(buf_slice(&line), '\n'), line.len - 1);
	assert_int_equal(display_find_control(
				 slice_range(buf_slice(&line), 0, line.len - 1)),
			 SLICE_NONE);
	const struct source source = { S("written"), buf_slice(&line) };
	struct diagnostics problems = { .arena = &arena };
	struct toml_table *root;
	assert_int_equal(toml_parse(&source, &arena, &root, &problems), 0);
	assert_true(slice_eq(toml_find(root, S("text"))->string, buf_slice(&text)));
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
		cmocka_unit_test(test_plain_and_quoted),
		cmocka_unit_test(test_what_ends_or_turns_a_line_is_escaped),
		cmocka_unit_test(test_every_character_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
