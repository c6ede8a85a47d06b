// SPDX-License-Identifier: MIT
// Solves again with a newer release asked for, and finds out what came of it.
#include "resolver/explain/explain.h"

#include "lockfile/graph.h"
#include "packaging/name.h"
#include "resolver/driver/search.h"
#include "resolver/explain/facts.h"

#include <string.h>

// Floors of the second question are constraints of this source.
static const struct source FLOORS = { { "the lock", 8 }, { "", 0 } };

enum { FACTS_MAX = 20, EDIT_SOLVES = 40, EDIT_MS = 3000 };

struct inquiry {
	struct driver *driver;
	struct arena *arena;
	const struct held_back_request *request;
	struct resolve_request solve; // for the targets that have the pin
	struct lock_graph graph;
	const struct lock_package *pin;
	struct newer_request newer;
	struct requirement_set floored; // what is asked for, with floors
	struct held_back answer;
};

// --- what is asked ---------------------------------------------------------------------------------------------------

// The oldest of the lock's entries that one of the targets takes: the one somebody would ask about.
static void choose_pin(struct inquiry *inquiry, uint32_t first, size_t len)
{
	const struct held_back_request *request = inquiry->request;
	const struct target_list *all =
		request->asked ? request->asked : &request->solve->targets;
	struct target_list taking = { 0 };
	for (uint32_t i = first; i < first + len && !taking.len; i++) {
		inquiry->pin = inquiry->graph.nodes[i].package;
		for (size_t j = 0; j < all->len; j++) {
			struct marker_context context = { .target = &all->items[j] };
			if (marker_holds(inquiry->pin->marker, &context))
				*array_push(inquiry->arena, &taking) = all->items[j];
		}
	}
	inquiry->solve.targets = taking;
}

static int find_pin(struct inquiry *inquiry, struct error *err)
{
	const struct held_back_request *request = inquiry->request;
	uint32_t first;
	size_t len;
	lock_graph_init(&inquiry->graph, inquiry->arena, request->lock);
	if (lock_graph_get(&inquiry->graph, request->lock_path, request->name, &first,
			   &len, err) < 0)
		return -1;
	choose_pin(inquiry, first, len);
	if (inquiry->solve.targets.len == 0)
		return error_set(err, ERROR_NO, "none of the targets takes '%.*s'",
				 SLICE_ARG(inquiry->pin->name));
	inquiry->newer.requirement.name = inquiry->pin->name;
	inquiry->newer.requirement.text = inquiry->pin->name;
	if (!version_parse(inquiry->arena, inquiry->pin->version, &inquiry->newer.than))
		return error_set(err, ERROR_NO, "'%s' gives no version of '%.*s'",
				 request->lock_path, SLICE_ARG(inquiry->pin->name));
	inquiry->newer.prereleases =
		request->solve->policy.prerelease == PRERELEASE_ALLOW ||
		version_is_prerelease(&inquiry->newer.than);
	return 0;
}

// "NAME>=PIN" as a constraint. A local version has no place in it (440.6).
static void add_floor(struct inquiry *inquiry, const struct lock_package *package)
{
	struct arena *arena = inquiry->arena;
	struct slice version = package->version, public = version;
	struct error ignored = { 0 };
	struct requirement_entry floor = { .is_constraint = true,
					   .span = { &FLOORS, 0, 0 } };
	slice_cut(&version, '+', &public);
	struct slice text = arena_printf(arena, "%.*s>=%.*s", SLICE_ARG(package->name),
					 SLICE_ARG(public));
	if (requirement_parse(arena, text, REQUIREMENT_STRICT, &floor.requirement, NULL,
			      &ignored) < 0)
		return;
	inquiry->floored.entries =
		array_grow(arena, inquiry->floored.entries, inquiry->floored.len,
			   &inquiry->floored.cap, sizeof(floor));
	inquiry->floored.entries[inquiry->floored.len++] = floor;
}

// Of several entries the first, which is the oldest. Those of the lock that are no longer asked for stand in nobody's way.
static void add_floors(struct inquiry *inquiry)
{
	const struct lock *lock = inquiry->request->lock;
	struct requirement_entry *entries =
		arena_new_array(inquiry->arena, struct requirement_entry,
				inquiry->request->solve->requirements->len);
	if (inquiry->request->solve->requirements->len)
		memcpy(entries, inquiry->request->solve->requirements->entries,
		       inquiry->request->solve->requirements->len * sizeof(*entries));
	inquiry->floored = *inquiry->request->solve->requirements;
	inquiry->floored.entries = entries;
	inquiry->floored.cap = inquiry->floored.len;
	for (size_t i = 0; i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		bool is_first =
			i == 0 || !slice_eq(lock->packages[i - 1].name, package->name);
		if (is_first && package->version.len &&
		    !slice_eq(package->name, inquiry->pin->name))
			add_floor(inquiry, package);
	}
}

// --- one attempt -----------------------------------------------------------------------------------------------------

struct attempt {
	bool newer, floored, everywhere;   // everywhere: for all targets of the lock
	const struct slice_list *released; // whose pins are not preferred
	struct resolve_request request;
	struct preferences preferred;
};

static int run_attempt(struct inquiry *inquiry, struct attempt *attempt,
		       struct solution **ret_solution, struct error *err)
{
	attempt->request = inquiry->solve;
	attempt->request.bias.newer = attempt->newer ? &inquiry->newer : NULL;
	if (attempt->everywhere)
		attempt->request.targets = inquiry->request->solve->targets;
	if (attempt->floored)
		attempt->request.requirements = &inquiry->floored;
	preferences_init(&attempt->preferred, inquiry->arena);
	preferences_add_lock(&attempt->preferred, inquiry->request->lock,
			     attempt->released);
	attempt->request.preferred = &attempt->preferred;
	return driver_solve(inquiry->driver, &attempt->request, ret_solution, err);
}

static bool is_conflict(const struct solution *solution, const struct error *err)
{
	return err->kind == ERROR_NO && solution_has_conflict(solution);
}

static void add_fact(struct inquiry *inquiry, const struct fact_line *line)
{
	struct fact_line *fact = array_push(inquiry->arena, &inquiry->answer.facts);
	*fact = *line;
	fact->text = arena_dup(inquiry->arena, line->text);
	fact->wanted = fact->missing = fact->hint = S("");
}

// A floor is not a line of the user's.
static void reword_floors(const struct inquiry *inquiry, struct arena *arena,
			  struct explanation *facts)
{
	for (size_t i = 0; i < facts->len; i++) {
		struct fact_line *line = &facts->items[i];
		if (!line->entry || line->entry->span.source != &FLOORS)
			continue;
		uint32_t node;
		if (!lock_graph_find(&inquiry->graph, line->entry->requirement.name,
				     &node))
			continue;
		const struct lock_package *package = inquiry->graph.nodes[node].package;
		line->text = arena_printf(arena, "%.*s is at %.*s now",
					  SLICE_ARG(package->name),
					  SLICE_ARG(package->version));
		line->origin = FACT_FROM_LOCK;
		line->entry = NULL;
	}
}

// The facts outlive the search that found them.
static void keep_facts(struct inquiry *inquiry, struct search *search)
{
	struct explanation facts = { 0 };
	inquiry->answer.verdict = VERDICT_OTHERS;
	conflict_facts(search, &facts);
	reword_floors(inquiry, inquiry->arena, &facts);
	inquiry->answer.facts = (struct explanation){ 0 };
	for (size_t i = 0; i < facts.len; i++)
		add_fact(inquiry, &facts.items[i]);
}

// The facts stay those about what the lock has: nearer to a reader than what is true of all older releases as well.
static int keep_edits(struct inquiry *inquiry, const struct solution *failed,
		      const struct error *why, struct error *err)
{
	const struct repair_limits limits = { EDIT_SOLVES, EDIT_MS, 0 };
	struct repair_list repairs = { 0 };
	inquiry->answer.verdict = VERDICT_HELD;
	if (explain_repairs(failed, inquiry->request->cutoff, &limits, why, &repairs,
			    err) < 0)
		return -1;
	inquiry->answer.edits = repairs_text(inquiry->arena, &repairs);
	return 0;
}

static void add_move(struct inquiry *inquiry, struct slice name, struct slice from,
		     struct slice to)
{
	struct arena *arena = inquiry->arena;
	struct version before, after;
	struct move move = { .name = name, .from = from, .to = arena_dup(arena, to) };
	for (size_t i = 0; i < inquiry->answer.moves.len; i++)
		if (slice_eq(inquiry->answer.moves.items[i].name, name))
			return; // in an earlier target
	if (to.len && version_parse(arena, from, &before) &&
	    version_parse(arena, to, &after))
		move.is_back = version_cmp(&after, &before) < 0;
	*array_push(arena, &inquiry->answer.moves) = move;
}

// What a solution changes of the lock, in its targets; packages that go or come are no moves.
static void collect_moves(struct inquiry *inquiry, const struct solution *solution)
{
	const struct lock *lock = inquiry->request->lock;
	inquiry->answer.moves = (struct move_list){ 0 };
	for (size_t t = 0; t < solution_request(solution)->targets.len; t++) {
		struct marker_context context = {
			.target = &solution_request(solution)->targets.items[t]
		};
		for (size_t i = 0; i < lock->len; i++) {
			const struct lock_package *package = &lock->packages[i];
			const struct pin *pin =
				pins_find(solution_pins(solution, t), package->name);
			if (pin && marker_holds(package->marker, &context) &&
			    !slice_eq(pin->release->version_text, package->version))
				add_move(inquiry, package->name, package->version,
					 pin->release->version_text);
		}
	}
}

static const struct move *own_move(const struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->answer.moves.len; i++)
		if (slice_eq(inquiry->answer.moves.items[i].name, inquiry->pin->name))
			return &inquiry->answer.moves.items[i];
	return NULL;
}

// --- the answer ------------------------------------------------------------------------------------------------------

// Why the releases from a rank on are none that could be asked for.
static void explain_unusable(struct inquiry *inquiry, struct search *search, uint32_t id,
			     uint32_t from)
{
	const struct node *node = &search->nodes.items[id];
	struct arena *arena = &search->arena;
	struct explanation facts = { 0 };
	for (uint32_t rank = (uint32_t)node->project->release_len; rank-- > from;) {
		struct slice name = node->name,
			     version = project_version_text(node->project, rank);
		struct rank_run run = { rank, rank + 1 };
		struct solver_fact fact = { .kind = FACT_NO_VERSIONS,
					    .package = id,
					    .from = { &run, 1 } };
		bool is_early = node->candidates.items[rank].reason == CANDIDATE_USABLE &&
				version_is_prerelease(
					&project_release(node->project, rank)->version);
		if (facts.len < FACTS_MAX && !is_early)
			facts_of_no_versions(search, &fact, &facts);
		else if (facts.len < FACTS_MAX)
			*array_push(arena, &facts) = (struct fact_line){
				.origin = FACT_FROM_INDEX,
				.text = arena_printf(arena, "%.*s %.*s is a pre-release",
						     SLICE_ARG(name), SLICE_ARG(version))
			};
	}
	for (size_t i = 0; i < facts.len; i++)
		add_fact(inquiry, &facts.items[i]);
}

// Settles it where no newer release takes part in the search at all. The node is there once the root's wishes are.
static bool settle_without(struct inquiry *inquiry, struct search *search)
{
	uint32_t id, usable = 0;
	if (!map_find(&search->node_ids, inquiry->pin->name, &id) ||
	    !search->nodes.items[id].project)
		return false;
	const struct node *node = &search->nodes.items[id];
	uint32_t count = (uint32_t)node->project->release_len, from = count;
	while (from > 0 && version_cmp(&project_release(node->project, from - 1)->version,
				       &inquiry->newer.than) > 0)
		from--;
	inquiry->answer.verdict = VERDICT_NEWEST;
	if (from == count)
		return true;
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++) {
		const struct release *release =
			project_release(node->project, node->candidates.prefer[i]);
		if (!newer_request_admits(&inquiry->newer, &release->version))
			continue;
		if (usable++ == 0)
			inquiry->answer.newest =
				arena_dup(inquiry->arena, release->version_text);
	}
	if (usable)
		return false;
	inquiry->answer.verdict = VERDICT_UNUSABLE;
	explain_unusable(inquiry, search, id, from);
	return true;
}

static struct slice_list only_pin(struct inquiry *inquiry)
{
	struct slice_list names = { 0 };
	*array_push(inquiry->arena, &names) = inquiry->pin->name;
	return names;
}

// With nothing going back. The facts of a conflict need not say what is ruled out by that: the solver lets what a release
// needs stand for all those below it that cannot be chosen.
static int ask_whether_forward(struct inquiry *inquiry, struct error *err)
{
	struct solution *solution;
	const struct slice_list released = only_pin(inquiry);
	struct attempt attempt = { .newer = true,
				   .floored = true,
				   .released = &released };
	int status = run_attempt(inquiry, &attempt, &solution, err);
	if (status == 0) {
		settle_without(inquiry, solution_search(solution, 0));
		inquiry->answer.verdict = VERDICT_FREE;
		collect_moves(inquiry, solution);
	} else if (is_conflict(solution, err)) {
		struct search *search =
			solution_search(solution, solution_failed(solution));
		if (!settle_without(inquiry, search))
			keep_facts(inquiry, search);
		status = 0;
	}
	solution_free(solution);
	return status;
}

// What would go back, if anything helps. Old releases' metadata may be out of reach offline: then that is not told.
static int ask_whether_at_all(struct inquiry *inquiry, struct error *err)
{
	struct solution *solution;
	const struct slice_list released = only_pin(inquiry);
	struct attempt attempt = { .newer = true, .released = &released };
	struct error why = { 0 };
	int status = run_attempt(inquiry, &attempt, &solution, &why);
	if (status == 0) {
		collect_moves(inquiry, solution);
	} else if (is_conflict(solution, &why)) {
		status = keep_edits(inquiry, solution, &why, err);
	} else if (inquiry->request->offline && why.kind == ERROR_SOURCE) {
		status = 0;
	} else {
		*err = why;
	}
	solution_free(solution);
	return status;
}

// Would locking with these names let go move the pin? Its moves are collected then.
static int try_letting(struct inquiry *inquiry, const struct slice_list *released,
		       bool *ret_moves, struct error *err)
{
	struct solution *solution;
	struct version version;
	struct attempt attempt = { .everywhere = true, .released = released };
	struct move_list kept = inquiry->answer.moves;
	struct error why = { 0 };
	int status = run_attempt(inquiry, &attempt, &solution, &why);
	*ret_moves = false;
	if (status == 0) {
		collect_moves(inquiry, solution);
		const struct move *own = own_move(inquiry);
		*ret_moves = own && version_parse(inquiry->arena, own->to, &version) &&
			     version_cmp(&version, &inquiry->newer.than) > 0;
	}
	if (!*ret_moves)
		inquiry->answer.moves = kept;
	solution_free(solution);
	if (status == 0 || why.kind == ERROR_NO)
		return 0;
	*err = why;
	return -1;
}

// First NAME alone, then with all that moved in the solution.
static int find_what_lets_it_move(struct inquiry *inquiry, struct error *err)
{
	struct arena *arena = inquiry->arena;
	struct slice_list names = { 0 };
	bool moves = false;
	*array_push(arena, &names) = inquiry->pin->name;
	if (try_letting(inquiry, &names, &moves, err) < 0)
		return -1;
	if (!moves) {
		for (size_t i = 0; i < inquiry->answer.moves.len; i++)
			if (!slice_eq(inquiry->answer.moves.items[i].name,
				      inquiry->pin->name))
				*array_push(arena, &names) =
					inquiry->answer.moves.items[i].name;
		if (names.len > 1 && try_letting(inquiry, &names, &moves, err) < 0)
			return -1;
	}
	if (moves)
		inquiry->answer.let_move = names;
	const struct move *own = own_move(inquiry);
	inquiry->answer.moved_to = own ? own->to : S("");
	return 0;
}

// What keeps it from moving further still.
static int ask_about_the_rest(struct inquiry *inquiry, struct error *err)
{
	struct inquiry rest = *inquiry;
	if (slice_eq(inquiry->answer.moved_to, inquiry->answer.newest) ||
	    !version_parse(inquiry->arena, inquiry->answer.moved_to, &rest.newer.than))
		return 0;
	if (ask_whether_forward(&rest, err) < 0)
		return -1;
	*err = (struct error){ 0 };
	inquiry->answer.facts = rest.answer.facts;
	return 0;
}

static int find_answer(struct inquiry *inquiry, struct error *err)
{
	if (ask_whether_forward(inquiry, err) < 0)
		return -1;
	if (inquiry->answer.verdict == VERDICT_OTHERS &&
	    ask_whether_at_all(inquiry, err) < 0)
		return -1;
	*err = (struct error){ 0 };
	if (inquiry->answer.verdict != VERDICT_FREE)
		return 0;
	return find_what_lets_it_move(inquiry, err) < 0 ||
			       ask_about_the_rest(inquiry, err) < 0
		       ? -1
		       : 0;
}

int explain_held_back(struct driver *driver, const struct held_back_request *request,
		      struct held_back *ret_answer, struct error *err)
{
	struct inquiry inquiry = { .driver = driver,
				   .arena = driver->arena,
				   .request = request,
				   .solve = *request->solve };
	if (find_pin(&inquiry, err) < 0)
		return -1;
	add_floors(&inquiry);
	if (find_answer(&inquiry, err) < 0)
		return -1;
	inquiry.answer.name = inquiry.pin->name;
	inquiry.answer.version = inquiry.pin->version;
	*ret_answer = inquiry.answer;
	return 0;
}
