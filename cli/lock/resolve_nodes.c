// SPDX-License-Identifier: MIT
// Nodes and edges: the candidates of a project under the policy, and which of their ranks a specifier admits.
#include "cli/lock/overrides.h"
#include "cli/lock/resolve_parts.h"

#include "cli/lock/cutoff.h"
#include "cli/lock/direct.h"
#include "cli/sources/torch.h"
#include "resolver/index/ranks.h"
#include "cli/explain/nearest.h"

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

struct slice node_text(struct resolve *resolve, uint32_t id)
{
	const struct node *node = &resolve->nodes.items[id];
	if (node->extra.len == 0)
		return node->name;
	return arena_printf(&resolve->arena, "%.*s[%.*s]", SLICE_ARG(node->name),
			    SLICE_ARG(node->extra));
}

struct slice release_text(struct resolve *resolve, uint32_t id, uint32_t rank)
{
	const struct node *node = &resolve->nodes.items[id];
	return joined(&resolve->arena, node_text(resolve, id), S(" "),
		      project_version_text(node->project, rank));
}

uint32_t node_of(struct resolve *resolve, struct slice name, struct slice extra)
{
	uint32_t id;
	struct slice key =
		extra.len ? joined(&resolve->arena, name, S("["), extra) : name;
	if (map_find(&resolve->node_ids, key, &id))
		return id;
	id = (uint32_t)resolve->nodes.len;
	struct node *node = array_push(&resolve->arena, &resolve->nodes);
	node->name = arena_dup(&resolve->arena, name);
	node->extra = arena_dup(&resolve->arena, extra);
	map_insert(&resolve->node_ids, arena_dup(&resolve->arena, key), id, NULL);
	return id;
}

// The same sentence is the same edge, whichever release of a run says it; so the solver can merge them.
solver_reason edge_of(struct resolve *resolve, const struct edge *edge)
{
	uint32_t id;
	struct slice wanted = edge->requirement ? edge->requirement->text : edge->problem;
	const uintptr_t whose[] = { edge->from, (uintptr_t)edge->entry };
	struct slice key = joined(&resolve->arena,
				  (struct slice){ (const char *)whose, sizeof(whose) },
				  S(""), wanted);
	if (map_find(&resolve->edge_ids, key, &id))
		return id;
	id = (uint32_t)resolve->edges.len;
	*array_push(&resolve->arena, &resolve->edges) = *edge;
	map_insert(&resolve->edge_ids, key, id, NULL);
	return id;
}

// --- policy of one project -------------------------------------------------------------------------------------------

enum binary_mode binary_mode_of(const struct binary_rule *rules, size_t len,
				struct slice name)
{
	enum binary_mode mode = BINARY_ANY;
	for (size_t i = 0; i < len; i++)
		if (slice_eq(rules[i].name, S(":all:")) || slice_eq(rules[i].name, name))
			mode = rules[i].mode;
	return mode;
}

bool marker_holds_here(const struct resolve *resolve, const struct marker *marker,
		       struct slice extra)
{
	struct marker_context context = { .target = resolve->options->target,
					  .extra = extra };
	return marker_holds(marker, &context);
}

// Of an entry that says no SHA-256 none: other digests are looked at once the file is there.
static struct allowed_hashes allowed_by(struct resolve *resolve,
					const struct requirement_entry *entry)
{
	struct sha256 *items =
		arena_new_array(&resolve->arena, struct sha256, entry->hashes_len);
	size_t len = 0;
	for (size_t i = 0; i < entry->hashes_len; i++)
		if (slice_eq(entry->hashes[i].algorithm, S("sha256")))
			len += sha256_parse_hex(entry->hashes[i].hex, &items[len]);
	return (struct allowed_hashes){ items, len == entry->hashes_len ? len : 0 };
}

// What an override took the place of says nothing any more: its pin spares no yanked
// release (592.2).
static bool is_replaced(const struct requirement_entry *entry,
			const struct requirement_entry *override)
{
	return override && entry != override && !entry->is_constraint &&
	       !entry->parent.len;
}

// What the user says about one project, constraints included.
static void collect_direct(struct resolve *resolve, struct slice name,
			   struct candidate_policy *policy, bool *ret_named)
{
	const struct requirement_set *set = resolve->options->requirements;
	struct {
		const struct specifier_set **items;
		size_t len, cap;
	} found = { 0 };
	ARRAY_OF(struct allowed_hashes) allowed = { 0 };
	const struct requirement_entry *override = override_of(resolve, S(""), name);
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (!slice_eq(entry->requirement.name, name) ||
		    !marker_holds_here(resolve, entry->requirement.marker, S("")))
			continue;
		*ret_named |= !entry->is_constraint;
		if (is_replaced(entry, override))
			continue;
		*array_push(&resolve->arena, &found) = &entry->requirement.specifiers;
		struct allowed_hashes hashes = allowed_by(resolve, entry);
		if (hashes.len)
			*array_push(&resolve->arena, &allowed) = hashes;
		policy->user_names_prerelease |=
			specifier_set_names_prerelease(&entry->requirement.specifiers);
	}
	policy->direct_specifiers = found.items;
	policy->direct_len = found.len;
	policy->allowed = allowed.items;
	policy->allowed_len = allowed.len;
}

// Constraints bound a project without asking for it (req.7): what they rule out cannot be chosen.
static bool constraints_admit(const struct resolve *resolve, const struct node *node,
			      uint32_t rank)
{
	const struct requirement_set *set = resolve->options->requirements;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (entry->is_constraint &&
		    slice_eq(entry->requirement.name, node->name) &&
		    marker_holds_here(resolve, entry->requirement.marker, S("")) &&
		    !specifier_set_contains(
			    &entry->requirement.specifiers,
			    &project_release(node->project, rank)->version))
			return false;
	}
	return true;
}

void preferences_init(struct preferences *preferences, struct arena *arena)
{
	*preferences = (struct preferences){ .at.arena = arena };
}

void preferences_add(struct preferences *preferences, struct slice name,
		     struct slice version)
{
	if (map_insert(&preferences->at, name, (uint32_t)preferences->versions.len, NULL))
		*array_push(preferences->at.arena, &preferences->versions) = version;
}

// The preferred version comes first among what may be chosen; the order of the rest stays.
static void move_preferred_first(const struct preferences *preferred, struct node *node)
{
	uint32_t at, *prefer = node->candidates.prefer;
	if (!preferred || !map_find(&preferred->at, node->name, &at))
		return;
	for (uint32_t i = 1; i < node->candidates.prefer_len; i++) {
		uint32_t rank = prefer[i];
		if (!slice_eq(project_version_text(node->project, rank),
			      preferred->versions.items[at]))
			continue;
		memmove(prefer + 1, prefer, i * sizeof(*prefer));
		prefer[0] = rank;
		return;
	}
}

static void lean(struct resolve *resolve, struct node *node)
{
	const struct resolve_options *options = resolve->options;
	int64_t cutoff;
	for (size_t i = 0; i < options->leanings_len; i++)
		if (slice_eq(options->leanings[i].name, node->name))
			order_by_nearness(&node->candidates, options->leanings[i].asked,
					  &resolve->arena);
	const struct lock_cutoff *soft =
		cutoff_of_package(options->soft_packages, options->soft_packages_len,
				  node->name);
	if (upload_time_parse(soft ? soft->moment : options->soft_cutoff, &cutoff))
		order_by_upload(&node->candidates, cutoff, &resolve->arena);
}

static bool usable_for_others(const struct resolve *resolve, const struct node *node,
			      uint32_t rank)
{
	for (size_t i = 0; i < resolve->options->others_len; i++)
		if (node->others[i].items[rank].reason != CANDIDATE_USABLE)
			return false;
	return true;
}

// --- where a project comes from --------------------------------------------------------------------------------------

void want_project(struct resolve *resolve, struct slice name)
{
	if (!direct_find(resolve, name))
		index_want_project(resolve->index, name);
}

const struct project *find_project(const struct resolve *resolve, struct slice name)
{
	const struct direct_file *direct = direct_find(resolve, name);
	return direct ? &direct->project : index_project(resolve->index, name);
}

enum { PRIORITY_FILE = 0, PRIORITY_PIN = 1, PRIORITY_NAMED = 2, PRIORITY_OTHER = 3 };

static void select_candidates(struct resolve *resolve, struct node *node, bool *ret_named,
			      bool *ret_pinned)
{
	const struct resolve_options *options = resolve->options;
	struct candidate_policy policy = {
		.target = options->target,
		.prerelease = options->prerelease,
		.binary =
			binary_mode_of(options->binary, options->binary_len, node->name),
		.resolution = options->resolution,
		.exclude_newer = cutoff_for(options, node->name),
		.local_version = torch_local_version(options->torch, node->name),
		.spares_pins = options->spares_pins,
	};
	if (direct_of(resolve, node->project)) {
		policy.prerelease = PRERELEASE_ALLOW;
		policy.exclude_newer = S("");
	}
	collect_direct(resolve, node->name, &policy, ret_named);
	if (options->lowest_direct)
		policy.resolution = *ret_named ? RESOLUTION_LOWEST : RESOLUTION_HIGHEST;
	for (size_t i = 0; i < policy.direct_len; i++)
		*ret_pinned |= specifier_set_is_exact_pin(policy.direct_specifiers[i]);
	policy.answers = &resolve->answers[0];
	candidates_select(node->project, &policy, &resolve->arena, &node->candidates);
	node->others =
		arena_new_array(&resolve->arena, struct candidates, options->others_len);
	for (size_t i = 0; i < options->others_len; i++) {
		policy.target = options->others[i];
		policy.answers = &resolve->answers[i + 1];
		candidates_select(node->project, &policy, &resolve->arena,
				  &node->others[i]);
	}
	uint32_t kept = 0;
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++) {
		uint32_t rank = node->candidates.prefer[i];
		if (constraints_admit(resolve, node, rank) &&
		    usable_for_others(resolve, node, rank))
			node->candidates.prefer[kept++] = rank;
	}
	node->candidates.prefer_len = kept;
	move_preferred_first(options->preferred, node);
	lean(resolve, node);
}

// Tells the solver the node's versions once its project's page is known. False: not known yet.
bool make_ready(struct resolve *resolve, uint32_t id)
{
	struct node *node = &resolve->nodes.items[id];
	if (node->ready)
		return true;
	node->project = find_project(resolve, node->name);
	if (!node->project)
		return false;
	bool named = false, pinned = false;
	uint32_t base = id;
	if (node->extra.len) {
		base = node_of(resolve, node->name, S(""));
		if (!make_ready(resolve, base))
			return false;
		node = &resolve->nodes.items[id]; // node_of may have moved it
		node->candidates = resolve->nodes.items[base].candidates;
		node->others = resolve->nodes.items[base].others;
	} else {
		select_candidates(resolve, node, &named, &pinned);
	}
	struct solver_versions versions = {
		.count = (uint32_t)node->project->release_len,
		.prefer = node->candidates.prefer,
		.prefer_len = node->candidates.prefer_len,
		.priority = direct_of(resolve, node->project) ? PRIORITY_FILE
			    : pinned                          ? PRIORITY_PIN
			    : named                           ? PRIORITY_NAMED
							      : PRIORITY_OTHER,
	};
	solver_give_versions(resolve->solver, id, &versions);
	if (base != id)
		solver_tie(resolve->solver, id, base);
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

static struct rank_set ranks_of_clause(struct resolve *resolve,
				       const struct project *project,
				       const struct specifier *clause)
{
	struct rank_range ranges[2];
	struct rank_run *runs = arena_new_array(&resolve->arena, struct rank_run, 2);
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

struct rank_set admitted_ranks(struct resolve *resolve, uint32_t id,
			       const struct specifier_set *specifiers)
{
	const struct project *project = resolve->nodes.items[id].project;
	struct rank_question question = { .project = project, .specifiers = specifiers };
	uint32_t count = (uint32_t)project->release_len;
	if (compares_texts(specifiers))
		return rank_set_where(&resolve->arena, count, rank_satisfies, &question);
	struct rank_set admitted = rank_set_all(&resolve->arena, count);
	for (size_t i = 0; i < specifiers->len; i++)
		admitted = rank_set_intersect(&resolve->arena, admitted,
					      ranks_of_clause(resolve, project,
							      &specifiers->items[i]));
	return admitted;
}
