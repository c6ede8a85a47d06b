// SPDX-License-Identifier: MIT
// Dependency specifiers: what is accepted in which mode, and errors with their places.
#include "packaging/requirement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct arena arena;

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

// Text and its canonical form.
static const char *const accepted[][2] = {
	{ "foo", "foo" },
	{ "  Foo.Bar_baz  ", "foo-bar-baz" },
	{ "foo>=1.0", "foo>=1.0" },
	{ "foo >= 1.0 , < 2", "foo>=1.0,<2" },
	{ "foo (>=1.0,<2)", "foo>=1.0,<2" },
	{ "foo(==1.*)", "foo==1.*" },
	{ "foo ()", "foo" },
	{ "foo>=1,", "foo>=1" },
	{ "foo===a.b ; os_name=='nt'", "foo===a.b; os_name == \"nt\"" },
	{ "foo[]", "foo" },
	{ "foo[B_c, a,b.C]>1", "foo[a,b-c]>1" },
	{ "foo [a] (>1) ; python_version<'3'", "foo[a]>1; python_version < \"3\"" },
	{ "foo@https://x.y/z#a", "foo @ https://x.y/z#a" },
	{ "foo @ https://x.y/z;v=1 ; os_name=='nt'",
	  "foo @ https://x.y/z;v=1 ; os_name == \"nt\"" },
	{ "foo[a] @ git+ssh://git@x.y/z@v1", "foo[a] @ git+ssh://git@x.y/z@v1" },
	{ "foo;os_name=='nt'", "foo; os_name == \"nt\"" },
};

static void test_508_4_accepted_forms_and_their_canonical_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(accepted); i++) {
		struct requirement requirement;
		struct error err = { 0 };
		const char *text = accepted[i][0];
		for (int again = 0; again < 2; again++) {
			if (requirement_parse(&arena, slice_from(text),
					      REQUIREMENT_STRICT, &requirement, NULL,
					      &err) < 0)
				fail_msg("'%s': %s", text, err.cause);
			text = arena_c_string(&arena,
					      requirement_text(&arena, &requirement));
			assert_string_equal(text, accepted[i][1]);
		}
	}
}

static const char *const lenient_only[][2] = {
	{ "foo (1.0)", "foo==1.0.*" },
	{ "foo (1.0a1)", "foo==1.0a1" },
	{ "foo (>=2.7.*)", "foo>=2.7" },
	{ "foo>=2.7.*", "foo>=2.7" },
	{ "foo;", "foo" },
	{ "foo ; ", "foo" },
	{ "foo ; python_version >= '3.6.*'", "foo; python_version >= \"3.6.*\"" },
};

static void test_md_3_legacy_forms_are_for_metadata_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lenient_only); i++) {
		struct requirement requirement;
		struct error err = { 0 };
		struct slice text = slice_from(lenient_only[i][0]);
		assert_int_equal(requirement_parse(&arena, text, REQUIREMENT_STRICT,
						   &requirement, NULL, &err),
				 -1);
		if (requirement_parse(&arena, text, REQUIREMENT_LENIENT, &requirement,
				      NULL, &err) < 0)
			fail_msg("'%s': %s", lenient_only[i][0], err.cause);
		struct slice canonical = requirement_text(&arena, &requirement);
		assert_string_equal(arena_c_string(&arena, canonical),
				    lenient_only[i][1]);
	}
}

struct failure {
	const char *text;
	size_t offset, len;
	const char *cause, *hint;
};

static const struct failure failures[] = {
	{ "", 0, 0, "expected a project name, found nothing", "" },
	{ "  -x", 2, 2, "expected a project name, found '-x'", "" },
	{ "foo-", 0, 4, "'foo-' is not a valid name",
	  "a name begins and ends with a letter or digit" },
	{ "foo 1.0", 4, 3,
	  "expected a version specifier such as '>=1.0', '@', ';' or the end, found '1.0'",
	  "did you mean 'foo==1.0'?" },
	{ "foo bar", 4, 3,
	  "expected a version specifier such as '>=1.0', '@', ';' or the end, found 'bar'",
	  "" },
	{ "foo\xc2\xa0", 3, 2,
	  "expected a version specifier such as '>=1.0', '@', ';' or the end, found U+00A0",
	  "" },
	{ "foo>=1\xe2\x80\x8b", 6, 3, "expected a version specifier, found U+200B", "" },
	{ "foo[a", 3, 1, "the bracket of the extras is not closed", "" },
	{ "foo[a b]", 6, 1, "expected ',' or ']' after an extra, found 'b'", "" },
	{ "foo[a,]", 6, 1, "expected the name of an extra, found ']'", "" },
	{ "foo[,a]", 4, 1, "expected the name of an extra, found ','", "" },
	{ "foo (>=1", 4, 1, "the parenthesis is not closed", "" },
	{ "foo @ ./x", 6, 3, "expected a URL after '@', found './x'",
	  "a path is written as 'file:///absolute/path'" },
	{ "foo @", 5, 0, "expected a URL after '@', found nothing", "" },
	{ "foo @ https://x/y;os_name=='nt'", 17, 1,
	  "the ';' of the marker reads as part of the URL",
	  "a URL requirement needs a space before ';'" },
	{ "foo @ https://x/y; os_name=='nt'", 17, 1,
	  "the ';' of the marker reads as part of the URL",
	  "a URL requirement needs a space before ';'" },
	{ "foo @ https://x/\x01", 16, 1, "U+0001 is not allowed in a URL", "" },
	{ "foo @ \xdftp://x", 6, 1, "the byte 0xdf is not valid UTF-8", "" },
	{ "foo @ \xc3\xa9://x", 6, 6, "expected a URL after '@', found '\xc3\xa9://x'",
	  "" },
	{ "foo @ https://x/y os_name=='nt'", 18, 7,
	  "expected ';' with a marker or the end, found 'os_name'", "" },
	{ "foo>=1 ;", 8, 0, "expected a marker after ';', found nothing", "" },
	{ "foo>=1 ; os_nam=='nt'", 9, 6, "unknown marker variable 'os_nam'",
	  "did you mean 'os_name'?" },
	{ "foo ; 'x' in extras", 13, 6, "'extras' has a meaning in lock files only", "" },
};

static void test_508_4_errors_have_cause_place_and_hint(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		const struct failure *f = &failures[i];
		struct requirement requirement;
		struct requirement_bad bad = { 0 };
		struct error err = { 0 };
		if (requirement_parse(&arena, slice_from(f->text), REQUIREMENT_STRICT,
				      &requirement, &bad, &err) == 0)
			fail_msg("'%s' was accepted", f->text);
		assert_string_equal(err.cause, f->cause);
		assert_string_equal(err.hint, f->hint);
		if (bad.offset != f->offset || bad.len != f->len)
			fail_msg("'%s': %zu+%zu, wanted %zu+%zu", f->text, bad.offset,
				 bad.len, f->offset, f->len);
	}
}

// The causes below come from specifier_set_parse; the place and the hint are ours.
static void test_508_4_a_single_equals_sign_is_named(void **state)
{
	(void)state;
	static const struct failure slips[] = {
		{ "foo=1.0", 3, 4, "", "did you mean '=='?" },
		{ "foo =>1.0, <2", 4, 5, "", "did you mean '>='?" },
		{ "foo >=1,=<2", 8, 3, "", "did you mean '<='?" },
	};
	for (size_t i = 0; i < COUNT(slips); i++) {
		struct requirement requirement;
		struct requirement_bad bad = { 0 };
		struct error err = { 0 };
		struct slice text = slice_from(slips[i].text);
		assert_int_equal(requirement_parse(&arena, text, REQUIREMENT_STRICT,
						   &requirement, &bad, &err),
				 -1);
		assert_string_equal(err.hint, slips[i].hint);
		assert_int_equal(bad.offset, slips[i].offset);
		assert_int_equal(bad.len, slips[i].len);
	}
}

static void test_parts_are_kept_as_written_too(void **state)
{
	(void)state;
	struct requirement requirement;
	struct error err = { 0 };
	struct slice text = S("  Foo_Bar [X] >=1 ; os_name=='nt' ");
	assert_int_equal(requirement_parse(&arena, text, REQUIREMENT_STRICT, &requirement,
					   NULL, &err),
			 0);
	assert_true(slice_eq(requirement.raw_name, S("Foo_Bar")));
	assert_true(slice_eq(requirement.name, S("foo-bar")));
	assert_true(slice_eq(requirement.text, S("Foo_Bar [X] >=1 ; os_name=='nt'")));
	assert_int_equal(requirement.url.len, 0);
	assert_int_equal(requirement.extras_len, 1);
	assert_non_null(requirement.marker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_508_4_accepted_forms_and_their_canonical_text),
		cmocka_unit_test(test_md_3_legacy_forms_are_for_metadata_only),
		cmocka_unit_test(test_508_4_errors_have_cause_place_and_hint),
		cmocka_unit_test(test_508_4_a_single_equals_sign_is_named),
		cmocka_unit_test(test_parts_are_kept_as_written_too),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
