// SPDX-License-Identifier: MIT
// pyproject.toml: [project], its extras, and dependency groups.
#include "project_case.h"
#include "resolver/requirements/project.h"

struct vector {
	const char *text, *extras, *groups; // words; "*" for all
	const char *wanted;
};

struct word_list {
	struct slice *items;
	size_t len, cap;
};

static struct word_list split(struct arena *arena, const char *text)
{
	struct word_list words = { 0 };
	struct slice rest = slice_from(text), word;
	while (rest.len) {
		slice_cut(&rest, ' ', &word);
		*array_push(arena, &words) = word;
	}
	return words;
}

static void expect(const struct vector *vector)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	struct requirement_set set = { 0 };
	struct requirement_reader reader = { read_text, NULL, NULL, NULL, NULL };
	struct word_list extras = split(&arena, vector->extras);
	struct word_list groups = split(&arena, vector->groups);
	struct project_request request = { .dependencies = true };
	request.all_extras = extras.len == 1 && slice_eq(extras.items[0], S("*"));
	request.all_groups = groups.len == 1 && slice_eq(groups.items[0], S("*"));
	request.extras = extras.items;
	request.extras_len = request.all_extras ? 0 : extras.len;
	request.groups = groups.items;
	request.groups_len = request.all_groups ? 0 : groups.len;
	// "-" before the groups: without the project
	if (groups.len && slice_eq(groups.items[0], S("-"))) {
		request.dependencies = false;
		request.groups++;
		request.groups_len--;
	}
	reader.context = arena_alloc(&arena, strlen(vector->text) + 1, 1);
	memcpy(reader.context, vector->text, strlen(vector->text));
	int result = requirements_read_project("p.toml", &request, &reader, &arena, &set,
					       &diagnostics);
	assert_int_equal(result<0, diagnostics.error_count> 0);
	const char *found = describe_set(&arena, &set, &diagnostics);
	if (strcmp(found, vector->wanted) != 0)
		fail_msg("'%s':\nfound\n%swanted\n%s", vector->text, found,
			 vector->wanted);
}

static void expect_all(const struct vector *vectors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect(&vectors[i]);
}

static void test_dependencies(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "[project]\nname = 'x'\n", "", "", "" },
		{ "[project]\ndependencies = ['a>=1', \"b[c] ; os_name=='nt'\"]\n", "",
		  "", "2:18 a>=1\n2:26 b[c]; os_name == \"nt\"\n" },
		{ "[project]\nrequires-python = '>=3.9'\ndependencies = []\n", "", "",
		  "2:19 python >=3.9\n" },
		{ "[project]\nrequires-python = '>=3.9,x'\n", "", "",
		  "2:26+1 error expected an operator such as '>=' or '==', found 'x'\n" },
		{ "[tool.x]\n", "", "",
		  "+0 error 'p.toml' has no [project] table (dependencies stand in "
		  "[project], groups are asked for with --group NAME alone)\n" },
		{ "[project]\ndependencies = 'a'\n", "", "",
		  "2:16+3 error 'dependencies' must be an array, not a string\n" },
		{ "[project]\ndependencies = ['a', 1]\n", "", "",
		  "2:18 a\n2:22+1 error 'a requirement' must be a string, not an integer\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_621_1_808_1_dynamic_lists_are_refused(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "[project]\ndynamic = ['version', 'dependencies']\n", "", "",
		  "2:23+14 error 'dependencies' is dynamic: only a build of this project "
		  "would tell them all (write them into [project], or lock a requirements "
		  "file instead)\n" },
		{ "[project]\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\n"
		  "dependencies = {file = ['req.in']}\n",
		  "", "",
		  "2:12+14 error 'dependencies' is dynamic: only a build of this project "
		  "would tell them all (lock 'req.in', where setuptools takes them from)\n" },
		{ "[project]\ndynamic = ['dependencies']\ndependencies = ['a']\n", "", "",
		  "3:18 a\n2:12+14 error 'dependencies' is dynamic: only a build of this "
		  "project would tell them all (write them into [project], or lock a "
		  "requirements file instead)\n" },
		{ "[project]\ndynamic = ['optional-dependencies', 'version']\n", "", "",
		  "" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_621_2_place_within_the_string(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "[project]\ndependencies = [\n  'a',\n  \"b>=1,<x\",\n]\n", "", "",
		  "3:4 a\n4:10+1 error 'x' is not a version\n" },
		{ "[project]\ndependencies = [\"b ; os_name == \\\"nt\\\" and x == '1'\"]\n",
		  "", "", "2:44+1 error unknown marker variable 'x'\n" },
		{ "[project]\ndependencies = ['a ==']\n", "", "",
		  "2:22+0 error expected a version after the operator\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

#define EXTRAS                                                               \
	"[project]\nname = 'My.Pkg'\ndependencies = ['base']\n"              \
	"[project.optional-dependencies]\n"                                  \
	"a = ['one', 'my-pkg[B]']\n"                                         \
	"B = ['two ; os_name == \"nt\"', 'my_pkg[a]']\n"                     \
	"all = ['my-pkg[a] ; python_version < \"3.9\"', 'my-pkg[a,b]>=7']\n" \
	"bad = ['my-pkg[c]']\n"

static void test_621_3_extras_of_the_project_itself(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ EXTRAS, "", "", "3:18 base\n" },
		{ EXTRAS, "A", "",
		  "3:18 base\n5:7 one\n6:7 two; os_name == \"nt\" < 5:14\n" },
		{ EXTRAS, "a b", "",
		  "3:18 base\n5:7 one\n6:7 two; os_name == \"nt\" < 5:14\n" },
		{ EXTRAS, "all", "",
		  "3:18 base\n"
		  "5:7 one; python_version < \"3.9\" < 7:9\n"
		  "6:7 two; python_version < \"3.9\" and os_name == \"nt\" < 7:9 < 5:14\n"
		  "5:7 one < 7:47\n"
		  "6:7 two; os_name == \"nt\" < 7:47 < 5:14\n" },
		{ EXTRAS, "bad", "",
		  "3:18 base\n8:9+9 error this project has no extra 'c' (did you mean "
		  "'a'?)\n" },
		{ EXTRAS, "bed", "",
		  "3:18 base\n+0 error 'p.toml' has no extra 'bed' (did you mean 'bad'?)\n" },
		{ "[project]\n[project.optional-dependencies]\na-b = []\nA_b = []\n", "*",
		  "", "4:1+3 error 'a-b' and 'A_b' are the same name of an extra\n" },
		{ "[project]\n[project.optional-dependencies]\na = ['x']\nb = ['y']\n",
		  "*", "", "3:7 x\n4:7 y\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_735_1_names_are_normalized(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "[dependency-groups]\nDev_x = ['a']\n", "", "- dev.X", "2:11 a\n" },
		{ "[dependency-groups]\nDev_x = ['a']\ndev-x = []\n", "", "- dev-x",
		  "2:11 a\n3:1+5 error 'Dev_x' and 'dev-x' are the same name of a group\n" },
		{ "[dependency-groups]\ntest = ['a']\n", "", "- tests",
		  "+0 error 'p.toml' has no dependency group 'tests' (did you mean "
		  "'test'?)\n" },
		{ "[project]\n", "", "dev",
		  "+0 error 'p.toml' has no dependency group 'dev'\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_735_2_includes_are_spliced_in_place(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "[dependency-groups]\na = ['x', {include-group = 'B'}, 'x', {include-group = "
		  "\"b\"}]\nb = ['y', 'y']\n",
		  "", "- a",
		  "2:7 x\n3:7 y < 2:11\n3:12 y < 2:11\n2:35 x\n3:7 y < 2:39\n3:12 y < "
		  "2:39\n" },
		{ "[project]\nname='p'\ndependencies=['d']\n[project.optional-dependencies]\n"
		  "e=['f']\n[dependency-groups]\ng=['p[e]']\n",
		  "", "- g", "3:16 d < 7:5\n5:5 f < 7:5\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_735_3_cycles_and_other_tables_are_errors(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "[dependency-groups]\na = [{include-group = 'b'}]\nb = [{include-group = "
		  "'c'}]\nc = [{include-group = 'b'}]\n",
		  "", "- a", "4:23+3 error group 'b' includes itself: b -> c -> b\n" },
		{ "[dependency-groups]\na = [{include-group = 'a'}]\n", "", "- a",
		  "2:23+3 error group 'a' includes itself: a -> a\n" },
		{ "[dependency-groups]\na = [{include-group = 'b', x = 1}]\nb = []\n", "",
		  "- a",
		  "2:28+1 error 'x' has no meaning here: expected {include-group = \"…\"} and "
		  "no other key\n" },
		{ "[dependency-groups]\na = [{}]\n", "", "- a",
		  "2:6+2 error an empty table: expected {include-group = \"…\"}\n" },
		{ "[dependency-groups]\na = [{include-group = 1}]\n", "", "- a",
		  "2:23+1 error 'include-group' must be a string, not an integer\n" },
		{ "[dependency-groups]\na = [{include-group = 'tset'}]\ntest = []\n", "",
		  "- a",
		  "2:23+6 error there is no dependency group 'tset' (did you mean 'test'?)\n" },
		{ "[dependency-groups]\na = [1]\n", "", "- a",
		  "2:6+1 error expected a requirement or {include-group = \"…\"}, found an "
		  "integer\n" },
		{ "[dependency-groups]\na = 'x'\n", "", "- a",
		  "2:5+3 error 'a' must be an array, not a string\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_735_4_only_groups_in_use_are_looked_at(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "[project]\n[project.optional-dependencies]\na = ['extra']\n"
		  "[dependency-groups]\na = ['group']\nb = ['!!', {x = 1}]\nc = 7\n",
		  "a", "a", "3:7 extra\n5:7 group\n" },
		{ "[dependency-groups]\nb = ['!!']\n", "", "- b",
		  "2:7+2 error expected a project name, found '!!'\n" },
		{ "[project]\n[dependency-groups]\na = 1\nA = 2\n", "", "", "" },
	};
	expect_all(vectors, COUNT(vectors));
}

// Each group includes the next one twice: 2^40 items, if nobody counted.
static void test_includes_that_multiply_are_bounded(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf text = { .arena = &arena };
	buf_append(&text, S("[dependency-groups]\n"));
	for (int i = 0; i < 30; i++)
		buf_printf(&text,
			   "g%d = [{include-group='g%d'}, {include-group='g%d'}]\n", i,
			   i + 1, i + 1);
	buf_append(&text, S("g30 = []\n"));
	struct slice name = S("g0");
	struct project_request request = { .groups = &name, .groups_len = 1 };
	struct slice whole = buf_slice(&text);
	buf_byte(&text, '\0');
	struct requirement_reader reader = { read_text, text.ptr, NULL, NULL, NULL };
	struct diagnostics diagnostics = { .arena = &arena };
	struct requirement_set set = { 0 };
	assert_int_equal(requirements_read_project("p", &request, &reader, &arena, &set,
						   &diagnostics),
			 -1);
	assert_int_equal(diagnostics.error_count, 1);
	assert_string_equal(diagnostics.items[0].error.cause,
			    "more than 200000 requirements in all");
	assert_true(whole.len > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dependencies),
		cmocka_unit_test(test_621_1_808_1_dynamic_lists_are_refused),
		cmocka_unit_test(test_621_2_place_within_the_string),
		cmocka_unit_test(test_621_3_extras_of_the_project_itself),
		cmocka_unit_test(test_735_1_names_are_normalized),
		cmocka_unit_test(test_735_2_includes_are_spliced_in_place),
		cmocka_unit_test(test_735_3_cycles_and_other_tables_are_errors),
		cmocka_unit_test(test_735_4_only_groups_in_use_are_looked_at),
		cmocka_unit_test(test_includes_that_multiply_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
