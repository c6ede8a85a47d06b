// SPDX-License-Identifier: MIT
// Solves again with a newer release asked for, and finds out what came of it.
#include "cli/explain/held_back.h"

#include "cli/explain/held_back_answer.h"
#include "cli/explain/lock_command.h"
#include "cli/sources/torch.h"
#include "cli/lock/cutoff.h"
#include "cli/lock/direct.h"
#include "cli/lock/metadata_builds.h"
#include "cli/explain/facts.h"
#include "cli/explain/repair.h"
#include "lockfile/graph.h"

#include <string.h>

// Floors of the second question are constraints of this source.
static const struct source FLOORS = { { "the lock", 8 }, { "", 0 } };

enum { FACTS_MAX = 20, EDIT_SOLVES = 40, EDIT_MS = 3000 };

struct inquiry {
	struct cli *cli;
	const struct held_back_request *request;
	struct lock_values values; // the request's, then those of the project's settings
	struct opened_lock opened;
	struct lock_graph graph;
	const struct lock_package *pin;
	struct newer_request newer;
	struct text_list inputs;
	bool of_project; // inputs, extras and groups are those of the settings
	struct requirement_set set, floored; // what is asked for, without and with floors
	struct target_list all_targets;      // of the lock
	struct target_list targets;          // those that have the pin
	struct cutoff cutoff;
	struct torch_choice torch;
	struct places places;
	struct resolve_options options;
	struct direct_files direct;
	struct metadata_builds builds;
	struct index *index;
	struct held_back_answer answer;
};

// --- what is asked ---------------------------------------------------------------------------------------------------

struct text_list recorded_inputs(struct arena *arena, const struct lock *lock)
{
	struct text_list files = { 0 };
	for (size_t i = 0; i < lock->requirements_len; i++) {
		struct slice file = lock->requirements[i].file;
		bool known = file.len == 0;
		for (size_t j = 0; j < files.len; j++)
			known |= slice_eq(slice_from(files.items[j]), file);
		if (!known)
			*array_push(arena, &files) = arena_c_string(arena, file);
	}
	return files;
}

// The oldest of the lock's entries that one of the targets takes: the one somebody would ask about.
static void choose_pin(struct inquiry *inquiry, uint32_t first, size_t len)
{
	struct arena *arena = &inquiry->cli->arena;
	struct target_list all = inquiry->targets, taking = { 0 };
	for (uint32_t i = first; i < first + len && !taking.len; i++) {
		inquiry->pin = inquiry->graph.nodes[i].package;
		for (size_t j = 0; j < all.len; j++) {
			struct marker_context context = { .target = &all.items[j] };
			if (marker_holds(inquiry->pin->marker, &context))
				*array_push(arena, &taking) = all.items[j];
		}
	}
	inquiry->targets = taking;
}

static int read_names(struct inquiry *inquiry, const struct slice *names, size_t len,
		      struct target_list *ret_targets, struct error *err)
{
	struct cli *cli = inquiry->cli;
	struct lock_values values = { 0 };
	for (size_t i = 0; i < len; i++)
		*array_push(&cli->arena, &values.targets) =
			arena_c_string(&cli->arena, names[i]);
	return lock_read_targets(cli, len ? &values : &inquiry->values, ret_targets, err);
}

static int read_targets(struct inquiry *inquiry, struct error *err)
{
	const struct lock *lock = &inquiry->opened.lock;
	if (read_names(inquiry, lock->targets, lock->targets_len, &inquiry->all_targets,
		       err) < 0)
		return -1;
	inquiry->targets = inquiry->all_targets;
	if (!inquiry->request->values->targets.len)
		return 0;
	return lock_read_targets(inquiry->cli, inquiry->request->values,
				 &inquiry->targets, err);
}

static int find_pin(struct inquiry *inquiry, struct error *err)
{
	struct cli *cli = inquiry->cli;
	uint32_t first;
	size_t len;
	lock_graph_init(&inquiry->graph, &cli->arena, &inquiry->opened.lock);
	if (find_in_lock(cli, &inquiry->opened, &inquiry->graph, inquiry->request->name,
			 &first, &len, err) < 0)
		return -1;
	choose_pin(inquiry, first, len);
	if (inquiry->targets.len == 0)
		return error_set(err, ERROR_NO, "none of the targets takes '%.*s'",
				 SLICE_ARG(inquiry->pin->name));
	inquiry->newer.requirement.name = inquiry->pin->name;
	inquiry->newer.requirement.text = inquiry->pin->name;
	if (!version_parse(&cli->arena, inquiry->pin->version, &inquiry->newer.than))
		return error_set(err, ERROR_NO, "'%s' gives no version of '%.*s'",
				 inquiry->opened.path, SLICE_ARG(inquiry->pin->name));
	return 0;
}

static bool has_file(const struct requirement_set *set, struct slice file)
{
	for (size_t i = 0; i < set->len; i++)
		if (slice_eq(set->entries[i].span.source->name, file))
			return true;
	return false;
}

// Is the lock one of what the settings say, as `pinbake lock` without files makes it? Then each file that it names is
// among those, or included by one of them.
static bool is_of_project(struct inquiry *inquiry, const struct lock_values *values,
			  const struct text_list *inputs)
{
	struct cli *cli = inquiry->cli;
	struct text_list recorded = recorded_inputs(&cli->arena, &inquiry->opened.lock);
	struct requirement_set set = { 0 };
	struct diagnostics kept = cli->diagnostics;
	struct error ignored = { 0 };
	if (!inputs->len && !values->extras.len && !values->groups.len &&
	    !values->all_extras)
		return false;
	cli->diagnostics = (struct diagnostics){ .arena = &cli->arena };
	bool all = lock_read_inputs(cli, values, inputs, &set, &ignored) == 0;
	cli->diagnostics = kept;
	for (size_t i = 0; all && i < recorded.len; i++)
		all = has_file(&set, slice_from(recorded.items[i]));
	return all && (recorded.len || inputs->len);
}

// The command line, then the project's settings. With other files than the project's its extras and groups are not
// asked for, as in `pinbake lock FILE`.
static int read_values(struct inquiry *inquiry, struct error *err)
{
	struct cli *cli = inquiry->cli;
	const struct lock_values *given = inquiry->request->values;
	struct text_list inputs = *inquiry->request->inputs;
	struct lock_values values = *given;
	if (lock_read_settings(cli, &values, &inputs, err) < 0)
		return -1;
	inquiry->of_project = !inquiry->request->inputs->len &&
			      is_of_project(inquiry, &values, &inputs);
	if (!inquiry->of_project) {
		values.extras = given->extras;
		values.groups = given->groups;
		values.all_extras = given->all_extras;
		inputs = *inquiry->request->inputs;
	}
	if (inputs.len == 0 && !inquiry->of_project)
		inputs = recorded_inputs(&cli->arena, &inquiry->opened.lock);
	inquiry->values = values;
	inquiry->inputs = inputs;
	return 0;
}

static int read_asked(struct inquiry *inquiry, struct error *err)
{
	struct cli *cli = inquiry->cli;
	const struct lock_values *values = &inquiry->values;
	const struct lock *lock = &inquiry->opened.lock;
	if (inquiry->inputs.len == 0 && !inquiry->of_project) {
		error_set(err, ERROR_USAGE,
			  "'%s' does not say which requirements it is for",
			  inquiry->opened.path);
		return error_hint(err,
				  "name them: pinbake why %s --held-back requirements.in",
				  inquiry->request->name);
	}
	inquiry->options.requirements = &inquiry->set;
	if (lock_read_inputs(cli, values, &inquiry->inputs, &inquiry->set, err) < 0 ||
	    lock_read_policy(cli, values, &inquiry->set, &inquiry->options, err) < 0 ||
	    cutoff_read(&cli->arena, slice_from(values->exclude_newer), clock_seconds(),
			&inquiry->cutoff, err) < 0)
		return -1;
	cutoff_keep(&inquiry->cutoff, lock);
	if (cutoff_read_packages(&cli->arena, &values->package_cutoffs, clock_seconds(),
				 lock, &inquiry->cutoff, err) < 0)
		return -1;
	inquiry->newer.prereleases = inquiry->options.prerelease == PRERELEASE_ALLOW ||
				     version_is_prerelease(&inquiry->newer.than);
	return 0;
}

// "NAME>=PIN" as a constraint. A local version has no place in it (440.6).
static void add_floor(struct inquiry *inquiry, const struct lock_package *package)
{
	struct arena *arena = &inquiry->cli->arena;
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
	const struct lock *lock = &inquiry->opened.lock;
	struct requirement_entry *entries =
		arena_new_array(&inquiry->cli->arena, struct requirement_entry,
				inquiry->set.len);
	if (inquiry->set.len)
		memcpy(entries, inquiry->set.entries,
		       inquiry->set.len * sizeof(*entries));
	inquiry->floored = inquiry->set;
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
	bool newer, floored, everywhere;  // everywhere: for all targets of the lock
	const struct text_list *released; // whose pins are not preferred
};

static int run_attempt(struct inquiry *inquiry, const struct attempt *attempt,
		       struct lock_run *run, struct error *err)
{
	struct resolve_options options = inquiry->options;
	options.newer = attempt->newer ? &inquiry->newer : NULL;
	options.requirements = attempt->floored ? &inquiry->floored : &inquiry->set;
	lock_run_init(run, inquiry->cli, inquiry->index,
		      attempt->everywhere ? &inquiry->all_targets : &inquiry->targets,
		      &options);
	preferences_from_lock(&run->preferred, &inquiry->opened.lock, attempt->released);
	return lock_run_solve(run, err);
}

static bool is_conflict(const struct lock_run *run, const struct error *err)
{
	return err->kind == ERROR_NO && run->is_open[run->failed] &&
	       solver_conflict(run->resolves[run->failed].solver).len > 0;
}

static void add_fact(struct inquiry *inquiry, const struct fact_line *line)
{
	struct fact_line *fact = array_push(&inquiry->cli->arena, &inquiry->answer.facts);
	*fact = *line;
	fact->text = arena_dup(&inquiry->cli->arena, line->text);
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

// The facts outlive the resolve that found them.
static void keep_facts(struct inquiry *inquiry, struct resolve *resolve)
{
	struct arena *arena = &inquiry->cli->arena;
	struct explanation facts = { 0 };
	inquiry->answer.verdict = VERDICT_OTHERS;
	explain_conflict(resolve, &facts);
	reword_floors(inquiry, arena, &facts);
	inquiry->answer.facts = (struct explanation){ 0 };
	for (size_t i = 0; i < facts.len; i++)
		add_fact(inquiry, &facts.items[i]);
}

// The facts stay those about what the lock has: nearer to a reader than what is true of all older releases as well.
static int keep_edits(struct inquiry *inquiry, const struct lock_run *run,
		      const struct text_list *released, struct error *err)
{
	const struct repair_case of = {
		inquiry->cli,     inquiry->index,        run,
		&inquiry->cutoff, &inquiry->opened.lock, released
	};
	const struct repair_limits limits = { EDIT_SOLVES, EDIT_MS, 0 };
	struct repair_list repairs = { 0 };
	inquiry->answer.verdict = VERDICT_HELD;
	if (repair_find(&of, &limits, &repairs, err) < 0)
		return -1;
	inquiry->answer.edits = repairs_text(&inquiry->cli->arena, &repairs);
	return 0;
}

static const struct pin *pin_of(const struct pin_list *pins, struct slice name)
{
	for (size_t i = 0; i < pins->len; i++)
		if (slice_eq(pins->items[i].project->name, name))
			return &pins->items[i];
	return NULL;
}

static void add_move(struct inquiry *inquiry, struct slice name, struct slice from,
		     struct slice to)
{
	struct arena *arena = &inquiry->cli->arena;
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
static void collect_moves(struct inquiry *inquiry, const struct lock_run *run)
{
	const struct lock *lock = &inquiry->opened.lock;
	inquiry->answer.moves = (struct move_list){ 0 };
	for (size_t t = 0; t < run->targets.len; t++) {
		struct marker_context context = { .target = &run->targets.items[t] };
		for (size_t i = 0; i < lock->len; i++) {
			const struct lock_package *package = &lock->packages[i];
			const struct pin *pin =
				pin_of(&run->picks[t].pins, package->name);
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
static void explain_unusable(struct inquiry *inquiry, struct resolve *resolve,
			     uint32_t id, uint32_t from)
{
	const struct node *node = &resolve->nodes.items[id];
	struct arena *arena = &resolve->arena;
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
			facts_of_no_versions(resolve, &fact, &facts);
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
static bool settle_without(struct inquiry *inquiry, struct resolve *resolve)
{
	uint32_t id, usable = 0;
	if (!map_find(&resolve->node_ids, inquiry->pin->name, &id) ||
	    !resolve->nodes.items[id].project)
		return false;
	const struct node *node = &resolve->nodes.items[id];
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
				arena_dup(&inquiry->cli->arena, release->version_text);
	}
	if (usable)
		return false;
	inquiry->answer.verdict = VERDICT_UNUSABLE;
	explain_unusable(inquiry, resolve, id, from);
	return true;
}

// With nothing going back. The facts of a conflict need not say what is ruled out by that: the solver lets what a release
// needs stand for all those below it that cannot be chosen.
static int ask_whether_forward(struct inquiry *inquiry, struct error *err)
{
	struct lock_run run;
	const struct text_list released = {
		.items = (const char *[]){ inquiry->request->name }, .len = 1
	};
	const struct attempt attempt = { .newer = true,
					 .floored = true,
					 .released = &released };
	int status = run_attempt(inquiry, &attempt, &run, err);
	if (status == 0) {
		settle_without(inquiry, &run.resolves[0]);
		inquiry->answer.verdict = VERDICT_FREE;
		collect_moves(inquiry, &run);
	} else if (is_conflict(&run, err)) {
		struct resolve *resolve = &run.resolves[run.failed];
		if (!settle_without(inquiry, resolve))
			keep_facts(inquiry, resolve);
		status = 0;
	}
	lock_run_release(&run);
	return status;
}

// What would go back, if anything helps. Old releases' metadata may be out of reach offline: then that is not told.
static int ask_whether_at_all(struct inquiry *inquiry, struct error *err)
{
	struct lock_run run;
	const struct text_list released = {
		.items = (const char *[]){ inquiry->request->name }, .len = 1
	};
	const struct attempt attempt = { .newer = true, .released = &released };
	int status = run_attempt(inquiry, &attempt, &run, err);
	if (status == 0) {
		collect_moves(inquiry, &run);
	} else if (is_conflict(&run, err)) {
		status = keep_edits(inquiry, &run, &released, err);
	} else if (inquiry->cli->common.offline && err->kind == ERROR_SOURCE) {
		status = 0;
	}
	lock_run_release(&run);
	return status;
}

// Would `lock -P …` with these names move the pin? Its moves are collected then.
static int try_letting(struct inquiry *inquiry, const struct text_list *released,
		       bool *ret_moves, struct error *err)
{
	struct lock_run run;
	struct version version;
	const struct attempt attempt = { .everywhere = true, .released = released };
	struct move_list kept = inquiry->answer.moves;
	int status = run_attempt(inquiry, &attempt, &run, err);
	*ret_moves = false;
	if (status == 0) {
		collect_moves(inquiry, &run);
		const struct move *own = own_move(inquiry);
		*ret_moves = own &&
			     version_parse(&inquiry->cli->arena, own->to, &version) &&
			     version_cmp(&version, &inquiry->newer.than) > 0;
	}
	if (!*ret_moves)
		inquiry->answer.moves = kept;
	lock_run_release(&run);
	return status < 0 && err->kind == ERROR_NO ? 0 : status;
}

// First NAME alone, then with all that moved in the solution.
static int find_what_lets_it_move(struct inquiry *inquiry, struct error *err)
{
	struct arena *arena = &inquiry->cli->arena;
	struct text_list names = { 0 };
	bool moves = false;
	*array_push(arena, &names) = arena_c_string(arena, inquiry->pin->name);
	if (try_letting(inquiry, &names, &moves, err) < 0)
		return -1;
	if (!moves) {
		for (size_t i = 0; i < inquiry->answer.moves.len; i++)
			if (!slice_eq(inquiry->answer.moves.items[i].name,
				      inquiry->pin->name))
				*array_push(arena, &names) = arena_c_string(
					arena, inquiry->answer.moves.items[i].name);
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
	    !version_parse(&inquiry->cli->arena, inquiry->answer.moved_to,
			   &rest.newer.than))
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

// --- the question ---------------------------------------------------------------------------------------------------

// Does the project's file alone give the targets of the lock?
static bool has_targets_of_settings(struct inquiry *inquiry)
{
	struct lock_values values = { 0 };
	struct text_list inputs = { 0 };
	struct target_list targets = { 0 };
	const struct target_list *all = &inquiry->all_targets;
	struct error ignored = { 0 };
	size_t same = 0;
	if (lock_read_settings(inquiry->cli, &values, &inputs, &ignored) < 0 ||
	    (!values.pythons.len && !values.platforms.len && !values.targets.len &&
	     !values.images.len) ||
	    lock_read_targets(inquiry->cli, &values, &targets, &ignored) < 0)
		return false;
	for (size_t i = 0; i < all->len; i++)
		for (size_t j = 0; j < targets.len; j++)
			same += slice_eq(all->items[i].name, targets.items[j].name);
	return same == all->len && same == targets.len;
}

// What nothing but the lock and this command line says must be said to `pinbake lock` again.
static struct slice command_of(struct inquiry *inquiry)
{
	struct arena *arena = &inquiry->cli->arena;
	struct lock_values options = *inquiry->request->values;
	struct text_list targets = { 0 }, none = { 0 };
	const struct index_request places = { .values = &inquiry->values.indexes,
					      .set = &inquiry->set,
					      .lock = &inquiry->opened };
	bool known = has_targets_of_settings(inquiry);
	for (size_t i = 0; !known && i < inquiry->all_targets.len; i++)
		*array_push(arena, &targets) =
			arena_c_string(arena, inquiry->all_targets.items[i].name);
	index_values_of_lock(inquiry->cli, &places, &options.indexes);
	const struct lock_command command = {
		.inputs = inquiry->of_project ? &none : &inquiry->inputs,
		.path = inquiry->opened.path,
		.options = &options,
		.targets = &targets,
		.released = &inquiry->answer.let_move,
	};
	return lock_command_text(arena, &command);
}

// What a backend says is asked for where `pinbake lock` would ask.
static void prepare_builds(struct inquiry *inquiry)
{
	const struct lock_values *values = &inquiry->values;
	if (!values->build)
		return;
	metadata_builds_init(&inquiry->builds, inquiry->cli, &inquiry->places,
			     &inquiry->options);
	inquiry->builds.lock_path = inquiry->opened.path;
	inquiry->builds.python = values->python_bin;
	inquiry->builds.network = values->build_network;
	inquiry->options.builds = inquiry->direct.builds = &inquiry->builds;
}

static int prepare(struct inquiry *inquiry, struct net *net, struct error *err)
{
	const struct target_list *targets = &inquiry->all_targets;
	direct_init(&inquiry->direct, inquiry->cli, net);
	inquiry->direct.present = &inquiry->opened.lock;
	inquiry->options.direct = &inquiry->direct;
	prepare_builds(inquiry);
	if (cutoff_apply(&inquiry->cutoff, inquiry->cli, inquiry->index, targets->items,
			 targets->len, &inquiry->options, err) < 0)
		return -1;
	return direct_read(&inquiry->direct, &inquiry->set, targets->items, targets->len,
			   err);
}

// As options they are what the command that is told says.
static int open_index(struct inquiry *inquiry, struct net *net, struct index **ret_index,
		      struct error *err)
{
	struct cli *cli = inquiry->cli;
	struct index_values values = inquiry->values.indexes;
	const struct index_request request = { .values = &inquiry->values.indexes,
					       .set = &inquiry->set,
					       .lock = &inquiry->opened };
	index_values_of_lock(cli, &request, &values);
	const struct index_request whole = { .values = &values, .set = &inquiry->set };
	if (torch_choose(cli, &inquiry->values, &inquiry->opened.lock,
			 &inquiry->all_targets, &inquiry->torch, err) < 0 ||
	    index_config_of(cli, &whole, &inquiry->places.indexes, err) < 0)
		return -1;
	inquiry->places.binary = inquiry->options.binary;
	inquiry->places.binary_len = inquiry->options.binary_len;
	places_add_torch(cli, &inquiry->places, &inquiry->torch);
	return index_open(&inquiry->places.indexes, net, ret_index, err);
}

int explain_held_back(struct cli *cli, const struct held_back_request *request,
		      json_t *result, struct error *err)
{
	struct inquiry inquiry = { .cli = cli, .request = request };
	AUTO(net_cleanup) struct net *net = NULL;
	AUTO(index_cleanup) struct index *index = NULL;
	if (read_lock(cli, request->lock_path, &inquiry.opened, err) < 0 ||
	    read_values(&inquiry, err) < 0 || read_targets(&inquiry, err) < 0 ||
	    find_pin(&inquiry, err) < 0 || read_asked(&inquiry, err) < 0 ||
	    open_net(cli, &net, err) < 0 || open_index(&inquiry, net, &index, err) < 0)
		return -1;
	inquiry.options.torch = &inquiry.torch;
	inquiry.index = index;
	if (prepare(&inquiry, net, err) < 0)
		return -1;
	add_floors(&inquiry);
	if (find_answer(&inquiry, err) < 0)
		return -1;
	progress_done(cli);
	show_diagnostics(cli);
	inquiry.answer.name = inquiry.pin->name;
	inquiry.answer.version = inquiry.pin->version;
	inquiry.answer.lock_path = inquiry.opened.path;
	inquiry.answer.command = command_of(&inquiry);
	held_back_put(&inquiry.answer, result);
	if (!cli->common.json)
		held_back_print(&inquiry.answer);
	return 0;
}
