// SPDX-License-Identifier: MIT
// Markers: grammar, what comparisons mean on each type of field, errors and their places,
// canonical text.
#include "packaging/marker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct arena arena;
static struct target linux_310;

static int set_up(void **state)
{
	(void)state;
	linux_310 = (struct target){
		.os_name = S("posix"),
		.sys_platform = S("linux"),
		.platform_machine = S("x86_64"),
		.platform_system = S("Linux"),
		.platform_python_implementation = S("CPython"),
		.implementation_name = S("cpython"),
		.platform_release = S(""),
		.platform_version = S(""),
		.python_version = S("3.10"),
		.python_full = S("3.10.4"),
	};
	assert_true(version_parse(&arena, linux_310.python_version,
				  &linux_310.python_version_value));
	assert_true(version_parse(&arena, linux_310.python_full,
				  &linux_310.python_full_version));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct marker *parse(const char *text, enum marker_where where)
{
	struct marker *marker = NULL;
	struct error err = { 0 };
	if (marker_parse(&arena, slice_from(text), where, &marker, NULL, &err) < 0)
		fail_msg("'%s': %s", text, err.cause);
	return marker;
}

static bool holds(const char *text, const char *extra)
{
	struct marker_context context = { .target = &linux_310,
					  .extra = slice_from(extra) };
	return marker_holds(parse(text, MARKER_IN_METADATA), &context);
}

struct vector {
	const char *text;
	bool holds;
};

static void expect_all(const struct vector *vectors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (holds(vectors[i].text, "") != vectors[i].holds)
			fail_msg("'%s' should be %s", vectors[i].text,
				 vectors[i].holds ? "true" : "false");
}

static void test_508_1_version_fields_compare_as_versions(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "python_version >= '3.8'", true },
		{ "python_version >= '3.9'", true }, // not as text
		{ "python_version < '3.9'", false },
		{ "python_version == '3.10.0'", true },
		{ "python_version == '3.1'", false }, // 3.10 is not 3.1 (508.5)
		{ "python_version == '3.*'", true },
		{ "python_version != '3.10.*'", false },
		{ "python_version ~= '3.8'", true },
		{ "python_full_version < '3.10.4'", false },
		{ "python_full_version <= '3.10.4'", true },
		{ "python_full_version > '3.10.4rc1'", true },
		{ "implementation_version >= '3.10.4'", true },
		{ "python_full_version === '3.10.4'", true },
		{ "python_version === '3.10.0'", false },
		{ "'3.8' <= python_version", true },
		{ "'3.11' <= python_version", false },
		{ "'3.10' == python_version", true },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_508_2_texts_have_no_order(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "sys_platform == 'linux'", true },
		{ "sys_platform != 'linux'", false },
		{ "sys_platform >= 'linux'", true },
		{ "sys_platform <= 'linux'", true },
		{ "sys_platform >= 'aix'", false },
		{ "sys_platform < 'win32'", false },
		{ "sys_platform > 'aix'", false },
		{ "sys_platform in 'linux linux2'", true },
		{ "'linux' in sys_platform", true },
		{ "'win' in sys_platform", false },
		{ "sys_platform not in 'win32'", true },
		{ "os_name == 'POSIX'", false },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_508_2_version_or_text_falls_back_to_text(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "platform_release >= '20'", false },
		{ "platform_release == ''", true },
		{ "platform_release != '20'", true },
		{ "platform_version < '20'", false },
		{ "'a' in platform_version", false },
		{ "platform_release ~= '2.0'", false },
	};
	expect_all(vectors, COUNT(vectors));
	linux_310.platform_release = S("20.6.0");
	assert_true(holds("platform_release >= '20'", ""));
	assert_true(holds("platform_release < '100'", ""));
	assert_true(holds("'20' <= platform_release", ""));
	linux_310.platform_release = S("");
}

static void test_md_3_old_metadata(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "os.name == 'posix'", true },
		{ "sys.platform=='linux'", true },
		{ "platform.machine == 'x86_64' and platform.version == ''", true },
		{ "python_implementation == 'CPython'", true },
		{ "platform.python_implementation == 'CPython'", true },
		{ "(python_version<'3.0')or(sys_platform=='linux')", true },
		{ "python_version=='3.10'and os_name=='posix'", true },
		{ "python_version in '2.7 3.3 3.10'", true },
		{ "python_version not in '2.7, 3.3'", true },
		// No version: a text, as in packaging.
		{ "python_version >= '3.6.*'", false },
		{ "python_version != 'abc'", true },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_precedence_and_parentheses(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "os_name=='posix' or os_name=='nt' and os_name=='x'", true },
		{ "(os_name=='posix' or os_name=='nt') and os_name=='x'", false },
		{ "((( os_name == \"posix\" )))", true },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_685_1_extra_is_compared_normalised(void **state)
{
	(void)state;
	assert_true(holds("extra == 'Dev_X'", "dev-x"));
	assert_false(holds("extra == 'Dev_X'", ""));
	assert_true(holds("extra != 'dev'", ""));
	assert_true(holds("'DEV' == extra", "dev"));
}

static void test_which_markers_mention_extra(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"extra == 'a'",
		"extra == 'a' and os_name == 'nt'",
		"(extra == 'a' or extra == 'b') and python_version > '3'",
		"extra != 'a'",
		"os_name == 'posix'",
		"python_version > '3' and os_name == 'nt'",
	};
	struct marker_context context = { .target = &linux_310, .extra = S("zzz") };
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(marker_mentions_extra(
					 parse(texts[i], MARKER_IN_REQUIREMENT)),
				 strstr(texts[i], "extra") != NULL);
	assert_true(marker_holds(NULL, &context));
	assert_false(marker_mentions_extra(NULL));
}

static void test_508_6_sets_in_locks(void **state)
{
	(void)state;
	struct slice extras[] = { S("dev-x"), S("test") }, groups[] = { S("lint") };
	struct marker_context context = { .target = &linux_310,
					  .extras = extras,
					  .extras_len = 2,
					  .groups = groups,
					  .groups_len = 1 };
	static const struct vector vectors[] = {
		{ "'Dev_X' in extras", true },
		{ "'docs' in extras", false },
		{ "'docs' not in extras", true },
		{ "'lint' in dependency_groups", true },
		{ "'test' in dependency_groups", false },
		{ "'test' not in extras", false },
	};
	for (size_t i = 0; i < COUNT(vectors); i++)
		assert_int_equal(marker_holds(parse(vectors[i].text, MARKER_IN_LOCK),
					      &context),
				 vectors[i].holds);
}

struct failure {
	const char *text;
	enum marker_where where;
	size_t offset;
	const char *cause, *hint;
};

static const struct failure failures[] = {
	{ "", MARKER_IN_REQUIREMENT, 0,
	  "expected a marker variable or a quoted text, found nothing", "" },
	{ "python_version", MARKER_IN_REQUIREMENT, 14,
	  "expected a comparison such as '==', '>=' or 'in', found nothing", "" },
	{ "python_version = '3'", MARKER_IN_REQUIREMENT, 15,
	  "expected a comparison such as '==', '>=' or 'in', found '='",
	  "did you mean '=='?" },
	{ "os_name <> 'nt'", MARKER_IN_REQUIREMENT, 8,
	  "expected a comparison such as '==', '>=' or 'in', found '<>'",
	  "did you mean '!='?" },
	{ "python_version > 3.6", MARKER_IN_REQUIREMENT, 17,
	  "expected a quoted text, found '3.6'", "put it in quotes: \"3.6\"" },
	{ "pythn_version > '3'", MARKER_IN_REQUIREMENT, 0,
	  "unknown marker variable 'pythn_version'", "did you mean 'python_version'?" },
	{ "variant_label == 'x'", MARKER_IN_METADATA, 0,
	  "unknown marker variable 'variant_label'", "" },
	{ "os_name == 'nt", MARKER_IN_REQUIREMENT, 11, "the quote ' is not closed", "" },
	{ "(os_name == 'nt'", MARKER_IN_REQUIREMENT, 0, "the parenthesis is not closed",
	  "" },
	{ "os_name == 'nt')", MARKER_IN_REQUIREMENT, 15,
	  "expected 'and', 'or' or the end of the marker, found ')'", "" },
	{ "(os_name == 'nt' x", MARKER_IN_REQUIREMENT, 17,
	  "expected 'and', 'or' or ')', found 'x'", "" },
	{ "os_name == 'nt' and", MARKER_IN_REQUIREMENT, 19,
	  "expected a marker variable or a quoted text, found nothing", "" },
	{ "os_name not 'nt'", MARKER_IN_REQUIREMENT, 12,
	  "expected 'in' after 'not', found \"'\"", "" },
	{ "'a' == 'b'", MARKER_IN_REQUIREMENT, 0,
	  "a comparison needs a variable and a quoted text; these are two texts", "" },
	{ "os_name == sys_platform", MARKER_IN_REQUIREMENT, 0,
	  "a comparison needs a variable and a quoted text; these are two variables",
	  "" },
	{ "os_name ~= 'nt'", MARKER_IN_METADATA, 0,
	  "'~=' compares versions, and 'os_name' is a text", "" },
	{ "os_name == 'a\\'", MARKER_IN_METADATA, 13,
	  "'\\' is not allowed in a quoted text of a marker", "" },
	{ "python_version >= '3.6.*'", MARKER_IN_REQUIREMENT, 18,
	  "'python_version' cannot be compared by '>=' with '3.6.*'",
	  "'.*' goes with '==' and '!=' only: write \"3.6\"" },
	{ "python_version ~= '3'", MARKER_IN_METADATA, 18,
	  "'python_version' cannot be compared by '~=' with '3'", "" },
	{ "python_version >= '3.6,<4'", MARKER_IN_REQUIREMENT, 18,
	  "'python_version' cannot be compared by '>=' with '3.6,<4'", "" },
	{ "extra == 'x'", MARKER_IN_LOCK, 0, "'extra' has no meaning in a lock file",
	  "a lock asks for an extra by '\"name\" in extras'" },
	{ "'x' in extras", MARKER_IN_REQUIREMENT, 7,
	  "'extras' has a meaning in lock files only", "" },
	{ "extras == 'x'", MARKER_IN_LOCK, 0,
	  "'extras' is a set: only '\"name\" in extras' and 'not in' apply", "" },
	{ "extras in 'x'", MARKER_IN_LOCK, 0,
	  "'extras' is a set: only '\"name\" in extras' and 'not in' apply", "" },
	{ "python_version in '3.8 3.9'", MARKER_IN_LOCK, 18,
	  "'python_version' is a version: 'in' does not apply", "" },
};

static void test_508_3_errors_have_cause_place_and_hint(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		const struct failure *f = &failures[i];
		struct marker *marker = NULL;
		struct error err = { 0 };
		size_t offset = 0;
		if (marker_parse(&arena, slice_from(f->text), f->where, &marker, &offset,
				 &err) == 0)
			fail_msg("'%s' was accepted", f->text);
		assert_string_equal(err.cause, f->cause);
		assert_string_equal(err.hint, f->hint);
		assert_int_equal(err.kind, ERROR_INPUT);
		if (offset != f->offset)
			fail_msg("'%s': offset %zu, wanted %zu", f->text, offset,
				 f->offset);
	}
}

static const char *const texts[][2] = {
	{ "os_name=='nt'", "os_name == \"nt\"" },
	{ "((os_name=='nt'))", "os_name == \"nt\"" },
	{ "os.name == 'a\"b'", "os_name == 'a\"b'" },
	{ "(os_name=='a' and os_name=='b') and os_name=='c'",
	  "os_name == \"a\" and os_name == \"b\" and os_name == \"c\"" },
	{ "os_name=='a' or (os_name=='b' and os_name=='c')",
	  "os_name == \"a\" or os_name == \"b\" and os_name == \"c\"" },
	{ "(os_name=='a' or os_name=='b') and os_name=='c'",
	  "(os_name == \"a\" or os_name == \"b\") and os_name == \"c\"" },
	{ "extra=='A_b'", "extra == \"a-b\"" },
	{ "'3'  not  in python_version", "\"3\" not in python_version" },
};

static void test_canonical_text_reads_back_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct slice text =
			marker_text(&arena, parse(texts[i][0], MARKER_IN_METADATA));
		const char *once = arena_c_string(&arena, text);
		assert_string_equal(once, texts[i][1]);
		struct slice again = marker_text(&arena, parse(once, MARKER_IN_METADATA));
		assert_true(slice_eq(text, again));
	}
	assert_int_equal(marker_text(&arena, NULL).len, 0);
}

static struct slice repeated(const char *part, size_t times, const char *last)
{
	struct buf buf = { .arena = &arena };
	for (size_t i = 0; i < times; i++)
		buf_append(&buf, slice_from(part));
	buf_append(&buf, slice_from(last));
	return buf_slice(&buf);
}

static void test_limits_end_in_errors(void **state)
{
	(void)state;
	struct marker *marker = NULL;
	struct error err = { 0 };
	assert_int_equal(marker_parse(&arena, repeated("(", 100000, ""),
				      MARKER_IN_METADATA, &marker, NULL, &err),
			 -1);
	assert_non_null(strstr(err.cause, "nested"));
	struct slice terms = repeated("os_name=='a'or ", 5000, "os_name=='b'");
	assert_int_equal(marker_parse(&arena, terms, MARKER_IN_METADATA, &marker, NULL,
				      &err),
			 -1);
	assert_non_null(strstr(err.cause, "comparisons"));
	terms = repeated("os_name=='a'or ", 4000, "os_name=='posix'");
	assert_int_equal(marker_parse(&arena, terms, MARKER_IN_METADATA, &marker, NULL,
				      &err),
			 0);
	struct marker_context context = { .target = &linux_310 };
	assert_true(marker_holds(marker, &context));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_508_1_version_fields_compare_as_versions),
		cmocka_unit_test(test_508_2_texts_have_no_order),
		cmocka_unit_test(test_508_2_version_or_text_falls_back_to_text),
		cmocka_unit_test(test_md_3_old_metadata),
		cmocka_unit_test(test_precedence_and_parentheses),
		cmocka_unit_test(test_685_1_extra_is_compared_normalised),
		cmocka_unit_test(test_which_markers_mention_extra),
		cmocka_unit_test(test_508_6_sets_in_locks),
		cmocka_unit_test(test_508_3_errors_have_cause_place_and_hint),
		cmocka_unit_test(test_canonical_text_reads_back_the_same),
		cmocka_unit_test(test_limits_end_in_errors),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
