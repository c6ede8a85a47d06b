// SPDX-License-Identifier: MIT
// Looks at a solution for what was taken only as a way around a conflict, and takes it back:
//
//	a pre-release, where a stable release is admitted by all who need the project, and nobody names one (440.10)
//	a release without an extra, where the best that all who need it admit has it
#include "resolver/driver/parts.h"

struct needs {
	struct rank_set admitted;
	bool names_prerelease;
};

static void add_need(struct search *search, uint32_t id,
		     const struct requirement *requirement, struct needs *needs)
{
	if (!requirement || !slice_eq(requirement->name, search->nodes.items[id].name))
		return;
	needs->names_prerelease |=
		specifier_set_names_prerelease(&requirement->specifiers);
	needs->admitted =
		rank_set_intersect(&search->arena, needs->admitted,
				   admitted_ranks(search, id, &requirement->specifiers));
}

// What all admit who need the node's project in the solution.
static struct needs needs_in_solution(struct search *search, uint32_t id)
{
	const struct requirement_set *set = search->request->requirements;
	uint32_t releases = (uint32_t)search->nodes.items[id].project->release_len;
	struct needs needs = { rank_set_all(&search->arena, releases), false };
	for (size_t i = 0; i < set->len; i++)
		if (asks_for_package(search, &set->entries[i]))
			add_need(search, id,
				 overridden(search, S(""), &set->entries[i].requirement),
				 &needs);
	for (size_t i = 0; i < search->asks.len; i++) {
		const struct ask *ask = &search->asks.items[i];
		bool is_picked = solver_pick(search->solver, ask->node) == ask->rank;
		for (size_t j = 0; is_picked && j < ask->requirements.len; j++)
			add_need(search, id, ask->requirements.items[j], &needs);
	}
	return needs;
}

struct rank_set admitted_in_solution(struct search *search, uint32_t id)
{
	return needs_in_solution(search, id).admitted;
}

static void exclude(struct search *search, uint32_t id, uint32_t rank,
		    struct slice problem)
{
	struct edge edge = { .from = id,
			     .from_text = release_text(search, id, rank),
			     .problem = problem };
	solver_exclude(search->solver, id, rank, edge_of(search, &edge));
}

// --- pre-releases ----------------------------------------------------------------------------------------------------

static bool has_stable(const struct node *node, struct rank_set admitted)
{
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++) {
		uint32_t rank = node->candidates.prefer[i];
		if (!node->candidates.items[rank].prerelease &&
		    rank_set_has(admitted, rank))
			return true;
	}
	return false;
}

// The present lock's, or another target's.
static bool is_preferred(const struct search *search, const struct node *node,
			 uint32_t pick)
{
	struct slice text = project_version_text(node->project, pick), version;
	const struct target *target = search->class.target;
	return (preferences_find(search->preferred, node->name, target, &version) &&
		slice_eq(version, text)) ||
	       (preferences_find(search->shared, node->name, target, &version) &&
		slice_eq(version, text));
}

static bool review_prerelease(struct search *search, uint32_t id, uint32_t pick)
{
	const struct node *node = &search->nodes.items[id];
	const struct candidates *candidates = &node->candidates;
	if (node->extra.len || !candidates->items[pick].prerelease ||
	    search->request->policy.prerelease != PRERELEASE_IF_NECESSARY ||
	    direct_of(search->driver, node->project) || is_preferred(search, node, pick))
		return false;
	const struct needs needs = needs_in_solution(search, id);
	if (needs.names_prerelease || !has_stable(node, needs.admitted))
		return false;
	for (uint32_t i = 0; i < candidates->prefer_len; i++)
		if (candidates->items[candidates->prefer[i]].prerelease)
			exclude(search, id, candidates->prefer[i],
				S("a pre-release, which nobody asks for"));
	return true;
}

// --- extras ----------------------------------------------------------------------------------------------------------

static int review_extra(struct search *search, uint32_t id, uint32_t pick,
			struct error *err)
{
	const struct node *node = &search->nodes.items[id];
	const struct project_file *file = candidate_file(&node->candidates, pick);
	const struct file_metadata *found =
		search_metadata(search, file, search->class.target);
	uint32_t better;
	if (node->extra.len == 0 || provides_extra(&found->metadata, node->extra))
		return 0;
	const struct needs needs = needs_in_solution(search, id);
	int has = find_with_extra(search, id, needs.admitted, &better);
	for (; has < 0; has = find_with_extra(search, id, needs.admitted, &better))
		if (wait_for_index(search, err) < 0)
			return -1;
	if (has)
		exclude(search, id, pick, lacks_extra_text(search, id, better));
	return has;
}

int review_solution(struct search *search, struct error *err)
{
	bool is_changed = false;
	for (uint32_t id = 1; id < search->nodes.len; id++) {
		int64_t pick = solver_pick(search->solver, id);
		if (pick == SOLVER_NO_PICK)
			continue;
		int extra = review_extra(search, id, (uint32_t)pick, err);
		if (extra < 0)
			return -1;
		is_changed |= extra > 0 || review_prerelease(search, id, (uint32_t)pick);
	}
	return is_changed;
}
