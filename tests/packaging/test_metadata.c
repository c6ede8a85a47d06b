// SPDX-License-Identifier: MIT
// Core metadata: the fields we read, what old files are forgiven, and when an sdist may
// speak for its wheel.
#include "packaging/metadata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct metadata parse(const char *text)
{
	struct metadata metadata = { 0 };
	struct error err = { 0 };
	if (metadata_parse(&arena, slice_from(text), &metadata, &err) < 0)
		fail_msg("%s", err.cause);
	return metadata;
}

static struct error parse_error(const char *text)
{
	struct metadata metadata;
	struct error err = { 0 };
	assert_int_equal(metadata_parse(&arena, slice_from(text), &metadata, &err), -1);
	assert_int_equal(err.kind, ERROR_SOURCE);
	return err;
}

static void expect(struct slice found, const char *wanted)
{
	assert_string_equal(arena_c_string(&arena, found), wanted);
}

#define HEAD "Metadata-Version: 2.1\nName: Foo\nVersion: 1.0\n"

static void test_md_2_fields(void **state)
{
	(void)state;
	struct metadata m = parse(
		"Metadata-Version: 2.4\nName: Foo.Bar\nVersion: 1.0\nRequires-Python: >=3.8, <4\n"
		"Requires-Dist: b>=1; extra == 'Dev'\nRequires-Dist: a\nProvides-Extra: Dev_x\n"
		"License-Expression: MIT OR Apache-2.0\nClassifier: A :: B\nclassifier: C\n"
		"Dynamic: Description\n\nName: not a field\nRequires-Dist: nor this\n");
	assert_int_equal(m.version_major, 2);
	assert_int_equal(m.version_minor, 4);
	expect(m.name, "Foo.Bar");
	expect(m.version, "1.0");
	expect(m.requires_python_text, ">=3.8, <4");
	assert_int_equal(m.requires_python.len, 2);
	assert_int_equal(m.requires_len, 2);
	expect(requirement_text(&arena, &m.requires_dist[0]), "b>=1; extra == \"dev\"");
	expect(m.requires_dist[1].name, "a");
	assert_int_equal(m.extras_len, 1);
	expect(m.extras[0], "dev-x");                      // normalised (685.1)
	expect(m.license_expression, "MIT OR Apache-2.0"); // beside License (639.1)
	expect(m.license, "");
	assert_int_equal(m.classifiers_len, 2);
	expect(m.classifiers[1], "C");
	expect(m.dynamic[0], "description");
}

static void test_md_1_versions_of_metadata(void **state)
{
	(void)state;
	assert_int_equal(
		parse("Metadata-Version: 2.99\nName: a\nVersion: 1\n").version_minor, 99);
	assert_int_equal(parse("Name: a\nVersion: 1\n").version_major, 1);
	struct error err = parse_error("Metadata-Version: 3.0\nName: a\nVersion: 1\n");
	assert_string_equal(err.cause, "metadata version '3.0' is not known");
	parse_error("Metadata-Version: x\nName: a\nVersion: 1\n");
	parse_error("Metadata-Version: 2.\nName: a\nVersion: 1\n");
	parse_error("Version: 1\n");
	parse_error("Name: a\n");
	parse_error("<html>not metadata</html>");
}

static void test_md_3_legacy_requires_dist(void **state)
{
	(void)state;
	struct metadata m = parse(
		HEAD
		"Requires-Dist: a (>=1.0)\nRequires-Dist: b (>=2.7.*)\nRequires-Dist: c (1.0)\n"
		"Requires-Dist: d; extra=='x'\nRequires-Dist: e>=1,; python_version<'3'and os.name=='nt'\n"
		"Requires-Dist: f;\n  python_version in '2.6 2.7'\nRequires: module\n"
		"Requires-Python: UNKNOWN\nLicense: UNKNOWN\n");
	static const char *const wanted[] = {
		"a>=1.0",
		"b>=2.7",
		"c==1.0.*",
		"d; extra == \"x\"",
		"e>=1; python_version < \"3\" and os_name == \"nt\"",
		"f; python_version in \"2.6 2.7\"",
	};
	assert_int_equal(m.requires_len, sizeof(wanted) / sizeof(*wanted));
	for (size_t i = 0; i < m.requires_len; i++)
		expect(requirement_text(&arena, &m.requires_dist[i]), wanted[i]);
	expect(m.requires_python_text, "");
	expect(m.license, "");
}

static void test_508_3_a_bad_requirement_is_an_error_that_quotes_it(void **state)
{
	(void)state;
	struct error err = parse_error(HEAD "Requires-Dist: b; variant_label == 'x'\n");
	assert_string_equal(err.cause, "unknown marker variable 'variant_label'");
	assert_string_equal(err.frames[0],
			    "reading 'Requires-Dist: b; variant_label == 'x''");
}

static void test_md_3_what_cannot_be_read_is_kept_apart(void **state)
{
	(void)state;
	struct metadata m =
		parse(HEAD "Requires-Dist: b\nRequires-Python: banana\n"
			   "Requires-Dist: k8s (>=9.0.0a1.0) ; extra == 'all'\n");
	expect(m.requires_python_text, "");
	expect(m.unreadable_python, "banana");
	assert_int_equal(m.requires_python.len, 0);
	assert_int_equal(m.requires_len, 1);
	assert_int_equal(m.unreadable_len, 1);
	expect(m.unreadable[0].text, "k8s (>=9.0.0a1.0) ; extra == 'all'");
	expect(m.unreadable[0].why, "'9.0.0a1.0' is not a version");
	assert_true(marker_mentions_extra(m.unreadable[0].marker));
	struct error err = parse_error(HEAD "Requires-Dist: k8s (>=9.0.0a1.0)\n");
	assert_string_equal(err.frames[0], "reading 'Requires-Dist: k8s (>=9.0.0a1.0)'");
}

static void test_md_2_old_encodings_become_readable(void **state)
{
	(void)state;
	struct metadata m = parse(HEAD "License: Jos\xe9\nClassifier: Jos\xc3\xa9\n");
	expect(m.license, "Jos\xc3\xa9");
	expect(m.classifiers[0], "Jos\xc3\xa9");
}

static void test_643_1_808_1_what_makes_an_sdist_static(void **state)
{
	(void)state;
	struct metadata m = parse("Metadata-Version: 2.1\nName: a\nVersion: 1\n");
	assert_false(metadata_is_static(&m));
	m = parse("Metadata-Version: 1.2\nName: a\nVersion: 1\n");
	assert_false(metadata_is_static(&m));
	m = parse("Metadata-Version: 2.2\nName: a\nVersion: 1\nDynamic: Summary\n");
	assert_true(metadata_is_static(&m));
	m = parse(
		"Metadata-Version: 2.6\nName: a\nVersion: 1\nDynamic: REQUIRES-DIST\nRequires-Dist: b\n");
	assert_false(metadata_is_static(&m));
	m = parse(
		"Metadata-Version: 2.2\nName: a\nVersion: 1\nDynamic: Requires-Python\n");
	assert_false(metadata_is_static(&m));
	m = parse(
		"Metadata-Version: 2.2\nName: a\nVersion: 1\nDynamic: Provides-Extra\n");
	assert_false(metadata_is_static(&m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_md_2_fields),
		cmocka_unit_test(test_md_1_versions_of_metadata),
		cmocka_unit_test(test_md_3_legacy_requires_dist),
		cmocka_unit_test(test_508_3_a_bad_requirement_is_an_error_that_quotes_it),
		cmocka_unit_test(test_md_3_what_cannot_be_read_is_kept_apart),
		cmocka_unit_test(test_md_2_old_encodings_become_readable),
		cmocka_unit_test(test_643_1_808_1_what_makes_an_sdist_static),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
