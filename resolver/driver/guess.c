// SPDX-License-Identifier: MIT
// What the solver will likely ask next, fetched while it waits (peers-lock 4.6): of each package
// that someone needs the page, of its likeliest release the metadata, of that the packages it
// needs. Without this each level of the tree would cost as many waits as it has packages to
// decide. A guess fetches and tells nothing: nodes have no say in the solution (solver.h).
#include "resolver/driver/parts.h"

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
static void expect(struct search *search, const struct requirement *requirement)
{
	if (requirement->url.len)
		return;
	(void)want_requirement(search, requirement);
	struct node *node =
		&search->nodes.items[node_of(search, requirement->name, S(""))];
	if (requirement->specifiers.len == 0 || node->guess.bounds.len == BOUNDS_MAX ||
	    is_bound(node, &requirement->specifiers))
		return;
	*array_push(&search->arena, &node->guess.bounds) = &requirement->specifiers;
	node->guess.settled = false;
}

static void expect_roots(struct search *search)
{
	const struct requirement_set *set = search->request->requirements;
	for (size_t i = 0; i < set->len; i++)
		if (asks_for_package(search, &set->entries[i]))
			expect(search,
			       overridden(search, S(""), &set->entries[i].requirement));
}

static bool is_admitted(const struct rank_set *sets, size_t len, uint32_t rank)
{
	for (size_t i = 0; i < len; i++)
		if (!rank_set_has(sets[i], rank))
			return false;
	return true;
}

// The best release that all known needs admit; where there is none, the best one.
static const struct project_file *likeliest_file(struct search *search, uint32_t id)
{
	const struct node *node = &search->nodes.items[id];
	const struct candidates *candidates = &node->candidates;
	struct rank_set sets[BOUNDS_MAX];
	size_t len = node->guess.bounds.len;
	if (candidates->prefer_len == 0)
		return NULL;
	for (size_t i = 0; i < len; i++)
		sets[i] = admitted_ranks(search, id, node->guess.bounds.items[i]);
	for (uint32_t i = 0; i < candidates->prefer_len; i++)
		if (is_admitted(sets, len, candidates->prefer[i]))
			return candidate_file(candidates, candidates->prefer[i]);
	return candidate_file(candidates, candidates->prefer[0]);
}

static void settle(struct search *search, uint32_t id)
{
	const struct project_file *file = likeliest_file(search, id);
	struct node *node = &search->nodes.items[id];
	node->guess.settled = true;
	if (file == node->guess.file)
		return;
	node->guess.file = file;
	node->guess.followed = false;
	want_metadata(search, node->project, file);
}

// Expects what the likeliest release needs, once its metadata is known.
static void follow(struct search *search, uint32_t id, const struct file_metadata *found)
{
	search->nodes.items[id].guess.followed = true;
	if (found->state != METADATA_FOUND)
		return;
	for (size_t i = 0; i < found->metadata.requires_len; i++) {
		const struct requirement *requirement =
			requirement_here(search, &search->nodes.items[id],
					 &found->metadata.requires_dist[i]);
		if (requirement)
			expect(search, requirement);
	}
}

static void guess(struct search *search, uint32_t id)
{
	struct slice name = search->nodes.items[id].name;
	if (!make_ready(search, id))
		return;
	uint32_t base = node_of(search, name, S(""));
	const struct node *node = &search->nodes.items[id];
	if (base == id && !node->guess.settled)
		settle(search, id);
	node = &search->nodes.items[id];
	const struct project_file *file = search->nodes.items[base].guess.file;
	if (!file || (node->guess.followed && node->guess.file == file))
		return;
	const struct file_metadata *found =
		search_metadata(search, file, search->class.target);
	if (!found)
		return;
	search->nodes.items[id].guess.file = file;
	follow(search, id, found);
}

void guess_ahead(struct search *search)
{
	expect_roots(search);
	for (uint32_t id = 1; id < search->nodes.len && id < GUESSED_NODES_MAX; id++)
		guess(search, id);
}
