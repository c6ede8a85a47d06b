// SPDX-License-Identifier: MIT
// Who depends on whom in a lock: its packages as a graph, from the roots that a user asked for.
//
//	app ──▶ web ──▶ numpy        nodes: packages, in the lock's order
//	 └────────────────▲          roots: app
//
// A lock names dependencies, not versions (751.4). Where it has several entries of a name, an edge leads to each that
// some target of the lock takes together with the one that depends on it.
#pragma once

#include "lockfile/lockfile.h"

struct lock_edges {
	uint32_t *items; // nodes, ascending: by name, then version
	size_t len, cap;
};

struct lock_node {
	const struct lock_package *package;
	struct lock_edges dependencies, dependents;
	uint64_t targets; // of the lock's targets, those that take it
	bool is_root;
	bool is_asked; // a recorded requirement names it
};

struct lock_graph {
	const struct lock *lock;
	struct lock_node *nodes; // lock->packages[i] is nodes[i]
	size_t len;
	struct lock_edges roots;
};

// Roots are what the lock's requirements name, then whatever they do not reach: packages that nobody depends on, and
// of a circle its first. So every node can be reached from a root. Borrows from the lock. A lock that does not say its
// targets, or names them in words that are not ours, has every edge that its names allow.
void lock_graph_init(struct lock_graph *graph, struct arena *arena,
		     const struct lock *lock);

// The entries of a name, neighbours in the lock's order: how many, and the first of them.
size_t lock_graph_find(const struct lock_graph *graph, struct slice name,
		       uint32_t *ret_first);

// The shortest chains first: the ways from a root to a node, without what leads on through another root or in a circle.
struct lock_chain {
	uint32_t *nodes; // root first, the node last
	size_t len;
};

struct lock_chains {
	struct lock_chain *items;
	size_t len, cap;
	bool is_cut; // there are more
};

struct lock_chains lock_graph_chains(const struct lock_graph *graph, struct arena *arena,
				     uint32_t node, size_t max);
