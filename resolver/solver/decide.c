// SPDX-License-Identifier: MIT
// Decides: chooses the next package's best release, once its dependencies are known and do not forbid it.
//
// A release's dependencies become incompatibilities when the solver first wants the release, never when they happen to
// arrive, so that prefetching does not change the search.
#include "resolver/solver/search.h"

#include "base/error.h"

#include <stdlib.h>

// The driver fetches hints in parallel; more than this would crowd out what is wanted next.
enum { MOST_HINTS = 64 };

static void add_need(struct solver *solver, enum solver_need_kind kind, uint32_t package,
		     uint32_t rank)
{
	*array_push(&solver->arena, &solver->needs) =
		(struct solver_need){ kind, package, rank };
}

static void add_hint(struct solver *solver, uint32_t id, uint32_t rank)
{
	if (release_answer(solver, id, rank) == RELEASE_UNKNOWN &&
	    solver->hints.len < MOST_HINTS)
		*array_push(&solver->arena, &solver->hints) =
			(struct solver_need){ NEED_DEPENDENCIES, id, rank };
}

struct candidate {
	uint32_t package, choice, seen;
};

static int compare_candidates(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	if (a->choice != b->choice)
		return a->choice < b->choice ? -1 : 1;
	return a->seen < b->seen ? -1 : a->seen > b->seen;
}

// Hints at the best candidates of the other selected packages, in the order of their turns: each will be wanted unless
// something comes between.
static void hint_others(struct solver *solver, uint32_t needed)
{
	struct arena_mark mark = arena_mark(&solver->scratch);
	struct candidate *candidates =
		arena_new_array(&solver->scratch, struct candidate, solver->seen.len);
	size_t len = 0;
	for (size_t i = 0; i < solver->seen.len; i++) {
		uint32_t id = solver->seen.items[i];
		const struct package *package = package_of(solver, id);
		if (id != needed && is_selected(package) && !package->is_decided)
			candidates[len++] = (struct candidate){ id, choice_of(package),
								package->seen };
	}
	qsort(candidates, len, sizeof(*candidates), compare_candidates);
	for (size_t i = 0; i < len; i++) {
		uint32_t id = candidates[i].package;
		add_hint(solver, id, best_rank(package_of(solver, id)));
	}
	arena_rewind(&solver->scratch, mark);
}

// Hints at up to `most` candidates among the states, from place `at` of the package's preference on. Returns how many
// of `most` are left.
static uint32_t hint_candidates(struct solver *solver, uint32_t id,
				struct rank_set states, uint32_t at, uint32_t most)
{
	const struct package *package = package_of(solver, id);
	for (; at < package->prefer_len && most > 0; at++) {
		if (!rank_set_has(states, package->prefer[at]))
			continue;
		add_hint(solver, id, package->prefer[at]);
		most--;
	}
	return most;
}

// Hints at the candidates that follow, twice as many as were tried in vain: so rounds of questions grow with the
// logarithm of the tries, and few answers are for nothing. If the domain has no more, another package goes from release
// to release, and this one follows it: then the candidates are those that are preferred next and still possible.
static void hint_next(struct solver *solver, uint32_t needed, uint32_t best)
{
	const struct package *package = package_of(solver, needed);
	uint32_t after = 0;
	while (package->prefer[after++] != best)
		;
	uint32_t left = hint_candidates(solver, needed, package->domain, after,
					2 * package->tried);
	hint_candidates(solver, needed, lasting_domain(package), after, left);
}

static bool lacks_versions(struct solver *solver, const struct release *release)
{
	for (size_t i = 0; i < release->len; i++) {
		uint32_t other = release->dependencies[i].package;
		if (!package_get(solver, other)->is_known)
			add_need(solver, NEED_VERSIONS, other, 0);
	}
	return solver->needs.len > 0;
}

static void check_dependency(const struct solver *solver,
			     const struct solver_dependency *dependency)
{
	struct rank_set allowed = dependency->allowed;
	if (dependency->package == SOLVER_ROOT)
		BUG("a dependency on the root");
	if (allowed.len > 0 && allowed.runs[allowed.len - 1].to >
				       package_of(solver, dependency->package)->count)
		BUG("a dependency on ranks that its package does not have");
}

static void take_up_dependency(struct solver *solver, uint32_t id, uint32_t rank,
			       const struct solver_dependency *dependency)
{
	check_dependency(solver, dependency);
	note_seen(solver, dependency->package);
	const struct incompatibility *fact =
		incompatibility_needs(solver, id, rank, dependency);
	if (!fact || fact->term_len < 2)
		return;
	const struct term *failing = incompatibility_term(fact, dependency->package);
	if (rank_set_within(package_of(solver, dependency->package)->domain,
			    failing->states))
		note_rejected(solver, id, dependency->package);
}

static void take_up(struct solver *solver, uint32_t id, uint32_t rank)
{
	struct release *release = release_get(solver, id, rank);
	release->is_taken_up = true;
	package_of(solver, id)->tried++;
	if (id == SOLVER_ROOT)
		package_of(solver, id)->is_decided = true; // as assign_root() did
	queue_package(solver, id);
	if (release->answer == RELEASE_EXCLUDED)
		incompatibility_excluded(solver, id, rank_set_one(&solver->arena, rank),
					 release->reason);
	else
		for (size_t i = 0; i < release->len; i++)
			take_up_dependency(solver, id, rank, &release->dependencies[i]);
}

bool decide(struct solver *solver)
{
	uint32_t id = next_package(solver);
	if (id == NO_PACKAGE) {
		solver->state = SOLVER_SOLVED;
		return false;
	}
	uint32_t rank = best_rank(package_of(solver, id));
	if (solver->has_all_facts || release_get(solver, id, rank)->is_taken_up) {
		assign_decision(solver, id, rank);
		return true;
	}
	const struct release *release = release_get(solver, id, rank);
	if (release->answer == RELEASE_UNKNOWN)
		add_need(solver, NEED_DEPENDENCIES, id, rank);
	if (release->answer == RELEASE_UNKNOWN || lacks_versions(solver, release)) {
		solver->state = SOLVER_NEED;
		hint_others(solver, id);
		hint_next(solver, id, rank);
		return false;
	}
	take_up(solver, id, rank);
	return true;
}
