// SPDX-License-Identifier: MIT
// Chooses the package that is decided next: by a fixed order, which conflicts change.
//
// First come URLs and pins (also what propagation has pinned: one usable version left), for they leave no choice; then
// packages that conflicts have moved, then the others, by the driver's class and in the order they were first named. A
// package whose releases are rejected again and again because of others' choices is moved early, so that it chooses
// first; those others are moved late, behind all that were moved early. Every package is moved at most twice, so the
// order settles.
#include "resolver/solver/search.h"

// uv found this number to work well: a smaller one reacts to chance, a larger one tries
// dozens of releases in vain.
enum { CONFLICTS_BEFORE_MOVE = 5 };

enum {
	CHOICE_FIRST,
	CHOICE_PINNED,
	CHOICE_EARLY,
	CHOICE_LATE,
	CHOICE_BY_CLASS,
};

uint32_t choice_of(const struct package *package)
{
	if (package->priority == 0)
		return CHOICE_FIRST;
	if (package->priority == 1 || usable_count(package, package->domain, 2) == 1)
		return CHOICE_PINNED;
	if (package->standing == STANDING_EARLY)
		return CHOICE_EARLY;
	if (package->standing == STANDING_LATE)
		return CHOICE_LATE;
	return CHOICE_BY_CLASS + package->priority;
}

// The selected package to decide next, or NO_PACKAGE. `seen` order breaks ties.
uint32_t next_package(const struct solver *solver)
{
	uint32_t best = NO_PACKAGE, best_choice = UINT32_MAX;
	for (size_t i = 0; i < solver->seen.len; i++) {
		const struct package *package = package_of(solver, solver->seen.items[i]);
		if (package->is_decided || !is_selected(package))
			continue;
		uint32_t choice = choice_of(package);
		if (choice < best_choice) {
			best = solver->seen.items[i];
			best_choice = choice;
		}
	}
	return best;
}

// Numbers packages in the order in which dependencies that are taken up name them; a tied
// base comes along with its extra.
void note_seen(struct solver *solver, uint32_t id)
{
	size_t at = solver->seen.len;
	if (package_of(solver, id)->seen != 0)
		return;
	*array_push(&solver->arena, &solver->seen) = id;
	for (; at < solver->seen.len; at++) {
		struct package *package = package_of(solver, solver->seen.items[at]);
		package->seen = (uint32_t)at + 1;
		for (size_t i = 0; i < package->ties.len; i++) {
			uint32_t base = package->ties.items[i]->base;
			if (package_of(solver, base)->seen == 0 &&
			    base != solver->seen.items[at])
				*array_push(&solver->arena, &solver->seen) = base;
		}
	}
}

static void move_early(struct package *package)
{
	if (++package->times_affected >= CONFLICTS_BEFORE_MOVE)
		package->standing = STANDING_EARLY;
}

// Moves a package late. If it has chosen already, it chooses again, after those that it
// stood in the way of.
static void move_late(struct solver *solver, struct package *package)
{
	if (++package->times_culprit < CONFLICTS_BEFORE_MOVE ||
	    package->standing != STANDING_PLAIN)
		return;
	package->standing = STANDING_LATE;
	if (!package->is_decided)
		return;
	size_t at = package->history.len;
	while (package->history.items[at - 1].cause || package->history.items[at - 1].tie)
		at--;
	jump_back(solver, package->history.items[at - 1].level - 1);
}

// Notes that a release of `affected` cannot be chosen because of what `culprit` was
// narrowed to.
void note_rejected(struct solver *solver, uint32_t affected, uint32_t culprit)
{
	if (culprit == SOLVER_ROOT || affected == SOLVER_ROOT)
		return;
	move_early(package_of(solver, affected));
	move_late(solver, package_of(solver, culprit));
}

// Notes that a conflict made `affected` avoid what it was about to take, for the others' sake.
void note_conflict(struct solver *solver, const struct incompatibility *learned,
		   uint32_t affected)
{
	for (uint32_t i = 0; i < learned->term_len; i++)
		if (learned->terms[i].package != affected)
			note_rejected(solver, affected, learned->terms[i].package);
}
