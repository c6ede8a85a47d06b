// SPDX-License-Identifier: MIT
// Keeps what the driver told about packages and releases, and closes sets over ranks that cannot be chosen.
#include "resolver/solver/search.h"

#include "base/error.h"

#include <string.h>

struct package *package_get(struct solver *solver, uint32_t package)
{
	while (solver->packages.len <= package)
		(void)array_push(&solver->arena, &solver->packages);
	return package_of(solver, package);
}

static bool is_marked(void *marks, uint32_t rank)
{
	return ((const bool *)marks)[rank];
}

static struct rank_set set_of_ranks(struct solver *solver, const uint32_t *ranks,
				    uint32_t len, uint32_t count)
{
	struct arena_mark mark = arena_mark(&solver->scratch);
	bool *marks = arena_new_array(&solver->scratch, bool, count);
	for (uint32_t i = 0; i < len; i++) {
		if (ranks[i] >= count)
			BUG("a preferred rank outside the package's versions");
		marks[ranks[i]] = true;
	}
	struct rank_set set = rank_set_where(&solver->arena, count, is_marked, marks);
	arena_rewind(&solver->scratch, mark);
	return set;
}

void solver_give_versions(struct solver *solver, uint32_t id,
			  const struct solver_versions *versions)
{
	struct package *package = package_get(solver, id);
	if (package->is_known)
		return;
	if (versions->count == UINT32_MAX)
		BUG("more versions than ranks");
	uint32_t *prefer =
		arena_new_array(&solver->arena, uint32_t, versions->prefer_len);
	if (versions->prefer_len > 0)
		memcpy(prefer, versions->prefer, versions->prefer_len * sizeof(*prefer));
	package->is_known = true;
	package->priority = versions->priority;
	package->count = versions->count;
	package->prefer = prefer;
	package->prefer_len = versions->prefer_len;
	package->usable =
		set_of_ranks(solver, prefer, versions->prefer_len, versions->count);
	package->states = package->domain =
		rank_set_all(&solver->arena, versions->count + 1);
	package->releases = arena_new_array(&solver->arena, uint32_t, versions->count);
}

void solver_tie(struct solver *solver, uint32_t extra, uint32_t base)
{
	uint32_t highest = extra > base ? extra : base;
	package_get(solver, highest);
	const struct package *whole = package_get(solver, base);
	struct package *part = package_get(solver, extra);
	if (!whole->is_known || extra == base)
		BUG("a tie to a package without versions");
	solver_give_versions(solver, extra,
			     &(struct solver_versions){ whole->count, whole->prefer,
							whole->prefer_len,
							whole->priority });
	if (part->count != whole->count || !rank_set_eq(part->usable, whole->usable))
		BUG("tied packages differ in their versions");
	struct tie *tie = arena_new(&solver->arena, struct tie);
	*tie = (struct tie){ extra, base };
	*array_push(&solver->arena, &package_of(solver, extra)->ties) = tie;
	*array_push(&solver->arena, &package_of(solver, base)->ties) = tie;
	if (part->seen != 0) {
		note_seen(solver, base);
		queue_package(solver, extra);
	}
}

struct release *release_get(struct solver *solver, uint32_t id, uint32_t rank)
{
	const struct package *package = package_get(solver, id);
	if (!package->is_known || rank >= package->count)
		BUG("an answer about a release that was never given");
	uint32_t *place = &package->releases[rank];
	if (*place == 0) {
		(void)array_push(&solver->arena, &solver->releases);
		*place = (uint32_t)solver->releases.len;
	}
	return &solver->releases.items[*place - 1];
}

enum release_answer release_answer(const struct solver *solver, uint32_t id,
				   uint32_t rank)
{
	uint32_t place = package_of(solver, id)->releases[rank];
	return place == 0 ? RELEASE_UNKNOWN : solver->releases.items[place - 1].answer;
}

void solver_give_dependencies(struct solver *solver, uint32_t package, uint32_t rank,
			      const struct solver_dependency *dependencies, size_t len)
{
	struct release *release = release_get(solver, package, rank);
	if (release->answer != RELEASE_UNKNOWN)
		return;
	struct solver_dependency *copies =
		arena_new_array(&solver->arena, struct solver_dependency, len);
	for (size_t i = 0; i < len; i++) {
		copies[i] = dependencies[i];
		copies[i].allowed =
			rank_set_copy(&solver->arena, dependencies[i].allowed);
	}
	release->answer = RELEASE_GIVEN;
	release->dependencies = copies;
	release->len = len;
}

void solver_exclude(struct solver *solver, uint32_t package, uint32_t rank,
		    solver_reason reason)
{
	struct release *release = release_get(solver, package, rank);
	if (release->answer == RELEASE_EXCLUDED)
		return;
	release->answer = RELEASE_EXCLUDED;
	release->reason = reason;
	if (release->is_taken_up)
		*array_push(&solver->arena, &solver->late_exclusions) =
			(struct late_exclusion){ package, rank };
}

// Each usable rank brings the unusable ones up to the next usable; the first also brings those before it.
struct rank_set closed_states(struct arena *arena, const struct package *package,
			      struct rank_set ranks)
{
	struct rank_set usable = package->usable;
	struct rank_set open = rank_set_intersect(arena, ranks, usable);
	struct rank_run *runs = arena_new_array(arena, struct rank_run, open.len);
	uint32_t len = 0, block = 0;
	for (uint32_t i = 0; i < open.len; i++) {
		struct rank_run run = open.runs[i];
		while (usable.runs[block].to < run.to)
			block++;
		if (run.from == usable.runs[0].from)
			run.from = 0;
		if (run.to == usable.runs[block].to)
			run.to = block + 1 < usable.len ? usable.runs[block + 1].from
							: package->count;
		if (len > 0 && runs[len - 1].to == run.from)
			runs[len - 1].to = run.to;
		else
			runs[len++] = run;
	}
	return (struct rank_set){ runs, len };
}

bool is_every_state(const struct package *package, struct rank_set states)
{
	return states.len == 1 && states.runs[0].from == 0 &&
	       states.runs[0].to == package->count + 1;
}

uint32_t usable_count(const struct package *package, struct rank_set states,
		      uint32_t most)
{
	uint32_t count = 0;
	uint32_t i = 0, k = 0;
	while (i < states.len && k < package->usable.len && count < most) {
		struct rank_run a = states.runs[i], b = package->usable.runs[k];
		uint32_t from = a.from > b.from ? a.from : b.from;
		uint32_t to = a.to < b.to ? a.to : b.to;
		if (from < to)
			count += to - from;
		if (a.to < b.to)
			i++;
		else
			k++;
	}
	return count < most ? count : most;
}

static uint32_t find_best(const struct package *package, struct rank_set states)
{
	for (uint32_t i = 0; i < package->prefer_len; i++)
		if (rank_set_has(states, package->prefer[i]))
			return package->prefer[i];
	BUG("a selected package without a usable rank");
}

uint32_t best_rank(struct package *package)
{
	const struct assignment *last = &package->history.items[package->history.len - 1];
	if (package->best_for != last->order + 1) {
		package->best = find_best(package, last->domain);
		package->best_for = last->order + 1;
	}
	return package->best;
}
