// SPDX-License-Identifier: MIT
// Explanations as values, over the golden cases: the numbered facts that the program prints are these, in this order,
// and the repair it advises is this one. Nothing is printed here.
#include "resolver/explain/explain.h"

#include "tests/resolver/universe.h"

static size_t conflicts;

// "  2. a 1.0 needs c<2   (its metadata)": how many there are, each with the text of its fact.
static size_t facts_in_error(struct slice text, const struct explanation *facts)
{
	struct slice line, number;
	size_t count = 0;
	while (text.len) {
		slice_cut(&text, '\n', &line);
		struct slice rest = slice_trim(line);
		uint64_t value;
		if (!slice_starts_with(line, S("  ")) ||
		    !slice_cut(&rest, '.', &number) ||
		    !slice_parse_u64(number, 1000, &value) || value != count + 1)
			continue;
		assert_true(count < facts->len);
		assert_true(slice_contains(line, facts->items[count].text));
		count++;
	}
	return count;
}

static void check_places(const struct universe *universe, const struct explanation *facts)
{
	for (size_t i = 0; i < facts->len; i++) {
		const struct requirement_entry *entry = facts->items[i].entry;
		if (facts->items[i].origin != FACT_FROM_REQUIREMENTS || !entry)
			continue;
		assert_true(entry >= universe->set.entries &&
			    entry < universe->set.entries + universe->set.len);
	}
}

static void check_repairs(struct universe *universe)
{
	const struct cutoff cutoff = { 0 };
	const struct repair_limits limits = { .solves = 60, .removals = 1 };
	struct repair_list repairs = { 0 };
	struct error err = { 0 };
	assert_int_equal(explain_repairs(universe->solution, &cutoff, &limits,
					 &universe->err, &repairs, &err),
			 0);
	for (size_t i = 0; i < repairs.len; i++) {
		// Each of them solves: that is what makes it a repair.
		struct resolve_request request;
		struct solution *solution;
		assert_int_equal(repair_request(universe->solution, &repairs.items[i],
						&request, &err),
				 0);
		assert_int_equal(driver_solve(&universe->driver, &request, &solution,
					      &err),
				 0);
		solution_free(solution);
	}
	if (!slice_contains(universe->texts.error, S("--repair")))
		return;
	assert_true(repairs.len > 0);
	if (repairs.items[0].edits.len == 1)
		assert_true(slice_contains(universe->texts.error,
					   edits_text(&universe->arena,
						      &repairs.items[0].edits)));
}

static void check_conflict(struct universe *universe)
{
	struct explanation facts = { 0 };
	// A page says which Python a release needs; a folder of wheels does not, and so the facts are others.
	if (universe->status == 0 || !solution_has_conflict(universe->solution) ||
	    slice_contains(universe->texts.releases, S(" python=")))
		return;
	explain_conflict(universe->solution, &universe->arena, &facts);
	assert_true(facts.len > 0);
	check_places(universe, &facts);
	size_t count = facts_in_error(universe->texts.error, &facts);
	assert_true(count == facts.len || facts.len == 1);
	check_repairs(universe);
	conflicts++;
}

static void test_golden_conflicts(void **state)
{
	(void)state;
	universe_each(50, check_conflict);
	assert_true(conflicts >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_golden_conflicts) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
