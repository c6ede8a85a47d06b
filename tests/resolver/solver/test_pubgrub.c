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
	      "0 dependency not { root 0, not foo 0 }\n"
	      "1 dependency not { root 0, not baz 0 }\n"
	      "2 dependency not { foo 0, not bar 0 }\n"
	      "3 dependency not { bar 0, not baz 1 }\n"
	      "4 3 2: not { foo 0, not baz 1 }\n"
	      "5 4 0: not { root 0, not baz 1 }\n"
	      "6 5 1: not { root 0 }\n",
	      1);
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
	      "0 dependency not { root 0, not foo 0-1 }\n"
	      "1 dependency not { foo 1, not x 0 }\n"
	      "2 dependency not { foo 1, not y 0 }\n"
	      "3 dependency not { x 0, not y 1 }\n"
	      "4 3 1: not { foo 1, not y 1 }\n"
	      "5 4 2: not { foo 1 }\n"
	      "6 dependency not { foo 0, not a 0 }\n"
	      "7 dependency not { foo 0, not b 0 }\n"
	      "8 dependency not { a 0, not b 1 }\n"
	      "9 8 6: not { foo 0, not b 1 }\n"
	      "10 9 7: not { foo 0 }\n"
	      "11 10 5: not { foo 0-1 }\n"
	      "12 11 0: not { root 0 }\n",
	      2);
}

// Releases that need the same are one fact, however many they are.
static void test_equal_dependencies_of_several_releases_are_one_fact(void **state)
{
	(void)state;
	check("foo 4\nbar 2\n"
	      "foo@1 unusable\n"
	      "root: foo, bar 0\n"
	      "foo@0: bar 1\nfoo@2: bar 1\nfoo@3: bar 1\n",
	      "0 dependency not { root 0, not foo 0-3 }\n"
	      "1 dependency not { root 0, not bar 0 }\n"
	      "2 dependency not { foo 0-3, not bar 1 }\n"
	      "3 2 0: not { root 0, not bar 1 }\n"
	      "4 3 1: not { root 0 }\n",
	      1);
}

// bar has ranks that foo would take, but none that can be chosen: the proof says so.
static void test_allowed_releases_that_cannot_be_chosen(void **state)
{
	(void)state;
	check("foo 3\nbar 3\n"
	      "bar@1 unusable\nbar@2 unusable\n"
	      "root: foo 1-2\n"
	      "foo@2: bar 1-2\n"
	      "foo@1: bar 1\n",
	      "0 dependency not { root 0, not foo 1-2 }\n"
	      "1 dependencies not { foo 1-2, not bar 1-2 }\n"
	      "2 no versions not { bar 1-2 }\n"
	      "3 1 2: not { foo 1-2 }\n"
	      "4 3 0: not { root 0 }\n",
	      1);
}

// Which bar each foo depends on plays no part: that they depend on some does.
static void test_dependencies_that_differ_without_need_are_joined(void **state)
{
	(void)state;
	check("foo 5\nbar 5\nbaz 2\n"
	      "root: foo, baz 0\n"
	      "foo@0: bar 0\nfoo@1: bar 1\nfoo@2: bar 2\nfoo@3: bar 3\nfoo@4: bar 4\n"
	      "bar@0: baz 1\nbar@1: baz 1\nbar@2: baz 1\nbar@3: baz 1\nbar@4: baz 1\n",
	      "0 dependency not { root 0, not foo 0-4 }\n"
	      "1 dependency not { root 0, not baz 0 }\n"
	      "2 dependencies not { foo 0-4, not bar 0-4 }\n"
	      "3 dependency not { bar 0-4, not baz 1 }\n"
	      "4 3 2: not { foo 0-4, not baz 1 }\n"
	      "5 4 0: not { root 0, not baz 1 }\n"
	      "6 5 1: not { root 0 }\n",
	      4);
}

// foo conflicts with baz through every bar there is, but the user's own two lines do so without it.
static void test_the_shortest_of_several_conflicts(void **state)
{
	(void)state;
	check("foo 2\nbar 3\nbaz 2\n"
	      "root: foo, baz 0, bar 0-1\n"
	      "foo@0: bar 0\nfoo@1: bar 1\n"
	      "bar@0: baz 1\nbar@1: baz 1\n",
	      "0 dependency not { root 0, not baz 0 }\n"
	      "1 dependency not { root 0, not bar 0-1 }\n"
	      "2 dependency not { bar 0-1, not baz 1 }\n"
	      "3 2 0: not { bar 0-1, root 0 }\n"
	      "4 3 1: not { root 0 }\n",
	      2);
}

// p and s agree on q 1 alone, and only there it matters that q 1 cannot be chosen.
static void test_a_gap_that_two_dependencies_leave(void **state)
{
	(void)state;
	check("q 4\np 1\ns 1\n"
	      "q@1 unusable\n"
	      "root: p, s\n"
	      "p@0: q 1-3\n"
	      "s@0: q 0-1\n",
	      "0 dependency not { root 0, not p 0 }\n"
	      "1 dependency not { root 0, not s 0 }\n"
	      "2 dependency not { p 0, not q 1-3 }\n"
	      "3 dependency not { s 0, not q 0-1 }\n"
	      "4 3 2: not { s 0, not q 1, p 0 }\n"
	      "5 no versions not { q 1 }\n"
	      "6 4 5: not { s 0, p 0 }\n"
	      "7 6 0: not { s 0, root 0 }\n"
	      "8 7 1: not { root 0 }\n",
	      1);
}

static void test_a_package_without_releases(void **state)
{
	(void)state;
	check("foo 0\n"
	      "root: foo\n",
	      "0 dependency not { root 0 }\n"
	      "1 no versions not { foo }\n"
	      "2 0 1: not { root 0 }\n",
	      1);
}

static void test_an_excluded_release(void **state)
{
	(void)state;
	check("foo 2\n"
	      "root: foo\n"
	      "foo@1 broken\n",
	      "foo 0", 0);
	check("foo 2\nbar 1\n"
	      "root: bar\n"
	      "bar@0: foo 1\n"
	      "foo@1 broken\n",
	      "0 dependency not { root 0, not bar 0 }\n"
	      "1 dependency not { bar 0, not foo 1 }\n"
	      "2 excluded not { foo 1 }\n"
	      "3 2 1: not { bar 0 }\n"
	      "4 3 0: not { root 0 }\n",
	      1);
}

static void test_a_release_that_depends_on_another_of_itself(void **state)
{
	(void)state;
	check("foo 3\n"
	      "root: foo\n"
	      "foo@2: foo 0-1\n"
	      "foo@1: foo 1-2\n",
	      "foo 1", 0);
	check("foo 2\n"
	      "root: foo 1\n"
	      "foo@1: foo 0\n",
	      "0 dependency not { root 0, not foo 1 }\n"
	      "1 dependency not { foo 1 }\n"
	      "2 1 0: not { root 0 }\n",
	      1);
}

// wide 1 to 6 want an old, and an is chosen first: after five rejections wide goes first and an gives way. Without
// that, wide 0 would be taken, with what nobody wants any more.
static void test_a_package_rejected_again_and_again_goes_first(void **state)
{
	(void)state;
	check("an 2\nbase 1\nwide 7\nfossil 1\n"
	      "root: an, base\n"
	      "base@0: wide\n"
	      "wide@0: fossil\n"
	      "wide@1: an 0\nwide@2: an 0\nwide@3: an 0\nwide@4: an 0\nwide@5: an 0\nwide@6: an 0\n",
	      "an 0, base 0, wide 6", 0);
}

static void test_cycles_are_fine(void **state)
{
	(void)state;
	check("a 2\nb 2\nc 2\n"
	      "root: a\n"
	      "a@1: b 0\na@0: b 1\n"
	      "b@0: c 1\nb@1: c 0\n"
	      "c@1: a 1\nc@0: a 0\n",
	      "a 1, b 0, c 1", 0);
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
		cmocka_unit_test(
			test_equal_dependencies_of_several_releases_are_one_fact),
		cmocka_unit_test(test_allowed_releases_that_cannot_be_chosen),
		cmocka_unit_test(test_dependencies_that_differ_without_need_are_joined),
		cmocka_unit_test(test_the_shortest_of_several_conflicts),
		cmocka_unit_test(test_a_gap_that_two_dependencies_leave),
		cmocka_unit_test(test_a_package_without_releases),
		cmocka_unit_test(test_an_excluded_release),
		cmocka_unit_test(test_a_release_that_depends_on_another_of_itself),
		cmocka_unit_test(test_a_package_rejected_again_and_again_goes_first),
		cmocka_unit_test(test_cycles_are_fine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
