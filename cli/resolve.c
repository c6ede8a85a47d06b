// SPDX-License-Identifier: MIT
// Feeds the solver from the index: nodes, edges, rank sets, and the loop of asking and waiting.
#include "cli/resolve.h"

#include "cli/direct.h"
#include "base/limits.h"
#include "cli/known_names.h"
#include "cli/torch.h"
#include "resolver/index/ranks.h"
#include "cli/nearest.h"
#include "cli/overrides.h"

#include <stdlib.h>
#include <string.h>

// Where one question "what does node@rank depend on" stands.
enum ask_state { ASK_METADATA, ASK_PROJECTS, ASK_ANSWERED };

struct ask {
	uint32_t node, rank;
	enum ask_state state;
	bool unusable;
	solver_reason reason;
	struct { const struct requirement **items; size_t len, cap; } requirements; // those whose marker holds
};

struct slice node_text(struct resolve *resolve, uint32_t id)
{
	const struct node *node = &resolve->nodes.items[id];
	if (node->extra.len == 0)
		return node->name;
	return arena_printf(&resolve->arena, "%.*s[%.*s]", SLICE_ARG(node->name), SLICE_ARG(node->extra));
}

static struct slice release_text(struct resolve *resolve, uint32_t id, uint32_t rank)
{
	const struct node *node = &resolve->nodes.items[id];
	struct slice name = node_text(resolve, id);
	return arena_printf(&resolve->arena, "%.*s %.*s", SLICE_ARG(name),
			    SLICE_ARG(project_version_text(node->project, rank)));
}

static uint32_t node_of(struct resolve *resolve, struct slice name, struct slice extra)
{
	uint32_t id;
	struct slice key = extra.len ? arena_printf(&resolve->arena, "%.*s[%.*s]", SLICE_ARG(name), SLICE_ARG(extra)) :
				       name;
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
static solver_reason edge_of(struct resolve *resolve, const struct edge *edge)
{
	uint32_t id;
	struct slice wanted = edge->requirement ? edge->requirement->text : edge->problem;
	struct slice key = arena_printf(&resolve->arena, "%u %p %.*s", edge->from, (const void *)edge->entry,
					SLICE_ARG(wanted));
	if (map_find(&resolve->edge_ids, key, &id))
		return id;
	id = (uint32_t)resolve->edges.len;
	*array_push(&resolve->arena, &resolve->edges) = *edge;
	map_insert(&resolve->edge_ids, key, id, NULL);
	return id;
}

// --- policy of one project -------------------------------------------------------------------------------------------

static enum binary_mode binary_mode_of(const struct resolve_options *options, struct slice name)
{
	enum binary_mode mode = BINARY_ANY;
	for (size_t i = 0; i < options->binary_len; i++)
		if (slice_eq(options->binary[i].name, S(":all:")) || slice_eq(options->binary[i].name, name))
			mode = options->binary[i].mode;
	return mode;
}

static bool marker_holds_here(const struct resolve *resolve, const struct marker *marker, struct slice extra)
{
	struct marker_context context = { .target = resolve->options->target, .extra = extra };
	return marker_holds(marker, &context);
}

// What the user says about one project, constraints included.
static void collect_direct(struct resolve *resolve, struct slice name, struct candidate_policy *policy, bool *ret_named)
{
	const struct requirement_set *set = resolve->options->requirements;
	struct { const struct specifier_set **items; size_t len, cap; } found = { 0 };
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (!slice_eq(entry->requirement.name, name) ||
		    !marker_holds_here(resolve, entry->requirement.marker, S("")))
			continue;
		*array_push(&resolve->arena, &found) = &entry->requirement.specifiers;
		*ret_named |= !entry->is_constraint;
		policy->user_names_prerelease |= specifier_set_names_prerelease(&entry->requirement.specifiers);
	}
	policy->direct_specifiers = found.items;
	policy->direct_len = found.len;
}

// Constraints bound a project without asking for it (req.7): what they rule out cannot be chosen.
static bool constraints_admit(struct resolve *resolve, struct slice name, const struct version *version)
{
	const struct requirement_set *set = resolve->options->requirements;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (entry->is_constraint && slice_eq(entry->requirement.name, name) &&
		    marker_holds_here(resolve, entry->requirement.marker, S("")) &&
		    !specifier_set_contains(&entry->requirement.specifiers, version))
			return false;
	}
	return true;
}

void preferences_init(struct preferences *preferences, struct arena *arena)
{
	*preferences = (struct preferences){ .at.arena = arena };
}

void preferences_add(struct preferences *preferences, struct slice name, struct slice version)
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
		if (!slice_eq(project_version_text(node->project, rank), preferred->versions.items[at]))
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
			order_by_nearness(&node->candidates, options->leanings[i].asked, &resolve->arena);
	if (upload_time_parse(options->soft_cutoff, &cutoff))
		order_by_upload(&node->candidates, cutoff, &resolve->arena);
}

static bool usable_for_others(const struct resolve *resolve, const struct node *node, uint32_t rank)
{
	for (size_t i = 0; i < resolve->options->others_len; i++)
		if (node->others[i].items[rank].reason != CANDIDATE_USABLE)
			return false;
	return true;
}

// --- where a project comes from --------------------------------------------------------------------------------------

static void want_project(struct resolve *resolve, struct slice name)
{
	if (!direct_find(resolve, name))
		index_want_project(resolve->index, name);
}

static const struct project *find_project(const struct resolve *resolve, struct slice name)
{
	const struct direct_file *direct = direct_find(resolve, name);
	return direct ? &direct->project : index_project(resolve->index, name);
}

enum { PRIORITY_FILE = 0, PRIORITY_PIN = 1, PRIORITY_NAMED = 2, PRIORITY_OTHER = 3 };

static void select_candidates(struct resolve *resolve, struct node *node, bool *ret_named, bool *ret_pinned)
{
	const struct resolve_options *options = resolve->options;
	struct candidate_policy policy = {
		.target = options->target,
		.prerelease = options->prerelease,
		.binary = binary_mode_of(options, node->name),
		.resolution = options->resolution,
		.exclude_newer = options->exclude_newer,
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
	node->others = arena_new_array(&resolve->arena, struct candidates, options->others_len);
	for (size_t i = 0; i < options->others_len; i++) {
		policy.target = options->others[i];
		policy.answers = &resolve->answers[i + 1];
		candidates_select(node->project, &policy, &resolve->arena, &node->others[i]);
	}
	uint32_t kept = 0;
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++) {
		uint32_t rank = node->candidates.prefer[i];
		if (constraints_admit(resolve, node->name, &project_release(node->project, rank)->version) &&
		    usable_for_others(resolve, node, rank))
			node->candidates.prefer[kept++] = rank;
	}
	node->candidates.prefer_len = kept;
	move_preferred_first(options->preferred, node);
	lean(resolve, node);
}

static void prefetch_best(struct resolve *resolve, struct node *node)
{
	if (node->candidates.prefer_len == 0 || node->prefetched)
		return;
	node->prefetched = true;
	index_want_metadata(resolve->index, node->project,
			    candidate_file(&node->candidates, node->candidates.prefer[0]));
}

// Tells the solver the node's versions once its project's page is known. False: not known yet.
static bool make_ready(struct resolve *resolve, uint32_t id)
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
		prefetch_best(resolve, node);
	}
	struct solver_versions versions = {
		.count = (uint32_t)node->project->release_len,
		.prefer = node->candidates.prefer,
		.prefer_len = node->candidates.prefer_len,
		.priority = direct_of(resolve, node->project) ? PRIORITY_FILE : pinned ? PRIORITY_PIN : named ? PRIORITY_NAMED : PRIORITY_OTHER,
	};
	solver_give_versions(resolve->solver, id, &versions);
	if (base != id)
		solver_tie(resolve->solver, id, base);
	node->ready = true;
	return true;
}

// --- rank sets -------------------------------------------------------------------------------------------------------

struct rank_question {
	const struct project *project;
	const struct specifier_set *specifiers;
	const struct newer_request *newer;
};

static bool rank_satisfies(void *context, uint32_t rank)
{
	const struct rank_question *question = context;
	return specifier_set_contains(question->specifiers, &project_release(question->project, rank)->version);
}

static struct rank_set ranks_of_clause(struct resolve *resolve, const struct project *project,
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

struct rank_set admitted_ranks(struct resolve *resolve, uint32_t id, const struct specifier_set *specifiers)
{
	const struct project *project = resolve->nodes.items[id].project;
	struct rank_question question = { .project = project, .specifiers = specifiers };
	uint32_t count = (uint32_t)project->release_len;
	if (compares_texts(specifiers))
		return rank_set_where(&resolve->arena, count, rank_satisfies, &question);
	struct rank_set admitted = rank_set_all(&resolve->arena, count);
	for (size_t i = 0; i < specifiers->len; i++)
		admitted = rank_set_intersect(&resolve->arena, admitted,
					      ranks_of_clause(resolve, project, &specifiers->items[i]));
	return admitted;
}

// --- dependencies ----------------------------------------------------------------------------------------------------

// A requirement asks for the project and for each of its extras.
static bool want_requirement(struct resolve *resolve, const struct requirement *requirement)
{
	want_project(resolve, requirement->name);
	bool ready = make_ready(resolve, node_of(resolve, requirement->name, S("")));
	for (size_t i = 0; i < requirement->extras_len; i++)
		ready &= make_ready(resolve, node_of(resolve, requirement->name, requirement->extras[i]));
	return ready;
}

struct dependency_list {
	struct solver_dependency *items;
	size_t len, cap;
};

static void add_dependencies(struct resolve *resolve, const struct requirement *requirement, solver_reason reason,
			     struct dependency_list *list)
{
	uint32_t base = node_of(resolve, requirement->name, S(""));
	struct rank_set allowed = admitted_ranks(resolve, base, &requirement->specifiers);
	*array_push(&resolve->arena, list) = (struct solver_dependency){ base, allowed, reason };
	for (size_t i = 0; i < requirement->extras_len; i++) {
		uint32_t extra = node_of(resolve, requirement->name, requirement->extras[i]);
		*array_push(&resolve->arena, list) = (struct solver_dependency){ extra, allowed, reason };
	}
}

static struct ask *ask_of(struct resolve *resolve, uint32_t node, uint32_t rank)
{
	uint32_t id;
	struct slice key = arena_printf(&resolve->arena, "%u@%u", node, rank);
	if (map_find(&resolve->ask_ids, key, &id))
		return &resolve->asks.items[id];
	map_insert(&resolve->ask_ids, key, (uint32_t)resolve->asks.len, NULL);
	struct ask *ask = array_push(&resolve->arena, &resolve->asks);
	ask->node = node;
	ask->rank = rank;
	return ask;
}

static void rule_out(struct resolve *resolve, struct ask *ask, struct slice problem)
{
	struct edge edge = { .from = ask->node, .from_text = release_text(resolve, ask->node, ask->rank) };
	edge.problem = problem;
	ask->unusable = true;
	ask->reason = edge_of(resolve, &edge);
	ask->state = ASK_ANSWERED;
}

static bool provides_extra(const struct metadata *metadata, struct slice extra)
{
	for (size_t i = 0; i < metadata->extras_len; i++)
		if (slice_eq(metadata->extras[i], extra))
			return true;
	return false;
}

static bool python_fits(const struct resolve *resolve, const struct metadata *metadata)
{
	return specifier_set_contains(&metadata->requires_python, &resolve->options->target->python_full_version);
}

static bool is_chosen(const struct ask *ask, const struct requirement *requirement)
{
	for (size_t i = 0; i < ask->requirements.len; i++)
		if (slice_eq(ask->requirements.items[i]->text, requirement->text))
			return true;
	return false;
}

// Which of a release's requirements hold for the target; for an extra's node those that its extra switches on. A second
// wheel of the class adds what only it asks for (sol.5).
static void choose_requirements(struct resolve *resolve, struct ask *ask, const struct metadata *metadata, bool first)
{
	const struct node *node = &resolve->nodes.items[ask->node];
	if (node->extra.len && !provides_extra(metadata, node->extra))
		return;
	for (size_t i = 0; i < metadata->requires_len; i++) {
		const struct requirement *requirement = &metadata->requires_dist[i];
		bool always = marker_holds_here(resolve, requirement->marker, S(""));
		bool wanted = node->extra.len ? !always && marker_holds_here(resolve, requirement->marker, node->extra) :
						always;
		if (wanted)
			requirement = overridden(resolve, node->name, requirement);
		if (wanted && requirement && (first || !is_chosen(ask, requirement)))
			*array_push(&resolve->arena, &ask->requirements) = requirement;
	}
}

// Whether a file's metadata rules the release out; 1 if so.
static int check_metadata(struct resolve *resolve, struct ask *ask, const struct project_file *file,
			  const struct file_metadata *found, struct error *err)
{
	switch (found->state) {
	case METADATA_FAILED:
		*err = found->error;
		return error_during(err, "reading the metadata of '%.*s'", SLICE_ARG(file->name));
	case METADATA_UNUSABLE:
		rule_out(resolve, ask, slice_from(found->error.cause));
		return 1;
	case METADATA_FOUND:
		break;
	}
	if (python_fits(resolve, &found->metadata))
		return 0;
	rule_out(resolve, ask,
		 arena_printf(&resolve->arena, "needs Python %.*s", SLICE_ARG(found->metadata.requires_python_text)));
	return 1;
}

// Needs for URLs: each is met by the file that counts for its name, or rules the release out.
static void settle_urls(struct resolve *resolve, struct ask *ask)
{
	for (size_t i = 0; i < ask->requirements.len; i++) {
		const struct requirement *requirement = ask->requirements.items[i];
		struct slice problem;
		int status = requirement->url.len ? direct_need(resolve, requirement, &problem) : 0;
		if (status < 0) {
			rule_out(resolve, ask, problem);
			return;
		}
		resolve->is_void |= status > 0;
	}
}

static const struct project_file *file_for(const struct resolve *resolve, const struct ask *ask, size_t member)
{
	const struct node *node = &resolve->nodes.items[ask->node];
	const struct candidates *candidates = member == 0 ? &node->candidates : &node->others[member - 1];
	return candidate_file(candidates, ask->rank);
}

static void refuse_too_many(struct resolve *resolve, struct ask *ask)
{
	size_t needs = ask->requirements.len;
	for (size_t i = 0; i < ask->requirements.len; i++)
		needs += ask->requirements.items[i]->extras_len;
	if (needs > LIMIT_RELEASE_NEEDS)
		rule_out(resolve, ask,
			 arena_printf(&resolve->arena, "asks for more than %d packages and extras",
				      LIMIT_RELEASE_NEEDS));
}

// Metadata → requirements, of the wheel of each target of the class. 0 while some of it is not known, 1 once it is.
// -1: it could not be had.
static int advance_metadata(struct resolve *resolve, struct ask *ask, struct error *err)
{
	const struct project *project = resolve->nodes.items[ask->node].project;
	size_t members = 1 + resolve->options->others_len;
	bool known = true;
	for (size_t i = 0; i < members; i++) {
		index_want_metadata(resolve->index, project, file_for(resolve, ask, i));
		known &= index_metadata(resolve->index, file_for(resolve, ask, i)) != NULL;
	}
	for (size_t i = 0; known && i < members; i++) {
		const struct project_file *file = file_for(resolve, ask, i);
		const struct file_metadata *found = index_metadata(resolve->index, file);
		int status = check_metadata(resolve, ask, file, found, err);
		if (status != 0)
			return status;
		choose_requirements(resolve, ask, &found->metadata, i == 0);
	}
	if (!known)
		return 0;
	ask->state = ASK_PROJECTS;
	settle_urls(resolve, ask);
	refuse_too_many(resolve, ask);
	return 1;
}

static int project_failure(const struct project *project, struct error *err)
{
	*err = project->error;
	return error_during(err, "looking up '%.*s'", SLICE_ARG(project->name));
}

// 1: something moved on, 0: it waits for the index, -1: err.
static int advance_ask(struct resolve *resolve, uint32_t id, struct error *err)
{
	struct ask *ask = &resolve->asks.items[id];
	int moved = 0;
	if (ask->state == ASK_METADATA) {
		moved = advance_metadata(resolve, ask, err);
		if (moved < 0)
			return -1;
	}
	if (ask->state == ASK_PROJECTS) {
		bool ready = true;
		for (size_t i = 0; i < ask->requirements.len; i++) {
			const struct requirement *requirement = ask->requirements.items[i];
			bool known = want_requirement(resolve, requirement);
			const struct project *project = known ? find_project(resolve, requirement->name) : NULL;
			if (project && project->state == PROJECT_FAILED)
				return project_failure(project, err);
			ready &= known;
		}
		if (ready) {
			ask->state = ASK_ANSWERED;
			moved = 1;
		}
	}
	return moved;
}

static void answer(struct resolve *resolve, const struct ask *ask)
{
	struct dependency_list list = { 0 };
	if (ask->unusable) {
		solver_exclude(resolve->solver, ask->node, ask->rank, ask->reason);
		return;
	}
	struct slice from_text = release_text(resolve, ask->node, ask->rank);
	for (size_t i = 0; i < ask->requirements.len; i++) {
		struct edge edge = { .from = ask->node, .from_text = from_text, .requirement = ask->requirements.items[i] };
		edge.override = override_of(resolve, resolve->nodes.items[ask->node].name, edge.requirement->name);
		add_dependencies(resolve, edge.requirement, edge_of(resolve, &edge), &list);
	}
	solver_give_dependencies(resolve->solver, ask->node, ask->rank, list.items, list.len);
}

// --- the user's requirements -----------------------------------------------------------------------------------------

static bool asks_for_package(const struct resolve *resolve, const struct requirement_entry *entry)
{
	return !entry->is_constraint && !entry->is_override && marker_holds_here(resolve, entry->requirement.marker, S(""));
}

static int unknown_project(struct resolve *resolve, const struct requirement_entry *entry, struct error *err)
{
	struct slice near[3];
	struct slice name = entry->requirement.name;
	const struct project *project = index_project(resolve->index, name);
	if (project->error.kind != ERROR_NONE)
		return project_failure(project, err);
	error_at(err, ERROR_NO, entry->span, "the index has no package named '%.*s'", SLICE_ARG(name));
	const char *known = nearest_word(arena_c_string(&resolve->arena, name), known_names, known_names_len);
	if (index_similar_names(resolve->index, name, &resolve->arena, near, 3) > 0)
		error_hint(err, "did you mean '%.*s'?", SLICE_ARG(near[0]));
	else if (known)
		error_hint(err, "did you mean '%s'?", known);
	else
		error_hint(err, "check the spelling, or name the index that has it with --index-url");
	return -1;
}

static int wait_for_index(struct resolve *resolve, struct error *err)
{
	struct index_counts counts = index_counts(resolve->index);
	progress_text(resolve->cli, "resolving: %zu packages seen, %llu pages and %llu metadata files read",
		      resolve->nodes.len, (unsigned long long)(counts.pages_fetched + counts.pages_from_store),
		      (unsigned long long)(counts.metadata_fetched + counts.metadata_from_store));
	return index_wait(resolve->index, err);
}

bool newer_request_admits(const struct newer_request *newer, const struct version *version)
{
	return version_cmp(version, &newer->than) > 0 && (newer->prereleases || !version_is_prerelease(version));
}

static bool is_newer(void *context, uint32_t rank)
{
	const struct rank_question *question = context;
	return newer_request_admits(question->newer, &project_release(question->project, rank)->version);
}

// Not as a specifier: "> 2.0" would leave 2.0.post1 out (440.6).
static int ask_for_newer(struct resolve *resolve, struct dependency_list *list, struct error *err)
{
	const struct newer_request *newer = resolve->options->newer;
	if (!newer)
		return 0;
	while (!want_requirement(resolve, &newer->requirement))
		if (wait_for_index(resolve, err) < 0)
			return -1;
	struct rank_question question = { .project = find_project(resolve, newer->requirement.name),
					  .newer = newer };
	if (question.project->state == PROJECT_FAILED)
		return project_failure(question.project, err);
	struct edge edge = { .from = SOLVER_ROOT, .requirement = &newer->requirement };
	struct rank_set allowed = rank_set_where(&resolve->arena, (uint32_t)question.project->release_len, is_newer,
						 &question);
	*array_push(&resolve->arena, list) = (struct solver_dependency){
		node_of(resolve, newer->requirement.name, S("")), allowed, edge_of(resolve, &edge)
	};
	return 0;
}

static int give_root(struct resolve *resolve, struct error *err)
{
	const struct requirement_set *set = resolve->options->requirements;
	struct solver_versions root = { .count = 1, .prefer = &(uint32_t){ 0 }, .prefer_len = 1 };
	struct dependency_list list = { 0 };
	solver_give_versions(resolve->solver, SOLVER_ROOT, &root);
	for (size_t i = 0; i < set->len; i++) {
		if (asks_for_package(resolve, &set->entries[i])) {
			if (direct_check(resolve, &set->entries[i], err) < 0)
				return -1;
			want_project(resolve, set->entries[i].requirement.name);
		}
	}
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (!asks_for_package(resolve, entry))
			continue;
		const struct requirement_entry *override = override_of(resolve, S(""), entry->requirement.name);
		const struct requirement *requirement = overridden(resolve, S(""), &entry->requirement);
		while (!want_requirement(resolve, requirement))
			if (wait_for_index(resolve, err) < 0)
				return -1;
		const struct project *project = find_project(resolve, entry->requirement.name);
		if (project->state == PROJECT_FAILED)
			return project_failure(project, err);
		if (project->state == PROJECT_ABSENT)
			return unknown_project(resolve, entry, err);
		struct edge edge = { .from = SOLVER_ROOT, .requirement = requirement, .entry = override ? override : entry };
		add_dependencies(resolve, requirement, edge_of(resolve, &edge), &list);
	}
	if (ask_for_newer(resolve, &list, err) < 0)
		return -1;
	solver_give_dependencies(resolve->solver, SOLVER_ROOT, 0, list.items, list.len);
	return 0;
}

// --- the loop --------------------------------------------------------------------------------------------------------

// Starts everything the solver named; the hints only warm the index up.
static void start_asks(struct resolve *resolve, const struct solver_step *step)
{
	for (size_t i = 0; i < step->need_len; i++)
		ask_of(resolve, step->needs[i].package, step->needs[i].rank);
	for (size_t i = 0; i < step->hint_len; i++)
		if (step->hints[i].kind == NEED_DEPENDENCIES)
			ask_of(resolve, step->hints[i].package, step->hints[i].rank);
}

// Moves every open question on until one that the solver needs is answered. Hints that fail are asked again when needed.
static int pump(struct resolve *resolve, const struct solver_step *step, struct error *err)
{
	struct error ignored = { 0 };
	for (;;) {
		bool moved = false, done = true;
		for (size_t i = 0; i < step->need_len; i++) {
			uint32_t id = (uint32_t)(ask_of(resolve, step->needs[i].package, step->needs[i].rank) -
						 resolve->asks.items);
			int advanced = advance_ask(resolve, id, err);
			if (advanced < 0)
				return -1;
			done &= resolve->asks.items[id].state == ASK_ANSWERED;
		}
		if (done)
			return 0;
		for (size_t i = 0; i < resolve->asks.len; i++)
			if (resolve->asks.items[i].state != ASK_ANSWERED)
				moved |= advance_ask(resolve, (uint32_t)i, &ignored) > 0;
		if (!moved && wait_for_index(resolve, err) < 0)
			return -1;
		if (interrupted())
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
	}
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct pin *)a)->project->name, ((const struct pin *)b)->project->name);
}

static int by_text(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static void sort_names(struct pin *pin)
{
	if (pin->dependencies_len == 0)
		return;
	qsort(pin->dependencies, pin->dependencies_len, sizeof(*pin->dependencies), by_text);
	size_t kept = 1;
	for (size_t i = 1; i < pin->dependencies_len; i++)
		if (!slice_eq(pin->dependencies[i], pin->dependencies[kept - 1]))
			pin->dependencies[kept++] = pin->dependencies[i];
	pin->dependencies_len = kept;
}

// What the picked node's dependencies are, added to its project's pin.
static void add_names(struct resolve *resolve, uint32_t id, uint32_t rank, struct pin *pin)
{
	const struct ask *ask = ask_of(resolve, id, rank);
	for (size_t i = 0; i < ask->requirements.len; i++) {
		struct slice name = ask->requirements.items[i]->name;
		if (slice_eq(name, pin->project->name))
			continue;
		struct { struct slice *items; size_t len, cap; } names = { pin->dependencies, pin->dependencies_len,
									    pin->dependencies_cap };
		*array_push(&resolve->arena, &names) = name;
		pin->dependencies = names.items;
		pin->dependencies_len = names.len;
		pin->dependencies_cap = names.cap;
	}
}

static void fill_pin(const struct resolve *resolve, struct pin *pin, const struct node *node,
		     const struct candidates *candidates, uint32_t rank)
{
	pin->project = node->project;
	pin->direct = direct_of(resolve, node->project);
	pin->release = project_release(node->project, rank);
	pin->rank = rank;
	pin->file = candidate_file(candidates, rank);
	pin->sha256 = pin->file->sha256;
	pin->has_size = pin->file->has_size;
	pin->size = pin->file->size;
	pin->yanked = candidates->items[rank].yanked;
}

// member 0 is the target, member i options->others[i - 1].
static void collect_pins(struct resolve *resolve, size_t member, struct pin_list *ret_pins)
{
	struct pin_list pins = { 0 };
	struct map at = { .arena = &resolve->arena };
	for (uint32_t id = 1; id < resolve->nodes.len; id++) {
		const struct node *node = &resolve->nodes.items[id];
		int64_t rank = solver_pick(resolve->solver, id);
		uint32_t index = (uint32_t)pins.len;
		if (rank == SOLVER_NO_PICK)
			continue;
		const struct candidates *candidates = member == 0 ? &node->candidates : &node->others[member - 1];
		if (map_insert(&at, node->name, index, &index))
			fill_pin(resolve, array_push(&resolve->arena, &pins), node, candidates, (uint32_t)rank);
		add_names(resolve, id, (uint32_t)rank, &pins.items[index]);
	}
	for (size_t i = 0; i < pins.len; i++)
		sort_names(&pins.items[i]);
	if (pins.len)
		qsort(pins.items, pins.len, sizeof(*pins.items), by_name);
	*ret_pins = pins;
}

void resolve_pins_of_other(struct resolve *resolve, size_t other, struct pin_list *ret_pins)
{
	collect_pins(resolve, other + 1, ret_pins);
}

static void begin(struct resolve *resolve)
{
	resolve->solver = solver_new();
	resolve->node_ids = resolve->edge_ids = resolve->ask_ids = (struct map){ .arena = &resolve->arena };
	memset(&resolve->nodes, 0, sizeof(resolve->nodes));
	memset(&resolve->edges, 0, sizeof(resolve->edges));
	memset(&resolve->asks, 0, sizeof(resolve->asks));
	resolve->is_void = false;
	array_push(&resolve->arena, &resolve->nodes)->name = S("(root)");
}

// 1: void, to be begun anew.
static int solve(struct resolve *resolve, struct error *err)
{
	if (give_root(resolve, err) < 0)
		return -1;
	for (;;) {
		struct solver_step step = solver_run(resolve->solver);
		resolve->rounds++;
		if (step.state == SOLVER_SOLVED)
			return 0;
		if (step.state == SOLVER_CONFLICT)
			return error_set(err, ERROR_NO, "no versions of your requirements fit together");
		start_asks(resolve, &step);
		if (resolve->options->deadline_ms && clock_ms() > resolve->options->deadline_ms)
			return error_set(err, ERROR_INCOMPLETE, "given up, out of time");
		if (resolve->rounds_max && resolve->rounds > resolve->rounds_max)
			return error_set(err, ERROR_INCOMPLETE, "given up after %llu rounds",
					 (unsigned long long)resolve->rounds_max);
		if (pump(resolve, &step, err) < 0)
			return -1;
		if (resolve->is_void)
			return 1;
		for (size_t i = 0; i < step.need_len; i++)
			answer(resolve, ask_of(resolve, step.needs[i].package, step.needs[i].rank));
	}
}

static bool asks_by_url(const struct ask *ask, struct slice name)
{
	for (size_t i = 0; i < ask->requirements.len; i++)
		if (ask->requirements.items[i]->url.len && slice_eq(ask->requirements.items[i]->name, name))
			return true;
	return false;
}

// A file that a release's metadata names counts for the solution only if that release is in it: one that was merely
// looked at must not bring files in.
static bool drops_strays(struct resolve *resolve)
{
	bool dropped = false;
	for (uint32_t id = 1; id < resolve->nodes.len; id++) {
		const struct node *node = &resolve->nodes.items[id];
		bool wanted = solver_pick(resolve->solver, id) == SOLVER_NO_PICK ||
			      !direct_is_discovered(resolve, node->name);
		for (size_t i = 0; i < resolve->asks.len && !wanted; i++) {
			const struct ask *ask = &resolve->asks.items[i];
			wanted = solver_pick(resolve->solver, ask->node) == ask->rank && asks_by_url(ask, node->name);
		}
		if (!wanted)
			direct_ban(resolve, node->name);
		dropped |= !wanted;
	}
	return dropped;
}

int resolve_run(struct resolve *resolve, struct pin_list *ret_pins, struct error *err)
{
	int status;
	while ((status = solve(resolve, err)) > 0 || (status == 0 && drops_strays(resolve))) {
		solver_free(resolve->solver);
		begin(resolve);
	}
	if (status == 0)
		collect_pins(resolve, 0, ret_pins);
	return status;
}

void resolve_init(struct resolve *resolve, struct cli *cli, struct index *index, const struct resolve_options *options)
{
	*resolve = (struct resolve){ .cli = cli, .index = index, .options = options };
	resolve->rounds_max = options->rounds_max;
	resolve->answers = arena_new_array(&resolve->arena, struct target_answers, options->others_len + 1);
	for (size_t i = 0; i <= options->others_len; i++)
		resolve->answers[i].tags.arena = resolve->answers[i].pythons.arena = &resolve->arena;
	begin(resolve);
}

void resolve_release(struct resolve *resolve)
{
	solver_free(resolve->solver);
	arena_release(&resolve->arena);
}
