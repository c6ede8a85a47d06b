// SPDX-License-Identifier: MIT
// Explains a conflict by as little as possible: by fewer facts, each about more releases.
//
// The search finds the facts of a conflict one release at a time, and its proof follows the way that it went. Here the
// facts alone are refuted again, by a solver that knows nothing else, with ever fewer of them: those that differ only
// in which releases of one package depend on which of another are joined ("every foo depends on bar within ..."), and
// those that are not needed are left out. What remains is minimal: without any one of its facts there would be no
// conflict.
#include "resolver/solver/search.h"

#include <stdlib.h>

// What shrinking may cost, counted in looks at incompatibilities: some tenths of a second. Setting up a trial counts,
// too.
enum { MOST_LOOKS = 5000000, LOOKS_PER_FACT = 10 };
// With more facts than this, they are joined before each is left out as a trial, which
// costs a trial for each.
enum { MANY_FACTS = 200 };

struct facts {
	struct solver_fact *items;
	size_t len, cap;
};

struct shrinking {
	struct solver *solver;
	struct arena *arena;
	struct facts facts; // refutable
	uint64_t looks;     // spent
};

// Makes a solver that has nothing but the facts, and asks for nothing.
static struct solver *solver_of_facts(struct solver *of, const struct facts *facts)
{
	struct solver *solver = solver_new();
	solver->has_all_facts = true;
	for (uint32_t id = 1; id < of->packages.len; id++) {
		struct package *package = package_get(solver, id);
		const struct package *known = package_of(of, id);
		package->is_known = known->is_known;
		package->count = known->count;
		package->states = package->domain = known->states;
		package->usable = known->usable;
		package->prefer = known->prefer;
		package->prefer_len = known->prefer_len;
		package->priority = known->priority;
	}
	package_of(solver, SOLVER_ROOT)->is_decided = true;
	for (size_t i = 0; i < facts->len; i++)
		incompatibility_of_fact(solver, &facts->items[i]);
	return solver;
}

// Returns a solver that has refuted the facts, or NULL if that fails or costs too much.
static struct solver *refute(struct shrinking *shrinking, const struct facts *facts)
{
	if (shrinking->looks > MOST_LOOKS)
		return NULL;
	struct solver *solver = solver_of_facts(shrinking->solver, facts);
	bool goes_on;
	do {
		goes_on = propagate(solver);
	} while (goes_on && shrinking->looks + solver->looks < MOST_LOOKS &&
		 decide(solver));
	shrinking->looks +=
		solver->looks + LOOKS_PER_FACT * (facts->len + solver->packages.len);
	if (!goes_on)
		return solver;
	solver_free(solver);
	return NULL;
}

// The facts that a proof starts from; those about missing versions follow from the packages.
static struct facts givens_of(struct arena *arena, struct solver_conflict conflict)
{
	struct facts facts = { 0 };
	for (size_t i = 0; i < conflict.len; i++)
		if (conflict.facts[i].kind != FACT_DERIVED &&
		    conflict.facts[i].kind != FACT_NO_VERSIONS)
			*array_push(arena, &facts) = conflict.facts[i];
	return facts;
}

static bool is_joinable(const struct solver_fact *a, const struct solver_fact *b)
{
	return a->kind == b->kind && a->package == b->package && a->other == b->other &&
	       (a->kind == FACT_DEPENDENCY || a->kind == FACT_TIE) &&
	       a->package != a->other && a->package != SOLVER_ROOT;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

// What facts are sorted by: those that can be joined come side by side, by rank;
// otherwise the order stays.
struct sortable {
	struct solver_fact fact;
	uint32_t group, place;
};

static int compare_sortables(const void *left, const void *right)
{
	const struct sortable *a = left, *b = right;
	if (a->group != b->group)
		return compare_numbers(a->group, b->group);
	if (a->fact.from.len > 0 && b->fact.from.len > 0 &&
	    a->fact.from.runs[0].from != b->fact.from.runs[0].from)
		return compare_numbers(a->fact.from.runs[0].from,
				       b->fact.from.runs[0].from);
	return compare_numbers(a->place, b->place);
}

static void group(struct arena *arena, struct facts *facts)
{
	struct sortable *sortables = arena_new_array(arena, struct sortable, facts->len);
	for (uint32_t i = 0; i < facts->len; i++) {
		sortables[i] = (struct sortable){ facts->items[i], i, i };
		for (uint32_t k = 0; k < i && sortables[i].group == i; k++)
			if (is_joinable(&facts->items[i], &facts->items[k]))
				sortables[i].group = sortables[k].group;
	}
	qsort(sortables, facts->len, sizeof(*sortables), compare_sortables);
	for (size_t i = 0; i < facts->len; i++)
		facts->items[i] = sortables[i].fact;
}

static struct solver_fact join(struct arena *arena, const struct solver_fact *facts,
			       size_t len)
{
	struct solver_fact joined = facts[0];
	for (size_t i = 1; i < len; i++) {
		joined.from = rank_set_union(arena, joined.from, facts[i].from);
		joined.allowed = rank_set_union(arena, joined.allowed, facts[i].allowed);
		joined.is_joined = true;
	}
	return joined;
}

// The facts in which those at from <= i < to are replaced by one, or left out if that is
// NULL.
static struct facts replaced(struct arena *arena, const struct facts *facts, size_t from,
			     size_t to, const struct solver_fact *by)
{
	struct facts made = { 0 };
	for (size_t i = 0; i < facts->len; i++) {
		if (i == from && by)
			*array_push(arena, &made) = *by;
		if (i < from || i >= to)
			*array_push(arena, &made) = facts->items[i];
	}
	return made;
}

// Joins facts into one, or leaves them out, if the others still refute.
static bool try_without(struct shrinking *shrinking, size_t from, size_t to,
			bool join_them)
{
	struct arena_mark mark = arena_mark(shrinking->arena);
	struct solver_fact joined =
		join(shrinking->arena, &shrinking->facts.items[from], to - from);
	struct facts fewer = replaced(shrinking->arena, &shrinking->facts, from, to,
				      join_them ? &joined : NULL);
	struct solver *refuted = refute(shrinking, &fewer);
	if (!refuted) {
		arena_rewind(shrinking->arena, mark);
		return false;
	}
	solver_free(shrinking->solver->explainer);
	shrinking->solver->explainer = refuted;
	shrinking->facts = fewer;
	return true;
}

static size_t group_end(const struct facts *facts, size_t start)
{
	size_t end = start + 1;
	while (end < facts->len && is_joinable(&facts->items[start], &facts->items[end]))
		end++;
	return end;
}

// Joins a whole group if that still refutes, or else halves of it, quarters and so on. Returns where it ends then.
static size_t join_group(struct shrinking *shrinking, size_t start)
{
	size_t end = group_end(&shrinking->facts, start);
	for (size_t width = end - start; width > 1; width = (width + 1) / 2) {
		for (size_t at = start; at + 1 < end; at++) {
			size_t to = at + width < end ? at + width : end;
			if (try_without(shrinking, at, to, true))
				end -= to - at - 1;
			else
				at = to - 1;
		}
		if (width == 2)
			break;
	}
	return end;
}

static void join_all(struct shrinking *shrinking)
{
	for (size_t at = 0; at < shrinking->facts.len;)
		at = join_group(shrinking, at);
}

struct solver_conflict shrink_conflict(struct solver *solver,
				       struct solver_conflict conflict)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct shrinking shrinking = { .solver = solver, .arena = &arena };
	shrinking.facts = givens_of(&arena, conflict);
	group(&arena, &shrinking.facts);
	if (shrinking.facts.len > MANY_FACTS)
		join_all(&shrinking);
	for (size_t i = shrinking.facts.len; i-- > 0;)
		try_without(&shrinking, i, i + 1, false);
	join_all(&shrinking);
	return solver->explainer ? derive_conflict(solver->explainer) : conflict;
}
