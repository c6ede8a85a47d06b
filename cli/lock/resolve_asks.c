// SPDX-License-Identifier: MIT
// Questions about releases: metadata to requirements, requirements to rank sets, for every target of the class.
#include "cli/lock/resolve_parts.h"

#include "cli/lock/direct.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/lock/metadata_builds.h"
#include "cli/lock/overrides.h"

// A requirement asks for the project and for each of its extras.
bool want_requirement(struct resolve *resolve, const struct requirement *requirement)
{
	want_project(resolve, requirement->name);
	bool ready = make_ready(resolve, node_of(resolve, requirement->name, S("")));
	for (size_t i = 0; i < requirement->extras_len; i++)
		ready &= make_ready(resolve, node_of(resolve, requirement->name,
						     requirement->extras[i]));
	return ready;
}

void add_dependencies(struct resolve *resolve, const struct requirement *requirement,
		      solver_reason reason, struct dependency_list *list)
{
	uint32_t base = node_of(resolve, requirement->name, S(""));
	struct rank_set allowed = admitted_ranks(resolve, base, &requirement->specifiers);
	*array_push(&resolve->arena, list) =
		(struct solver_dependency){ base, allowed, reason };
	for (size_t i = 0; i < requirement->extras_len; i++) {
		uint32_t extra =
			node_of(resolve, requirement->name, requirement->extras[i]);
		*array_push(&resolve->arena, list) =
			(struct solver_dependency){ extra, allowed, reason };
	}
}

struct ask *ask_of(struct resolve *resolve, uint32_t node, uint32_t rank)
{
	uint32_t id;
	const uint32_t release[] = { node, rank };
	struct slice key = { (const char *)release, sizeof(release) };
	if (map_find(&resolve->ask_ids, key, &id))
		return &resolve->asks.items[id];
	map_insert(&resolve->ask_ids, arena_dup(&resolve->arena, key),
		   (uint32_t)resolve->asks.len, NULL);
	struct ask *ask = array_push(&resolve->arena, &resolve->asks);
	ask->node = node;
	ask->rank = rank;
	return ask;
}

static void rule_out(struct resolve *resolve, struct ask *ask, struct slice problem)
{
	struct edge edge = { .from = ask->node,
			     .from_text = release_text(resolve, ask->node, ask->rank) };
	edge.problem = problem;
	ask->unusable = true;
	ask->reason = edge_of(resolve, &edge);
	ask->state = ASK_ANSWERED;
}

static bool python_fits(const struct resolve *resolve, const struct metadata *metadata)
{
	return specifier_set_contains(&metadata->requires_python,
				      &resolve->options->target->python_full_version);
}

static bool is_chosen(const struct ask *ask, const struct requirement *requirement)
{
	for (size_t i = 0; i < ask->requirements.len; i++)
		if (slice_eq(ask->requirements.items[i]->text, requirement->text))
			return true;
	return false;
}

const struct requirement *requirement_here(struct resolve *resolve,
					   const struct node *node,
					   const struct requirement *requirement)
{
	bool always = marker_holds_here(resolve, requirement->marker, S(""));
	bool wanted = always;
	if (node->extra.len)
		wanted = !always &&
			 marker_holds_here(resolve, requirement->marker, node->extra);
	return wanted ? overridden(resolve, node->name, requirement) : NULL;
}

// Which of a release's requirements hold for the target; for an extra's node those that its extra switches on. A second
// wheel of the class adds what only it asks for (sol.5).
static void choose_requirements(struct resolve *resolve, struct ask *ask,
				const struct metadata *metadata, bool first)
{
	const struct node *node = &resolve->nodes.items[ask->node];
	if (node->extra.len &&
	    !slices_have(metadata->extras, metadata->extras_len, node->extra))
		return;
	for (size_t i = 0; i < metadata->requires_len; i++) {
		const struct requirement *requirement =
			requirement_here(resolve, node, &metadata->requires_dist[i]);
		if (requirement && (first || !is_chosen(ask, requirement)))
			*array_push(&resolve->arena, &ask->requirements) = requirement;
	}
}

// Whether a file's metadata rules the release out; 1 if so.
static int check_metadata(struct resolve *resolve, struct ask *ask,
			  const struct project_file *file,
			  const struct file_metadata *found, struct error *err)
{
	switch (found->state) {
	case METADATA_FAILED:
		*err = *found->error;
		return error_during(err, "reading the metadata of '%.*s'",
				    SLICE_ARG(file->name));
	case METADATA_UNUSABLE:
		rule_out(resolve, ask, slice_from(found->error->cause));
		return 1;
	case METADATA_FOUND: break;
	}
	if (python_fits(resolve, &found->metadata))
		return 0;
	rule_out(resolve, ask,
		 arena_printf(&resolve->arena, "needs Python %.*s",
			      SLICE_ARG(found->metadata.requires_python_text)));
	return 1;
}

// Needs for URLs: each is met by the file that counts for its name, or rules the release out.
static void settle_urls(struct resolve *resolve, struct ask *ask)
{
	for (size_t i = 0; i < ask->requirements.len; i++) {
		const struct requirement *requirement = ask->requirements.items[i];
		struct slice problem;
		int status = requirement->url.len
				     ? direct_need(resolve, requirement, &problem)
				     : 0;
		if (status < 0) {
			rule_out(resolve, ask, problem);
			return;
		}
		resolve->is_void |= status > 0;
	}
}

static const struct project_file *file_for(const struct resolve *resolve,
					   const struct ask *ask, size_t member)
{
	const struct node *node = &resolve->nodes.items[ask->node];
	const struct candidates *candidates =
		member == 0 ? &node->candidates : &node->others[member - 1];
	return candidate_file(candidates, ask->rank);
}

static void refuse_too_many(struct resolve *resolve, struct ask *ask)
{
	size_t needs = ask->requirements.len;
	for (size_t i = 0; i < ask->requirements.len; i++)
		needs += ask->requirements.items[i]->extras_len;
	if (needs > LIMIT_RELEASE_NEEDS)
		rule_out(resolve, ask,
			 arena_printf(&resolve->arena,
				      "asks for more than %d packages and extras",
				      LIMIT_RELEASE_NEEDS));
}

static const struct target *target_of(const struct resolve *resolve, size_t member)
{
	return member == 0 ? resolve->options->target
			   : resolve->options->others[member - 1];
}

// A release that has a wheel, where the interpreter to ask another one is missing.
static int offer_wheel(const struct resolve *resolve, const struct ask *ask,
		       struct error *err)
{
	const struct node *node = &resolve->nodes.items[ask->node];
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

static struct slice subdirectory_of(const struct resolve *resolve,
				    const struct project_file *file)
{
	const struct direct_file *direct = direct_file_of(resolve, file);
	return direct ? direct->subdirectory : S("");
}

// What the build backend has to be asked for, if that is allowed.
static int ask_backend(struct resolve *resolve, struct ask *ask, size_t member,
		       struct error *err)
{
	const struct node *node = &resolve->nodes.items[ask->node];
	const struct project_file *file = file_for(resolve, ask, member);
	const struct file_metadata *ignored;
	struct metadata_question question = {
		.file = file,
		.name = node->name,
		.version = project_version_text(node->project, ask->rank),
		.subdirectory = subdirectory_of(resolve, file),
		.target = target_of(resolve, member),
	};
	if (metadata_builds_ask(resolve->options->builds, &question, &ignored, err) == 0)
		return 0;
	return offer_wheel(resolve, ask, err);
}

const struct file_metadata *resolve_metadata(const struct resolve *resolve,
					     const struct project_file *file,
					     const struct target *target)
{
	const struct direct_file *tree = direct_tree_of(resolve, file);
	const struct metadata_builds *builds = resolve->options->builds;
	const struct file_metadata *built =
		builds ? metadata_builds_find(builds, file,
					      subdirectory_of(resolve, file), target)
		       : NULL;
	if (built)
		return built;
	return tree ? tree->metadata : index_metadata(resolve->index, file);
}

void want_metadata(struct resolve *resolve, const struct project *project,
		   const struct project_file *file)
{
	if (!direct_tree_of(resolve, file))
		index_want_metadata(resolve->index, project, file);
}

static bool lacks_backend(const struct resolve *resolve, const struct project_file *file,
			  const struct file_metadata *found)
{
	if (!resolve->options->builds)
		return false;
	return found ? found->state == METADATA_UNUSABLE && found->needs_build
		     : direct_tree_of(resolve, file) != NULL;
}

// Is the metadata of all targets known? -1: it could not be had. Only what the solver
// needs is built for: hints are guesses.
static int find_metadata(struct resolve *resolve, struct ask *ask, bool needed,
			 struct error *err)
{
	const struct project *project = resolve->nodes.items[ask->node].project;
	size_t members = 1 + resolve->options->others_len;
	bool known = true;
	for (size_t i = 0; i < members; i++)
		want_metadata(resolve, project, file_for(resolve, ask, i));
	for (size_t i = 0; i < members; i++) {
		const struct project_file *file = file_for(resolve, ask, i);
		const struct file_metadata *found =
			resolve_metadata(resolve, file, target_of(resolve, i));
		bool lacks = lacks_backend(resolve, file, found);
		if (lacks && needed && ask_backend(resolve, ask, i, err) < 0)
			return -1;
		known &= lacks ? needed : found != NULL;
	}
	return known;
}

// Metadata → requirements, of the wheel of each target of the class. 0 while some of it is not known, 1 once it is.
// -1: it could not be had.
static int advance_metadata(struct resolve *resolve, struct ask *ask, bool needed,
			    struct error *err)
{
	size_t members = 1 + resolve->options->others_len;
	int known = find_metadata(resolve, ask, needed, err);
	for (size_t i = 0; known > 0 && i < members; i++) {
		const struct project_file *file = file_for(resolve, ask, i);
		const struct file_metadata *found =
			resolve_metadata(resolve, file, target_of(resolve, i));
		int status = check_metadata(resolve, ask, file, found, err);
		if (status != 0)
			return status;
		choose_requirements(resolve, ask, &found->metadata, i == 0);
	}
	if (known <= 0)
		return known;
	ask->state = ASK_PROJECTS;
	settle_urls(resolve, ask);
	refuse_too_many(resolve, ask);
	return 1;
}

int project_failure(const struct project *project, struct error *err)
{
	*err = *project->error;
	return error_during(err, "looking up '%.*s'", SLICE_ARG(project->name));
}

// 1: something moved on, 0: it waits for the index, -1: err.
int advance_ask(struct resolve *resolve, uint32_t id, bool needed, struct error *err)
{
	struct ask *ask = &resolve->asks.items[id];
	int moved = 0;
	if (ask->state == ASK_METADATA) {
		moved = advance_metadata(resolve, ask, needed, err);
		if (moved < 0)
			return -1;
	}
	if (ask->state == ASK_PROJECTS) {
		bool ready = true;
		for (size_t i = 0; i < ask->requirements.len; i++) {
			const struct requirement *requirement =
				ask->requirements.items[i];
			bool known = want_requirement(resolve, requirement);
			const struct project *project =
				known ? find_project(resolve, requirement->name) : NULL;
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

void answer(struct resolve *resolve, const struct ask *ask)
{
	struct dependency_list list = { 0 };
	if (ask->unusable) {
		solver_exclude(resolve->solver, ask->node, ask->rank, ask->reason);
		return;
	}
	struct slice from_text = release_text(resolve, ask->node, ask->rank);
	for (size_t i = 0; i < ask->requirements.len; i++) {
		struct edge edge = { .from = ask->node,
				     .from_text = from_text,
				     .requirement = ask->requirements.items[i] };
		edge.override = override_of(resolve, resolve->nodes.items[ask->node].name,
					    edge.requirement->name);
		add_dependencies(resolve, edge.requirement, edge_of(resolve, &edge),
				 &list);
	}
	solver_give_dependencies(resolve->solver, ask->node, ask->rank, list.items,
				 list.len);
}
