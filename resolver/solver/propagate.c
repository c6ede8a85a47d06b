// SPDX-License-Identifier: MIT
// Unit propagation: what follows from the partial solution, until nothing more does.
#include "resolver/solver/search.h"

enum outcome {
	OUTCOME_NOTHING, // a term fails, or two are open
	OUTCOME_UNIT,    // all hold but one, which must fail then
	OUTCOME_HOLDS,   // all hold: a conflict
};

static enum rank_relation relate(const struct solver *solver, const struct term *term)
{
	return rank_set_relate(domain_of(&solver->packages.items[term->package]), term->states);
}

static enum outcome examine(const struct solver *solver, struct incompatibility *of, const struct term **ret_open)
{
	const struct term *open = NULL;
	if (relate(solver, &of->terms[of->blocker]) == RANKS_DISJOINT)
		return OUTCOME_NOTHING;
	for (uint32_t i = 0; i < of->term_len; i++) {
		enum rank_relation relation = relate(solver, &of->terms[i]);
		if (relation == RANKS_WITHIN)
			continue;
		if (relation == RANKS_DISJOINT)
			of->blocker = i;
		if (relation == RANKS_DISJOINT || open)
			return OUTCOME_NOTHING;
		open = &of->terms[i];
	}
	if (!open)
		return OUTCOME_HOLDS;
	*ret_open = open;
	return OUTCOME_UNIT;
}

// The extra's ranks are among the base's: { extra in tied, base not in tied }, where `tied` are the ranks the base does
// not have. Returns that incompatibility where it holds already.
static struct incompatibility *tie_extra(struct solver *solver, const struct tie *tie)
{
	const struct package *extra = &solver->packages.items[tie->extra];
	struct rank_set base = domain_of(&solver->packages.items[tie->base]), domain = domain_of(extra);
	struct rank_set none = rank_set_one(&solver->scratch, extra->count);
	struct rank_set may = rank_set_union(&solver->scratch, base, none);
	enum rank_relation relation = rank_set_relate(domain, may);
	if (relation == RANKS_WITHIN)
		return NULL;
	struct rank_set tied = rank_set_complement(&solver->search, may, extra->count + 1);
	if (relation == RANKS_DISJOINT)
		return incompatibility_tie(solver, tie, tied);
	assign_tied(solver, tie->extra, rank_set_intersect(&solver->search, domain, may), tie, tied);
	return NULL;
}

// A selected extra wants the base, at one of its own ranks; tie_extra() has seen to it that the base has them.
static void tie_base(struct solver *solver, const struct tie *tie)
{
	const struct package *extra = &solver->packages.items[tie->extra];
	struct rank_set wanted = domain_of(extra), domain = domain_of(&solver->packages.items[tie->base]);
	if (is_selected(extra) && !rank_set_within(domain, wanted))
		assign_tied(solver, tie->base, rank_set_intersect(&solver->search, domain, wanted), tie, wanted);
}

static struct incompatibility *propagate_tie(struct solver *solver, const struct tie *tie)
{
	struct arena_mark mark = arena_mark(&solver->scratch);
	struct incompatibility *conflict = tie_extra(solver, tie);
	arena_rewind(&solver->scratch, mark);
	if (!conflict)
		tie_base(solver, tie);
	return conflict;
}

// What follows from the change of one package; returns an incompatibility that holds, the rest undone then.
// Newest first: what conflicts taught is more general than the facts it came from.
static struct incompatibility *propagate_package(struct solver *solver, uint32_t id)
{
	for (size_t i = solver->packages.items[id].mentions.len; i-- > 0;) {
		struct incompatibility *mention = solver->packages.items[id].mentions.items[i];
		const struct term *open = NULL;
		enum outcome outcome = examine(solver, mention, &open);
		if (outcome == OUTCOME_HOLDS)
			return mention;
		if (outcome == OUTCOME_UNIT)
			assign_without(solver, open->package, open->states, mention);
	}
	struct incompatibility *conflict = NULL;
	for (size_t i = 0; i < solver->packages.items[id].ties.len && !conflict; i++)
		conflict = propagate_tie(solver, solver->packages.items[id].ties.items[i]);
	return conflict;
}

bool propagate(struct solver *solver)
{
	while (solver->queue_at < solver->queue.len) {
		uint32_t id = solver->queue.items[solver->queue_at++];
		solver->packages.items[id].is_queued = false;
		struct incompatibility *conflict = propagate_package(solver, id);
		if (!conflict)
			continue;
		queue_package(solver, id);
		if (!resolve_conflict(solver, conflict))
			return false;
	}
	solver->queue.len = solver->queue_at = 0;
	return true;
}
