// SPDX-License-Identifier: MIT
// Toy universes for the solver's tests: small enough to be searched by brute force, with a driver that answers the
// solver, and checks of solutions and of proofs that do not trust the solver in anything.
#pragma once

#include "resolver/solver/solver.h"

#include <stdio.h>
#include <string.h>

enum { TOY_PACKAGES = 8, TOY_RANKS = 8, TOY_DEPENDENCIES = 6 };

struct toy_dependency {
	uint32_t package, allowed; // a bit for each rank
};

struct toy_release {
	bool is_broken; // answered by solver_exclude
	uint32_t len;
	struct toy_dependency dependencies[TOY_DEPENDENCIES];
};

// Package 0 is the root, with rank 0 alone.
struct toy {
	uint32_t len;
	// Versions; a bit for each that can be chosen
	uint32_t count[TOY_PACKAGES], usable[TOY_PACKAGES];
	uint32_t tied_to[TOY_PACKAGES]; // 0: not
	uint8_t priority[TOY_PACKAGES];
	bool prefers_low[TOY_PACKAGES];
	struct toy_release releases[TOY_PACKAGES][TOY_RANKS];
};

// A number for each call; what tests do at random they can do again.
struct toy_dice {
	uint64_t state;
	const uint8_t *bytes; // if not NULL, these decide, then zeros
	size_t len;
};

static inline uint32_t toy_roll(struct toy_dice *dice, uint32_t sides)
{
	if (dice->bytes) {
		if (dice->len == 0)
			return 0;
		dice->len--;
		return *dice->bytes++ % sides;
	}
	dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice->state >> 33) % sides;
}

static inline uint32_t toy_mask(struct rank_set set)
{
	uint32_t mask = 0;
	for (uint32_t rank = 0; rank < 31; rank++)
		if (rank_set_has(set, rank))
			mask |= 1u << rank;
	return mask;
}

static bool toy_has_bit(void *mask, uint32_t rank)
{
	return *(const uint32_t *)mask >> rank & 1;
}

static inline struct rank_set toy_set(struct arena *arena, uint32_t mask)
{
	return rank_set_where(arena, 31, toy_has_bit, &mask);
}

// ---- making one

static inline struct toy toy_random(struct toy_dice *dice)
{
	struct toy toy = { .len = TOY_PACKAGES - toy_roll(dice, 4) * toy_roll(dice, 3) };
	uint32_t most_ranks = 3 + toy_roll(dice, 6), density = 2 + toy_roll(dice, 4),
		 width = 1 + toy_roll(dice, 3);
	// The root wants all, at any version: the work is among the others
	bool is_crowded = toy_roll(dice, 2) == 0;
	toy.count[0] = toy.usable[0] = 1;
	for (uint32_t p = 1; p < toy.len; p++) {
		toy.count[p] =
			toy_roll(dice, 20) == 0 ? 0 : 1 + toy_roll(dice, most_ranks);
		toy.count[p] = toy.count[p] < TOY_RANKS ? toy.count[p] : TOY_RANKS;
		toy.usable[p] = (1u << toy.count[p]) - 1;
		if (toy_roll(dice, 5) == 0)
			toy.usable[p] &= toy_roll(dice, 1u << TOY_RANKS);
		toy.priority[p] = (uint8_t)toy_roll(dice, 4);
		toy.prefers_low[p] = toy_roll(dice, 4) == 0;
		if (p > 1 && toy_roll(dice, 6) == 0 && toy.tied_to[p - 1] == 0) {
			toy.tied_to[p] = p - 1;
			toy.count[p] = toy.count[p - 1];
			toy.usable[p] = toy.usable[p - 1];
			toy.prefers_low[p] = toy.prefers_low[p - 1];
			toy.priority[p] = toy.priority[p - 1];
		}
	}
	for (uint32_t p = 0; p < toy.len; p++) {
		for (uint32_t r = 0; r < toy.count[p]; r++) {
			struct toy_release *release = &toy.releases[p][r];
			release->is_broken = p > 0 && toy_roll(dice, 20) == 0;
			release->len =
				p == 0 ? 1 + toy_roll(dice, 3) : toy_roll(dice, density);
			if (is_crowded)
				release->len =
					p == 0 ? TOY_DEPENDENCIES : 1 + toy_roll(dice, 3);
			if (r > 0 &&
			    toy_roll(dice, 4) ==
				    0) { // the same as the release before: facts get merged
				*release = toy.releases[p][r - 1];
				continue;
			}
			for (uint32_t d = 0; d < release->len; d++) {
				uint32_t allowed = 0;
				for (uint32_t w = 0; w < width; w++)
					allowed |= toy_roll(dice, 1u << TOY_RANKS);
				uint32_t other = 1 + toy_roll(dice, toy.len - 1);
				if (is_crowded && p == 0) {
					other = 1 + d % (toy.len - 1);
					allowed = UINT32_MAX;
				}
				allowed &= (1u << toy.count[other]) - 1;
				release->dependencies[d] =
					(struct toy_dependency){ other, allowed };
			}
		}
	}
	return toy;
}

// ---- driving the solver

static inline void toy_give_versions(const struct toy *toy, struct solver *solver,
				     uint32_t p)
{
	uint32_t prefer[TOY_RANKS], len = 0;
	if (p == SOLVER_ROOT)
		return;
	for (uint32_t i = 0; i < toy->count[p]; i++) {
		uint32_t rank = toy->prefers_low[p] ? i : toy->count[p] - 1 - i;
		if (toy->usable[p] >> rank & 1)
			prefer[len++] = rank;
	}
	struct solver_versions versions = { toy->count[p], prefer, len,
					    toy->priority[p] };
	solver_give_versions(solver, p, &versions);
}

static inline void toy_answer(const struct toy *toy, struct solver *solver, uint32_t p,
			      uint32_t rank)
{
	struct arena arena = { 0 };
	struct solver_dependency given[TOY_DEPENDENCIES];
	const struct toy_release *release = &toy->releases[p][rank];
	for (uint32_t d = 0; d < release->len; d++)
		given[d] = (struct solver_dependency){
			release->dependencies[d].package,
			toy_set(&arena, release->dependencies[d].allowed),
			p * 100 + rank * 10 + d
		};
	if (release->is_broken)
		solver_exclude(solver, p, rank, p * 100 + rank * 10);
	else
		solver_give_dependencies(solver, p, rank, given, release->len);
	arena_release(&arena);
}

// Runs to the end. With dice, some hints and some releases nobody asked for are answered too, versions late.
static inline enum solver_state toy_solve(const struct toy *toy, struct solver *solver,
					  struct toy_dice *dice)
{
	for (uint32_t p = 1; p < toy->len; p++) {
		if (toy->tied_to[p] == 0 && (!dice || toy_roll(dice, 2) == 0))
			toy_give_versions(toy, solver, p);
		if (toy->tied_to[p] != 0) {
			toy_give_versions(toy, solver, toy->tied_to[p]);
			solver_tie(solver, p, toy->tied_to[p]);
		}
	}
	for (;;) {
		struct solver_step step = solver_run(solver);
		if (step.state == SOLVER_PAUSED)
			continue;
		if (step.state != SOLVER_NEED)
			return step.state;
		for (size_t i = 0; dice && i < step.hint_len; i++)
			if (toy_roll(dice, 2) == 0)
				toy_answer(toy, solver, step.hints[i].package,
					   step.hints[i].rank);
		for (size_t i = 0; i < step.need_len; i++) {
			if (step.needs[i].kind == NEED_VERSIONS)
				toy_give_versions(toy, solver, step.needs[i].package);
			else
				toy_answer(toy, solver, step.needs[i].package,
					   step.needs[i].rank);
		}
	}
}

// ---- judging solutions

enum { TOY_ABSENT = -1 };

static inline bool toy_allows(const struct toy *toy, const int64_t *picks, uint32_t p,
			      uint32_t known_below)
{
	if (picks[p] == TOY_ABSENT)
		return true;
	const struct toy_release *release = &toy->releases[p][picks[p]];
	if (release->is_broken || !(toy->usable[p] >> picks[p] & 1))
		return false;
	if (toy->tied_to[p] != 0 && picks[toy->tied_to[p]] != picks[p])
		return false; // the base has a lower number
	for (uint32_t d = 0; d < release->len; d++) {
		const struct toy_dependency *dependency = &release->dependencies[d];
		if (dependency->package >= known_below)
			continue;
		int64_t pick = picks[dependency->package];
		if (pick == TOY_ABSENT || !(dependency->allowed >> pick & 1))
			return false;
	}
	return true;
}

static inline bool toy_is_valid(const struct toy *toy, const int64_t *picks,
				uint32_t known_below)
{
	for (uint32_t p = 0; p < known_below; p++)
		if (!toy_allows(toy, picks, p, known_below))
			return false;
	return true;
}

// Depth is the number of packages.
static inline bool toy_search(const struct toy *toy, int64_t *picks, uint32_t p)
{
	if (!toy_is_valid(toy, picks, p))
		return false;
	if (p == toy->len)
		return true;
	for (picks[p] = p == 0 ? 0 : TOY_ABSENT; picks[p] < toy->count[p]; picks[p]++)
		if (toy_search(toy, picks, p + 1))
			return true;
	return false;
}

static inline bool toy_is_satisfiable(const struct toy *toy)
{
	int64_t picks[TOY_PACKAGES] = { 0 };
	return toy_search(toy, picks, 0);
}

// Every pick is wanted by the root or by another that is.
static inline bool toy_is_reachable(const struct toy *toy, const int64_t *picks)
{
	uint32_t reached = 1;
	for (uint32_t round = 0; round < toy->len; round++) {
		for (uint32_t p = 0; p < toy->len; p++) {
			if (!(reached >> p & 1) || picks[p] == TOY_ABSENT)
				continue;
			const struct toy_release *release = &toy->releases[p][picks[p]];
			for (uint32_t d = 0; d < release->len; d++)
				reached |= 1u << release->dependencies[d].package;
			reached |= 1u << toy->tied_to[p];
		}
	}
	for (uint32_t p = 0; p < toy->len; p++)
		if (picks[p] != TOY_ABSENT && !(reached >> p & 1))
			return false;
	return true;
}

static inline const char *toy_fault_of_solution(const struct toy *toy,
						const struct solver *solver)
{
	int64_t picks[TOY_PACKAGES];
	for (uint32_t p = 0; p < toy->len; p++)
		picks[p] = solver_pick(solver, p);
	if (picks[0] != 0)
		return "the root is not picked";
	if (!toy_is_valid(toy, picks, toy->len))
		return "the picks break a dependency";
	return toy_is_reachable(toy, picks) ? NULL : "a pick is not needed";
}

// ---- judging proofs: states of a package as bits, TOY_RANKS for "not selected"

enum { TOY_STATES = (1u << (TOY_RANKS + 1)) - 1 };

static inline uint32_t toy_states(const struct solver_term *term)
{
	uint32_t ranks = toy_mask(term->ranks);
	return term->is_negative ? ~ranks & TOY_STATES : ranks;
}

static inline uint32_t toy_states_of(const struct solver_fact *fact, uint32_t package)
{
	for (size_t i = 0; i < fact->term_len; i++)
		if (fact->terms[i].package == package)
			return toy_states(&fact->terms[i]);
	return TOY_STATES;
}

// Whatever makes all terms of `fact` hold makes all terms of one of the two causes hold.
static inline bool toy_follows(const struct toy *toy, const struct solver_fact *fact,
			       const struct solver_fact *a, const struct solver_fact *b)
{
	for (size_t i = 0; i < a->term_len; i++) {
		for (size_t k = 0; k < b->term_len; k++) {
			uint32_t p = a->terms[i].package, q = b->terms[k].package;
			uint32_t left_p =
				toy_states_of(fact, p) & ~toy_states(&a->terms[i]);
			uint32_t left_q =
				toy_states_of(fact, q) & ~toy_states(&b->terms[k]);
			uint32_t real_p = (1u << toy->count[p]) - 1,
				 real_q = (1u << toy->count[q]) - 1;
			left_p &= real_p | 1u << TOY_RANKS;
			left_q &= real_q | 1u << TOY_RANKS;
			if (p == q ? (left_p & left_q) != 0
				   : (left_p != 0 && left_q != 0))
				return false;
		}
	}
	return true;
}

static inline bool toy_depends(const struct toy_release *release,
			       const struct solver_fact *fact)
{
	uint32_t allowed = toy_mask(fact->allowed);
	for (uint32_t d = 0; d < release->len; d++) {
		const struct toy_dependency *dependency = &release->dependencies[d];
		bool is_same = fact->is_joined ? (dependency->allowed & ~allowed) == 0
					       : dependency->allowed == allowed;
		if (dependency->package == fact->other && is_same)
			return true;
	}
	return false;
}

static inline bool toy_is_true(const struct toy *toy, const struct solver_fact *fact)
{
	uint32_t p = fact->package, from = toy_mask(fact->from),
		 allowed = toy_mask(fact->allowed);
	uint32_t states = toy_states_of(fact, p);
	bool about_usable = (states & ~from) == 0 && from >> toy->count[p] == 0;
	bool about_other = fact->other == p ||
			   toy_states_of(fact, fact->other) == (~allowed & TOY_STATES) ||
			   allowed == 0;
	for (uint32_t r = 0; r < toy->count[p]; r++) {
		const struct toy_release *release = &toy->releases[p][r];
		if (!((from & toy->usable[p]) >> r & 1))
			continue;
		if (fact->kind == FACT_DEPENDENCY &&
		    (release->is_broken || !toy_depends(release, fact)))
			return false;
	}
	switch (fact->kind) {
	case FACT_DEPENDENCY:
		return about_usable && about_other &&
		       (fact->other != p || !(from & allowed & toy->usable[p]));
	case FACT_NO_VERSIONS:
		return about_usable && (from & toy->usable[p]) == 0 &&
		       fact->term_len == 1;
	case FACT_EXCLUDED:
		for (uint32_t r = 0; r < toy->count[p]; r++)
			if (from >> r & 1 && !toy->releases[p][r].is_broken)
				return false;
		return about_usable && fact->term_len == 1;
	case FACT_TIE:
		return about_usable && about_other && fact->other == toy->tied_to[p] &&
		       from == allowed;
	case FACT_DERIVED: break;
	}
	return false;
}

static inline const char *toy_fault_of_proof(const struct toy *toy,
					     struct solver_conflict conflict)
{
	bool is_used[4096] = { 0 };
	if (conflict.len == 0 || conflict.len > 4096)
		return "a proof of a strange length";
	const struct solver_fact *last = &conflict.facts[conflict.len - 1];
	if (last->term_len > 1 ||
	    (last->term_len == 1 && last->terms[0].package != SOLVER_ROOT))
		return "the last fact is no contradiction";
	is_used[conflict.len - 1] = true;
	for (size_t i = conflict.len; i-- > 0;) {
		const struct solver_fact *fact = &conflict.facts[i];
		if (!is_used[i])
			return "a fact that nothing follows from";
		if (fact->kind != FACT_DERIVED && !toy_is_true(toy, fact))
			return "a fact that is not true";
		if (fact->kind != FACT_DERIVED)
			continue;
		if (fact->causes[0] >= i || fact->causes[1] >= i)
			return "a cause that comes later";
		if (!toy_follows(toy, fact, &conflict.facts[fact->causes[0]],
				 &conflict.facts[fact->causes[1]]))
			return "a fact that does not follow";
		is_used[fact->causes[0]] = is_used[fact->causes[1]] = true;
	}
	return NULL;
}

// What facts say, as states of each package: derived facts and the one left aside say nothing.
struct toy_claims {
	uint32_t len;
	uint32_t states[256][TOY_PACKAGES];
};

static inline struct toy_claims toy_claims_of(struct solver_conflict conflict,
					      size_t without)
{
	struct toy_claims claims = { 0 };
	for (size_t i = 0; i < conflict.len && claims.len < 256; i++) {
		if (i == without || conflict.facts[i].kind == FACT_DERIVED)
			continue;
		for (uint32_t p = 0; p < TOY_PACKAGES; p++)
			claims.states[claims.len][p] =
				toy_states_of(&conflict.facts[i], p);
		claims.len++;
	}
	return claims;
}

static inline bool toy_is_alike(const struct toy_claims *claims, uint32_t p, uint32_t a,
				uint32_t b)
{
	for (uint32_t i = 0; i < claims->len; i++)
		if ((claims->states[i][p] >> a & 1) != (claims->states[i][p] >> b & 1))
			return false;
	return true;
}

// Some choice for the packages p and later makes every claim fail that is open still: that held for those before.
// Depth is the number of packages.
static inline bool toy_evades(const struct toy *toy, const struct toy_claims *claims,
			      const bool *open, uint32_t p)
{
	bool is_any_open = false;
	for (uint32_t i = 0; i < claims->len; i++)
		is_any_open = is_any_open || open[i];
	if (p == toy->len || !is_any_open)
		return !is_any_open;
	for (uint32_t state = 0; state <= TOY_RANKS; state++) {
		bool can_be =
			toy->usable[p] >> state & 1 || (state == TOY_RANKS && p > 0);
		for (uint32_t other = 0; other < state && can_be; other++)
			can_be = !(toy->usable[p] >> other & 1) ||
				 !toy_is_alike(claims, p, state, other);
		bool left[256];
		for (uint32_t i = 0; i < claims->len; i++)
			left[i] = open[i] && claims->states[i][p] >> state & 1;
		if (can_be && toy_evades(toy, claims, left, p + 1))
			return true;
	}
	return false;
}

// No fact can be spared.
static inline bool toy_is_minimal(const struct toy *toy, struct solver_conflict conflict)
{
	for (size_t i = 0; i < conflict.len; i++) {
		struct toy_claims claims = toy_claims_of(conflict, i);
		bool open[256];
		memset(open, true, sizeof(open));
		enum solver_fact_kind kind = conflict.facts[i].kind;
		if (kind != FACT_DERIVED && kind != FACT_NO_VERSIONS &&
		    !toy_evades(toy, &claims, open, 0))
			return false;
	}
	return true;
}

// Everything that can be wrong with the solver's answer but for too many facts, or NULL.
static inline const char *toy_fault(const struct toy *toy, const struct solver *solver,
				    enum solver_state state)
{
	if (toy_is_satisfiable(toy) != (state == SOLVER_SOLVED))
		return state == SOLVER_SOLVED ? "solved what has no solution"
					      : "there is a solution";
	return state == SOLVER_SOLVED ? toy_fault_of_solution(toy, solver)
				      : toy_fault_of_proof(toy, solver_conflict(solver));
}
