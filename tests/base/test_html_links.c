// SPDX-License-Identifier: MIT
#include "base/html_links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;

// "a[href=x rel=y] base[href=z]" for what a page holds.
static struct slice elements(struct slice page)
{
	static const char *const names[] = { "a", "base", "meta" };
	struct buf out = { .arena = &arena };
	struct html_scanner scanner;
	struct html_element element;
	html_begin(&scanner, page, &arena);
	while (html_next(&scanner, &element)) {
		buf_printf(&out, "%s%s[", out.len ? " " : "", names[element.kind]);
		for (size_t i = 0; i < element.len; i++)
			buf_printf(&out, "%s%.*s=%.*s", i ? " " : "",
				   SLICE_ARG(element.attributes[i].name),
				   SLICE_ARG(element.attributes[i].value));
		buf_byte(&out, ']');
	}
	return buf_slice(&out);
}

static void check(struct slice page, struct slice expected)
{
	struct slice got = elements(page);
	if (!slice_eq(got, expected))
		fail_msg("'%.*s' gave %.*s", SLICE_ARG(page), SLICE_ARG(got));
}

static void test_503_3_anchors_and_their_attributes(void **state)
{
	(void)state;
	check(S("<a href=\"x\">y</a>"), S("a[href=x]"));
	check(S("<A HREF='x' data-yanked>y</A>"), S("a[HREF=x data-yanked=]"));
	check(S("<a\n href = x\tclass=b>y</a><a href=z/>"),
	      S("a[href=x class=b] a[href=z/]"));
	check(S("<a href=\"\">"), S("a[href=]"));
	check(S("<a>"), S("a[]"));
	check(S("<base href=\"../\"><br/><meta name='n' content='c'>"),
	      S("base[href=../] meta[name=n content=c]"));
	check(S("<abbr href=x><area href=y><link href=z>"), S(""));
}

static void test_503_3_entities_in_values(void **state)
{
	(void)state;
	check(S("<a data-requires-python=\"&gt;=3.8,&lt;4\" href='a&amp;b'>"),
	      S("a[data-requires-python=>=3.8,<4 href=a&b]"));
	check(S("<a x='&#62;&#x3e;&#X3E;&quot;&apos;'>"), S("a[x=>>>\"']"));
	check(S("<a x='&unknown;&;&#;&#xg;& &amp'>"),
	      S("a[x=&unknown;&;&#;&#xg;& &amp]"));
	check(S("<a x='&#233;&#x20ac;&#128512;&#0;&#xd800;&#x110000;'>"),
	      S("a[x=\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd]"));
	check(S("<a x='a&nbsp;b'>"), S("a[x=a\xc2\xa0"
				       "b]"));
}

static void test_comments_scripts_and_styles_hold_nothing(void **state)
{
	(void)state;
	check(S("<!-- <a href=x> --><a href=y>"), S("a[href=y]"));
	check(S("<script>if (a<b) '<a href=x>'</script><a href=y>"), S("a[href=y]"));
	check(S("<STYLE>a{}<a href=x></style ><a href=y>"), S("a[href=y]"));
	check(S("<!doctype html><html><head><title>a</title></head><a href=y>"),
	      S("a[href=y]"));
	check(S("<p title='<a href=x>'><a href=y>"), S("a[href=y]"));
	check(S("<script><a href=x>"), S(""));
}

static void test_any_bytes_are_some_page(void **state)
{
	(void)state;
	check(S(""), S(""));
	check(S("<"), S(""));
	check(S("<a"), S("a[]"));
	check(S("<a href"), S("a[href=]"));
	check(S("<a href="), S("a[href=]"));
	check(S("<a href='x"), S("a[href=x]"));
	check(S("<a =x>"), S("a[=x=]"));
	check(S("a < b <a href=x>"), S("a[href=x]"));
	check(S("<!-- <a href=x>"), S(""));
	check(S("</a></a><//><a/href=x>"), S("a[href=x]"));
	check(S("<a \xff=\xfe>"), S("a[\xff=\xfe]"));
	(void)elements(S("<a \0=\0>\0<"));
}

static void test_attributes_beyond_the_bound_are_dropped(void **state)
{
	(void)state;
	struct buf page = { .arena = &arena };
	struct html_scanner scanner;
	struct html_element element;
	buf_append(&page, S("<a"));
	for (int i = 0; i < 100; i++)
		buf_printf(&page, " x%d=%d", i, i);
	buf_append(&page, S("><a href=y>"));
	html_begin(&scanner, buf_slice(&page), &arena);
	assert_true(html_next(&scanner, &element));
	assert_int_equal(element.len, HTML_ATTRIBUTES_MAX);
	assert_true(html_next(&scanner, &element));
	assert_int_equal(element.len, 1);
}

static void test_first_attribute_of_a_name_counts(void **state)
{
	(void)state;
	struct html_scanner scanner;
	struct html_element element;
	struct slice value;
	html_begin(&scanner, S("<a HREF=1 href=2>"), &arena);
	assert_true(html_next(&scanner, &element));
	assert_true(html_attribute(&element, S("href"), &value));
	assert_true(slice_eq(value, S("1")));
	assert_false(html_attribute(&element, S("rel"), &value));
	assert_int_equal(value.len, 0);
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
		cmocka_unit_test(test_503_3_anchors_and_their_attributes),
		cmocka_unit_test(test_503_3_entities_in_values),
		cmocka_unit_test(test_comments_scripts_and_styles_hold_nothing),
		cmocka_unit_test(test_any_bytes_are_some_page),
		cmocka_unit_test(test_attributes_beyond_the_bound_are_dropped),
		cmocka_unit_test(test_first_attribute_of_a_name_counts),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
