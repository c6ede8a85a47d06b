// SPDX-License-Identifier: MIT
// One search: the graph of nodes and edges that the driver has built for one class of targets, the solver that works on
// it, and what is known of the releases. The driver fills it; resolver/explain reads it to say what came of it.
#pragma once

#include "resolver/driver/driver.h"
#include "resolver/solver/solver.h"

// The target, and those that markers cannot tell from it (two libc floors): one version, several wheels.
struct target_class {
	const struct target *target;
	const struct target *const *others;
	size_t others_len;
};

// Who asks for what: a requirement of the user's (entry) or of a release's metadata.
struct edge {
	uint32_t from;                         // node; SOLVER_ROOT for the user
	struct slice from_text;                // "torch 2.3.0" for a release's
	const struct requirement *requirement; // what is asked
	const struct requirement_entry *entry; // NULL unless the user's
	// The user's override that the requirement stems from, or NULL
	const struct requirement_entry *override;
	struct slice problem; // for exclusions: why the release cannot be used
};

// What is likely to be picked, before the solver has come to it (guess.c).
struct guess {
	ARRAY_OF(const struct specifier_set *) bounds; // of needs seen so far
	const struct project_file *file;
	bool settled;  // file is the best of what the bounds admit
	bool followed; // what it needs is expected, too
};

struct node {
	struct slice name, extra; // extra "" for the project itself
	const struct project *project;
	// For the target; `prefer` holds what all targets of the class can use
	struct candidates candidates;
	struct candidates *others; // for class.others, without `prefer`
	bool ready;                // versions given to the solver
	struct guess guess;
};

struct ask; // dependencies the solver wants to know

struct search {
	struct driver *driver;
	const struct resolve_request *request;
	// The request's, and picks of earlier classes; NULL for none
	const struct preferences *preferred, *shared;
	struct target_class class;
	struct solver *solver;
	struct arena arena;
	struct target_answers *answers; // of the target, then of class.others
	struct map node_ids;            // "name" or "name[extra" → node id
	ARRAY_OF(struct node) nodes;    // [0] is the root
	struct map edge_ids;            // text key → edge
	ARRAY_OF(struct edge) edges;
	struct map ask_ids;
	ARRAY_OF(struct ask) asks;
	bool is_void; // a file took the place of an index: everything is to be asked anew
	uint64_t rounds;
	size_t extras_ruled_out; // releases without an extra that they are asked for
	bool takes_any_extra;    // such releases are looked at, too
	bool wants_build; // it ended at a release that only a build backend can speak for
};

// The class of targets that starts with the at-th; NULL where it was not searched, or another one has it.
struct search *solution_search(const struct solution *solution, size_t at);

// "uvicorn[standard]"; lives in the search's arena.
struct slice node_text(struct search *search, uint32_t node);
// What is known of a file for a target: from its source tree, its build backend, or the index. NULL: nothing yet.
const struct file_metadata *search_metadata(const struct search *search,
					    const struct project_file *file,
					    const struct target *target);
// Which of the node's ranks the set admits; lives in the search's arena.
struct rank_set admitted_ranks(struct search *search, uint32_t node,
			       const struct specifier_set *specifiers);

// Releases of a project that the solver wanted, and that were left out for something that a user could change: the best of
// them, and how many there are.
struct passed_over {
	struct slice release, why; // "pref 0.15.13", "'9.0.0a1.0' is not a version"
	size_t count;
	const struct ask *ask; // of that release, or NULL
};

struct passed_over_list {
	struct passed_over *items;
	size_t len, cap;
};

// After a solution. Lives in the search's arena.
struct passed_over_list search_passed_over(struct search *search);

// What a file is of: NULL for those of an index.
const struct direct_file *direct_file_of(const struct driver *driver,
					 const struct project_file *file);
// The same: NULL for those of an index, and for archives, whose metadata the index reads.
const struct direct_file *direct_tree_of(const struct driver *driver,
					 const struct project_file *file);
