// SPDX-License-Identifier: MIT
// The proof of a contradiction: the resolutions that led to it are done again and written down as facts.
//
// The search works on closed sets (incompatibility.h). Here each step is done again on what the requirements literally
// allow. Both agree on every rank that can be chosen. So where the search found nothing left of a package, the literal
// sets may still have ranks, none of them usable: exactly there the proof needs the fact that these have no usable
// version.
#include "resolver/solver/search.h"

#include <string.h>

struct terms {
	struct term *items;
	size_t len, cap;
};

struct proof {
	struct solver *solver;
	struct arena *arena;
	bool *is_needed;   // by incompatibility id
	uint32_t *said_by; // by incompatibility id: the fact that says it
	ARRAY_OF(struct solver_fact) facts;
	ARRAY_OF(struct terms) terms; // of each fact
};

// Marks everything that the contradiction derives from. Causes have lower ids, so one pass downwards finds all.
static void mark_needed(const struct proof *proof,
			const struct incompatibility *contradiction)
{
	proof->is_needed[contradiction->id] = true;
	for (size_t id = contradiction->id + (size_t)1; id-- > 0;) {
		const struct incompatibility *one =
			proof->solver->incompatibilities.items[id];
		if (!proof->is_needed[id] || one->kind != INCOMPATIBILITY_LEARNED)
			continue;
		proof->is_needed[one->learned_by.start->id] = true;
		for (size_t i = 0; i < one->learned_by.len; i++)
			proof->is_needed[one->learned_by.steps[i].cause->id] = true;
	}
}

static struct term *find_term(const struct terms *terms, uint32_t package)
{
	for (size_t i = 0; i < terms->len; i++)
		if (terms->items[i].package == package)
			return &terms->items[i];
	return NULL;
}

static void add_term(const struct proof *proof, struct terms *terms, uint32_t package,
		     struct rank_set states)
{
	if (!is_every_state(package_of(proof->solver, package), states))
		*array_push(proof->arena, terms) = (struct term){ package, states };
}

static uint32_t add_fact(struct proof *proof, struct solver_fact fact, struct terms terms)
{
	*array_push(proof->arena, &proof->facts) = fact;
	*array_push(proof->arena, &proof->terms) = terms;
	return (uint32_t)(proof->facts.len - 1);
}

static uint32_t say_no_versions(struct proof *proof, uint32_t package,
				struct rank_set ranks)
{
	for (size_t i = 0; i < proof->facts.len; i++) {
		const struct solver_fact *fact = &proof->facts.items[i];
		if (fact->kind == FACT_NO_VERSIONS && fact->package == package &&
		    rank_set_eq(fact->from, ranks))
			return (uint32_t)i;
	}
	struct terms terms = { 0 };
	add_term(proof, &terms, package, ranks);
	return add_fact(proof,
			(struct solver_fact){ .kind = FACT_NO_VERSIONS,
					      .package = package,
					      .from = ranks },
			terms);
}

// Writes the fact that follows from two earlier ones, joined on the pivot.
static uint32_t say_join(struct proof *proof, uint32_t first, uint32_t second,
			 uint32_t pivot)
{
	struct terms joined = { 0 };
	for (size_t i = 0; i < proof->terms.items[first].len; i++)
		*array_push(proof->arena, &joined) = proof->terms.items[first].items[i];
	const struct terms *other = &proof->terms.items[second];
	for (size_t i = 0; i < other->len; i++) {
		struct term *term = find_term(&joined, other->items[i].package);
		if (!term && other->items[i].package != pivot)
			add_term(proof, &joined, other->items[i].package,
				 other->items[i].states);
		else if (term && term->package == pivot)
			term->states = rank_set_union(proof->arena, term->states,
						      other->items[i].states);
		else if (term)
			term->states = rank_set_intersect(proof->arena, term->states,
							  other->items[i].states);
	}
	struct term *left = find_term(&joined, pivot);
	if (left && is_every_state(package_of(proof->solver, pivot), left->states))
		*left = joined.items[--joined.len];
	struct solver_fact fact = { .kind = FACT_DERIVED, .causes = { first, second } };
	return add_fact(proof, fact, joined);
}

// Drops the package's term from the fact if only ranks without a usable version keep it from being true of every
// state. Returns the fact that says so, or the same fact.
static uint32_t settle(struct proof *proof, uint32_t fact, uint32_t id)
{
	const struct package *package = package_of(proof->solver, id);
	const struct term *term = find_term(&proof->terms.items[fact], id);
	if (!term || !rank_set_has(term->states, package->count))
		return fact;
	struct rank_set missing =
		rank_set_complement(proof->arena, term->states, package->count + 1);
	if (usable_count(package, missing, 1) > 0)
		return fact;
	return say_join(proof, fact, say_no_versions(proof, id, missing), id);
}

static uint32_t say_given(struct proof *proof, const struct incompatibility *given)
{
	static const enum solver_fact_kind kinds[] = {
		[INCOMPATIBILITY_DEPENDENCY] = FACT_DEPENDENCY,
		[INCOMPATIBILITY_EXCLUDED] = FACT_EXCLUDED,
		[INCOMPATIBILITY_TIE] = FACT_TIE,
	};
	struct solver_fact fact = {
		.kind = kinds[given->kind],
		.package = given->package,
		.other = given->other,
		.from = given->from,
		.allowed = given->allowed,
		.reason = given->reason,
		.is_joined = given->is_joined,
	};
	struct terms terms = { 0 };
	uint32_t other_count = package_of(proof->solver, given->other)->count;
	add_term(proof, &terms, given->package, given->from);
	if (given->other != given->package)
		add_term(proof, &terms, given->other,
			 rank_set_complement(proof->arena, given->allowed,
					     other_count + 1));
	uint32_t said = add_fact(proof, fact, terms);
	if (given->kind == INCOMPATIBILITY_DEPENDENCY && given->allowed.len == 0)
		return say_join(proof, said,
				say_no_versions(proof, given->other, given->allowed),
				given->other);
	return settle(proof, said, given->other);
}

// Facts may have been widened since a step was taken. If one side of a step does not mention the pivot any more, that
// side alone says what the step was for.
static uint32_t say_learned(struct proof *proof, const struct resolution *by)
{
	uint32_t fact = proof->said_by[by->start->id];
	for (size_t i = 0; i < by->len; i++) {
		uint32_t pivot = by->steps[i].pivot,
			 cause = proof->said_by[by->steps[i].cause->id];
		if (!find_term(&proof->terms.items[fact], pivot))
			continue;
		bool is_said = !find_term(&proof->terms.items[cause], pivot);
		fact = is_said ? cause
			       : settle(proof, say_join(proof, fact, cause, pivot),
					pivot);
	}
	return fact;
}

// Drops the facts that the last one turned out not to need.
static void prune(struct proof *proof)
{
	size_t len = proof->facts.len, kept = 0;
	bool *is_used = arena_new_array(&proof->solver->scratch, bool, len);
	uint32_t *moved_to = arena_new_array(&proof->solver->scratch, uint32_t, len);
	is_used[len - 1] = true;
	for (size_t i = len; i-- > 0;) {
		const struct solver_fact *fact = &proof->facts.items[i];
		if (is_used[i] && fact->kind == FACT_DERIVED)
			is_used[fact->causes[0]] = is_used[fact->causes[1]] = true;
	}
	for (size_t i = 0; i < len; i++) {
		if (!is_used[i])
			continue;
		struct solver_fact *fact = &proof->facts.items[kept];
		*fact = proof->facts.items[i];
		proof->terms.items[kept] = proof->terms.items[i];
		for (size_t k = 0; fact->kind == FACT_DERIVED && k < 2; k++)
			fact->causes[k] = moved_to[fact->causes[k]];
		moved_to[i] = (uint32_t)kept++;
	}
	proof->facts.len = proof->terms.len = kept;
}

// Writes terms as the driver reads them: ranks, selected or not.
static void publish_terms(const struct proof *proof, size_t fact)
{
	const struct terms *terms = &proof->terms.items[fact];
	struct solver_term *items =
		arena_new_array(proof->arena, struct solver_term, terms->len);
	for (size_t i = 0; i < terms->len; i++) {
		const struct term *term = &terms->items[i];
		uint32_t count = package_of(proof->solver, term->package)->count;
		items[i].package = term->package;
		items[i].is_negative = rank_set_has(term->states, count);
		items[i].ranks = items[i].is_negative
					 ? rank_set_complement(proof->arena, term->states,
							       count + 1)
					 : term->states;
	}
	proof->facts.items[fact].terms = items;
	proof->facts.items[fact].term_len = terms->len;
}

struct solver_conflict derive_conflict(struct solver *solver)
{
	const struct incompatibility *contradiction = solver->contradiction;
	struct arena_mark mark = arena_mark(&solver->scratch);
	size_t ids = solver->incompatibilities.len;
	struct proof proof = {
		.solver = solver,
		.arena = &solver->arena,
		.is_needed = arena_new_array(&solver->scratch, bool, ids),
		.said_by = arena_new_array(&solver->scratch, uint32_t, ids),
	};
	mark_needed(&proof, contradiction);
	for (uint32_t id = 0; id <= contradiction->id; id++) {
		const struct incompatibility *one = solver->incompatibilities.items[id];
		if (!proof.is_needed[id])
			continue;
		proof.said_by[id] = one->kind == INCOMPATIBILITY_LEARNED
					    ? say_learned(&proof, &one->learned_by)
					    : say_given(&proof, one);
	}
	prune(&proof);
	for (size_t i = 0; i < proof.facts.len; i++)
		publish_terms(&proof, i);
	arena_rewind(&solver->scratch, mark);
	return (struct solver_conflict){ proof.facts.items, proof.facts.len };
}
