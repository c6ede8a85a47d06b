// SPDX-License-Identifier: MIT
// entry_points.txt → scripts, and the scripts' text (env.5–env.7).
#include "builder/wheel/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct entry_point_list parse(struct arena *arena, struct slice text)
{
	struct entry_point_list list = { 0 };
	struct error err = { 0 };
	if (entry_points_parse(text, arena, &list, &err) < 0)
		fail_msg("%s", err.cause);
	return list;
}

static void assert_point(const struct entry_point *point, const char *name,
			 const char *module, const char *attribute, const char *import)
{
	assert_true(slice_eq(point->name, slice_from(name)));
	assert_true(slice_eq(point->module, slice_from(module)));
	assert_true(slice_eq(point->attribute, slice_from(attribute)));
	assert_true(slice_eq(point->import, slice_from(import)));
}

static void test_env_5_console_and_gui(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct entry_point_list list =
		parse(&arena, S("# remark\n[console_scripts]\r\n  zed=a.b:main\r\n"
				"demo = demo.cli : Main.run [extra, more]\n"
				"[other]\nx = not a target at all\n"
				"[gui_scripts]\nwin = w:f\n"));
	assert_int_equal(list.len, 3);
	assert_point(&list.items[0], "demo", "demo.cli", "Main.run", "Main");
	assert_point(&list.items[1], "win", "w", "f", "f");
	assert_point(&list.items[2], "zed", "a.b", "main", "main");
}

static void test_env_5_last_line_of_a_name_counts(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct entry_point_list list =
		parse(&arena, S("[gui_scripts]\na = g:g\n[console_scripts]\na = c:c\n"
				"b = one:f\nb = two:f\n"));
	assert_int_equal(list.len, 2);
	assert_point(&list.items[0], "a", "g", "g", "g");
	assert_point(&list.items[1], "b", "two", "f", "f");
}

static void test_env_5_names_beyond_identifiers(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct entry_point_list list =
		parse(&arena, S("[console_scripts]\nf2py-3.1 x = n\xc3\xa9.f2py:main\n"));
	assert_point(&list.items[0], "f2py-3.1 x", "n\xc3\xa9.f2py", "main", "main");
}

static void test_env_5_refuses(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"../x = a:b",
		"a/b = a:b",
		"a\\b = a:b",
		"a\x01"
		"b = a:b",
		" = a:b",
		".. = a:b",
		"x = a",
		"x = a:",
		"x = :b",
		"x = a..b:c",
		"x = a:b()",
		"x = a;import os:b",
		"x",
		"x = 1a:b",
		"x = a:b.",
		"x = a]",
		"x = a:b c",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct entry_point_list list;
		struct error err = { 0 };
		struct slice text =
			arena_printf(&arena, "[console_scripts]\n%s\n", bad[i]);
		if (entry_points_parse(text, &arena, &list, &err) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(err.kind, ERROR_INTEGRITY);
	}
}

static void test_env_5_script_text(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct entry_point_list list =
		parse(&arena, S("[console_scripts]\nx = a.b:C.d\n"));
	struct slice text =
		script_of_entry_point(S("/opt/venv/bin/python"), &list.items[0], &arena);
	assert_true(
		slice_eq(text, S("#!/opt/venv/bin/python\nimport sys\nfrom a.b import C\n"
				 "if __name__ == \"__main__\":\n    sys.exit(C.d())\n")));
}

static void test_env_6_shebang_limits(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	char python[200];
	for (size_t i = 0; i < sizeof(python); i++)
		python[i] = i == 0 ? '/' : 'p';
	// "#!" + P/bin/python + newline: 124 + 3 = 127
	assert_true(
		slice_starts_with(script_shebang((struct slice){ python, 124 }, &arena),
				  S("#!/p")));
	struct slice sh = script_shebang((struct slice){ python, 125 }, &arena);
	assert_true(slice_starts_with(sh, S("#!/bin/sh\n'''exec' \"/ppp")));
	assert_true(slice_ends_with(sh, S("p\" \"$0\" \"$@\"\n' '''\n")));
	assert_true(slice_starts_with(script_shebang(S("/a b/bin/python"), &arena),
				      S("#!/bin/sh\n'''exec' \"/a b/bin/python\" ")));
}

static void test_env_7_first_line_is_replaced(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	assert_true(script_wants_shebang(S("#!pythonw -x\n")));
	assert_false(script_wants_shebang(S("#!/usr/bin/python\n")));
	assert_false(script_wants_shebang(S("#! python")));
	assert_true(slice_eq(script_with_shebang(S("/p/bin/python"),
						 S("#!python -E\r\nx = 1\n"), &arena),
			     S("#!/p/bin/python\nx = 1\n")));
	assert_true(
		slice_eq(script_with_shebang(S("/p/bin/python"), S("#!python"), &arena),
			 S("#!/p/bin/python\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_env_5_console_and_gui),
		cmocka_unit_test(test_env_5_last_line_of_a_name_counts),
		cmocka_unit_test(test_env_5_names_beyond_identifiers),
		cmocka_unit_test(test_env_5_refuses),
		cmocka_unit_test(test_env_5_script_text),
		cmocka_unit_test(test_env_6_shebang_limits),
		cmocka_unit_test(test_env_7_first_line_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
