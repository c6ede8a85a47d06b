// SPDX-License-Identifier: MIT
// The worked examples of PubGrub's description, and more of its kind, as golden answers.
#include "tests/resolver/solver/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void check(const char *universe, const char *answer, uint64_t conflicts)
{
	struct story *story = story_new(universe);
	assert_string_equal(story_end(story), answer);
	assert_int_equal(solver_counts(story->solver).conflicts, conflicts);
	story_free(story);
}

static void test_no_conflicts(void **state)
{
	(void)state;
	check("foo 1\nbar 2\n"
	      "root: foo\n"
	      "foo@0: bar 0\n",
	      "foo 0, bar 0", 0);
}

static void test_avoiding_conflict_during_decision_making(void **state)
{
	(void)state;
	check("foo 2\nbar 3\n"
	      "root: foo, bar 0-1\n"
	      "foo@1: bar 2\n",
	      "foo 0, bar 1", 0);
}

static void test_performing_conflict_resolution(void **state)
{
	(void)state;
	check("foo 2\nbar 1\n"
	      "root: foo\n"
	      "foo@1: bar 0\n"
	      "bar@0: foo 0\n",
	      "foo 0", 1);
}

// shared 0 needs target 0, which the root forbids; left and right together leave shared 0 alone.
static void test_conflict_resolution_with_a_partial_satisfier(void **state)
{
	(void)state;
	check("foo 2\ntarget 2\nleft 1\nright 1\nshared 2\n"
	      "root: foo, target 1\n"
	      "foo@1: left, right\n"
	      "left@0: shared\n"
	      "right@0: shared 0\n"
	      "shared@0: target 0\n",
	      "foo 0, target 1", 1);
}

static void test_linear_error_reporting(void **state)
{
	(void)state;
	check("foo 1\nbaz 2\nbar 1\n"
	      "root: foo, baz 0\n"
	      "foo@0: bar\n"
	      "bar@0: baz 1\n",
	      "", 1);
}

static void test_branching_error_reporting(void **state)
{
	(void)state;
	check("foo 2\na 1\nb 2\nx 1\ny 2\n"
	      "root: foo\n"
	      "foo@0: a, b 0\n"
	      "foo@1: x, y 0\n"
	      "a@0: b 1\n"
	      "x@0: y 1\n",
	      "", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_conflicts),
		cmocka_unit_test(test_avoiding_conflict_during_decision_making),
		cmocka_unit_test(test_performing_conflict_resolution),
		cmocka_unit_test(test_conflict_resolution_with_a_partial_satisfier),
		cmocka_unit_test(test_linear_error_reporting),
		cmocka_unit_test(test_branching_error_reporting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
