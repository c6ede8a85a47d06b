// SPDX-License-Identifier: MIT
// Nodes and edges, and which ranks of a node a specifier admits.
#include "resolver/driver/parts.h"

#include "resolver/index/ranks.h"

#include <string.h>

// Texts by the thousand, each as long as it is.
static struct slice joined(struct arena *arena, struct slice first, struct slice second,
			   struct slice third)
{
	char *text = arena_alloc(arena, first.len + second.len + third.len + 1, 1);
	memcpy(text, first.ptr, first.len);
	if (second.len)
		memcpy(text + first.len, second.ptr, second.len);
	if (third.len)
		memcpy(text + first.len + second.len, third.ptr, third.len);
	return (struct slice){ text, first.len + second.len + third.len };
}

struct slice node_text(struct search *search, uint32_t id)
{
	const struct node *node = &search->nodes.items[id];
	if (node->extra.len == 0)
		return node->name;
	return arena_printf(&search->arena, "%.*s[%.*s]", SLICE_ARG(node->name),
			    SLICE_ARG(node->extra));
}

struct slice release_text(struct search *search, uint32_t id, uint32_t rank)
{
	const struct node *node = &search->nodes.items[id];
	return joined(&search->arena, node_text(search, id), S(" "),
		      project_version_text(node->project, rank));
}

uint32_t node_of(struct search *search, struct slice name, struct slice extra)
{
	uint32_t id;
	struct slice key = extra.len ? joined(&search->arena, name, S("["), extra) : name;
	if (map_find(&search->node_ids, key, &id))
		return id;
	id = (uint32_t)search->nodes.len;
	struct node *node = array_push(&search->arena, &search->nodes);
	node->name = arena_dup(&search->arena, name);
	node->extra = arena_dup(&search->arena, extra);
	map_insert(&search->node_ids, arena_dup(&search->arena, key), id, NULL);
	return id;
}

// The same sentence is the same edge, whichever release of a run says it; so the solver can merge them.
solver_reason edge_of(struct search *search, const struct edge *edge)
{
	uint32_t id;
	struct slice wanted = edge->requirement ? edge->requirement->text : edge->problem;
	const uintptr_t whose[] = { edge->from, (uintptr_t)edge->entry };
	struct slice key = joined(&search->arena,
				  (struct slice){ (const char *)whose, sizeof(whose) },
				  S(""), wanted);
	if (map_find(&search->edge_ids, key, &id))
		return id;
	id = (uint32_t)search->edges.len;
	*array_push(&search->arena, &search->edges) = *edge;
	map_insert(&search->edge_ids, key, id, NULL);
	return id;
}

bool marker_holds_here(const struct search *search, const struct marker *marker,
		       struct slice extra)
{
	struct marker_context context = { .target = search->class.target,
					  .extra = extra };
	return marker_holds(marker, &context);
}

// --- where a project comes from --------------------------------------------------------------------------------------

void want_project(struct search *search, struct slice name)
{
	if (!direct_find(search, name))
		index_want_project(search->driver->index, name);
}

const struct project *find_project(const struct search *search, struct slice name)
{
	const struct direct_file *direct = direct_find(search, name);
	return direct ? &direct->project : index_project(search->driver->index, name);
}

enum { PRIORITY_FILE = 0, PRIORITY_PIN = 1, PRIORITY_NAMED = 2, PRIORITY_OTHER = 3 };

// Tells the solver the node's versions once its project's page is known. False: not known yet.
bool make_ready(struct search *search, uint32_t id)
{
	struct node *node = &search->nodes.items[id];
	if (node->ready)
		return true;
	node->project = find_project(search, node->name);
	if (!node->project)
		return false;
	struct project_standing standing = { 0 };
	uint32_t base = id;
	if (node->extra.len) {
		base = node_of(search, node->name, S(""));
		if (!make_ready(search, base))
			return false;
		node = &search->nodes.items[id]; // node_of may have moved it
		node->candidates = search->nodes.items[base].candidates;
		node->others = search->nodes.items[base].others;
	} else {
		select_candidates(search, node, &standing);
	}
	struct solver_versions versions = {
		.count = (uint32_t)node->project->release_len,
		.prefer = node->candidates.prefer,
		.prefer_len = node->candidates.prefer_len,
		.priority = direct_of(search->driver, node->project) ? PRIORITY_FILE
			    : standing.pinned                        ? PRIORITY_PIN
			    : standing.named                         ? PRIORITY_NAMED
								     : PRIORITY_OTHER,
	};
	solver_give_versions(search->solver, id, &versions);
	if (base != id)
		solver_tie(search->solver, id, base);
	node->ready = true;
	return true;
}

// --- rank sets -------------------------------------------------------------------------------------------------------

static bool rank_satisfies(void *context, uint32_t rank)
{
	const struct rank_question *question = context;
	return specifier_set_contains(question->specifiers,
				      &project_release(question->project, rank)->version);
}

static struct rank_set ranks_of_clause(struct search *search,
				       const struct project *project,
				       const struct specifier *clause)
{
	struct rank_range ranges[2];
	struct rank_run *runs = arena_new_array(&search->arena, struct rank_run, 2);
	size_t len = ranks_admitted(project, clause, ranges);
	for (size_t i = 0; i < len; i++)
		runs[i] = (struct rank_run){ ranges[i].from, ranges[i].to };
	bool touch = len == 2 && runs[0].to == runs[1].from;
	if (touch)
		runs[0].to = runs[1].to;
	return (struct rank_set){ runs, (uint32_t)len - touch };
}

static bool compares_texts(const struct specifier_set *specifiers)
{
	for (size_t i = 0; i < specifiers->len; i++)
		if (specifiers->items[i].op == SPECIFIER_ARBITRARY)
			return true;
	return false;
}

struct rank_set admitted_ranks(struct search *search, uint32_t id,
			       const struct specifier_set *specifiers)
{
	const struct project *project = search->nodes.items[id].project;
	struct rank_question question = { .project = project, .specifiers = specifiers };
	uint32_t count = (uint32_t)project->release_len;
	if (compares_texts(specifiers))
		return rank_set_where(&search->arena, count, rank_satisfies, &question);
	struct rank_set admitted = rank_set_all(&search->arena, count);
	for (size_t i = 0; i < specifiers->len; i++)
		admitted = rank_set_intersect(&search->arena, admitted,
					      ranks_of_clause(search, project,
							      &specifiers->items[i]));
	return admitted;
}
