// SPDX-License-Identifier: MIT
#include "base/json_scanner.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

// The tokens of a text as letters: { } [ ] k s n t f 0 and . at the end, ! for an error.
static const char *tokens(struct slice text)
{
	static const char letters[] = "!{}[]ksntf0.";
	struct buf out = { .arena = &arena };
	struct json_scanner scanner;
	json_begin(&scanner, text, &arena);
	for (;;) {
		enum json_token token = json_next(&scanner);
		buf_byte(&out, letters[token]);
		if (token == JSON_ERROR || token == JSON_END)
			break;
	}
	buf_byte(&out, '\0');
	return out.ptr;
}

static void check(const char *text, const char *expected)
{
	assert_string_equal(tokens(slice_from(text)), expected);
}

static void test_tokens_of_well_formed_texts(void **state)
{
	(void)state;
	check("{}", "{}.");
	check(" [ ] ", "[].");
	check("1", "n.");
	check("\"a\"", "s.");
	check("{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"e\"}}", "{kn"
								       "k[tf0]"
								       "k{ks}"
								       "}.");
	check("[-0, 0.5, 1e9, 1E-2, -12.25e+3]", "[nnnnn].");
	check("[[],{},[{}]]", "[[]{}[{}]].");
	check("\t{ \"a\"\r\n: 1 }", "{kn}.");
}

static void test_json_2_grammar_is_checked(void **state)
{
	(void)state;
	const char *const bad[] = {
		"",
		" ",
		"{",
		"[",
		"}",
		"]",
		"{]",
		"[}",
		"[1,]",
		"{\"a\":1,}",
		"[1 2]",
		"{\"a\" 1}",
		"{a:1}",
		"{1:2}",
		"{\"a\"}",
		"01",
		"-",
		"1.",
		".5",
		"1e",
		"+1",
		"tru",
		"nul",
		"truex",
		"[,]",
		"{,}",
		"\"a",
		"\"",
		"'a'",
		"1 1",
		"[1]]",
		"NaN",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\u12g4\"",
		"\"\t\"",
		"\"\\",
		"\xef\xbb\xbf{}",
		"[1,,2]",
		"--1",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *got = tokens(slice_from(bad[i]));
		if (got[strlen(got) - 1] != '!')
			fail_msg("accepted: %s as %s", bad[i], got);
	}
}

static void check_string(struct slice text, struct slice expected)
{
	struct json_scanner scanner;
	struct error err;
	json_begin(&scanner, text, &arena);
	assert_int_equal(json_next(&scanner), JSON_STRING);
	assert_true(slice_eq(scanner.text, expected));
	assert_int_equal(json_end(&scanner, &err), 0);
}

static void test_strings_and_escapes(void **state)
{
	(void)state;
	check_string(S("\"\""), S(""));
	check_string(S("\"plain text longer than a word\""),
		     S("plain text longer than a word"));
	check_string(S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), S("\"\\/\b\f\n\r\t"));
	check_string(S("\"a\\u0041\\u00e9\\u20ac\\ud83d\\ude00z\""),
		     S("aA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"));
	check_string(S("\"caf\xc3\xa9\""), S("caf\xc3\xa9"));
	check_string(S("\"a\\u0000b\""), S("a\0b"));
	check_string(S("\"1234567\\\"9\""), S("1234567\"9"));
}

static void test_string_without_escapes_is_not_copied(void **state)
{
	(void)state;
	struct slice text = S("\"here\"");
	struct json_scanner scanner;
	json_begin(&scanner, text, &arena);
	json_next(&scanner);
	assert_ptr_equal(scanner.text.ptr, text.ptr + 1);
}

// Keys and strings of every length, with every special byte behind them: steps of any
// width end in the right place, and none reads past the input.
static void test_strings_of_every_length(void **state)
{
	enum { LEN_MAX = 140 };
	static const char *const ends[] = { "\"",     "\\n\"",  "\xc3\xa9\"",
					    "\x1f\"", "\xff\"", "" };
	static const bool good[] = { true, true, true, false, false, false };
	(void)state;
	for (size_t len = 0; len < LEN_MAX; len++) {
		for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
			char plain[LEN_MAX];
			memset(plain, 'x', len);
			struct slice string = arena_printf(&arena, "\"%.*s%s", (int)len,
							   plain, ends[i]);
			struct slice object =
				arena_printf(&arena, "{%.*s:%.*s}", SLICE_ARG(string),
					     SLICE_ARG(string));
			char *exact = mem_alloc(string.len);
			memcpy(exact, string.ptr, string.len);
			assert_string_equal(tokens((struct slice){ exact, string.len }),
					    good[i] ? "s." : "!");
			mem_free(exact);
			assert_string_equal(tokens(object), good[i] ? "{ks}." : "{!");
		}
	}
}

static void test_json_2_utf8_and_surrogates_are_checked(void **state)
{
	(void)state;
	const struct slice bad[] = {
		S("\"\xff\""),         S("\"\xc3\""),           S("\"\xc0\xaf\""),
		S("\"\xed\xa0\x80\""), S("\"\\ud83d\""),        S("\"\\ude00\""),
		S("\"\\ud83dx\""),     S("\"\\ud83d\\u0041\""), S("\"12345678\x01\""),
		S("{\"k\xff\":1}"),    S("\"\\u0041\xff\""),
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *got = tokens(bad[i]);
		assert_int_equal(got[strlen(got) - 1], '!');
	}
}

static void test_json_3_depth_is_bounded(void **state)
{
	(void)state;
	char text[2 * LIMIT_NESTING_DEPTH + 4];
	memset(text, '[', LIMIT_NESTING_DEPTH);
	memset(text + LIMIT_NESTING_DEPTH, ']', LIMIT_NESTING_DEPTH);
	const char *got = tokens((struct slice){ text, 2 * LIMIT_NESTING_DEPTH });
	assert_int_equal(got[strlen(got) - 1], '.');
	memset(text, '[', sizeof(text));
	got = tokens((struct slice){ text, sizeof(text) });
	assert_int_equal(got[strlen(got) - 1], '!');
}

static void test_json_1_walking_skips_unknown_keys(void **state)
{
	(void)state;
	struct json_scanner scanner;
	struct slice key, name = S("");
	uint64_t size = 0;
	struct error err;
	json_begin(
		&scanner,
		S("{\"_x\":{\"a\":[1,{\"b\":2}]},\"size\":7,\"y\":[[[]]],\"name\":\"n\",\"size2\":null}"),
		&arena);
	assert_int_equal(json_next(&scanner), JSON_OBJECT);
	while (json_next_key(&scanner, &key)) {
		if (slice_eq(key, S("size")))
			assert_true(json_read_u64(&scanner, &size));
		else if (slice_eq(key, S("name")))
			assert_true(json_read_string(&scanner, &name));
		else
			json_skip(&scanner);
	}
	assert_int_equal(json_end(&scanner, &err), 0);
	assert_int_equal(size, 7);
	assert_true(slice_eq(name, S("n")));
}

static void test_wrong_types_are_skipped(void **state)
{
	(void)state;
	struct json_scanner scanner;
	struct slice key, text = S("kept");
	uint64_t number = 5;
	struct error err;
	json_begin(&scanner, S("{\"a\":[{\"b\":1}],\"c\":-1,\"d\":1.5,\"e\":\"x\"}"),
		   &arena);
	json_next(&scanner);
	json_next_key(&scanner, &key);
	assert_false(json_read_string(&scanner, &text));
	for (int i = 0; i < 3; i++) {
		json_next_key(&scanner, &key);
		assert_false(json_read_u64(&scanner, &number));
	}
	assert_int_equal(json_end(&scanner, &err), 0);
	assert_int_equal(number, 5);
	assert_true(slice_eq(text, S("kept")));
}

static void test_items_of_an_array(void **state)
{
	(void)state;
	struct json_scanner scanner;
	struct error err;
	size_t objects = 0, others = 0;
	json_begin(&scanner, S("[{\"a\":[1]},2,[3,[4]],\"s\",{}]"), &arena);
	json_next(&scanner);
	while (json_next_item(&scanner)) {
		objects += scanner.token == JSON_OBJECT;
		others += scanner.token != JSON_OBJECT;
		json_skip_rest(&scanner);
	}
	assert_int_equal(json_end(&scanner, &err), 0);
	assert_int_equal(objects, 2);
	assert_int_equal(others, 3);
}

static void test_errors_stick_and_name_the_place(void **state)
{
	(void)state;
	struct json_scanner scanner;
	struct slice key;
	struct error err;
	json_begin(&scanner, S("{\"a\": x}"), &arena);
	json_next(&scanner);
	assert_true(json_next_key(&scanner, &key));
	json_skip(&scanner);
	assert_false(json_next_key(&scanner, &key));
	assert_false(json_next_item(&scanner));
	assert_int_equal(json_next(&scanner), JSON_ERROR);
	assert_int_equal(json_end(&scanner, &err), -1);
	assert_int_equal(err.kind, ERROR_SOURCE);
	assert_string_equal(err.cause, "malformed JSON at byte 6: a value was expected");
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
		cmocka_unit_test(test_tokens_of_well_formed_texts),
		cmocka_unit_test(test_json_2_grammar_is_checked),
		cmocka_unit_test(test_strings_and_escapes),
		cmocka_unit_test(test_string_without_escapes_is_not_copied),
		cmocka_unit_test(test_strings_of_every_length),
		cmocka_unit_test(test_json_2_utf8_and_surrogates_are_checked),
		cmocka_unit_test(test_json_3_depth_is_bounded),
		cmocka_unit_test(test_json_1_walking_skips_unknown_keys),
		cmocka_unit_test(test_wrong_types_are_skipped),
		cmocka_unit_test(test_items_of_an_array),
		cmocka_unit_test(test_errors_stick_and_name_the_place),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
