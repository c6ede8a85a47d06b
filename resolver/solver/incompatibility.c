// SPDX-License-Identifier: MIT
// Making incompatibilities and listing them under the packages they mention.
#include "resolver/solver/search.h"

#include <string.h>

// A fact over more runs than this is not widened further: a new one is begun, so that a package whose releases take
// turns in what they need costs no quadratic memory.
enum { WIDEST_RUNS = 16 };

static struct incompatibility *make(struct solver *solver, enum incompatibility_kind kind, uint32_t most_terms)
{
	struct incompatibility *made = arena_new(&solver->arena, struct incompatibility);
	made->kind = kind;
	made->id = (uint32_t)solver->incompatibilities.len;
	made->terms = arena_new_array(&solver->arena, struct term, most_terms);
	*array_push(&solver->arena, &solver->incompatibilities) = made;
	solver->counts.incompatibilities++;
	return made;
}

// A term that is true of every state says nothing and is left out.
static void add_term(struct solver *solver, struct incompatibility *to, uint32_t package, struct rank_set states)
{
	if (!is_every_state(&solver->packages.items[package], states))
		to->terms[to->term_len++] = (struct term){ package, states };
}

static void list_by_package(struct solver *solver, struct incompatibility *made)
{
	for (uint32_t i = 0; i < made->term_len; i++)
		*array_push(&solver->arena, &solver->packages.items[made->terms[i].package].mentions) = made;
}

static void remove_from(struct incompatibility **items, size_t *len, const struct incompatibility *gone)
{
	for (size_t i = *len; i-- > 0;) {
		if (items[i] != gone)
			continue;
		memmove(&items[i], &items[i + 1], (*len - i - 1) * sizeof(*items));
		(*len)--;
		return;
	}
}

static void unlist(struct solver *solver, const struct incompatibility *gone)
{
	for (uint32_t i = 0; i < gone->term_len; i++) {
		struct package *package = &solver->packages.items[gone->terms[i].package];
		remove_from(package->mentions.items, &package->mentions.len, gone);
	}
	struct package *depender = &solver->packages.items[gone->package];
	remove_from(depender->dependencies.items, &depender->dependencies.len, gone);
}

// What other ranks of the package are known to depend on the same, most recent first.
static struct incompatibility *find_same(const struct package *package, const struct solver_dependency *dependency)
{
	for (size_t i = package->dependencies.len; i-- > 0;) {
		struct incompatibility *known = package->dependencies.items[i];
		if (known->other == dependency->package && known->from.len <= WIDEST_RUNS &&
		    rank_set_eq(known->allowed, dependency->allowed))
			return known;
	}
	return NULL;
}

// { package in from, other not in allowed }, where `from` is the rank and those known to depend on the same: the wider
// fact takes the place of the narrower. A dependency on itself forbids the rank or says nothing (NULL).
struct incompatibility *incompatibility_dependency(struct solver *solver, uint32_t package, uint32_t rank,
						   const struct solver_dependency *dependency)
{
	struct arena *arena = &solver->arena;
	struct package *depender = &solver->packages.items[package];
	const struct package *other = &solver->packages.items[dependency->package];
	if (dependency->package == package && rank_set_has(dependency->allowed, rank))
		return NULL;
	struct rank_set from = closed_states(arena, depender, rank_set_one(arena, rank));
	struct incompatibility *same = find_same(depender, dependency);
	if (same && rank_set_has(same->from, rank))
		return same;
	struct incompatibility *made = make(solver, INCOMPATIBILITY_DEPENDENCY, 2);
	made->package = package;
	made->other = dependency->package;
	made->from = same ? rank_set_union(arena, same->from, from) : from;
	made->allowed = dependency->allowed;
	made->reason = same ? same->reason : dependency->reason;
	add_term(solver, made, package, made->from);
	if (dependency->package != package) {
		struct rank_set allowed = closed_states(arena, other, dependency->allowed);
		add_term(solver, made, dependency->package,
			 rank_set_complement(arena, allowed, other->count + 1));
	}
	if (same)
		unlist(solver, same);
	list_by_package(solver, made);
	*array_push(arena, &depender->dependencies) = made;
	return made;
}

void incompatibility_excluded(struct solver *solver, uint32_t package, uint32_t rank, solver_reason reason)
{
	struct incompatibility *made = make(solver, INCOMPATIBILITY_EXCLUDED, 1);
	made->package = made->other = package;
	made->from = rank_set_one(&solver->arena, rank);
	made->reason = reason;
	add_term(solver, made, package,
		 closed_states(&solver->arena, &solver->packages.items[package], made->from));
	list_by_package(solver, made);
}

// Not listed: propagate.c knows every instance of a tie without it. This is one that a conflict came from.
struct incompatibility *incompatibility_tie(struct solver *solver, const struct tie *tie, struct rank_set ranks)
{
	struct incompatibility *made = make(solver, INCOMPATIBILITY_TIE, 2);
	made->package = tie->extra;
	made->other = tie->base;
	made->from = made->allowed = rank_set_copy(&solver->arena, ranks);
	add_term(solver, made, tie->extra, made->from);
	add_term(solver, made, tie->base,
		 rank_set_complement(&solver->arena, ranks, solver->packages.items[tie->base].count + 1));
	return made;
}

struct incompatibility *incompatibility_learned(struct solver *solver, const struct term *terms,
						uint32_t term_len, struct resolution by)
{
	struct incompatibility *made = make(solver, INCOMPATIBILITY_LEARNED, term_len);
	struct resolution_step *steps = arena_new_array(&solver->arena, struct resolution_step, by.len);
	memcpy(steps, by.steps, by.len * sizeof(*steps));
	made->learned_by = (struct resolution){ by.start, steps, by.len };
	for (uint32_t i = 0; i < term_len; i++)
		add_term(solver, made, terms[i].package, rank_set_copy(&solver->arena, terms[i].states));
	list_by_package(solver, made);
	return made;
}

const struct term *incompatibility_term(const struct incompatibility *incompatibility, uint32_t package)
{
	for (uint32_t i = 0; i < incompatibility->term_len; i++)
		if (incompatibility->terms[i].package == package)
			return &incompatibility->terms[i];
	return NULL;
}
