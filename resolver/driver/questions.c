// SPDX-License-Identifier: MIT
// Questions about releases: metadata to requirements, requirements to rank sets, for every target of the class.
#include "resolver/driver/parts.h"

#include "base/limits.h"

// A requirement asks for the project and for each of its extras.
bool want_requirement(struct search *search, const struct requirement *requirement)
{
	want_project(search, requirement->name);
	bool ready = make_ready(search, node_of(search, requirement->name, S("")));
	for (size_t i = 0; i < requirement->extras_len; i++)
		ready &= make_ready(search, node_of(search, requirement->name,
						    requirement->extras[i]));
	return ready;
}

void add_dependencies(struct search *search, const struct requirement *requirement,
		      solver_reason reason, struct dependency_list *list)
{
	uint32_t base = node_of(search, requirement->name, S(""));
	struct rank_set allowed = admitted_ranks(search, base, &requirement->specifiers);
	*array_push(&search->arena, list) =
		(struct solver_dependency){ base, allowed, reason };
	for (size_t i = 0; i < requirement->extras_len; i++) {
		uint32_t extra =
			node_of(search, requirement->name, requirement->extras[i]);
		*array_push(&search->arena, list) =
			(struct solver_dependency){ extra, allowed, reason };
	}
}

struct ask *ask_of(struct search *search, uint32_t node, uint32_t rank)
{
	uint32_t id;
	const uint32_t release[] = { node, rank };
	struct slice key = { (const char *)release, sizeof(release) };
	if (map_find(&search->ask_ids, key, &id))
		return &search->asks.items[id];
	map_insert(&search->ask_ids, arena_dup(&search->arena, key),
		   (uint32_t)search->asks.len, NULL);
	struct ask *ask = array_push(&search->arena, &search->asks);
	ask->node = node;
	ask->rank = rank;
	return ask;
}

static void rule_out(struct search *search, struct ask *ask, struct slice problem)
{
	struct edge edge = { .from = ask->node,
			     .from_text = release_text(search, ask->node, ask->rank) };
	edge.problem = problem;
	ask->unusable = true;
	ask->reason = edge_of(search, &edge);
	ask->state = ASK_ANSWERED;
}

static bool python_fits(const struct search *search, const struct metadata *metadata)
{
	return specifier_set_contains(&metadata->requires_python,
				      &search->class.target->python_full_version);
}

static bool is_chosen(const struct ask *ask, const struct requirement *requirement)
{
	for (size_t i = 0; i < ask->requirements.len; i++)
		if (slice_eq(ask->requirements.items[i]->text, requirement->text))
			return true;
	return false;
}

static bool is_marked_for(const struct search *search, const struct node *node,
			  const struct marker *marker)
{
	bool always = marker_holds_here(search, marker, S(""));
	return node->extra.len ? !always && marker_holds_here(search, marker, node->extra)
			       : always;
}

const struct requirement *requirement_here(struct search *search, const struct node *node,
					   const struct requirement *requirement)
{
	return is_marked_for(search, node, requirement->marker)
		       ? overridden(search, node->name, requirement)
		       : NULL;
}

// A requirement that cannot be read rules the release out where it is needed (md.3).
static bool needs_unreadable(struct search *search, struct ask *ask,
			     const struct metadata *metadata)
{
	const struct node *node = &search->nodes.items[ask->node];
	for (size_t i = 0; i < metadata->unreadable_len; i++) {
		const struct unreadable_requirement *bad = &metadata->unreadable[i];
		if (!is_marked_for(search, node, bad->marker))
			continue;
		rule_out(search, ask,
			 arena_printf(&search->arena, "%.*s in 'Requires-Dist: %.*s'",
				      SLICE_ARG(bad->why), SLICE_ARG(bad->text)));
		ask->liftable = true;
		return true;
	}
	return false;
}

// A release without the extra does not pass for one that has it. 1: it is ruled out; -1: that is not known yet.
static int check_extra(struct search *search, struct ask *ask,
		       const struct metadata *metadata)
{
	const struct node *node = &search->nodes.items[ask->node];
	struct rank_set all =
		rank_set_all(&search->arena, (uint32_t)node->candidates.len);
	uint32_t better;
	if (node->extra.len == 0 || search->takes_any_extra ||
	    provides_extra(metadata, node->extra))
		return 0;
	int found = find_with_extra(search, ask->node, all, &better);
	if (found > 0) {
		rule_out(search, ask, lacks_extra_text(search, ask->node, better));
		search->extras_ruled_out++;
	}
	return found;
}

// Which of a release's requirements hold for the target; for an extra's node those that its extra switches on. A second
// wheel of the class adds what only it asks for (sol.5).
static void choose_requirements(struct search *search, struct ask *ask,
				const struct metadata *metadata, bool first)
{
	const struct node *node = &search->nodes.items[ask->node];
	if (node->extra.len && !provides_extra(metadata, node->extra))
		return;
	for (size_t i = 0; i < metadata->requires_len; i++) {
		const struct requirement *requirement =
			requirement_here(search, node, &metadata->requires_dist[i]);
		if (requirement && (first || !is_chosen(ask, requirement)))
			*array_push(&search->arena, &ask->requirements) = requirement;
	}
}

// Whether a file's metadata rules the release out; 1 if so.
static int check_metadata(struct search *search, struct ask *ask,
			  const struct project_file *file,
			  const struct file_metadata *found, struct error *err)
{
	switch (found->state) {
	case METADATA_FAILED:
		*err = *found->error;
		return error_during(err, "reading the metadata of '%.*s'",
				    SLICE_ARG(file->name));
	case METADATA_UNUSABLE:
		if (found->needs_build &&
		    search->request->policy.unbuilt == UNBUILT_REFUSED)
			return refuse_unbuilt(search, ask,
					      slice_from(found->error->cause), err);
		rule_out(search, ask, slice_from(found->error->cause));
		ask->liftable = true;
		return 1;
	case METADATA_FOUND: break;
	}
	if (python_fits(search, &found->metadata))
		return 0;
	rule_out(search, ask,
		 arena_printf(&search->arena, "needs Python %.*s",
			      SLICE_ARG(found->metadata.requires_python_text)));
	return 1;
}

// Needs for URLs: each is met by the file that counts for its name, or rules the release out.
static void settle_urls(struct search *search, struct ask *ask)
{
	for (size_t i = 0; i < ask->requirements.len; i++) {
		const struct direct_need need = { ask->node, ask->rank,
						  ask->requirements.items[i] };
		struct slice problem;
		if (need.requirement->url.len == 0)
			continue;
		enum direct_answer answer =
			direct_need(search, &need, &problem, &ask->refusal);
		if (answer == DIRECT_UNUSABLE)
			rule_out(search, ask, problem);
		if (answer == DIRECT_UNUSABLE || answer == DIRECT_REFUSED)
			return;
		search->is_void |= answer == DIRECT_NEW;
	}
}

static const struct project_file *file_for(const struct search *search,
					   const struct ask *ask, size_t member)
{
	const struct node *node = &search->nodes.items[ask->node];
	const struct candidates *candidates =
		member == 0 ? &node->candidates : &node->others[member - 1];
	return candidate_file(candidates, ask->rank);
}

static void refuse_too_many(struct search *search, struct ask *ask)
{
	size_t needs = ask->requirements.len;
	for (size_t i = 0; i < ask->requirements.len; i++)
		needs += ask->requirements.items[i]->extras_len;
	if (needs > LIMIT_RELEASE_NEEDS)
		rule_out(search, ask,
			 arena_printf(&search->arena,
				      "asks for more than %d packages and extras",
				      LIMIT_RELEASE_NEEDS));
}

static const struct target *target_of(const struct search *search, size_t member)
{
	return member == 0 ? search->class.target : search->class.others[member - 1];
}

// A release that has a wheel, where the interpreter to ask another one is missing.
static int offer_wheel(const struct search *search, const struct ask *ask,
		       struct error *err)
{
	const struct node *node = &search->nodes.items[ask->node];
	const struct candidates *candidates = &node->candidates;
	for (uint32_t i = 0; err->kind == ERROR_INPUT && i < candidates->prefer_len;
	     i++) {
		uint32_t rank = candidates->prefer[i];
		struct slice version = project_version_text(node->project, rank);
		if (candidate_file(candidates, rank)->kind == FILE_WHEEL)
			return error_hint(err,
					  "name it with --python-bin, or ask for "
					  "'%.*s==%.*s', which has a wheel",
					  SLICE_ARG(node->name), SLICE_ARG(version));
	}
	return -1;
}

// What the build backend has to be asked for, if that is allowed.
static int ask_backend(struct search *search, struct ask *ask, size_t member,
		       struct error *err)
{
	const struct node *node = &search->nodes.items[ask->node];
	const struct project_file *file = file_for(search, ask, member);
	const struct file_metadata *ignored;
	const struct direct_file *tree = direct_tree_of(search->driver, file);
	struct metadata_question question = {
		.file = file,
		.name = node->name,
		.version = project_version_text(node->project, ask->rank),
		.subdirectory = direct_subdirectory(search->driver, file),
		.is_own = tree && tree->is_own,
		.target = target_of(search, member),
	};
	if (driver_ask_backend(search->driver, &question, &ignored, err) == 0)
		return 0;
	return offer_wheel(search, ask, err);
}

const struct file_metadata *search_metadata(const struct search *search,
					    const struct project_file *file,
					    const struct target *target)
{
	const struct direct_file *tree = direct_tree_of(search->driver, file);
	const struct file_metadata *built =
		find_backend_answer(search->driver, file, target);
	if (built)
		return built;
	return tree ? tree->metadata : index_metadata(search->driver->index, file);
}

void want_metadata(struct search *search, const struct project *project,
		   const struct project_file *file)
{
	if (!direct_tree_of(search->driver, file))
		index_want_metadata(search->driver->index, project, file);
}

static bool lacks_backend(const struct search *search, const struct project_file *file,
			  const struct file_metadata *found)
{
	if (!search->driver->host.ask_backend)
		return false;
	// An egg-info is what the author's machine said; the backend is asked where it may be.
	return found ? (found->state == METADATA_UNUSABLE && found->needs_build) ||
			       found->from_egg_info
		     : direct_tree_of(search->driver, file) != NULL;
}

// Is the metadata of all targets known? -1: it could not be had. Only what the solver
// needs is built for: hints are guesses.
static int find_metadata(struct search *search, struct ask *ask, bool needed,
			 struct error *err)
{
	const struct project *project = search->nodes.items[ask->node].project;
	size_t members = 1 + search->class.others_len;
	bool known = true;
	for (size_t i = 0; i < members; i++)
		want_metadata(search, project, file_for(search, ask, i));
	for (size_t i = 0; i < members; i++) {
		const struct project_file *file = file_for(search, ask, i);
		const struct file_metadata *found =
			search_metadata(search, file, target_of(search, i));
		bool lacks = lacks_backend(search, file, found);
		if (lacks && needed && ask_backend(search, ask, i, err) < 0)
			return -1;
		known &= lacks ? needed : found != NULL;
	}
	return known;
}

// Metadata → requirements, of the wheel of each target of the class. 0 while some of it is not known, 1 once it is.
// -1: it could not be had.
static int advance_metadata(struct search *search, struct ask *ask, bool needed,
			    struct error *err)
{
	size_t members = 1 + search->class.others_len;
	int known = find_metadata(search, ask, needed, err);
	for (size_t i = 0; known > 0 && i < members; i++) {
		const struct project_file *file = file_for(search, ask, i);
		const struct file_metadata *found =
			search_metadata(search, file, target_of(search, i));
		int status = check_metadata(search, ask, file, found, err);
		if (status != 0)
			return status;
		status = check_extra(search, ask, &found->metadata);
		if (status != 0)
			return status > 0;
		if (needs_unreadable(search, ask, &found->metadata))
			return 1;
		choose_requirements(search, ask, &found->metadata, i == 0);
	}
	if (known <= 0)
		return known;
	ask->state = ASK_PROJECTS;
	settle_urls(search, ask);
	refuse_too_many(search, ask);
	return 1;
}

int project_failure(const struct project *project, struct error *err)
{
	*err = *project->error;
	return error_during(err, "looking up '%.*s'", SLICE_ARG(project->name));
}

// 1: something moved on, 0: it waits for the index, -1: err.
int advance_ask(struct search *search, uint32_t id, bool needed, struct error *err)
{
	struct ask *ask = &search->asks.items[id];
	int moved = 0;
	ask->needed |= needed;
	if (ask->state == ASK_METADATA) {
		moved = advance_metadata(search, ask, needed, err);
		if (moved < 0)
			return -1;
	}
	if (ask->refusal) {
		if (!needed)
			return 0;
		*err = *ask->refusal;
		return -1;
	}
	if (ask->state == ASK_PROJECTS) {
		bool ready = true;
		for (size_t i = 0; i < ask->requirements.len; i++) {
			const struct requirement *requirement =
				ask->requirements.items[i];
			bool known = want_requirement(search, requirement);
			const struct project *project =
				known ? find_project(search, requirement->name) : NULL;
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

void answer(struct search *search, const struct ask *ask)
{
	struct dependency_list list = { 0 };
	if (ask->unusable) {
		solver_exclude(search->solver, ask->node, ask->rank, ask->reason);
		return;
	}
	struct slice from_text = release_text(search, ask->node, ask->rank);
	for (size_t i = 0; i < ask->requirements.len; i++) {
		struct edge edge = { .from = ask->node,
				     .from_text = from_text,
				     .requirement = ask->requirements.items[i] };
		edge.override = override_of(search, search->nodes.items[ask->node].name,
					    edge.requirement->name);
		add_dependencies(search, edge.requirement, edge_of(search, &edge), &list);
	}
	solver_give_dependencies(search->solver, ask->node, ask->rank, list.items,
				 list.len);
}
