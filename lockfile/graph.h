// SPDX-License-Identifier: MIT
// Who depends on whom in a lock: its packages as a graph, from the roots that a user asked for.
//
//	app ──▶ web ──▶ numpy        nodes: packages, in the lock's order
//	 └────────────────▲          roots: app
//
// A lock names dependencies, not versions (751.4). If it has several entries of a name, an edge leads to each one that
// some target of the lock takes together with the package that depends on it.
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

// The roots are what the lock's requirements name, then whatever these do not reach: packages that nobody depends on,
// and the first one of a circle. So every node can be reached from a root. A lock that does not say its targets, or
// names them in words that are not ours, has every edge that its names allow. The graph borrows from the lock.
void lock_graph_init(struct lock_graph *graph, struct arena *arena,
		     const struct lock *lock);

// Returns how many entries a name has, with the first of them in *ret_first; they are
// neighbours in the lock's order.
size_t lock_graph_find(const struct lock_graph *graph, struct slice name,
		       uint32_t *ret_first);

// The same of a name as somebody typed it, which must be there. lock_path: for messages. ERROR_NO with what is near.
NODISCARD int lock_graph_get(const struct lock_graph *graph, const char *lock_path,
			     struct slice name, uint32_t *ret_first, size_t *ret_len,
			     struct error *err);

// A way from a root to a node that leads neither through another root nor in a circle. The shortest chains come first.
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
