// SPDX-License-Identifier: MIT
#include "resolver/index/ranks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static struct arena arena;

static const char *const PARTS[] = { "0", "1", "1.0", "1.1", "1.2", "1.10", "2", "1!1" };
static const char *const ENDS[] = {
	"",     ".dev0", ".dev1",   "a1",       "a1.dev1",     "a1.post1",
	"b2",   "rc1",   ".post0",  ".post1",   ".post1.dev0", "+a",
	"+1.b", ".1",    ".1.dev1", ".1+local", ".1.2",
};
static const char *const OPERATORS[] = { "==", "!=", "<=", ">=", "<", ">", "~=" };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int by_version(const void *a, const void *b)
{
	const struct release *left = a, *right = b;
	return version_cmp(&left->version, &right->version);
}

// Every part with every end, in version order.
static struct project make_project(void)
{
	struct project project = { .state = PROJECT_FOUND };
	project.releases =
		arena_new_array(&arena, struct release, COUNT(PARTS) * COUNT(ENDS));
	for (size_t i = 0; i < COUNT(PARTS) * COUNT(ENDS); i++) {
		struct slice text = arena_printf(&arena, "%s%s", PARTS[i / COUNT(ENDS)],
						 ENDS[i % COUNT(ENDS)]);
		struct release *release = &project.releases[project.release_len++];
		assert_true(version_parse(&arena, text, &release->version));
		release->version_text = text;
	}
	qsort(project.releases, project.release_len, sizeof(*project.releases),
	      by_version);
	return project;
}

static void check_clause(const struct project *project, const struct specifier *clause,
			 struct slice text)
{
	struct rank_range ranges[2];
	size_t len = ranks_admitted(project, clause, ranges);
	for (uint32_t rank = 0; rank < project->release_len; rank++) {
		bool is_in = false;
		for (size_t i = 0; i < len; i++)
			is_in |= rank >= ranges[i].from && rank < ranges[i].to;
		const struct release *release = &project->releases[rank];
		if (is_in != specifier_contains(clause, &release->version))
			fail_msg("'%.*s' and %.*s", SLICE_ARG(text),
				 SLICE_ARG(release->version_text));
	}
}

static void test_440_6_halving_finds_what_asking_each_finds(void **state)
{
	(void)state;
	const struct project project = make_project();
	struct error err;
	size_t checked = 0;
	for (size_t i = 0; i < COUNT(OPERATORS) * project.release_len * 2; i++) {
		struct specifier_set set = { 0 };
		const struct release *bound = &project.releases[i / 2 / COUNT(OPERATORS)];
		struct slice text =
			arena_printf(&arena, "%s%.*s%s",
				     OPERATORS[i / 2 % COUNT(OPERATORS)],
				     SLICE_ARG(bound->version_text), i % 2 ? ".*" : "");
		if (specifier_set_parse(&arena, text, false, &set, NULL, &err) < 0)
			continue;
		check_clause(&project, &set.items[0], text);
		checked++;
	}
	assert_true(checked > COUNT(OPERATORS) * 100);
}

static int release_arena(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_440_6_halving_finds_what_asking_each_finds),
	};
	return cmocka_run_group_tests(tests, NULL, release_arena);
}
