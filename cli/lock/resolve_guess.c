// SPDX-License-Identifier: MIT
// What the solver will likely ask next, fetched while it waits (peers-lock 4.6): of each package
// that someone needs the page, of its likeliest release the metadata, of that the packages it
// needs. Without this each level of the tree would cost as many waits as it has packages to
// decide. A guess fetches and tells nothing: nodes have no say in the solution (solver.h).
#include "cli/lock/resolve_parts.h"

#include "cli/lock/overrides.h"

enum {
	// Of a project, as many needs as a guess looks at: the first ones settle most.
	BOUNDS_MAX = 8,
	// A hostile index could lead on without end.
	GUESSED_NODES_MAX = 4096,
};

static bool is_bound(const struct node *node, const struct specifier_set *specifiers)
{
	for (size_t i = 0; i < node->guess.bounds.len; i++)
		if (node->guess.bounds.items[i] == specifiers)
			return true;
	return false;
}

// A need that someone likely has: its page is wanted, and its specifiers narrow the guess.
static void expect(struct resolve *resolve, const struct requirement *requirement)
{
	if (requirement->url.len)
		return;
	(void)want_requirement(resolve, requirement);
	struct node *node =
		&resolve->nodes.items[node_of(resolve, requirement->name, S(""))];
	if (requirement->specifiers.len == 0 || node->guess.bounds.len == BOUNDS_MAX ||
	    is_bound(node, &requirement->specifiers))
		return;
	*array_push(&resolve->arena, &node->guess.bounds) = &requirement->specifiers;
	node->guess.settled = false;
}

static void expect_roots(struct resolve *resolve)
{
	const struct requirement_set *set = resolve->options->requirements;
	for (size_t i = 0; i < set->len; i++)
		if (asks_for_package(resolve, &set->entries[i]))
			expect(resolve,
			       overridden(resolve, S(""), &set->entries[i].requirement));
}

static bool is_admitted(const struct rank_set *sets, size_t len, uint32_t rank)
{
	for (size_t i = 0; i < len; i++)
		if (!rank_set_has(sets[i], rank))
			return false;
	return true;
}

// The best release that all known needs admit; where there is none, the best one.
static const struct project_file *likeliest_file(struct resolve *resolve, uint32_t id)
{
	const struct node *node = &resolve->nodes.items[id];
	const struct candidates *candidates = &node->candidates;
	struct rank_set sets[BOUNDS_MAX];
	size_t len = node->guess.bounds.len;
	if (candidates->prefer_len == 0)
		return NULL;
	for (size_t i = 0; i < len; i++)
		sets[i] = admitted_ranks(resolve, id, node->guess.bounds.items[i]);
	for (uint32_t i = 0; i < candidates->prefer_len; i++)
		if (is_admitted(sets, len, candidates->prefer[i]))
			return candidate_file(candidates, candidates->prefer[i]);
	return candidate_file(candidates, candidates->prefer[0]);
}

static void settle(struct resolve *resolve, uint32_t id)
{
	const struct project_file *file = likeliest_file(resolve, id);
	struct node *node = &resolve->nodes.items[id];
	node->guess.settled = true;
	if (file == node->guess.file)
		return;
	node->guess.file = file;
	node->guess.followed = false;
	want_metadata(resolve, node->project, file);
}

// Expects what the likeliest release needs, once its metadata is known.
static void follow(struct resolve *resolve, uint32_t id,
		   const struct file_metadata *found)
{
	resolve->nodes.items[id].guess.followed = true;
	if (found->state != METADATA_FOUND)
		return;
	for (size_t i = 0; i < found->metadata.requires_len; i++) {
		const struct requirement *requirement =
			requirement_here(resolve, &resolve->nodes.items[id],
					 &found->metadata.requires_dist[i]);
		if (requirement)
			expect(resolve, requirement);
	}
}

static void guess(struct resolve *resolve, uint32_t id)
{
	struct slice name = resolve->nodes.items[id].name;
	if (!make_ready(resolve, id))
		return;
	uint32_t base = node_of(resolve, name, S(""));
	const struct node *node = &resolve->nodes.items[id];
	if (base == id && !node->guess.settled)
		settle(resolve, id);
	node = &resolve->nodes.items[id];
	const struct project_file *file = resolve->nodes.items[base].guess.file;
	if (!file || (node->guess.followed && node->guess.file == file))
		return;
	const struct file_metadata *found =
		resolve_metadata(resolve, file, resolve->options->target);
	if (!found)
		return;
	resolve->nodes.items[id].guess.file = file;
	follow(resolve, id, found);
}

void guess_ahead(struct resolve *resolve)
{
	expect_roots(resolve);
	for (uint32_t id = 1; id < resolve->nodes.len && id < GUESSED_NODES_MAX; id++)
		guess(resolve, id);
}
