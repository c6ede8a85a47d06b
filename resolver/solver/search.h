// SPDX-License-Identifier: MIT
// The solver's own state and the stages that work on it. Internal to resolver/solver; solver.h is the door.
//
//	universe.c          what the driver told: versions, answers about releases
//	incompatibility.c   what cannot hold together, listed by package; equal dependencies of several ranks made one
//	partial_solution.c  assignments by package, levels, jumping back, who satisfied a term first
//	propagate.c         units and ties, until nothing follows any more or an incompatibility holds
//	resolve_conflict.c  the cause of a conflict, learned; the jump back
//	priority.c          which package is next
//	decide.c            its release: asking for it, taking up its dependencies, choosing it
//	derivation.c        the proof of a contradiction, as facts
//	shrink.c            the same with as few facts as will do
#pragma once

#include "resolver/solver/incompatibility.h"

// One entry in a package's history. A decision has neither cause nor tie.
struct assignment {
	struct rank_set domain; // of the package after it
	struct incompatibility *cause;
	const struct tie *tie;
	// The ranks of `tie` that it is about: { extra in tied, base not in tied }.
	struct rank_set tied;
	uint32_t level;
	uint64_t order; // among all assignments
};

enum release_answer { RELEASE_UNKNOWN, RELEASE_GIVEN, RELEASE_EXCLUDED };

struct release {
	enum release_answer answer;
	bool is_taken_up; // its dependencies (or exclusion) are incompatibilities now
	solver_reason reason;
	const struct solver_dependency *dependencies;
	size_t len;
};

// Conflict-driven order: see priority.c.
enum standing { STANDING_PLAIN, STANDING_LATE, STANDING_EARLY };

struct package {
	// What the driver told.
	bool is_known;
	uint8_t priority;
	uint32_t count;
	struct rank_set states; // all count + 1
	struct rank_set usable; // ranks of `prefer`
	const uint32_t *prefer;
	uint32_t prefer_len;
	// By rank: 0, or the place in solver.releases plus one. Few are ever asked about.
	uint32_t *releases;

	// The search. The number of the package, from 1 on in the order in which
	// dependencies that are taken up name packages; 0: none has.
	uint32_t seen;
	bool is_decided;
	bool is_queued;
	uint32_t tried; // releases taken up
	enum standing standing;
	uint32_t times_affected, times_culprit;
	// best_rank() remembers the answer: order of the assignment, plus one, and what
	// was best then
	uint64_t best_for;
	uint32_t best;
	struct rank_set domain; // the states left
	ARRAY_OF(struct assignment) history;
	struct incompatibility_list watched; // those with a watched term on it
	// Those that say what its own ranks depend on.
	struct incompatibility_list dependencies;
	ARRAY_OF(const struct tie *) ties;
};

// The exclusion of a release whose dependencies had been taken up before.
struct late_exclusion {
	uint32_t package, rank;
};

struct level {
	size_t trail_len;
	struct arena_mark mark; // of solver.search
};

struct solver {
	struct arena arena;   // packages, facts, what was learned: until the end
	struct arena search;  // domains: rewound with the levels
	struct arena scratch; // one conflict, one decision
	ARRAY_OF(struct package) packages;
	struct incompatibility_list incompatibilities; // by id
	// Those of which something was said
	ARRAY_OF(struct release) releases;
	ARRAY_OF(uint32_t) seen;       // packages by their number, less one
	ARRAY_OF(uint32_t) trail;      // packages assigned, oldest first
	ARRAY_OF(struct level) levels; // [n]: as it was before level n + 1
	ARRAY_OF(uint32_t) queue;      // packages whose domains changed, each once
	size_t queue_at;
	uint64_t next_order;
	ARRAY_OF(struct late_exclusion) late_exclusions;
	ARRAY_OF(struct solver_need) needs, hints;
	enum solver_state state;
	// No release has more to say; true for a solver that explains another's conflict
	bool has_all_facts;
	struct incompatibility *contradiction;
	struct solver_conflict conflict;
	struct solver *explainer; // owns what `conflict` refers to
	struct solver_counts counts;
	uint64_t looks;                 // at incompatibilities: what a search costs
	uint64_t pause_every, pause_at; // in looks; 0: never
};

static inline struct package *package_of(const struct solver *solver, uint32_t id)
{
	return &solver->packages.items[id];
}

// universe.c
// May move the others
struct package *package_get(struct solver *solver, uint32_t package);
// May move the others
struct release *release_get(struct solver *solver, uint32_t package, uint32_t rank);
enum release_answer release_answer(const struct solver *solver, uint32_t package,
				   uint32_t rank);
struct rank_set closed_states(struct arena *arena, const struct package *package,
			      struct rank_set ranks);
bool is_every_state(const struct package *package, struct rank_set states);
uint32_t usable_count(const struct package *package, struct rank_set states,
		      uint32_t most); // counts up to `most`
// The most preferred rank in its domain; the package must be selected.
uint32_t best_rank(struct package *package);

// partial_solution.c The domain that no jump back can widen again.
struct rank_set lasting_domain(const struct package *package);
bool is_selected(const struct package *package); // whichever its version will be
void assign_root(struct solver *solver);
void assign_decision(struct solver *solver, uint32_t package, uint32_t rank);
void assign_without(struct solver *solver, uint32_t package, struct rank_set states,
		    struct incompatibility *cause);
void assign_tied(struct solver *solver, uint32_t package, struct rank_set domain,
		 const struct tie *tie, struct rank_set tied);
void jump_back(struct solver *solver, uint32_t level);
// An index in its history.
uint32_t find_satisfier(const struct package *package, struct rank_set states);
void queue_package(struct solver *solver, uint32_t package);

// propagate.c: false if there is no solution.
bool propagate(struct solver *solver);

// resolve_conflict.c: called when the incompatibility holds. False if there is no solution, with solver->contradiction
// set.
bool resolve_conflict(struct solver *solver, struct incompatibility *conflict);

// priority.c
enum { NO_PACKAGE = UINT32_MAX };
uint32_t next_package(const struct solver *solver);
uint32_t choice_of(const struct package *package); // lower comes first, then lower `seen`
void note_seen(struct solver *solver, uint32_t package);
// May jump back
void note_rejected(struct solver *solver, uint32_t affected, uint32_t culprit);
void note_conflict(struct solver *solver, const struct incompatibility *learned,
		   uint32_t affected); // likewise

// decide.c: true to go on, false with solver->state set.
bool decide(struct solver *solver);

// derivation.c
struct solver_conflict derive_conflict(struct solver *solver);

// shrink.c: explains the same by fewer facts.
struct solver_conflict shrink_conflict(struct solver *solver,
				       struct solver_conflict conflict);
