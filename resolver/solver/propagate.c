// SPDX-License-Identifier: MIT
// Unit propagation: finds what follows from the partial solution, until nothing more
// does.
#include "resolver/solver/search.h"

static enum rank_relation relate(const struct solver *solver, const struct term *term)
{
	return rank_set_relate(package_of(solver, term->package)->domain, term->states);
}

// Replaces a watched term that holds by one that does not, if there is any.
static void move_watch(struct solver *solver, struct incompatibility *of, uint32_t watch,
		       enum rank_relation *relation)
{
	for (uint32_t i = 2; i < of->term_len; i++) {
		enum rank_relation other = relate(solver, &of->terms[i]);
		if (other == RANKS_WITHIN)
			continue;
		incompatibility_watch(solver, of, watch, i);
		*relation = other;
		return;
	}
}

enum outcome {
	OUTCOME_NOTHING, // a term fails, or two are open
	OUTCOME_UNIT,    // all hold but one, which must fail then
	OUTCOME_HOLDS,   // all hold: a conflict
};

// While neither of the two watched terms holds, the others do not matter. If one of them holds, it is watched only
// because there was no better one, so all others hold.
static enum outcome examine(struct solver *solver, struct incompatibility *of,
			    const struct term **ret_open)
{
	enum rank_relation relations[2] = { relate(solver, &of->terms[0]), RANKS_WITHIN };
	if (of->term_len > 1)
		relations[1] = relate(solver, &of->terms[1]);
	for (uint32_t i = 0; i < 2; i++)
		if (relations[i] == RANKS_DISJOINT)
			return OUTCOME_NOTHING;
	for (uint32_t i = 0; i < 2; i++)
		if (relations[i] == RANKS_WITHIN)
			move_watch(solver, of, i, &relations[i]);
	if (relations[0] == RANKS_WITHIN && relations[1] == RANKS_WITHIN)
		return OUTCOME_HOLDS;
	uint32_t open = relations[0] == RANKS_WITHIN;
	if (relations[open] == RANKS_DISJOINT || relations[1 - open] != RANKS_WITHIN)
		return OUTCOME_NOTHING;
	*ret_open = &of->terms[open];
	return OUTCOME_UNIT;
}

// Narrows the extra's ranks to those of the base: { extra in tied, base not in tied }, where `tied` are the ranks that
// the base does not have. Returns that incompatibility if it holds already.
static struct incompatibility *tie_extra(struct solver *solver, const struct tie *tie)
{
	const struct package *extra = package_of(solver, tie->extra);
	struct rank_set base = package_of(solver, tie->base)->domain,
			domain = extra->domain;
	struct rank_set none = rank_set_one(&solver->scratch, extra->count);
	struct rank_set may = rank_set_union(&solver->scratch, base, none);
	enum rank_relation relation = rank_set_relate(domain, may);
	if (relation == RANKS_WITHIN)
		return NULL;
	struct rank_set tied =
		rank_set_complement(&solver->search, may, extra->count + 1);
	if (relation == RANKS_DISJOINT)
		return incompatibility_tie(solver, tie, tied);
	assign_tied(solver, tie->extra, rank_set_intersect(&solver->search, domain, may),
		    tie, tied);
	return NULL;
}

// A selected extra selects the base, at one of its own ranks; after tie_extra() the base has them.
static void tie_base(struct solver *solver, const struct tie *tie)
{
	const struct package *extra = package_of(solver, tie->extra);
	struct rank_set wanted = extra->domain,
			domain = package_of(solver, tie->base)->domain;
	if (is_selected(extra) && !rank_set_within(domain, wanted))
		assign_tied(solver, tie->base,
			    rank_set_intersect(&solver->search, domain, wanted), tie,
			    wanted);
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

// Finds what follows from the change of one package. Returns an incompatibility that holds, and leaves the rest undone
// then. The newest ones come first: what was learned from conflicts is more general than the facts it came from. An
// incompatibility that is looked at may leave the list, so the place is counted from its end.
static struct incompatibility *propagate_package(struct solver *solver, uint32_t id)
{
	struct package *package = package_of(solver, id);
	for (size_t left = package->watched.len; left-- > 0;) {
		struct incompatibility *watched = package->watched.items[left];
		const struct term *open = NULL;
		enum outcome outcome = examine(solver, watched, &open);
		solver->looks++;
		if (outcome == OUTCOME_HOLDS)
			return watched;
		if (outcome == OUTCOME_UNIT)
			assign_without(solver, open->package, open->states, watched);
	}
	struct incompatibility *conflict = NULL;
	for (size_t i = 0; i < package->ties.len && !conflict; i++)
		conflict = propagate_tie(solver, package->ties.items[i]);
	return conflict;
}

bool propagate(struct solver *solver)
{
	while (solver->queue_at < solver->queue.len) {
		uint32_t id = solver->queue.items[solver->queue_at++];
		package_of(solver, id)->is_queued = false;
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
