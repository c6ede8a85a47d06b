// SPDX-License-Identifier: MIT
// Header blocks: what Python's email parser takes for a field, a continuation and the
// body.
#include "base/headers.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fixture {
	struct arena arena;
	struct header_block block;
};

static struct fixture parse(struct slice text)
{
	struct fixture f = { 0 };
	struct error err = { 0 };
	assert_int_equal(headers_parse(&f.arena, text, &f.block, &err), 0);
	return f;
}

static void expect_slice(struct slice found, struct slice wanted)
{
	if (!slice_eq(found, wanted))
		fail_msg("found '%.*s', wanted '%.*s'", SLICE_ARG(found),
			 SLICE_ARG(wanted));
}

struct vector {
	const char *text;
	size_t fields;
	const char *name, *value; // of the last field
	const char *body;
};

#define NOTHING ""

static const struct vector vectors[] = {
	{ "", 0, NOTHING, NOTHING, NOTHING },
	{ "Name: foo", 1, "Name", "foo", NOTHING },
	{ "Name: foo\n", 1, "Name", "foo", NOTHING },
	{ "Name:foo\n\nbody\nmore\n", 1, "Name", "foo", "body\nmore\n" },
	{ "Name:\n\n", 1, "Name", NOTHING, NOTHING },
	{ "A: 1\nB: \t two \t\n", 2, "B", "two", NOTHING },
	{ "A: 1\n  2\n\t3\n\nx", 1, "A", "1\n  2\n\t3", "x" },
	{ "A: 1\r\n  2\r\n\r\nx\r\n", 1, "A", "1\n  2", "x\r\n" },
	{ "A: 1\rB: 2\r\rx", 2, "B", "2", "x" },
	{ "A: 1\n \nB: 2\n", 2, "B", "2", NOTHING },
	{ "A: 1\n\n\nx", 1, "A", "1", "\nx" },
	// A line that is no header begins the body and is part of it.
	{ "A: 1\nno header\nB: 2\n", 1, "A", "1", "no header\nB: 2\n" },
	{ "A : 1\nB: 2\n", 0, NOTHING, NOTHING, "A : 1\nB: 2\n" },
	{ "\nA: 1\n", 0, NOTHING, NOTHING, "A: 1\n" },
	// Passed over: no field to continue, no name, a mail envelope line.
	{ "  x\nA: 1\n", 1, "A", "1", NOTHING },
	{ ": x\n y\nA: 1\n", 1, "A", "1", NOTHING },
	{ "From me\n y\nA: 1\n", 1, "A", "1", NOTHING },
	{ "A: http://x: y\n", 1, "A", "http://x: y", NOTHING },
	{ "\xc3\xa9: 1\n", 0, NOTHING, NOTHING, "\xc3\xa9: 1\n" },
	{ "A: \xc3\xa9\n", 1, "A", "\xc3\xa9", NOTHING },
};

static void test_md_2_fields_and_body(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		const struct vector *v = &vectors[i];
		struct fixture f = parse(slice_from(v->text));
		if (f.block.len != v->fields)
			fail_msg("'%s': %zu fields", v->text, f.block.len);
		if (v->fields) {
			expect_slice(f.block.fields[v->fields - 1].name,
				     slice_from(v->name));
			expect_slice(f.block.fields[v->fields - 1].value,
				     slice_from(v->value));
		}
		expect_slice(f.block.body, slice_from(v->body));
		arena_release(&f.arena);
	}
}

static void test_get_takes_the_first_in_any_case(void **state)
{
	(void)state;
	struct fixture f = parse(S("requires-dist: a\nRequires-Dist: b\n"));
	expect_slice(headers_get(&f.block, S("Requires-Dist")), S("a"));
	expect_slice(headers_get(&f.block, S("Requires")), S(""));
	arena_release(&f.arena);
}

static void test_a_text_over_the_limit_is_an_error(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	size_t len = LIMIT_METADATA_BYTES + 1;
	char *bytes = arena_alloc(&arena, len, 1);
	struct header_block block;
	struct error err = { 0 };
	assert_int_equal(headers_parse(&arena, (struct slice){ bytes, len }, &block,
				       &err),
			 -1);
	assert_int_equal(err.kind, ERROR_SOURCE);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_md_2_fields_and_body),
		cmocka_unit_test(test_get_takes_the_first_in_any_case),
		cmocka_unit_test(test_a_text_over_the_limit_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
