// SPDX-License-Identifier: MIT
// The TOML reader: values, spans, conflicts, limits.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/toml.h"

#include <string.h>

struct document {
	struct arena arena;
	struct source source;
	struct diagnostics diagnostics;
	struct toml_table *root;
	int result;
};

static void document_release(struct document *document)
{
	arena_release(&document->arena);
}

static void document_parse(struct document *document, struct slice text)
{
	*document = (struct document){ .source = { S("a.toml"), text } };
	document->diagnostics.arena = &document->arena;
	document->result = toml_parse(&document->source, &document->arena,
				      &document->root, &document->diagnostics);
}

#define PARSE(name, text)                                    \
	AUTO(document_release) struct document name = { 0 }; \
	document_parse(&name, S(text));

static const struct toml_value *at(const struct document *document, const char *key)
{
	if (document->result < 0)
		fail_msg("%s", document->diagnostics.items[0].error.cause);
	const struct toml_value *value = toml_find(document->root, slice_from(key));
	assert_non_null(value);
	return value;
}

static void assert_text(struct slice found, const char *wanted)
{
	if (!slice_eq(found, slice_from(wanted)))
		fail_msg("'%.*s' is not '%s'", SLICE_ARG(found), wanted);
}

static void test_strings(void **state)
{
	(void)state;
	PARSE(doc, "a = \"x\\ty \\u00e9 \\U0001F600\"\n"
		   "b = 'c:\\x'\n"
		   "c = \"\"\"\nfirst \\\n   \n  second\"\"\"\"\"\n"
		   "d = '''\r\nit's'''\n"
		   "e = \"\"\n");
	assert_text(at(&doc, "a")->string, "x\ty \xc3\xa9 \xf0\x9f\x98\x80");
	assert_text(at(&doc, "b")->string, "c:\\x");
	assert_text(at(&doc, "c")->string, "first second\"\"");
	assert_text(at(&doc, "d")->string, "it's");
	assert_text(at(&doc, "e")->string, "");
}

static void test_strings_without_escapes_borrow(void **state)
{
	(void)state;
	PARSE(doc, "a = \"plain\"");
	const char *text = doc.source.text.ptr;
	assert_ptr_equal(at(&doc, "a")->string.ptr, text + 5);
}

static void test_numbers(void **state)
{
	(void)state;
	PARSE(doc, "a = -9_223_372_036_854_775_808\n"
		   "b = 0xDEAD_beef\n"
		   "c = 6.5e-1\n"
		   "d = -inf\n"
		   "e = 0b11\n");
	assert_true(at(&doc, "a")->integer == INT64_MIN);
	assert_true(at(&doc, "b")->integer == 0xdeadbeef);
	assert_true(at(&doc, "c")->type == TOML_FLOAT && at(&doc, "c")->real > 0.64);
	assert_true(at(&doc, "d")->real < -1e308);
	assert_true(at(&doc, "e")->integer == 3);
}

static void test_toml_2_datetimes_are_a_type(void **state)
{
	(void)state;
	PARSE(doc, "a = 2024-02-29 23:59:60.123456789999+05:30\n"
		   "b = 07:30:00\n"
		   "c = 1999-12-31\n"
		   "d = \"2024-02-29T00:00:00Z\"\n");
	const struct toml_value *a = at(&doc, "a");
	assert_int_equal(a->type, TOML_OFFSET_DATETIME);
	assert_int_equal(a->datetime.nanosecond, 123456789);
	assert_int_equal(a->datetime.offset_minutes, 330);
	assert_text(toml_source_text(a), "2024-02-29 23:59:60.123456789999+05:30");
	assert_int_equal(at(&doc, "b")->type, TOML_LOCAL_TIME);
	assert_int_equal(at(&doc, "c")->type, TOML_LOCAL_DATE);
	assert_int_equal(at(&doc, "d")->type, TOML_STRING);
}

static void test_toml_1_boolean_is_no_integer(void **state)
{
	(void)state;
	PARSE(doc, "size = true");
	assert_null(toml_find_typed(doc.root, S("size"), TOML_INTEGER, &doc.diagnostics));
	assert_string_equal(doc.diagnostics.items[0].error.cause,
			    "'size' must be an integer, not a boolean");
	assert_int_equal(doc.diagnostics.items[0].error.span.offset, 7);
	assert_int_equal(doc.diagnostics.items[0].error.span.len, 4);
	assert_non_null(
		toml_find_typed(doc.root, S("size"), TOML_BOOLEAN, &doc.diagnostics));
	assert_null(toml_find_typed(doc.root, S("none"), TOML_INTEGER, &doc.diagnostics));
	assert_int_equal(doc.diagnostics.error_count, 1);
}

static void test_tables(void **state)
{
	(void)state;
	PARSE(doc, "[[packages]]\n"
		   "name = 'a'\n"
		   "[packages.sdist]\n"
		   "size = 1\n"
		   "[[packages.wheels]]\n"
		   "name = 'w'\n"
		   "[[packages]]\nname = 'b'\nhashes = { sha256.x = 1, 'm d' = 2 }\n");
	const struct toml_value *packages = at(&doc, "packages");
	assert_int_equal(packages->array.len, 2);
	const struct toml_table *first = packages->array.items[0].table;
	assert_int_equal(
		toml_find(toml_find(first, S("sdist"))->table, S("size"))->integer, 1);
	assert_int_equal(toml_find(first, S("wheels"))->array.len, 1);
	const struct toml_table *hashes =
		toml_find(packages->array.items[1].table, S("hashes"))->table;
	assert_int_equal(
		toml_find(toml_find(hashes, S("sha256"))->table, S("x"))->integer, 1);
	assert_int_equal(toml_find(hashes, S("m d"))->integer, 2);
}

static void test_dotted_keys_define_what_only_deeper_headers_made(void **state)
{
	(void)state;
	PARSE(doc, "[a.b.c]\n[a]\nb.x = 1\n");
	const struct toml_table *b = toml_find(at(&doc, "a")->table, S("b"))->table;
	assert_int_equal(toml_find(b, S("x"))->integer, 1);
	assert_int_equal(b->len, 2);
	PARSE(again, "[a.b.c]\n[a]\nb.x = 1\n[a.b]\n");
	assert_int_equal(again.result, -1);
}

static void test_toml_3_spans_of_keys_and_values(void **state)
{
	(void)state;
	PARSE(doc, "\"a b\" = [1,\n  'two']\n[t]\n");
	const struct toml_entry *entry = toml_find_entry(doc.root, S("a b"));
	assert_int_equal(entry->key_span.offset, 0);
	assert_int_equal(entry->key_span.len, 5);
	assert_text(toml_source_text(&entry->value), "[1,\n  'two']");
	const struct toml_value *item = &entry->value.array.items[1];
	struct position place = span_position(item->span);
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 3);
	assert_text(toml_source_text(at(&doc, "t")), "[t]");
}

static void test_toml_3_duplicate_names_both_places(void **state)
{
	(void)state;
	PARSE(doc, "a = 1\n\n  a = 2\n[b]\n[b]\nc = 1\nc = 2\n");
	assert_int_equal(doc.result, -1);
	assert_int_equal(doc.diagnostics.error_count, 3);
	const struct error *first = &doc.diagnostics.items[0].error;
	assert_string_equal(first->cause, "'a' is defined twice (first at a.toml:1:1)");
	assert_int_equal(span_position(first->span).line, 3);
	assert_int_equal(span_position(first->span).column, 3);
	assert_string_equal(doc.diagnostics.items[1].error.cause,
			    "'b' is defined twice (first at a.toml:4:2)");
}

static void test_many_keys_are_indexed(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf text = { .arena = &arena };
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "k%d = %d\n", i, i);
	buf_printf(&text, "k77 = 0\n");
	AUTO(document_release) struct document doc = { 0 };
	document_parse(&doc, buf_slice(&text));
	assert_int_equal(doc.diagnostics.error_count, 1);
	assert_string_equal(doc.diagnostics.items[0].error.cause,
			    "'k77' is defined twice (first at a.toml:78:1)");
}

// Each error names the line of the first key: done for all of them this would take hours.
static void test_many_duplicates_cost_little(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf text = { .arena = &arena };
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "# some distance\n");
	buf_printf(&text, "a = [\n");
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "{b=1,b=2},\n");
	buf_printf(&text, "]\n");
	AUTO(document_release) struct document doc = { 0 };
	document_parse(&doc, buf_slice(&text));
	assert_int_equal(doc.result, -1);
	assert_int_equal(doc.diagnostics.len, DIAGNOSTICS_MAX);
	assert_int_equal(doc.diagnostics.error_count, 100000);
}

struct broken {
	const char *text, *cause;
	size_t line, column;
};

static void test_errors_have_places(void **state)
{
	(void)state;
	static const struct broken cases[] = {
		{ "a", "expected '=' after the key, found the end of the file", 1, 2 },
		{ "a =\n", "expected a value, found the end of the line", 1, 4 },
		{ "a = 1 b", "expected the end of the line, found 'b'", 1, 7 },
		{ "a = yes", "'yes' is not a TOML value", 1, 5 },
		{ "a = 0123", "'0123' is not a TOML value", 1, 5 },
		{ "a = 9223372036854775808", "integer does not fit into 64 bits", 1, 5 },
		{ "a = 'x", "string is not closed on its line", 1, 5 },
		{ "a = \"\"\"x\n", "string is not closed", 1, 5 },
		{ "a = \"\\q\"", "unknown or broken escape: backslash before 'q'", 1, 6 },
		{ "a = \"\\ud800\"", "unknown or broken escape: backslash before 'u'", 1,
		  6 },
		{ "a = [1 2]", "expected ',' or ']' in an array, found '2'", 1, 8 },
		{ "a = {b=1,}", "expected a key, found '}'", 1, 10 },
		{ "\n[a",
		  "expected ']' after the table's name, found the end of the file", 2,
		  3 },
		{ "[[a]\n", "expected ']]' after the table's name, found ']'", 1, 4 },
		{ "# \x01", "control character U+0001 in a comment", 1, 3 },
		{ "a = 1\rb = 2",
		  "expected the end of the line, found control character U+000D", 1, 6 },
		{ "a = '\xff'", "not UTF-8", 1, 6 },
		{ "\xc3\xa9 = 1", "expected a key, found '\xc3\xa9'", 1, 1 },
		{ "a = 1\n[a]", "'a' is defined twice (first at a.toml:1:1)", 2, 2 },
		{ "a = 1\n[a.b]",
		  "'a' is no table that could be added to (first at a.toml:1:1)", 2, 2 },
		{ "a = []\n[[a]]", "'a' is no array of tables (first at a.toml:1:1)", 2,
		  3 },
		{ "[a.b]\n[a]\nb.c=1",
		  "'b' cannot be added to by a dotted key (first at a.toml:1:4)", 3, 1 },
		{ "a = 2023-02-29", "'2023-02-29' is not a TOML value", 1, 5 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO(document_release) struct document doc = { 0 };
		document_parse(&doc, slice_from(cases[i].text));
		assert_int_equal(doc.result, -1);
		const struct error *error = &doc.diagnostics.items[0].error;
		assert_string_equal(error->cause, cases[i].cause);
		assert_int_equal(error->kind, ERROR_INPUT);
		assert_int_equal(span_position(error->span).line, cases[i].line);
		assert_int_equal(span_position(error->span).column, cases[i].column);
	}
}

static void test_hints(void **state)
{
	(void)state;
	PARSE(word, "a = yes");
	assert_string_equal(word.diagnostics.items[0].error.hint,
			    "text needs quotes: \"yes\"");
	PARSE(boolean, "a = True");
	assert_string_equal(boolean.diagnostics.items[0].error.hint,
			    "booleans are lower case");
}

static struct slice repeat(struct arena *arena, const char *piece, int count,
			   const char *tail)
{
	struct buf buf = { .arena = arena };
	buf_append(&buf, S("a = "));
	for (int i = 0; i < count; i++)
		buf_append(&buf, slice_from(piece));
	buf_append(&buf, slice_from(tail));
	return buf_slice(&buf);
}

static void test_depth_is_limited(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const char *const pieces[] = { "[", "{a=" };
	for (size_t i = 0; i < 2; i++) {
		AUTO(document_release) struct document doc = { 0 };
		document_parse(&doc, repeat(&arena, pieces[i], 100000, ""));
		assert_string_equal(doc.diagnostics.items[0].error.cause,
				    "values are nested more than 64 deep");
	}
	AUTO(document_release) struct document dotted = { 0 };
	document_parse(&dotted, slice_skip(repeat(&arena, "a.", 1000, "a = 1"), 4));
	assert_string_equal(dotted.diagnostics.items[0].error.cause,
			    "key has more than 64 parts");
	AUTO(document_release) struct document fits = { 0 };
	struct slice open = repeat(&arena, "[", LIMIT_NESTING_DEPTH, "");
	struct slice both = arena_printf(
		&arena, "%.*s%.*s", SLICE_ARG(open), LIMIT_NESTING_DEPTH,
		strrchr("]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
			']') -
			63);
	document_parse(&fits, both);
	assert_int_equal(fits.result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_strings_without_escapes_borrow),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_toml_2_datetimes_are_a_type),
		cmocka_unit_test(test_toml_1_boolean_is_no_integer),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_dotted_keys_define_what_only_deeper_headers_made),
		cmocka_unit_test(test_toml_3_spans_of_keys_and_values),
		cmocka_unit_test(test_toml_3_duplicate_names_both_places),
		cmocka_unit_test(test_many_keys_are_indexed),
		cmocka_unit_test(test_many_duplicates_cost_little),
		cmocka_unit_test(test_errors_have_places),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_depth_is_limited),
	};
	return cmocka_run_group_tests_name("toml", tests, NULL, NULL);
}
