// SPDX-License-Identifier: MIT
// The door: makes a solver, runs it until it knows or needs something, and reads what it found.
#include "resolver/solver/search.h"

struct solver *solver_new(void)
{
	struct solver *solver = mem_alloc(sizeof(*solver));
	solver_give_versions(solver, SOLVER_ROOT,
			     &(struct solver_versions){ 1, (const uint32_t[]){ 0 }, 1,
							0 });
	note_seen(solver, SOLVER_ROOT);
	assign_root(solver);
	solver->state = SOLVER_NEED;
	return solver;
}

void solver_free(struct solver *solver)
{
	if (!solver)
		return;
	solver_free(solver->explainer);
	arena_release(&solver->scratch);
	arena_release(&solver->search);
	arena_release(&solver->arena);
	mem_free(solver);
}

// Takes up exclusions of releases that the search had taken up before. They may have been chosen, so packages are
// looked at again.
static void take_up_exclusions(struct solver *solver)
{
	for (size_t i = 0; i < solver->late_exclusions.len; i++) {
		struct late_exclusion late = solver->late_exclusions.items[i];
		const struct release *release =
			release_get(solver, late.package, late.rank);
		struct rank_set rank = rank_set_one(&solver->arena, late.rank);
		incompatibility_excluded(solver, late.package, rank, release->reason);
	}
	solver->late_exclusions.len = 0;
}

static void search(struct solver *solver)
{
	do {
		if (!propagate(solver)) {
			solver->conflict =
				shrink_conflict(solver, derive_conflict(solver));
			solver->state = SOLVER_CONFLICT;
			return;
		}
		if (solver->pause_every && solver->looks >= solver->pause_at) {
			solver->pause_at = solver->looks + solver->pause_every;
			solver->state = SOLVER_PAUSED;
			return;
		}
	} while (decide(solver));
}

struct solver_step solver_run(struct solver *solver)
{
	solver->needs.len = solver->hints.len = 0;
	if (solver->state != SOLVER_CONFLICT) {
		take_up_exclusions(solver);
		search(solver);
	}
	return (struct solver_step){
		.state = solver->state,
		.needs = solver->needs.items,
		.hints = solver->hints.items,
		.need_len = solver->needs.len,
		.hint_len = solver->hints.len,
	};
}

void solver_pause_every(struct solver *solver, uint64_t looks)
{
	solver->pause_every = looks;
	solver->pause_at = solver->looks + looks;
}

uint32_t solver_hardest(const struct solver *solver, uint32_t *ret_tried)
{
	uint32_t hardest = SOLVER_ROOT;
	*ret_tried = 0;
	for (uint32_t id = SOLVER_ROOT + 1; id < solver->packages.len; id++) {
		if (package_of(solver, id)->tried <= *ret_tried)
			continue;
		hardest = id;
		*ret_tried = package_of(solver, id)->tried;
	}
	return hardest;
}

int64_t solver_pick(const struct solver *solver, uint32_t id)
{
	if (solver->state != SOLVER_SOLVED || id >= solver->packages.len ||
	    !package_of(solver, id)->is_decided)
		return SOLVER_NO_PICK;
	return package_of(solver, id)->best; // the decision was made on it
}

struct solver_conflict solver_conflict(const struct solver *solver)
{
	return solver->conflict;
}

struct solver_counts solver_counts(const struct solver *solver)
{
	return solver->counts;
}
