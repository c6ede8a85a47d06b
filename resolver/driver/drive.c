// SPDX-License-Identifier: MIT
// Feeds the solver from the index: the user's requirements, and the loop of asking and waiting.
#include "resolver/driver/parts.h"

#include "base/limits.h"
#include "resolver/driver/known_names.h"
#include "packaging/name.h"

#include <string.h>

// --- the user's requirements -----------------------------------------------------------------------------------------

bool asks_for_package(const struct search *search, const struct requirement_entry *entry)
{
	return !entry->is_constraint && !entry->is_override &&
	       marker_holds_here(search, entry->requirement.marker, S(""));
}

static int unknown_project(struct search *search, const struct requirement_entry *entry,
			   struct error *err)
{
	struct slice near[3];
	struct slice name = entry->requirement.name;
	const struct project *project = index_project(search->driver->index, name);
	if (project->error)
		return project_failure(project, err);
	error_at(err, ERROR_NO, entry->span, "the index has no package named '%.*s'",
		 SLICE_ARG(name));
	const char *known = nearest_word(arena_c_string(&search->arena, name),
					 known_names, known_names_len);
	if (index_similar_names(search->driver->index, name, &search->arena, near, 3) > 0)
		error_hint(err, "did you mean '%.*s'?", SLICE_ARG(near[0]));
	else if (known)
		error_hint(err, "did you mean '%s'?", known);
	else
		error_hint(
			err,
			"check the spelling, or name the index that has it with --index-url");
	return -1;
}

int wait_for_index(struct search *search, struct error *err)
{
	struct index_counts counts = index_counts(search->driver->index);
	work_status(
		search->driver->work,
		"resolving: %zu packages seen, %llu pages and %llu metadata files read",
		search->nodes.len,
		(unsigned long long)(counts.pages_fetched + counts.pages_from_store),
		(unsigned long long)(counts.metadata_fetched +
				     counts.metadata_from_store));
	guess_ahead(search);
	return index_wait(search->driver->index, err);
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
static int ask_for_newer(struct search *search, struct dependency_list *list,
			 struct error *err)
{
	const struct newer_request *newer = search->request->bias.newer;
	if (!newer)
		return 0;
	while (!want_requirement(search, &newer->requirement))
		if (wait_for_index(search, err) < 0)
			return -1;
	struct rank_question question = {
		.project = find_project(search, newer->requirement.name), .newer = newer
	};
	if (question.project->state == PROJECT_FAILED)
		return project_failure(question.project, err);
	struct edge edge = { .from = SOLVER_ROOT, .requirement = &newer->requirement };
	struct rank_set allowed =
		rank_set_where(&search->arena, (uint32_t)question.project->release_len,
			       is_newer, &question);
	*array_push(&search->arena, list) =
		(struct solver_dependency){ node_of(search, newer->requirement.name,
						    S("")),
					    allowed, edge_of(search, &edge) };
	return 0;
}

static int give_root(struct search *search, struct error *err)
{
	const struct requirement_set *set = search->request->requirements;
	struct solver_versions root = { .count = 1,
					.prefer = &(uint32_t){ 0 },
					.prefer_len = 1 };
	struct dependency_list list = { 0 };
	solver_give_versions(search->solver, SOLVER_ROOT, &root);
	for (size_t i = 0; i < set->len; i++) {
		if (asks_for_package(search, &set->entries[i])) {
			if (direct_check(search, &set->entries[i], err) < 0)
				return -1;
			want_project(search, set->entries[i].requirement.name);
		}
	}
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (!asks_for_package(search, entry))
			continue;
		const struct requirement_entry *override =
			override_of(search, S(""), entry->requirement.name);
		const struct requirement *requirement =
			overridden(search, S(""), &entry->requirement);
		while (!want_requirement(search, requirement))
			if (wait_for_index(search, err) < 0)
				return -1;
		const struct project *project =
			find_project(search, entry->requirement.name);
		if (project->state == PROJECT_FAILED)
			return project_failure(project, err);
		if (project->state == PROJECT_ABSENT)
			return unknown_project(search, entry, err);
		struct edge edge = { .from = SOLVER_ROOT,
				     .requirement = requirement,
				     .entry = override ? override : entry };
		add_dependencies(search, requirement, edge_of(search, &edge), &list);
	}
	if (ask_for_newer(search, &list, err) < 0)
		return -1;
	solver_give_dependencies(search->solver, SOLVER_ROOT, 0, list.items, list.len);
	return 0;
}

// --- the loop --------------------------------------------------------------------------------------------------------

// Starts everything the solver named; the hints only warm the index up.
static void start_asks(struct search *search, const struct solver_step *step)
{
	for (size_t i = 0; i < step->need_len; i++)
		ask_of(search, step->needs[i].package, step->needs[i].rank);
	for (size_t i = 0; i < step->hint_len; i++)
		if (step->hints[i].kind == NEED_DEPENDENCIES)
			ask_of(search, step->hints[i].package, step->hints[i].rank);
}

// Moves every open question on until one that the solver needs is answered. Hints that fail are asked again when needed.
static int pump(struct search *search, const struct solver_step *step, struct error *err)
{
	struct error ignored = { 0 };
	for (;;) {
		bool moved = false, done = true;
		for (size_t i = 0; i < step->need_len; i++) {
			uint32_t id = (uint32_t)(ask_of(search, step->needs[i].package,
							step->needs[i].rank) -
						 search->asks.items);
			int advanced = advance_ask(search, id, true, err);
			if (advanced < 0)
				return -1;
			done &= search->asks.items[id].state == ASK_ANSWERED;
		}
		if (done)
			return 0;
		for (size_t i = 0; i < search->asks.len; i++)
			if (search->asks.items[i].state != ASK_ANSWERED)
				moved |= advance_ask(search, (uint32_t)i, false,
						     &ignored) > 0;
		if (!moved && wait_for_index(search, err) < 0)
			return -1;
		if (work_heed(search->driver->work, err) < 0)
			return -1;
	}
}

// Between ten and a hundred milliseconds of search.
enum { LOOKS_BETWEEN_PAUSES = 1 << 20 };

static void begin(struct search *search)
{
	search->solver = solver_new();
	solver_pause_every(search->solver, LOOKS_BETWEEN_PAUSES);
	search->node_ids = search->edge_ids = search->ask_ids =
		(struct map){ .arena = &search->arena };
	memset(&search->nodes, 0, sizeof(search->nodes));
	memset(&search->edges, 0, sizeof(search->edges));
	memset(&search->asks, 0, sizeof(search->asks));
	search->is_void = false;
	array_push(&search->arena, &search->nodes)->name = S("(root)");
}

static int give_up(struct search *search, struct error *err)
{
	uint32_t tried, hardest = solver_hardest(search->solver, &tried);
	struct slice name = node_text(search, hardest);
	error_set(err, ERROR_NO,
		  "no solution and no contradiction was found in %d conflicts",
		  LIMIT_SOLVER_CONFLICTS);
	return error_hint(
		err,
		"%u releases of %.*s were tried: narrow it, say to the releases of the last year, or pin it",
		tried, SLICE_ARG(name));
}

static bool is_out_of_time(const struct search *search)
{
	uint64_t deadline_ms = search->request->limits.deadline_ms;
	return deadline_ms && work_clock_ms(search->driver->work) > deadline_ms;
}

// What an index answers must not decide how long this takes.
static int check_amounts(struct search *search, struct error *err)
{
	if (search->nodes.len > LIMIT_RESOLVE_PACKAGES) {
		error_set(err, ERROR_NO,
			  "more than %d packages are needed, '%.*s' for one",
			  LIMIT_RESOLVE_PACKAGES,
			  SLICE_ARG(node_text(search, (uint32_t)search->nodes.len - 1)));
		return error_hint(
			err, "look at what asks for it, and constrain or exclude that");
	}
	if (search->asks.len > LIMIT_RESOLVE_RELEASES) {
		error_set(err, ERROR_NO,
			  "no solution was found among the dependencies of %d releases",
			  LIMIT_RESOLVE_RELEASES);
		return error_hint(err, "pin what has many releases");
	}
	return solver_counts(search->solver).conflicts > LIMIT_SOLVER_CONFLICTS
		       ? give_up(search, err)
		       : 0;
}

// A search may be long without asking the index anything, or ask it without end.
static int look_after(struct search *search, struct error *err)
{
	if (work_heed(search->driver->work, err) < 0 || check_amounts(search, err) < 0)
		return -1;
	if (is_out_of_time(search))
		return error_set(err, ERROR_INCOMPLETE, "given up, out of time");
	return 0;
}

static void say_conflicts(const struct search *search)
{
	work_status(search->driver->work, "resolving: %zu packages seen, %llu conflicts",
		    search->nodes.len,
		    (unsigned long long)solver_counts(search->solver).conflicts);
}

// 1: void, to be begun anew.
static int run(struct search *search, struct error *err)
{
	uint64_t rounds_max = search->request->limits.rounds;
	for (;;) {
		struct solver_step step = solver_run(search->solver);
		search->rounds += step.state != SOLVER_PAUSED;
		if (step.state == SOLVER_SOLVED)
			return 0;
		if (step.state == SOLVER_CONFLICT)
			return error_set(err, ERROR_NO,
					 "no versions of your requirements fit together");
		if (step.state == SOLVER_PAUSED) {
			if (look_after(search, err) < 0)
				return -1;
			say_conflicts(search);
			continue;
		}
		start_asks(search, &step);
		if (look_after(search, err) < 0)
			return -1;
		if (rounds_max && search->rounds > rounds_max)
			return error_set(err, ERROR_INCOMPLETE,
					 "given up after %llu rounds",
					 (unsigned long long)rounds_max);
		if (pump(search, &step, err) < 0)
			return -1;
		if (search->is_void)
			return 1;
		for (size_t i = 0; i < step.need_len; i++)
			answer(search,
			       ask_of(search, step.needs[i].package, step.needs[i].rank));
	}
}

static int solve(struct search *search, struct error *err)
{
	return give_root(search, err) < 0 ? -1 : run(search, err);
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
static bool drops_strays(struct search *search)
{
	bool dropped = false;
	for (uint32_t id = 1; id < search->nodes.len; id++) {
		const struct node *node = &search->nodes.items[id];
		bool wanted = solver_pick(search->solver, id) == SOLVER_NO_PICK ||
			      !direct_is_discovered(search, node->name);
		for (size_t i = 0; i < search->asks.len && !wanted; i++) {
			const struct ask *ask = &search->asks.items[i];
			wanted = solver_pick(search->solver, ask->node) == ask->rank &&
				 asks_by_url(ask, node->name);
		}
		if (!wanted)
			direct_ban(search, node->name);
		dropped |= !wanted;
	}
	return dropped;
}

// Until nothing of the solution is taken back.
static int solve_and_review(struct search *search, struct error *err)
{
	int status = solve(search, err), again = 0;
	if (status != 0)
		return status;
	if (drops_strays(search))
		return 1;
	while ((again = review_solution(search, err)) > 0)
		if ((status = run(search, err)) != 0)
			return status;
	return again;
}

// A conflict may be one of extras alone.
static bool may_take_any_extra(struct search *search, const struct error *err)
{
	bool may = err->kind == ERROR_NO && search->extras_ruled_out > 0 &&
		   !search->takes_any_extra && solver_conflict(search->solver).len > 0;
	search->takes_any_extra |= may;
	return may;
}

int search_run(struct search *search, struct pin_list *ret_pins, struct error *err)
{
	int status;
	while ((status = solve_and_review(search, err)) > 0 ||
	       (status < 0 && may_take_any_extra(search, err))) {
		solver_free(search->solver);
		begin(search);
	}
	if (status == 0)
		collect_pins(search, 0, ret_pins);
	return status;
}

void search_init(struct search *search, struct driver *driver,
		 const struct resolve_request *request, const struct target_class *class,
		 const struct preferences *shared)
{
	*search = (struct search){ .driver = driver,
				   .request = request,
				   .preferred = request->preferred,
				   .shared = shared,
				   .class = *class };
	search->answers = arena_new_array(&search->arena, struct target_answers,
					  class->others_len + 1);
	for (size_t i = 0; i <= class->others_len; i++)
		search->answers[i].tags.arena = search->answers[i].pythons.arena =
			&search->arena;
	begin(search);
}

void search_release(struct search *search)
{
	solver_free(search->solver);
	arena_release(&search->arena);
}
