// SPDX-License-Identifier: MIT
// The graph of a lock: edges by name, roots, and the chains that lead to a package.
#include "lockfile/graph.h"

#include "packaging/name.h"

#include <string.h>

enum {
	MASK_BITS = 64,
	// Of the chains that are looked at; their number grows with every diamond
	PARTS_MAX = 20000,
};

// --- edges -----------------------------------------------------------------------------------------------------------

size_t lock_graph_find(const struct lock_graph *graph, struct slice name,
		       uint32_t *ret_first)
{
	size_t from = 0, to = graph->len, count = 0;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (slice_cmp(graph->nodes[middle].package->name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	while (from + count < graph->len &&
	       slice_eq(graph->nodes[from + count].package->name, name))
		count++;
	*ret_first = (uint32_t)from;
	return count;
}

int lock_graph_get(const struct lock_graph *graph, const char *lock_path,
		   struct slice name, uint32_t *ret_first, size_t *ret_len,
		   struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char **names = arena_new_array(&scratch, const char *, graph->len + 1);
	*ret_len = lock_graph_find(graph, name_normalize(&scratch, name), ret_first);
	if (*ret_len)
		return 0;
	error_set(err, ERROR_NO, "'%s' has no package '%.*s'", lock_path,
		  SLICE_ARG(name));
	for (size_t i = 0; i < graph->len; i++)
		names[i] = arena_c_string(&scratch, graph->nodes[i].package->name);
	const char *near =
		nearest_word(arena_c_string(&scratch, name), names, graph->len);
	return near ? error_hint(err, "did you mean '%s'?", near) : -1;
}

// Finds which of the lock's targets take each package. Extras and groups are not looked at, so there may be an edge too
// many for some use of the lock, but never one too few.
static void mark_targets(struct lock_graph *graph)
{
	const struct lock *lock = graph->lock;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	bool uses = lock->extras_len || lock->groups_len || lock->default_groups_len;
	bool known = lock->targets_len > 0 && lock->targets_len <= MASK_BITS && !uses;
	struct target *targets =
		arena_new_array(&scratch, struct target, lock->targets_len + 1);
	for (size_t i = 0; known && i < lock->targets_len; i++) {
		struct error ignored = { 0 };
		known = target_parse(&scratch, lock->targets[i], &targets[i], &ignored) ==
			0;
	}
	for (size_t i = 0; i < graph->len; i++) {
		struct lock_node *node = &graph->nodes[i];
		node->targets = known ? 0 : UINT64_MAX;
		for (size_t j = 0; known && j < lock->targets_len; j++) {
			struct marker_context context = { .target = &targets[j] };
			if (marker_holds(node->package->marker, &context))
				node->targets |= (uint64_t)1 << j;
		}
	}
}

static void add_edges(struct lock_graph *graph, struct arena *arena, uint32_t from)
{
	struct lock_node *node = &graph->nodes[from];
	for (size_t i = 0; i < node->package->dependencies_len; i++) {
		uint32_t first;
		size_t count =
			lock_graph_find(graph, node->package->dependencies[i], &first);
		for (uint32_t to = first; to < first + count; to++) {
			if (to == from || !(graph->nodes[to].targets & node->targets))
				continue;
			*array_push(arena, &node->dependencies) = to;
			*array_push(arena, &graph->nodes[to].dependents) = from;
		}
	}
}

// --- roots -----------------------------------------------------------------------------------------------------------

struct reach {
	bool *seen;
	uint32_t *stack;
};

static void mark_reached(const struct lock_graph *graph, struct reach *reach,
			 uint32_t root)
{
	size_t len = 0;
	if (reach->seen[root])
		return;
	reach->seen[root] = true;
	reach->stack[len++] = root;
	while (len) {
		const struct lock_node *node = &graph->nodes[reach->stack[--len]];
		for (size_t i = 0; i < node->dependencies.len; i++) {
			uint32_t next = node->dependencies.items[i];
			if (!reach->seen[next])
				reach->stack[len++] = next;
			reach->seen[next] = true;
		}
	}
}

static void mark_root(struct lock_graph *graph, struct reach *reach, uint32_t node)
{
	graph->nodes[node].is_root = true;
	mark_reached(graph, reach, node);
}

static void find_roots(struct lock_graph *graph, struct arena *arena)
{
	const struct lock *lock = graph->lock;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct reach reach = { arena_new_array(&scratch, bool, graph->len + 1),
			       arena_new_array(&scratch, uint32_t, graph->len + 1) };
	for (size_t i = 0; i < lock->requirements_len; i++) {
		uint32_t first;
		size_t count = lock_graph_find(graph, lock->requirements[i].name, &first);
		for (uint32_t node = first; node < first + count; node++) {
			graph->nodes[node].is_asked = true;
			mark_root(graph, &reach, node);
		}
	}
	for (uint32_t i = 0; i < graph->len; i++)
		if (!reach.seen[i] && graph->nodes[i].dependents.len == 0)
			mark_root(graph, &reach, i);
	for (uint32_t i = 0; i < graph->len; i++)
		if (!reach.seen[i])
			mark_root(graph, &reach, i);
	for (uint32_t i = 0; i < graph->len; i++)
		if (graph->nodes[i].is_root)
			*array_push(arena, &graph->roots) = i;
}

void lock_graph_init(struct lock_graph *graph, struct arena *arena,
		     const struct lock *lock)
{
	*graph = (struct lock_graph){ .lock = lock, .len = lock->len };
	graph->nodes = arena_new_array(arena, struct lock_node, lock->len);
	for (size_t i = 0; i < lock->len; i++)
		graph->nodes[i].package = &lock->packages[i];
	mark_targets(graph);
	for (uint32_t i = 0; i < lock->len; i++)
		add_edges(graph, arena, i);
	find_roots(graph, arena);
}

// --- chains ----------------------------------------------------------------------------------------------------------

// A chain seen from its end: a node, and the part that leads on to the end. Parts are found in the order of their
// length.
struct part {
	uint32_t node, rest; // rest: index of a part, or its own where it is the end
	uint32_t len;
};

struct parts {
	struct part *items;
	size_t len, cap;
};

static bool part_has(const struct parts *parts, uint32_t at, uint32_t node)
{
	while (parts->items[at].node != node && parts->items[at].rest != at)
		at = parts->items[at].rest;
	return parts->items[at].node == node;
}

static void extend_part(const struct lock_graph *graph, struct arena *scratch,
			struct parts *parts, uint32_t at)
{
	struct part part = parts->items[at];
	const struct lock_edges *before = &graph->nodes[part.node].dependents;
	for (size_t i = 0; i < before->len && parts->len < PARTS_MAX; i++)
		if (!part_has(parts, at, before->items[i]))
			*array_push(scratch, parts) =
				(struct part){ before->items[i], at, part.len + 1 };
}

static struct lock_chain chain_of(struct arena *arena, const struct parts *parts,
				  uint32_t at)
{
	struct lock_chain chain = { .len = parts->items[at].len };
	chain.nodes = arena_new_array(arena, uint32_t, chain.len);
	for (size_t i = 0; i < chain.len; i++, at = parts->items[at].rest)
		chain.nodes[i] = parts->items[at].node;
	return chain;
}

struct lock_chains lock_graph_chains(const struct lock_graph *graph, struct arena *arena,
				     uint32_t node, size_t max)
{
	struct lock_chains chains = { 0 };
	struct parts parts = { 0 };
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	*array_push(&scratch, &parts) = (struct part){ node, 0, 1 };
	for (uint32_t at = 0; at < parts.len; at++) {
		bool is_root = graph->nodes[parts.items[at].node].is_root;
		if (is_root && chains.len == max) {
			chains.is_cut = true;
			break;
		}
		if (is_root)
			*array_push(arena, &chains) = chain_of(arena, &parts, at);
		if (!is_root || at == 0)
			extend_part(graph, &scratch, &parts, at);
	}
	chains.is_cut |= parts.len == PARTS_MAX;
	return chains;
}
