// SPDX-License-Identifier: MIT
// Text from elsewhere on its way to people.
#include "base/display.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

static struct arena arena;

static void assert_shown(struct slice text, const char *expected)
{
	assert_string_equal(arena_c_string(&arena, display_text(&arena, text)), expected);
}

static void test_plain_text_stays(void **state)
{
	(void)state;
	assert_shown(S(""), "");
	assert_shown(S("numpy 1.26.4 ; os_name == \"nt\" \\ [a] a::b C:\\x"),
		     "numpy 1.26.4 ; os_name == \"nt\" \\ [a] a::b C:\\x");
	assert_shown(S("gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xe6\x97\xa5\xe6\x9c\xac "
		       "\xf0\x9f\x90\x8d"),
		     "gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xe6\x97\xa5\xe6\x9c\xac "
		     "\xf0\x9f\x90\x8d");
}

static void test_controls_are_escaped(void **state)
{
	(void)state;
	assert_shown(S("a\033]0;x\007b\x7f"), "a\\x1b]0;x\\x07b\\x7f");
	assert_shown(S("a\0b"), "a\\x00b");
	assert_shown(S("\tx"), " x");
	assert_shown(S("\xc2\x9b"
		       "31m"),
		     "\\u009b31m");
}

static void test_a_line_stays_one(void **state)
{
	(void)state;
	assert_shown(S("a\nb\rc\vd\fe"), "a\\nb\\rc\\x0bd\\x0ce");
	assert_shown(S("a\xc2\x85"
		       "b\xe2\x80\xa8"
		       "c\xe2\x80\xa9"),
		     "a\\u0085b\\u2028c\\u2029");
}

static void test_directions_and_the_unseen_are_escaped(void **state)
{
	(void)state;
	static const uint32_t points[] = {
		0xa0,   0xad,   0x61c,  0x180e, 0x200b,  0x200d,  0x200e,  0x200f,
		0x202a, 0x202e, 0x2060, 0x2066, 0x2069,  0x3000,  0x3164,  0xfe0f,
		0xfeff, 0xfff9, 0xfffe, 0xffff, 0xe0001, 0xe0041, 0xe0100, 0x10ffff,
	};
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		uint32_t point = points[i];
		char lead = point < 0x800     ? (char)(0xc0 | point >> 6)
			    : point < 0x10000 ? (char)(0xe0 | point >> 12)
					      : (char)(0xf0 | point >> 18);
		struct buf text = { .arena = &arena }, expected = { .arena = &arena };
		buf_byte(&text, lead);
		if (point >= 0x10000)
			buf_byte(&text, (char)(0x80 | (point >> 12 & 0x3f)));
		if (point >= 0x800)
			buf_byte(&text, (char)(0x80 | (point >> 6 & 0x3f)));
		buf_byte(&text, (char)(0x80 | (point & 0x3f)));
		buf_printf(&expected, point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
		assert_shown(buf_slice(&text),
			     arena_c_string(&arena, buf_slice(&expected)));
		assert_int_equal(display_find_unsafe(buf_slice(&text)), 0);
	}
}

static void test_what_is_no_utf_8_is_escaped(void **state)
{
	(void)state;
	assert_shown(S("a\xff\xfe"
		       "b"),
		     "a\\xff\\xfeb");
	assert_shown(S("\xe2\x80"), "\\xe2\\x80");          // cut off
	assert_shown(S("\xc0\x9b"), "\\xc0\\x9b");          // overlong
	assert_shown(S("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // a surrogate
}

static void test_commands_of_build_services_are_broken(void **state)
{
	(void)state;
	assert_shown(S("::error::x"), ":\\x3aerror::x");
	assert_shown(S("  ::set-output name=a::b"), "  :\\x3aset-output name=a::b");
	assert_shown(S("\xe3\x80\x80::error::x"), "\\u3000::error::x");
	assert_shown(S("a ::error::x"), "a ::error::x"); // no command there
	assert_shown(S("a ##vso[task.setvariable]b"), "a ##vso\\x5btask.setvariable]b");
	assert_shown(S("##[add-mask]x"), "##\\x5badd-mask]x");
	assert_shown(S("##teamcity[x]"), "##teamcity\\x5bx]");
	struct buf line = { .arena = &arena }; // in pieces
	display_append(&line, S("#"));
	display_append(&line, S("#v"));
	display_append(&line, S("so["));
	assert_string_equal(arena_c_string(&arena, buf_slice(&line)), "##vso\\x5b");
}

static void test_widths(void **state)
{
	(void)state;
	assert_int_equal(display_width(S("abc")), 3);
	assert_int_equal(display_width(S("gr\xc3\xbc\xc3\x9f")), 4);
	assert_int_equal(display_width(S("\t\033\xff")), 1 + 4 + 4);
	assert_int_equal(display_width(S("\xe2\x80\xae")), 6);
	assert_int_equal(display_first_columns(S("gr\xc3\xbc\xc3\x9f"), 3).len, 4);
	assert_int_equal(display_first_columns(S("ab"), 3).len, 2);
}

static void test_unsafe_documents_are_found(void **state)
{
	(void)state;
	assert_int_equal(display_find_unsafe(S("a\nb [x] ::y\n")), SLICE_NONE);
	assert_int_equal(display_find_unsafe(S("")), SLICE_NONE);
	assert_int_equal(display_find_unsafe(S("a\n\033")), 2);
	assert_int_equal(display_find_unsafe(S("a\r\n")), 1);
	assert_int_equal(display_find_unsafe(S("\ta")), 0);
	assert_int_equal(display_find_unsafe(S("a\n ::b")), 4);
	assert_int_equal(display_find_unsafe(S("a ##vso[")), 7);
	assert_int_equal(display_find_unsafe(S("\x80")), 0);
}

static void test_controls_in_values_are_found(void **state)
{
	(void)state;
	assert_int_equal(display_find_control(S("a b/\xc2\xa0\xe2\x80\x8d.whl ::x")),
			 SLICE_NONE);
	static const char *const bad[] = {
		"\n",           "\x1b",         "\x7f",
		"\xc2\x85",     "\xe2\x80\xa8", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xd8\x9c",     "\xf3\xa0\x81\x81",
		"\xff"
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(display_find_control(
					 arena_printf(&arena, "ab%s", bad[i])),
				 2);
}

static void test_json_keeps_its_values(void **state)
{
	(void)state;
	struct slice json = S("{\n  \"a\": [\"\x7f\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81\","
			      " \"##vso[\xc3\xa9\", \"::\"]\n}");
	assert_string_equal(arena_c_string(&arena, display_json(&arena, json)),
			    "{\n  \"a\": [\"\\u007f\\u009b\\u202e\\udb40\\udc41\","
			    " \"##vso\\u005b\xc3\xa9\", \"::\"]\n}");
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
		cmocka_unit_test(test_plain_text_stays),
		cmocka_unit_test(test_controls_are_escaped),
		cmocka_unit_test(test_a_line_stays_one),
		cmocka_unit_test(test_directions_and_the_unseen_are_escaped),
		cmocka_unit_test(test_what_is_no_utf_8_is_escaped),
		cmocka_unit_test(test_commands_of_build_services_are_broken),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_unsafe_documents_are_found),
		cmocka_unit_test(test_controls_in_values_are_found),
		cmocka_unit_test(test_json_keeps_its_values),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
