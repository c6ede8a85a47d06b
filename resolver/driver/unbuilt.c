// SPDX-License-Identifier: MIT
// Releases that cannot be judged, or used, though a user could change that: such a one is never passed over in silence.
// One whose dependencies only its build backend knows ends the search where no backend may be asked and the user does
// not prefer releases that need none. The others are noted, and told with the solution.
#include "resolver/driver/parts.h"

// Who asks for the node's project: the user where there is a choice.
static const struct edge *find_asker(const struct search *search, struct slice name)
{
	const struct edge *found = NULL;
	for (size_t i = 0; i < search->edges.len; i++) {
		const struct edge *edge = &search->edges.items[i];
		if (!edge->requirement || !slice_eq(edge->requirement->name, name))
			continue;
		if (edge->from == SOLVER_ROOT)
			return edge;
		if (!found)
			found = edge;
	}
	return found;
}

// Where the user asks for what leads here; nowhere if that cannot be told.
static struct span find_place(const struct search *search, const struct edge *asker)
{
	for (size_t i = 0; asker && i < search->nodes.len; i++) {
		if (asker->entry)
			return asker->entry->span;
		asker = find_asker(search, search->nodes.items[asker->from].name);
	}
	return (struct span){ 0 };
}

static struct slice asker_text(struct search *search, const struct edge *asker)
{
	if (!asker || asker->from == SOLVER_ROOT)
		return S("");
	return arena_printf(&search->arena, ", which %.*s needs,",
			    SLICE_ARG(asker->from_text));
}

static bool has_older(const struct search *search, const struct ask *ask)
{
	const struct candidates *candidates = &search->nodes.items[ask->node].candidates;
	for (uint32_t i = 0; i < candidates->prefer_len; i++)
		if (candidate_file(candidates, candidates->prefer[i])->kind == FILE_WHEEL)
			return true;
	return false;
}

int refuse_unbuilt(struct search *search, const struct ask *ask, struct slice why,
		   struct error *err)
{
	const struct node *node = &search->nodes.items[ask->node];
	const struct edge *asker = find_asker(search, node->name);
	struct slice release = release_text(search, ask->node, ask->rank),
		     whose = asker_text(search, asker);
	error_at(err, ERROR_NO, find_place(search, asker),
		 "%.*s%.*s cannot be locked: %.*s", SLICE_ARG(release), SLICE_ARG(whose),
		 SLICE_ARG(why));
	search->wants_build = true;
	error_hint(err, "--build asks its build backend, in a sandbox%s",
		   has_older(search, ask)
			   ? "; --prefer-binary takes a release that has a wheel"
			   : "");
	return -1;
}

// The place among the node's candidates, best first.
static uint32_t place_of(const struct node *node, uint32_t rank)
{
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++)
		if (node->candidates.prefer[i] == rank)
			return i;
	return node->candidates.prefer_len;
}

// Would it have been picked before what was?
static bool was_passed_over(const struct search *search, const struct ask *ask)
{
	const struct node *node = &search->nodes.items[ask->node];
	int64_t pick = solver_pick(search->solver, ask->node);
	if (!ask->liftable || !ask->needed)
		return false;
	return pick == SOLVER_NO_PICK ||
	       place_of(node, ask->rank) < place_of(node, (uint32_t)pick);
}

// Of several releases of a project the best one speaks for all.
static bool is_better(const struct search *search, const struct ask *a,
		      const struct ask *b)
{
	const struct node *node = &search->nodes.items[a->node];
	return a->node == b->node && place_of(node, a->rank) < place_of(node, b->rank);
}

static struct passed_over *find_noted(struct passed_over_list *list,
				      const struct ask *ask)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->items[i].ask->node == ask->node)
			return &list->items[i];
	return NULL;
}

static void note_ask(struct search *search, const struct ask *ask,
		     struct passed_over_list *list)
{
	struct passed_over *noted = find_noted(list, ask);
	if (!was_passed_over(search, ask))
		return;
	if (!noted) {
		noted = array_push(&search->arena, list);
		*noted = (struct passed_over){ .ask = ask };
	}
	noted->count++;
	if (is_better(search, ask, noted->ask))
		noted->ask = ask;
}

// --prefer-binary: newer releases that only lack a wheel.
static void note_sdists(struct search *search, uint32_t id, struct passed_over_list *list)
{
	const struct node *node = &search->nodes.items[id];
	const struct candidate *items = node->candidates.items;
	int64_t pick = solver_pick(search->solver, id);
	if (pick == SOLVER_NO_PICK || node->extra.len || items[pick].sdist)
		return;
	struct rank_set admitted = admitted_in_solution(search, id);
	struct passed_over noted = {
		.why = S("it has no wheel, and --prefer-binary is set")
	};
	for (uint32_t rank = (uint32_t)pick + 1; rank < node->candidates.len; rank++) {
		if (items[rank].reason != CANDIDATE_USABLE || items[rank].prerelease ||
		    items[rank].yanked || !rank_set_has(admitted, rank))
			continue;
		noted.release = release_text(search, id, rank);
		noted.count++;
	}
	if (noted.count)
		*array_push(&search->arena, list) = noted;
}

struct passed_over_list search_passed_over(struct search *search)
{
	struct passed_over_list list = { 0 };
	for (size_t i = 0; i < search->asks.len; i++)
		note_ask(search, &search->asks.items[i], &list);
	for (size_t i = 0; i < list.len; i++) {
		const struct ask *ask = list.items[i].ask;
		list.items[i].release = release_text(search, ask->node, ask->rank);
		list.items[i].why = search->edges.items[ask->reason].problem;
	}
	for (uint32_t id = 1;
	     search->request->policy.prefer_binary && id < search->nodes.len; id++)
		note_sdists(search, id, &list);
	return list;
}
