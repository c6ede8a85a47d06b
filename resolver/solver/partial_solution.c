// SPDX-License-Identifier: MIT
// The partial solution: for each package the states that are left, and the assignments that led there.
#include "resolver/solver/search.h"

#include "base/error.h"

#include <string.h>

struct rank_set lasting_domain(const struct package *package)
{
	size_t len = package->history.len;
	while (len > 0 && package->history.items[len - 1].level > 0)
		len--;
	return len > 0 ? package->history.items[len - 1].domain : package->states;
}

bool is_selected(const struct package *package)
{
	return package->history.len > 0 && !rank_set_has(package->domain, package->count);
}

// Drops what was worked off: in a long propagation the queue would grow by it.
static void drop_done(struct solver *solver)
{
	uint32_t *items = solver->queue.items;
	solver->queue.len -= solver->queue_at;
	memmove(items, items + solver->queue_at, solver->queue.len * sizeof(*items));
	solver->queue_at = 0;
}

void queue_package(struct solver *solver, uint32_t id)
{
	struct package *package = package_of(solver, id);
	if (package->is_queued)
		return;
	package->is_queued = true;
	if (solver->queue.len == solver->queue.cap && solver->queue_at > 0)
		drop_done(solver);
	*array_push(&solver->arena, &solver->queue) = id;
}

static struct assignment *push_assignment(struct solver *solver, uint32_t id,
					  struct rank_set domain)
{
	if (domain.len == 0)
		BUG("an assignment that leaves nothing");
	struct package *package = package_of(solver, id);
	package->domain = domain;
	struct assignment *made = array_push(&solver->arena, &package->history);
	*made = (struct assignment){
		.domain = domain,
		.level = (uint32_t)solver->levels.len,
		.order = solver->next_order++,
	};
	*array_push(&solver->arena, &solver->trail) = id;
	queue_package(solver, id);
	return made;
}

// The user's requirements hold, which is no guess: the assignment belongs to level 0 and
// is never taken back.
void assign_root(struct solver *solver)
{
	push_assignment(solver, SOLVER_ROOT, rank_set_one(&solver->search, 0));
}

void assign_decision(struct solver *solver, uint32_t id, uint32_t rank)
{
	struct package *package = package_of(solver, id);
	*array_push(&solver->arena, &solver->levels) =
		(struct level){ solver->trail.len, arena_mark(&solver->search) };
	struct rank_set one = rank_set_one(&solver->search, rank);
	push_assignment(solver, id, closed_states(&solver->search, package, one));
	package->is_decided = true;
	solver->counts.decisions++;
}

// The incompatibility's other terms hold, so this one must not.
void assign_without(struct solver *solver, uint32_t id, struct rank_set states,
		    struct incompatibility *cause)
{
	struct rank_set domain = package_of(solver, id)->domain;
	struct rank_set left = rank_set_subtract(&solver->search, domain, states);
	push_assignment(solver, id, left)->cause = cause;
}

// The sets are in the arena solver.search.
void assign_tied(struct solver *solver, uint32_t id, struct rank_set domain,
		 const struct tie *tie, struct rank_set tied)
{
	struct assignment *made = push_assignment(solver, id, domain);
	made->tie = tie;
	made->tied = tied;
}

// Every package whose domain widens again is looked at anew: an incompatibility that came late may already be a unit at
// the lower level, where nobody has looked.
void jump_back(struct solver *solver, uint32_t level)
{
	if (level >= solver->levels.len)
		return;
	struct level before = solver->levels.items[level];
	while (solver->trail.len > before.trail_len) {
		uint32_t id = solver->trail.items[--solver->trail.len];
		struct package *package = package_of(solver, id);
		const struct assignment *gone =
			&package->history.items[--package->history.len];
		size_t len = package->history.len;
		package->domain = len > 0 ? package->history.items[len - 1].domain
					  : package->states;
		if (!gone->cause && !gone->tie)
			package->is_decided = false;
		queue_package(solver, id);
	}
	solver->levels.len = level;
	arena_rewind(&solver->search, before.mark);
}

// The index of the first assignment after which the package is surely in `states`; history.len if none is.
uint32_t find_satisfier(const struct package *package, struct rank_set states)
{
	size_t low = 0, high = package->history.len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rank_set_within(package->history.items[middle].domain, states))
			high = middle;
		else
			low = middle + 1;
	}
	return (uint32_t)low;
}
