// SPDX-License-Identifier: MIT
// Makes incompatibilities and lists them under the packages that they mention.
#include "resolver/solver/search.h"

#include <string.h>

// A fact over more runs than this is not widened further; a new one is begun. Otherwise a package whose releases take
// turns in what they need would cost quadratic memory.
enum { WIDEST_RUNS = 16 };

static struct incompatibility *make(struct solver *solver, enum incompatibility_kind kind,
				    uint32_t most_terms)
{
	struct incompatibility *made = arena_new(&solver->arena, struct incompatibility);
	made->kind = kind;
	made->id = (uint32_t)solver->incompatibilities.len;
	made->terms = arena_new_array(&solver->arena, struct term, most_terms);
	*array_push(&solver->arena, &solver->incompatibilities) = made;
	solver->counts.incompatibilities++;
	return made;
}

// Adds a term. One that is true of every state says nothing and is left out.
static void add_term(struct solver *solver, struct incompatibility *to, uint32_t package,
		     struct rank_set states)
{
	if (!is_every_state(package_of(solver, package), states))
		to->terms[to->term_len++] = (struct term){ package, states };
}

static void list(struct solver *solver, struct term term, struct incompatibility *made)
{
	struct incompatibility_list *watched = &package_of(solver, term.package)->watched;
	*array_push(&solver->arena, watched) = made;
}

static void unlist(struct solver *solver, struct term term,
		   const struct incompatibility *gone)
{
	struct incompatibility_list *watched = &package_of(solver, term.package)->watched;
	size_t at = watched->len - 1;
	while (watched->items[at] != gone)
		at--;
	watched->len--;
	memmove(&watched->items[at], &watched->items[at + 1],
		(watched->len - at) * sizeof(watched->items[0]));
}

void incompatibility_watch(struct solver *solver, struct incompatibility *incompatibility,
			   uint32_t watch, uint32_t place)
{
	struct term *terms = incompatibility->terms;
	struct term before = terms[watch];
	terms[watch] = terms[place];
	terms[place] = before;
	if (place < 2)
		return;
	unlist(solver, before, incompatibility);
	list(solver, terms[watch], incompatibility);
}

static void watch(struct solver *solver, struct incompatibility *made)
{
	for (uint32_t i = 0; i < made->term_len && i < 2; i++)
		list(solver, made->terms[i], made);
}

// Finds the fact that other ranks of the package depend on the same, the most recent
// first.
static struct incompatibility *find_same(const struct package *package,
					 const struct solver_dependency *dependency)
{
	for (size_t i = package->dependencies.len; i-- > 0;) {
		struct incompatibility *known = package->dependencies.items[i];
		if (known->other == dependency->package &&
		    known->from.len <= WIDEST_RUNS &&
		    rank_set_eq(known->allowed, dependency->allowed))
			return known;
	}
	return NULL;
}

// Makes a fact one about more ranks. Whatever was derived from the narrower fact follows from the wider one, too, so
// nothing that refers to it becomes wrong; and a proof needs one fact where there would be many.
static void widen(struct solver *solver, struct incompatibility *known,
		  struct rank_set from)
{
	known->from = rank_set_union(&solver->arena, known->from, from);
	for (uint32_t i = 0; i < known->term_len; i++)
		if (known->terms[i].package == known->package)
			known->terms[i].states = known->from;
}

// Makes { package in from, other not in allowed }; a dependency on the package itself
// forbids the rank.
static struct incompatibility *make_dependency(struct solver *solver, uint32_t package,
					       struct rank_set from,
					       const struct solver_dependency *dependency)
{
	struct incompatibility *made = make(solver, INCOMPATIBILITY_DEPENDENCY, 2);
	const struct package *other = package_of(solver, dependency->package);
	made->package = package;
	made->other = dependency->package;
	made->from = from;
	made->allowed = dependency->allowed;
	made->reason = dependency->reason;
	add_term(solver, made, package, from);
	if (dependency->package != package) {
		struct rank_set allowed =
			closed_states(&solver->arena, other, dependency->allowed);
		struct rank_set without =
			rank_set_complement(&solver->arena, allowed, other->count + 1);
		add_term(solver, made, dependency->package, without);
	}
	watch(solver, made);
	*array_push(&solver->arena, &package_of(solver, package)->dependencies) = made;
	return made;
}

struct incompatibility *incompatibility_needs(struct solver *solver, uint32_t package,
					      uint32_t rank,
					      const struct solver_dependency *dependency)
{
	const struct package *depender = package_of(solver, package);
	if (dependency->package == package && rank_set_has(dependency->allowed, rank))
		return NULL;
	struct rank_set from = closed_states(&solver->arena, depender,
					     rank_set_one(&solver->arena, rank));
	struct incompatibility *same = find_same(depender, dependency);
	if (!same)
		return make_dependency(solver, package, from, dependency);
	widen(solver, same, from);
	return same;
}

void incompatibility_excluded(struct solver *solver, uint32_t package,
			      struct rank_set ranks, solver_reason reason)
{
	struct incompatibility *made = make(solver, INCOMPATIBILITY_EXCLUDED, 1);
	made->package = made->other = package;
	made->from = ranks;
	made->reason = reason;
	add_term(solver, made, package,
		 closed_states(&solver->arena, package_of(solver, package), made->from));
	watch(solver, made);
	queue_package(solver, package);
}

struct incompatibility *incompatibility_tie(struct solver *solver, const struct tie *tie,
					    struct rank_set ranks)
{
	struct incompatibility *made = make(solver, INCOMPATIBILITY_TIE, 2);
	made->package = tie->extra;
	made->other = tie->base;
	made->from = made->allowed = rank_set_copy(&solver->arena, ranks);
	add_term(solver, made, tie->extra, made->from);
	add_term(solver, made, tie->base,
		 rank_set_complement(&solver->arena, ranks,
				     package_of(solver, tie->base)->count + 1));
	return made;
}

void incompatibility_of_fact(struct solver *solver, const struct solver_fact *fact)
{
	struct arena *arena = &solver->arena;
	struct rank_set from = rank_set_copy(arena, fact->from);
	note_seen(solver, fact->package);
	note_seen(solver, fact->other);
	if (fact->kind == FACT_EXCLUDED) {
		incompatibility_excluded(solver, fact->package, from, fact->reason);
		return;
	}
	struct incompatibility *made;
	if (fact->kind == FACT_TIE) {
		made = incompatibility_tie(solver,
					   &(struct tie){ fact->package, fact->other },
					   from);
		watch(solver, made);
	} else {
		struct solver_dependency dependency = {
			fact->other, rank_set_copy(arena, fact->allowed), fact->reason
		};
		made = make_dependency(solver, fact->package, from, &dependency);
	}
	made->is_joined = fact->is_joined;
	queue_package(solver, fact->package);
}

struct incompatibility *incompatibility_learned(struct solver *solver,
						const struct term *terms,
						uint32_t term_len, struct resolution by)
{
	struct incompatibility *made = make(solver, INCOMPATIBILITY_LEARNED, term_len);
	struct resolution_step *steps =
		arena_new_array(&solver->arena, struct resolution_step, by.len);
	memcpy(steps, by.steps, by.len * sizeof(*steps));
	made->learned_by = (struct resolution){ by.start, steps, by.len };
	for (uint32_t i = 0; i < term_len; i++)
		add_term(solver, made, terms[i].package,
			 rank_set_copy(&solver->arena, terms[i].states));
	watch(solver, made);
	return made;
}

const struct term *incompatibility_term(const struct incompatibility *incompatibility,
					uint32_t package)
{
	for (uint32_t i = 0; i < incompatibility->term_len; i++)
		if (incompatibility->terms[i].package == package)
			return &incompatibility->terms[i];
	return NULL;
}
