// SPDX-License-Identifier: MIT
// Incompatibilities: sets of terms that cannot all hold. Internal to resolver/solver.
//
// A package with `count` ranks is in one of count + 1 states: a rank, or "not selected", written as the number `count`.
// A term is a package and a set of states. "not foo within {0, 1}" is foo's other ranks and `count`, so positive and
// negative terms need no cases: both are rank sets, and negation is the complement.
//
// Ranks that can never be chosen follow the usable rank below them: a set in a term holds an unusable rank exactly when
// it holds that one ("closed" sets; they are again an algebra). Runs stay few, and a conflict speaks of ranges instead
// of gaps. What a requirement said literally is kept beside it, in `allowed`.
#pragma once

#include "resolver/solver/solver.h"

struct term {
	uint32_t package;
	struct rank_set states;
};

enum incompatibility_kind {
	INCOMPATIBILITY_DEPENDENCY, // { package in from, other not in allowed }
	INCOMPATIBILITY_EXCLUDED,   // { package in from }
	INCOMPATIBILITY_TIE,        // { package in from, other not in from }
	INCOMPATIBILITY_LEARNED,    // `start`, resolved with each of `steps` in turn
};

// One step of resolution: what there is so far and `cause` are joined on the package
// `pivot`.
struct resolution_step {
	const struct incompatibility *cause;
	uint32_t pivot;
};

struct resolution {
	const struct incompatibility *start;
	const struct resolution_step *steps;
	size_t len;
};

// A set of terms that cannot all hold: at most one for each package, none of them true of every state. The first two
// terms are watched: the incompatibility is listed under their packages. Later the order of terms may change, and a
// dependency may turn out to be one of more ranks.
struct incompatibility {
	enum incompatibility_kind kind;
	uint32_t id; // in order of making: causes have lower ids
	uint32_t term_len;
	struct term *terms;

	uint32_t package, other; // as in struct solver_fact, but for learned ones
	struct rank_set from, allowed;
	solver_reason reason;
	bool is_joined;
	struct resolution learned_by; // learned ones only
};

struct incompatibility_list {
	struct incompatibility **items;
	size_t len, cap;
};

struct tie {
	uint32_t extra, base;
};

// The fact that the rank depends on this. It is also about other ranks of the package that depend on the same, so it
// may have been made before. NULL if it says nothing: the rank depends on its own package and satisfies that.
struct incompatibility *incompatibility_needs(struct solver *solver, uint32_t package,
					      uint32_t rank,
					      const struct solver_dependency *dependency);
void incompatibility_excluded(struct solver *solver, uint32_t package,
			      struct rank_set ranks, solver_reason reason);

// An instance of a tie that a conflict came from. Nobody watches it, since propagate.c knows every instance of a tie
// without it.
struct incompatibility *incompatibility_tie(struct solver *solver, const struct tie *tie,
					    struct rank_set ranks);

// Adds a fact of another solver's proof, over the same packages; its sets are copied.
void incompatibility_of_fact(struct solver *solver, const struct solver_fact *fact);

// Makes a learned incompatibility. The first two terms are watched and should be those
// that held last. Terms and steps are copied.
struct incompatibility *incompatibility_learned(struct solver *solver,
						const struct term *terms,
						uint32_t term_len, struct resolution by);

// The package's term, or NULL.
const struct term *incompatibility_term(const struct incompatibility *incompatibility,
					uint32_t package);

// Makes the term at `place` the one watched in place `watch`, 0 or 1.
void incompatibility_watch(struct solver *solver, struct incompatibility *incompatibility,
			   uint32_t watch, uint32_t place);
