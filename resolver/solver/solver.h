// SPDX-License-Identifier: MIT
// Choosing one version for each package so that all requirements hold: PubGrub as a pure, resumable state machine.
//
// The world is numbers. A package is a dense id the driver hands out (a project, or a project with one extra: sol.7);
// its versions are ranks 0 … count-1, ascending in version order. Package SOLVER_ROOT has the one rank 0 and stands
// for the user. A dependency is (package, set of ranks, reason).
//
// Logic. A package is in exactly one state: one of its ranks, or not selected. A term, "foo within {1, 2}" or "not foo
// within {1, 2}", is a set of states; the negative one holds the ranks outside and "not selected". An incompatibility is
// a set of terms that cannot all hold. That foo@1 depends on bar within {0} is { foo 1, not bar 0 }. If all terms of an
// incompatibility hold but one, that one must fail: this is all there is to inference. When nothing follows any more,
// the best release of the next package is chosen; when all terms of an incompatibility hold, the conflict is traced to
// the choice it hangs on, what was learned becomes an incompatibility, and choices after the cause are taken back (as
// Natalie Weizenbaum's description of PubGrub has it). foo (1) with ranks 0 and 1 and bar (2) with rank 0, for example:
//
//	run → NEED dependencies of root@0   given: foo within {0, 1}   { root 0, not foo 0-1 }: so foo is in {0, 1}
//	run → NEED dependencies of foo@1    given: bar within {0}      { foo 1, not bar 0 }; foo 1 chosen, so bar is in {0}
//	run → NEED dependencies of bar@0    given: foo within {0}      { bar 0, not foo 0 } holds: joined with the cause of
//	                                                               bar 0 that is { foo 1 }; taken back, foo is in {0}
//	run → NEED dependencies of foo@0    given: nothing
//	run → SOLVED                        solver_pick(foo) == 0, solver_pick(bar) == SOLVER_NO_PICK
//
// Order of choice: `priority` 0, then 1 together with whatever has one usable version left, then packages moved by
// conflicts (one whose releases were rejected five times for others' sake is moved first, those others behind it), then
// the rest by `priority` and in the order in which dependencies named them.
//
// It never blocks, prints, or reads a clock. The same answers give the same solution in whatever order they arrive and
// whatever ids packages have: what comes before it is asked for waits until it would have been.
#pragma once

#include "base/arena.h"
#include "resolver/solver/rank_set.h"

enum { SOLVER_ROOT = 0 };

// Why a dependency or an exclusion exists: an opaque number of the driver's (an edge with its span), handed back in the
// derivation. Releases of one package that depend on the same are one fact, with the reason of the first of them.
typedef uint32_t solver_reason;

struct solver_dependency {
	uint32_t package;        // not the root; the package itself is allowed
	struct rank_set allowed; // of that package; copied
	solver_reason reason;
};

struct solver_versions {
	// Ranks 0 … count-1; 0: the package does not exist or has no release
	uint32_t count;
	// Usable ranks, best first (stable first, then pre-releases: 440.10); copied
	const uint32_t *prefer;
	uint32_t prefer_len; // ranks not in `prefer` cannot be chosen
	uint8_t priority; // lower is decided earlier: 0 URL, 1 exact pin by the user, 2 named by the user, 3 other
};

// SOLVER_PAUSED: nothing is wanted, run again; see solver_pause_every().
enum solver_state { SOLVER_SOLVED, SOLVER_CONFLICT, SOLVER_NEED, SOLVER_PAUSED };

enum solver_need_kind { NEED_VERSIONS, NEED_DEPENDENCIES };

struct solver_need {
	enum solver_need_kind kind;
	uint32_t package, rank; // rank only for dependencies
};

// What run() wants: `needs[0..need_len)` stop it; `hints` (at most 64) are dependencies it will likely want next, most
// likely first: prefetch them. Valid until the next call.
struct solver_step {
	enum solver_state state;
	const struct solver_need *needs, *hints;
	size_t need_len, hint_len;
};

struct solver;

struct solver *solver_new(void);
void solver_free(struct solver *solver); // NULL is fine

// Answers. They may come unasked. Of two about the same the first counts, but an exclusion always does. Ranks outside
// what a package was given and dependencies on the root are bugs of the driver.
void solver_give_versions(struct solver *solver, uint32_t package,
			  const struct solver_versions *versions);
// Package and rank must have been given. The packages that are named should have been: a set of ranks means nothing
// before that, and the next run asks for their versions. The root's dependencies are given like any other's.
void solver_give_dependencies(struct solver *solver, uint32_t package, uint32_t rank,
			      const struct solver_dependency *dependencies, size_t len);
// The release turned out to be unusable (broken metadata, needs a build) and is never chosen again. Also allowed after
// SOLVED: run again then.
void solver_exclude(struct solver *solver, uint32_t package, uint32_t rank,
		    solver_reason reason);
// A project with an extra and the project itself (sol.7): extra@r requires base@r, for every r, known at once and for
// whole sets of ranks. The base must have its versions; the extra is given the same by this call.
void solver_tie(struct solver *solver, uint32_t extra, uint32_t base);

struct solver_step solver_run(struct solver *solver);
// Makes run() return SOLVER_PAUSED once it has looked at so many incompatibilities (some ten million a second), so that
// a driver can show progress, heed a limit, and give up. 0, as at first: never. What is found does not depend on it.
void solver_pause_every(struct solver *solver, uint64_t looks);
// In a hard search: the package of whose releases most have been tried, and their number in *ret_tried.
uint32_t solver_hardest(const struct solver *solver, uint32_t *ret_tried);

enum { SOLVER_NO_PICK = -1 };
// After SOLVED: the rank or SOLVER_NO_PICK.
int64_t solver_pick(const struct solver *solver, uint32_t package);

// The derivation of a conflict: facts (leaves) and the steps that combine two earlier ones, in an order in which causes
// come first; the last one is the contradiction, and always FACT_DERIVED. Only what it needs is there: without any one
// of the dependencies, ties and exclusions there would be no conflict (unless that is too much to find out).
enum solver_fact_kind {
	FACT_DEPENDENCY, // package@from depends on `other` within `allowed`; unusable ranks may stand in `from`
	FACT_NO_VERSIONS, // package has no usable version within `from`; empty: the requirement matches none at all
	FACT_EXCLUDED, // package@from ruled out by solver_exclude
	FACT_TIE, // package@from requires the same rank of `other` (`allowed` is `from`)
	FACT_DERIVED, // follows from causes[0] and causes[1]; has terms and causes only
};

// "package is selected within ranks"; negative: it is not selected, or elsewhere.
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
	bool is_joined; // several facts in one: each of `from` depends on some part of `allowed`; `reason` is of one
	uint32_t causes[2];              // indices of earlier facts
	const struct solver_term *terms; // what the fact says: these cannot all hold
	size_t term_len;
};

struct solver_conflict {
	const struct solver_fact *facts;
	size_t len;
};

// To be called after CONFLICT; valid until solver_free.
struct solver_conflict solver_conflict(const struct solver *solver);

struct solver_counts {
	uint64_t decisions, conflicts, incompatibilities;
};
struct solver_counts solver_counts(const struct solver *solver);
