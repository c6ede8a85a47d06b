// SPDX-License-Identifier: MIT
// Script blocks (PEP 723), by the examples of the standard and its pattern.
#include "project_case.h"
#include "resolver/requirements/project.h"

struct vector {
	const char *text, *wanted;
};

static void expect_all(const struct vector *vectors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct diagnostics diagnostics = { .arena = &arena };
		struct requirement_set set = { 0 };
		struct slice text = arena_dup(&arena, slice_from(vectors[i].text));
		char *bytes = arena_alloc(&arena, text.len + 1, 1);
		memcpy(bytes, text.ptr, text.len);
		struct requirement_reader reader = { read_text, bytes, NULL, NULL, NULL };
		int result = requirements_read_script("s.py", &reader, &arena, &set,
						      &diagnostics);
		assert_int_equal(result<0, diagnostics.error_count> 0);
		const char *found = describe_set(&arena, &set, &diagnostics);
		if (strcmp(found, vectors[i].wanted) != 0)
			fail_msg("'%s':\nfound\n%swanted\n%s", vectors[i].text, found,
				 vectors[i].wanted);
	}
}

#define NONE                                                                           \
	"+0 error 's.py' has no script block (a block of comments begins with '# /// " \
	"script' and ends with '# ///')\n"

static void test_723_1_the_block(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n"
		  "#   \"requests<3\",\n#   'rich',\n# ]\n# ///\n\nimport requests\n",
		  "2:21 python >=3.11\n4:6 requests<3\n5:6 rich\n" },
		{ "#!/usr/bin/env python\n\n# /// script\n#\n# dependencies=['a']\n# ///", //
		  "5:18 a\n" },
		{ "# /// script\r\n# dependencies=['a']\r\n# ///\r\n", "2:18 a\n" },
		{ "# /// script\r# dependencies=['a']\r# ///\r", "2:18 a\n" },
		// The last line that could close the block does.
		{ "# /// script\n# dependencies=['a']\n# x='''\n# ///\n# '''\n# ///\n",
		  "2:18 a\n" },
		// An unclosed block is none, and neither are these.
		{ "# /// script\n# dependencies=['a']\n", NONE },
		{ "# /// script\n# dependencies=['a']\n\n# ///\n", NONE },
		{ "# /// script\n#dependencies=['a']\n# ///\n", NONE },
		{ " # /// script\n # dependencies=['a']\n # ///\n", NONE },
		{ "#/// script\n# dependencies=['a']\n# ///\n", NONE },
		{ "# /// script \n# dependencies=['a']\n# ///\n", NONE },
		{ "# /// other\n# dependencies=['a']\n# ///\n", NONE },
		{ "", NONE },
		{ "# /// other\n# x\n# ///\n\n# /// script\n# dependencies=['a']\n# ///\n",
		  "6:18 a\n" },
		{ "# /// script\n# dependencies=['a']\n# ///\n\n# /// script\n# "
		  "dependencies=['b']\n# ///\n",
		  "2:18 a\n5:7+6 error a second 'script' block: a file may have one\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_places_are_those_of_the_script(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "x = 1\n# /// script\n# dependencies=['a', 'b==x']\n# ///\n",
		  "3:18 a\n3:26+1 error 'x' is not a version\n" },
		{ "# /// script\n# dependencies=[\n# a]\n# ///\n",
		  "3:3+1 error 'a' is not a TOML value (text needs quotes: \"a\")\n" },
		{ "# /// script\n#\n# dependencies=[1]\n# requires-python='x'\n# ///\n",
		  "4:20+1 error expected an operator such as '>=' or '==', found 'x'\n3:17+1 error 'a requirement' must be a string, not an "
		  "integer\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_723_2_nothing_but_the_block_counts(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "# /// script\n# ///\nimport numpy\n",
		  NONE }, // content has a line at least
		{ "# /// script\n#\n# ///\nimport numpy\n", "" },
	};
	expect_all(vectors, COUNT(vectors));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_723_1_the_block),
		cmocka_unit_test(test_places_are_those_of_the_script),
		cmocka_unit_test(test_723_2_nothing_but_the_block_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
