// SPDX-License-Identifier: MIT
// Conflict resolution: goes back from an incompatibility that holds to one that would have prevented it, and jumps
// back.
//
// Among the assignments that made the terms hold, the latest (the satisfier) is asked for its cause, and the two
// incompatibilities are joined on its package: { a, b } and { not a, c } give { b, c }. This goes on until the
// satisfier is alone on its decision level: then, with that level undone, its term is the only open one.
#include "resolver/solver/search.h"

// A term of the incompatibility that is worked on, and the assignment of its package that
// made it hold.
struct held_term {
	struct term term;
	uint32_t satisfier; // index in the package's history
};

struct work {
	struct solver *solver;
	ARRAY_OF(struct held_term) terms;
	ARRAY_OF(struct resolution_step) steps;
};

static const struct assignment *satisfier_of(const struct work *work,
					     const struct held_term *held)
{
	const struct package *package = package_of(work->solver, held->term.package);
	return &package->history.items[held->satisfier];
}

// Adds a term. Two terms on one package become the states in which both hold.
static void add_term(struct work *work, struct term term)
{
	const struct package *package = package_of(work->solver, term.package);
	uint32_t satisfier = find_satisfier(package, term.states);
	for (size_t i = 0; i < work->terms.len; i++) {
		struct held_term *held = &work->terms.items[i];
		if (held->term.package != term.package)
			continue;
		held->term.states = rank_set_intersect(&work->solver->scratch,
						       held->term.states, term.states);
		held->satisfier =
			held->satisfier > satisfier ? held->satisfier : satisfier;
		return;
	}
	*array_push(&work->solver->scratch, &work->terms) =
		(struct held_term){ term, satisfier };
}

// Is only the root left to blame, or nobody?
static bool is_contradiction(const struct work *work)
{
	return work->terms.len == 0 ||
	       (work->terms.len == 1 && work->terms.items[0].term.package == SOLVER_ROOT);
}

// Puts the terms whose satisfiers are the latest and the second latest first.
static void sort_latest(struct work *work)
{
	for (size_t place = 0; place < 2 && place < work->terms.len; place++) {
		size_t latest = place;
		for (size_t i = place + 1; i < work->terms.len; i++)
			if (satisfier_of(work, &work->terms.items[i])->order >
			    satisfier_of(work, &work->terms.items[latest])->order)
				latest = i;
		struct held_term held = work->terms.items[latest];
		work->terms.items[latest] = work->terms.items[place];
		work->terms.items[place] = held;
	}
}

// The states that an assignment ruled out: what its cause says of the package.
static struct rank_set denied_by(struct solver *solver,
				 const struct assignment *assignment, uint32_t id)
{
	const struct package *package = package_of(solver, id);
	if (assignment->tie && id == assignment->tie->extra)
		return assignment->tied;
	if (assignment->tie)
		return rank_set_complement(&solver->scratch, assignment->tied,
					   package->count + 1);
	return incompatibility_term(assignment->cause, id)->states;
}

// A tie's instance becomes an incompatibility only when a conflict has come of it.
static const struct incompatibility *cause_of(struct solver *solver,
					      const struct assignment *assignment)
{
	if (assignment->tie)
		return incompatibility_tie(solver, assignment->tie, assignment->tied);
	return assignment->cause;
}

// Joins the work with the cause of the first term's satisfier. `left` is that term after it.
static void join(struct work *work, const struct incompatibility *cause,
		 struct rank_set left)
{
	struct held_term *pivot = &work->terms.items[0];
	const struct package *package = package_of(work->solver, pivot->term.package);
	uint32_t id = pivot->term.package;
	*array_push(&work->solver->scratch, &work->steps) =
		(struct resolution_step){ cause, id };
	if (is_every_state(package, left)) {
		*pivot = work->terms.items[--work->terms.len];
	} else {
		pivot->term.states = left;
		pivot->satisfier = find_satisfier(package, left);
	}
	for (uint32_t i = 0; i < cause->term_len; i++)
		if (cause->terms[i].package != id)
			add_term(work, cause->terms[i]);
}

// The level at which all terms hold but the first, and what its satisfier's cause leaves
// of the first, too.
static uint32_t level_before(const struct work *work, struct rank_set left)
{
	const struct package *package =
		package_of(work->solver, work->terms.items[0].term.package);
	uint32_t level = work->terms.len > 1
				 ? satisfier_of(work, &work->terms.items[1])->level
				 : 0;
	if (is_every_state(package, left))
		return level;
	uint32_t own = package->history.items[find_satisfier(package, left)].level;
	return own > level ? own : level;
}

// Takes one step towards the root of the conflict; the latest terms come first. False when the work is done: then
// *ret_level is the level to jump back to. A cause with a single term is a fact on its own: joining it costs nothing,
// whatever level it was noticed at.
static bool step_back(struct work *work, uint32_t *ret_level)
{
	const struct held_term *latest = &work->terms.items[0];
	const struct package *package = package_of(work->solver, latest->term.package);
	const struct assignment *satisfier = satisfier_of(work, latest);
	if (!satisfier->cause && !satisfier->tie) {
		*ret_level = level_before(work, package->states);
		return false;
	}
	struct rank_set denied = denied_by(work->solver, satisfier, latest->term.package);
	struct rank_set left =
		rank_set_union(&work->solver->scratch, latest->term.states, denied);
	*ret_level = level_before(work, left);
	bool is_lone_fact = satisfier->cause && satisfier->cause->term_len == 1;
	if (*ret_level < satisfier->level && !is_lone_fact)
		return false;
	join(work, cause_of(work->solver, satisfier), left);
	return true;
}

// Makes a conflict, from which something may be derived later, watch its latest terms.
static void watch_latest(const struct work *work, struct incompatibility *conflict)
{
	for (uint32_t watch = 0; watch < 2 && conflict->term_len > 2; watch++) {
		uint32_t place = 0;
		while (conflict->terms[place].package !=
		       work->terms.items[watch].term.package)
			place++;
		incompatibility_watch(work->solver, conflict, watch, place);
	}
}

// Returns the result of the work as an incompatibility: the conflict itself if no step was taken. The two latest terms
// are watched, since they open first when choices are taken back.
static struct incompatibility *learn(struct work *work, struct incompatibility *conflict)
{
	struct solver *solver = work->solver;
	if (work->steps.len == 0) {
		watch_latest(work, conflict);
		return conflict;
	}
	struct term *terms =
		arena_new_array(&solver->scratch, struct term, work->terms.len);
	for (size_t i = 0; i < work->terms.len; i++)
		terms[i] = work->terms.items[i].term;
	struct resolution by = { conflict, work->steps.items, work->steps.len };
	return incompatibility_learned(solver, terms, (uint32_t)work->terms.len, by);
}

static bool work_off(struct work *work, struct incompatibility *conflict)
{
	struct solver *solver = work->solver;
	uint32_t level = 0;
	for (uint32_t i = 0; i < conflict->term_len; i++)
		add_term(work, conflict->terms[i]);
	do {
		if (is_contradiction(work)) {
			solver->contradiction = learn(work, conflict);
			return false;
		}
		sort_latest(work);
	} while (step_back(work, &level));
	struct term open = work->terms.items[0].term;
	struct incompatibility *learned = learn(work, conflict);
	jump_back(solver, level);
	assign_without(solver, open.package, open.states, learned);
	note_conflict(solver, learned, open.package);
	return true;
}

bool resolve_conflict(struct solver *solver, struct incompatibility *conflict)
{
	struct arena_mark mark = arena_mark(&solver->scratch);
	struct work work = { .solver = solver };
	bool goes_on = work_off(&work, conflict);
	solver->counts.conflicts++;
	arena_rewind(&solver->scratch, mark);
	return goes_on;
}
