// SPDX-License-Identifier: MIT
// Feeds the solver from the index: the user's requirements, and the loop of asking and waiting.
#include "cli/lock/resolve_parts.h"

#include "base/limits.h"
#include "cli/lock/direct.h"
#include "cli/explain/known_names.h"
#include "cli/lock/overrides.h"

#include <string.h>

// --- the user's requirements -----------------------------------------------------------------------------------------

bool asks_for_package(const struct resolve *resolve,
		      const struct requirement_entry *entry)
{
	return !entry->is_constraint && !entry->is_override &&
	       marker_holds_here(resolve, entry->requirement.marker, S(""));
}

static int unknown_project(struct resolve *resolve, const struct requirement_entry *entry,
			   struct error *err)
{
	struct slice near[3];
	struct slice name = entry->requirement.name;
	const struct project *project = index_project(resolve->index, name);
	if (project->error)
		return project_failure(project, err);
	error_at(err, ERROR_NO, entry->span, "the index has no package named '%.*s'",
		 SLICE_ARG(name));
	const char *known = nearest_word(arena_c_string(&resolve->arena, name),
					 known_names, known_names_len);
	if (index_similar_names(resolve->index, name, &resolve->arena, near, 3) > 0)
		error_hint(err, "did you mean '%.*s'?", SLICE_ARG(near[0]));
	else if (known)
		error_hint(err, "did you mean '%s'?", known);
	else
		error_hint(
			err,
			"check the spelling, or name the index that has it with --index-url");
	return -1;
}

static int wait_for_index(struct resolve *resolve, struct error *err)
{
	struct index_counts counts = index_counts(resolve->index);
	progress_text(
		resolve->cli,
		"resolving: %zu packages seen, %llu pages and %llu metadata files read",
		resolve->nodes.len,
		(unsigned long long)(counts.pages_fetched + counts.pages_from_store),
		(unsigned long long)(counts.metadata_fetched +
				     counts.metadata_from_store));
	guess_ahead(resolve);
	return index_wait(resolve->index, err);
}

bool newer_request_admits(const struct newer_request *newer,
			  const struct version *version)
{
	return version_cmp(version, &newer->than) > 0 &&
	       (newer->prereleases || !version_is_prerelease(version));
}

static bool is_newer(void *context, uint32_t rank)
{
	const struct rank_question *question = context;
	return newer_request_admits(question->newer,
				    &project_release(question->project, rank)->version);
}

// Not as a specifier: "> 2.0" would leave 2.0.post1 out (440.6).
static int ask_for_newer(struct resolve *resolve, struct dependency_list *list,
			 struct error *err)
{
	const struct newer_request *newer = resolve->options->newer;
	if (!newer)
		return 0;
	while (!want_requirement(resolve, &newer->requirement))
		if (wait_for_index(resolve, err) < 0)
			return -1;
	struct rank_question question = {
		.project = find_project(resolve, newer->requirement.name), .newer = newer
	};
	if (question.project->state == PROJECT_FAILED)
		return project_failure(question.project, err);
	struct edge edge = { .from = SOLVER_ROOT, .requirement = &newer->requirement };
	struct rank_set allowed =
		rank_set_where(&resolve->arena, (uint32_t)question.project->release_len,
			       is_newer, &question);
	*array_push(&resolve->arena, list) =
		(struct solver_dependency){ node_of(resolve, newer->requirement.name,
						    S("")),
					    allowed, edge_of(resolve, &edge) };
	return 0;
}

static int give_root(struct resolve *resolve, struct error *err)
{
	const struct requirement_set *set = resolve->options->requirements;
	struct solver_versions root = { .count = 1,
					.prefer = &(uint32_t){ 0 },
					.prefer_len = 1 };
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
		const struct requirement_entry *override =
			override_of(resolve, S(""), entry->requirement.name);
		const struct requirement *requirement =
			overridden(resolve, S(""), &entry->requirement);
		while (!want_requirement(resolve, requirement))
			if (wait_for_index(resolve, err) < 0)
				return -1;
		const struct project *project =
			find_project(resolve, entry->requirement.name);
		if (project->state == PROJECT_FAILED)
			return project_failure(project, err);
		if (project->state == PROJECT_ABSENT)
			return unknown_project(resolve, entry, err);
		struct edge edge = { .from = SOLVER_ROOT,
				     .requirement = requirement,
				     .entry = override ? override : entry };
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
static int pump(struct resolve *resolve, const struct solver_step *step,
		struct error *err)
{
	struct error ignored = { 0 };
	for (;;) {
		bool moved = false, done = true;
		for (size_t i = 0; i < step->need_len; i++) {
			uint32_t id = (uint32_t)(ask_of(resolve, step->needs[i].package,
							step->needs[i].rank) -
						 resolve->asks.items);
			int advanced = advance_ask(resolve, id, true, err);
			if (advanced < 0)
				return -1;
			done &= resolve->asks.items[id].state == ASK_ANSWERED;
		}
		if (done)
			return 0;
		for (size_t i = 0; i < resolve->asks.len; i++)
			if (resolve->asks.items[i].state != ASK_ANSWERED)
				moved |= advance_ask(resolve, (uint32_t)i, false,
						     &ignored) > 0;
		if (!moved && wait_for_index(resolve, err) < 0)
			return -1;
		if (interrupted())
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
	}
}

// Between ten and a hundred milliseconds of search.
enum { LOOKS_BETWEEN_PAUSES = 1 << 20 };

static void begin(struct resolve *resolve)
{
	resolve->solver = solver_new();
	solver_pause_every(resolve->solver, LOOKS_BETWEEN_PAUSES);
	resolve->node_ids = resolve->edge_ids = resolve->ask_ids =
		(struct map){ .arena = &resolve->arena };
	memset(&resolve->nodes, 0, sizeof(resolve->nodes));
	memset(&resolve->edges, 0, sizeof(resolve->edges));
	memset(&resolve->asks, 0, sizeof(resolve->asks));
	resolve->is_void = false;
	array_push(&resolve->arena, &resolve->nodes)->name = S("(root)");
}

static int give_up(struct resolve *resolve, struct error *err)
{
	uint32_t tried, hardest = solver_hardest(resolve->solver, &tried);
	struct slice name = node_text(resolve, hardest);
	error_set(err, ERROR_NO,
		  "no solution and no contradiction was found in %d conflicts",
		  LIMIT_SOLVER_CONFLICTS);
	return error_hint(
		err,
		"%u releases of %.*s were tried: narrow it, say to the releases of the last year, or pin it",
		tried, SLICE_ARG(name));
}

// A search may be long without asking the index anything.
static int look_after(struct resolve *resolve, struct error *err)
{
	struct solver_counts counts = solver_counts(resolve->solver);
	if (interrupted())
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	if (counts.conflicts > LIMIT_SOLVER_CONFLICTS)
		return give_up(resolve, err);
	if (resolve->options->deadline_ms && clock_ms() > resolve->options->deadline_ms)
		return error_set(err, ERROR_INCOMPLETE, "given up, out of time");
	progress_text(resolve->cli, "resolving: %zu packages seen, %llu conflicts",
		      resolve->nodes.len, (unsigned long long)counts.conflicts);
	return 0;
}

// 1: void, to be begun anew.
static int solve(struct resolve *resolve, struct error *err)
{
	if (give_root(resolve, err) < 0)
		return -1;
	for (;;) {
		struct solver_step step = solver_run(resolve->solver);
		resolve->rounds += step.state != SOLVER_PAUSED;
		if (step.state == SOLVER_SOLVED)
			return 0;
		if (step.state == SOLVER_CONFLICT)
			return error_set(err, ERROR_NO,
					 "no versions of your requirements fit together");
		if (step.state == SOLVER_PAUSED) {
			if (look_after(resolve, err) < 0)
				return -1;
			continue;
		}
		start_asks(resolve, &step);
		if (resolve->options->deadline_ms &&
		    clock_ms() > resolve->options->deadline_ms)
			return error_set(err, ERROR_INCOMPLETE, "given up, out of time");
		if (resolve->rounds_max && resolve->rounds > resolve->rounds_max)
			return error_set(err, ERROR_INCOMPLETE,
					 "given up after %llu rounds",
					 (unsigned long long)resolve->rounds_max);
		if (pump(resolve, &step, err) < 0)
			return -1;
		if (resolve->is_void)
			return 1;
		for (size_t i = 0; i < step.need_len; i++)
			answer(resolve, ask_of(resolve, step.needs[i].package,
					       step.needs[i].rank));
	}
}

static bool asks_by_url(const struct ask *ask, struct slice name)
{
	for (size_t i = 0; i < ask->requirements.len; i++)
		if (ask->requirements.items[i]->url.len &&
		    slice_eq(ask->requirements.items[i]->name, name))
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
			wanted = solver_pick(resolve->solver, ask->node) == ask->rank &&
				 asks_by_url(ask, node->name);
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
	while ((status = solve(resolve, err)) > 0 ||
	       (status == 0 && drops_strays(resolve))) {
		solver_free(resolve->solver);
		begin(resolve);
	}
	if (status == 0)
		collect_pins(resolve, 0, ret_pins);
	return status;
}

void resolve_init(struct resolve *resolve, struct cli *cli, struct index *index,
		  const struct resolve_options *options)
{
	*resolve = (struct resolve){ .cli = cli, .index = index, .options = options };
	resolve->rounds_max = options->rounds_max;
	resolve->answers = arena_new_array(&resolve->arena, struct target_answers,
					   options->others_len + 1);
	for (size_t i = 0; i <= options->others_len; i++)
		resolve->answers[i].tags.arena = resolve->answers[i].pythons.arena =
			&resolve->arena;
	begin(resolve);
}

void resolve_release(struct resolve *resolve)
{
	solver_free(resolve->solver);
	arena_release(&resolve->arena);
}
