// SPDX-License-Identifier: MIT
// Choosing one version for each package so that all requirements hold: PubGrub as a pure, resumable state machine.
//
// The world is numbers. A package is a dense id the driver hands out (a project, or a project with one extra: sol.7);
// its versions are ranks 0 … count-1, ascending in version order. Package SOLVER_ROOT has the one rank 0 and stands
// for the user. A dependency is (package, set of ranks, reason). The solver keeps incompatibilities (sets of terms that
// cannot all hold), propagates units, decides, and on a conflict learns and jumps back, as Natalie Weizenbaum's
// description of PubGrub has it.
//
//	step → NEED versions of 3        driver: solver_give_versions(3, …)
//	step → NEED dependencies of 3@7  driver: solver_give_dependencies(3, 7, …)   (all packages named there may be new)
//	step → SOLVED                    solver_pick(3) == 7
//	step → CONFLICT                  solver_conflict(): the derivation graph, facts at its leaves
//
// It never blocks, prints, or reads a clock: the same answers in any order of arrival give the same solution, because
// decisions are made only on packages whose versions are known and by a fixed priority.
#pragma once

#include "base/arena.h"
#include "resolver/solver/rank_set.h"

enum { SOLVER_ROOT = 0 };

// Why a dependency or an exclusion exists: an opaque number of the driver's (an edge with its span), handed back in the
// derivation.
typedef uint32_t solver_reason;

struct solver_dependency {
	uint32_t package;
	struct rank_set allowed; // of that package; its versions must have been given before
	solver_reason reason;
};

struct solver_versions {
	uint32_t count;          // ranks 0 … count-1; 0: the package does not exist or has no release
	const uint32_t *prefer;  // usable ranks, best first (stable first, then pre-releases: 440.10); copied
	uint32_t prefer_len;     // ranks not in `prefer` cannot be chosen
	uint8_t priority;        // lower is decided earlier: 0 URL, 1 exact pin by the user, 2 named by the user, 3 other
};

enum solver_state { SOLVER_SOLVED, SOLVER_CONFLICT, SOLVER_NEED };

enum solver_need_kind { NEED_VERSIONS, NEED_DEPENDENCIES };

struct solver_need {
	enum solver_need_kind kind;
	uint32_t package, rank; // rank only for dependencies
};

// What step() wants: `needs[0..need_len)` stop it; `hints` are what it will likely want next (prefetch), most likely
// first. Valid until the next call.
struct solver_step {
	enum solver_state state;
	const struct solver_need *needs, *hints;
	size_t need_len, hint_len;
};

struct solver;

struct solver *solver_new(void);
void solver_free(struct solver *solver);

// Root's dependencies are given like any other's: solver_give_dependencies(solver, SOLVER_ROOT, 0, …).
void solver_give_versions(struct solver *solver, uint32_t package, const struct solver_versions *versions);
// Two packages with one version, as a project with an extra and the project (sol.7): extra@r requires base@r, for every
// r. The base must have its versions; the extra gets the same, unless it was given equal ones. Call it before the extra
// is named in a dependency that is given.
void solver_tie(struct solver *solver, uint32_t extra, uint32_t base);
void solver_give_dependencies(struct solver *solver, uint32_t package, uint32_t rank,
			      const struct solver_dependency *dependencies, size_t len);
// The release turned out unusable (broken metadata, needs a build): never chosen again, with a reason.
void solver_exclude(struct solver *solver, uint32_t package, uint32_t rank, solver_reason reason);

struct solver_step solver_run(struct solver *solver);

enum { SOLVER_NO_PICK = -1 };
int64_t solver_pick(const struct solver *solver, uint32_t package); // after SOLVED: rank or SOLVER_NO_PICK

// The derivation of a conflict: facts (leaves) and the steps that combine two earlier ones, in an order in which causes
// come first; the last one is the contradiction.
enum solver_fact_kind {
	FACT_DEPENDENCY,  // package@from ranks depend on `other` within `allowed`
	FACT_NO_VERSIONS, // package has no usable version within `from`
	FACT_EXCLUDED,    // package@from ruled out by solver_exclude
	FACT_TIE,         // package@from requires the same rank of `other` (`allowed` is `from`)
	FACT_DERIVED,     // follows from causes[0] and causes[1]
};

// "package is selected within ranks"; negative: "it is not: not selected at all, or elsewhere".
struct solver_term {
	uint32_t package;
	bool is_negative;
	struct rank_set ranks;
};

struct solver_fact {
	enum solver_fact_kind kind;
	uint32_t package, other;
	struct rank_set from, allowed;
	solver_reason reason; // of the dependency or exclusion
	uint32_t causes[2];   // indices of earlier facts, FACT_DERIVED only
	const struct solver_term *terms; // what the fact says: these do not all hold
	size_t term_len;
};

struct solver_conflict {
	const struct solver_fact *facts;
	size_t len;
};

struct solver_conflict solver_conflict(const struct solver *solver); // after CONFLICT; valid until solver_free

struct solver_counts {
	uint64_t decisions, conflicts, incompatibilities;
};
struct solver_counts solver_counts(const struct solver *solver);
