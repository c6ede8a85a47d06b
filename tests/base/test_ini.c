// SPDX-License-Identifier: MIT
#include "base/ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct ini_entries parse(struct arena *arena, const char *text,
				size_t *ret_warnings)
{
	struct source *source = arena_new(arena, struct source);
	struct diagnostics diagnostics = { .arena = arena };
	struct ini_entries entries;
	*source = (struct source){ S("pip.conf"), slice_from(text) };
	ini_parse(source, arena, &diagnostics, &entries);
	*ret_warnings = diagnostics.len;
	return entries;
}

static void check(const struct ini_entries *entries, size_t at, const char *section,
		  const char *key, const char *value)
{
	assert_true(at < entries->len);
	assert_true(slice_eq(entries->items[at].section, slice_from(section)));
	assert_true(slice_eq(entries->items[at].key, slice_from(key)));
	assert_true(slice_eq(entries->items[at].value, slice_from(value)));
}

static void test_sections_and_values(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	size_t warnings;
	struct ini_entries entries = parse(
		&arena,
		"\xef\xbb\xbf# a comment\n[global]\nIndex-URL = https://h/simple\r\n"
		"timeout: 5\nempty =\n\n[install]\n  no-index=true ; not a comment\n",
		&warnings);
	assert_int_equal(warnings, 0);
	assert_int_equal(entries.len, 4);
	check(&entries, 0, "global", "index-url", "https://h/simple");
	check(&entries, 1, "global", "timeout", "5");
	check(&entries, 2, "global", "empty", "");
	check(&entries, 3, "install", "no-index", "true ; not a comment");
}

static void test_a_value_goes_on_in_deeper_lines(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	size_t warnings;
	struct ini_entries entries = parse(&arena,
					   "[global]\nextra-index-url =\n    https://a/\n"
					   "  # not this\n\n\thttps://b/  \ncert = x\n",
					   &warnings);
	assert_int_equal(warnings, 0);
	assert_int_equal(entries.len, 2);
	check(&entries, 0, "global", "extra-index-url", "https://a/\nhttps://b/");
	check(&entries, 1, "global", "cert", "x");
}

static void test_what_is_no_entry_warns(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	size_t warnings;
	struct ini_entries entries =
		parse(&arena,
		      "early = 1\n[global]\nno value\n= nothing\n[open\nlate = 2\n",
		      &warnings);
	assert_int_equal(entries.len, 0);
	assert_int_equal(warnings, 5);
}

static void test_empty(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	size_t warnings;
	assert_int_equal(parse(&arena, "", &warnings).len, 0);
	assert_int_equal(warnings, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections_and_values),
		cmocka_unit_test(test_a_value_goes_on_in_deeper_lines),
		cmocka_unit_test(test_what_is_no_entry_warns),
		cmocka_unit_test(test_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
