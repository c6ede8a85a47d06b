// SPDX-License-Identifier: MIT
// One fact of a conflict as a sentence: which releases it is true of, what they ask for, or why they cannot be chosen.
#include "resolver/explain/facts.h"

#include "net/url.h"

#include "net/url.h"

enum { RUNS_NAMED = 3 };

static struct slice version_at(const struct project *project, uint32_t rank)
{
	return project_version_text(project, rank);
}

static const struct project *project_of(const struct search *search, uint32_t node)
{
	return search->nodes.items[node].project;
}

// --- which releases --------------------------------------------------------------------------------------------------

static bool is_marked(void *marks, uint32_t rank)
{
	return ((const bool *)marks)[rank];
}

static struct rank_set usable_ranks(struct search *search, uint32_t id)
{
	const struct candidates *candidates = &search->nodes.items[id].candidates;
	uint32_t count = (uint32_t)candidates->len;
	bool *marks = arena_new_array(&search->arena, bool, (size_t)count + 1);
	for (uint32_t i = 0; i < candidates->prefer_len; i++)
		marks[candidates->prefer[i]] = true;
	return rank_set_where(&search->arena, count, is_marked, marks);
}

// The solver's runs go on over releases that cannot be chosen, of which nothing is known: each run is cut to the usable
// releases at its ends.
static struct rank_set cut_to_usable(struct search *search, struct rank_set set,
				     struct rank_set usable)
{
	struct rank_run *runs =
		arena_new_array(&search->arena, struct rank_run, (size_t)set.len + 1);
	uint32_t len = 0;
	for (uint32_t i = 0; i < set.len; i++) {
		struct rank_set run = { &set.runs[i], 1 };
		struct rank_set inner = rank_set_intersect(&search->arena, run, usable);
		if (inner.len)
			runs[len++] = (struct rank_run){ inner.runs[0].from,
							 inner.runs[inner.len - 1].to };
	}
	return (struct rank_set){ runs, len };
}

// "2.3.0", "2.1.0 to 2.3.0, 2.5.0": newest last.
static struct slice runs_text(struct search *search, uint32_t id, struct rank_set set)
{
	const struct project *project = project_of(search, id);
	struct buf text = { .arena = &search->arena };
	uint32_t first = set.len > RUNS_NAMED ? set.len - RUNS_NAMED : 0;
	for (uint32_t i = first; i < set.len; i++) {
		struct rank_run run = set.runs[i];
		struct slice from = version_at(project, run.from),
			     to = version_at(project, run.to - 1);
		buf_printf(&text, "%s%.*s", i > first ? ", " : "", SLICE_ARG(from));
		if (run.to - run.from > 1)
			buf_printf(&text, " to %.*s", SLICE_ARG(to));
	}
	if (first)
		buf_printf(&text, " and older ones");
	return buf_slice(&text);
}

static struct slice name_runs(struct search *search, uint32_t id, struct rank_set set)
{
	struct slice name = node_text(search, id), runs = runs_text(search, id, set);
	return arena_printf(&search->arena, "%.*s %.*s", SLICE_ARG(name),
			    SLICE_ARG(runs));
}

// Of releases that take part in the search: "every release of torch" only where that is so.
static struct slice name_usable(struct search *search, uint32_t id, struct rank_set set)
{
	struct rank_set usable = usable_ranks(search, id),
			chosen = cut_to_usable(search, set, usable);
	uint32_t count =
		rank_set_count(rank_set_intersect(&search->arena, chosen, usable));
	struct slice name = node_text(search, id);
	if (count > 1 && count == project_of(search, id)->release_len)
		return arena_printf(&search->arena, "every release of %.*s",
				    SLICE_ARG(name));
	if (count > 1 && count == rank_set_count(usable))
		return arena_printf(&search->arena, "every usable release of %.*s",
				    SLICE_ARG(name));
	return name_runs(search, id, chosen);
}

static bool is_every_release(const struct project *project, struct rank_set set)
{
	return rank_set_count(set) > 1 && rank_set_count(set) == project->release_len;
}

// "lib 2.0 to 2.1 was yanked", "no release of lib has a wheel …".
static struct slice name_with(struct search *search, uint32_t id, struct rank_set set,
			      struct slice verb)
{
	struct arena *arena = &search->arena;
	struct slice name = node_text(search, id), lack = S("has no ");
	if (!is_every_release(project_of(search, id), set)) {
		name = name_runs(search, id, set);
		return arena_printf(arena, "%.*s %.*s", SLICE_ARG(name), SLICE_ARG(verb));
	}
	if (!slice_starts_with(verb, lack))
		return arena_printf(arena, "every release of %.*s %.*s", SLICE_ARG(name),
				    SLICE_ARG(verb));
	verb = slice_skip(verb, lack.len);
	return arena_printf(arena, "no release of %.*s has %s%.*s", SLICE_ARG(name),
			    slice_starts_with(verb, S("files")) ? "" : "a ",
			    SLICE_ARG(verb));
}

// --- dependencies ----------------------------------------------------------------------------------------------------

// How many releases stand below what is asked for: where it would have its place.
static uint32_t place_of(const struct project *project,
			 const struct specifier_set *specifiers)
{
	const struct specifier *wanted = NULL;
	uint32_t below = 0, count = (uint32_t)project->release_len;
	for (size_t i = 0; i < specifiers->len && !wanted; i++)
		if (specifiers->items[i].op != SPECIFIER_ARBITRARY)
			wanted = &specifiers->items[i];
	if (!wanted)
		return count;
	int least = wanted->op == SPECIFIER_GREATER ? 1 : 0; // "> 2.0" stands above 2.0
	while (below < count && version_cmp(&project_release(project, below)->version,
					    &wanted->version) < least)
		below++;
	return below;
}

static bool is_usual_index(const struct search *search, struct slice url)
{
	struct slice usual = search->driver->usual_index;
	if (slice_ends_with(usual, S("/")))
		usual.len--;
	return slice_eq(url, usual);
}

// What there is near what is not there.
static struct slice nearest_releases(struct search *search, const struct project *project,
				     const struct specifier_set *specifiers)
{
	struct arena *arena = &search->arena;
	uint32_t count = (uint32_t)project->release_len,
		 above = place_of(project, specifiers);
	struct slice at = S("");
	if (!is_usual_index(search, project->index_url))
		at = arena_printf(arena, " at %.*s", SLICE_ARG(project->index_url));
	if (count == 0)
		return arena_printf(arena, "there is no release of it%.*s",
				    SLICE_ARG(at));
	struct slice first = version_at(project, 0),
		     second = version_at(project, count > 1 ? 1 : 0);
	if (count > 1 && above == 0)
		return arena_printf(arena, "the oldest releases%.*s are %.*s and %.*s",
				    SLICE_ARG(at), SLICE_ARG(first), SLICE_ARG(second));
	struct slice before = version_at(project, above ? above - 1 : 0);
	struct slice after = version_at(project, above < count ? above : count - 1);
	if (count > 1 && above > 0 && above < count)
		return arena_printf(arena, "the nearest releases%.*s are %.*s and %.*s",
				    SLICE_ARG(at), SLICE_ARG(before), SLICE_ARG(after));
	return arena_printf(arena, "the %s release%.*s is %.*s",
			    count == 1 ? "only" : "newest", SLICE_ARG(at),
			    SLICE_ARG(after));
}

// Why no release can be what is asked for; "" if some may.
static struct slice missing_text(struct search *search, const struct solver_fact *fact,
				 const struct requirement *requirement)
{
	const struct project *project = project_of(search, fact->other);
	if (fact->allowed.len > 0 || !project)
		return S("");
	if (project->state == PROJECT_ABSENT)
		return S("the index has no package of that name");
	if (slice_eq(project->status, S("quarantined")))
		return arena_printf(&search->arena,
				    "the index has it in quarantine%s%.*s",
				    project->status_reason.len ? ": " : "",
				    SLICE_ARG(project->status_reason));
	return nearest_releases(search, project, &requirement->specifiers);
}

// Its marker holds for the target, or the fact would not be there.
static struct slice wanted_text(struct search *search,
				const struct requirement *requirement)
{
	struct requirement bare = *requirement;
	bare.marker = NULL;
	bare.url = url_redact(&search->arena, bare.url);
	return requirement_text(&search->arena, &bare);
}

// What the releases of a fact need: the requirement, or, where each has one of its own, what those have in common.
static struct slice need_text(struct search *search, const struct solver_fact *fact,
			      struct slice wanted)
{
	if (!fact->is_joined || fact->allowed.len == 0)
		return wanted;
	struct slice name = node_text(search, fact->other),
		     runs = runs_text(search, fact->other, fact->allowed);
	return arena_printf(&search->arena, "its own range of %.*s, all within %.*s",
			    SLICE_ARG(name), SLICE_ARG(runs));
}

void fact_of_dependency(struct search *search, const struct solver_fact *fact,
			struct explanation *explanation)
{
	const struct edge *edge = &search->edges.items[fact->reason];
	if (edge->from == SOLVER_ROOT && !edge->entry)
		return;
	struct fact_line *line = array_push(&search->arena, explanation);
	struct buf text = { .arena = &search->arena };
	line->wanted = wanted_text(search, edge->requirement);
	line->missing = missing_text(search, fact, edge->requirement);
	if (edge->entry) {
		line->origin = FACT_FROM_REQUIREMENTS;
		line->entry = edge->entry;
		buf_printf(&text, "you ask for %.*s", SLICE_ARG(line->wanted));
	} else {
		line->origin =
			edge->override ? FACT_FROM_REQUIREMENTS : FACT_FROM_METADATA;
		line->entry = edge->override;
		struct slice who = name_usable(search, fact->package, fact->from);
		struct slice need = need_text(search, fact, line->wanted);
		buf_printf(&text,
			   edge->override ? "your override makes %.*s need %.*s"
					  : "%.*s needs %.*s",
			   SLICE_ARG(who), SLICE_ARG(need));
	}
	if (line->missing.len)
		buf_printf(&text, ", but %.*s", SLICE_ARG(line->missing));
	line->text = buf_slice(&text);
}

// --- releases that cannot be chosen ----------------------------------------------------------------------------------

// Releases that are out for one cause: a constraint of the user's, or a reason of the candidate list's.
struct cause {
	const struct requirement_entry *constraint;
	enum candidate_reason reason;
	const struct target *target; // that cannot use them; NULL for a constraint
	struct slice text;           // of the newest
	bool is_uniform;             // the same text for all
	bool *marks;
};

struct cause_list {
	struct cause *items;
	size_t len, cap;
};

// The constraint that rules out what the index would allow.
static const struct requirement_entry *binding_constraint(const struct search *search,
							  struct slice name,
							  const struct version *version)
{
	const struct requirement_set *set = search->request->requirements;
	struct marker_context context = { .target = search->class.target };
	for (size_t i = 0; i < set->len; i++)
		if (set->entries[i].is_constraint &&
		    slice_eq(set->entries[i].requirement.name, name) &&
		    marker_holds(set->entries[i].requirement.marker, &context) &&
		    !specifier_set_contains(&set->entries[i].requirement.specifiers,
					    version))
			return &set->entries[i];
	return NULL;
}

// What one target can use and another of its class cannot is out for all of them.
static void find_reason(struct search *search, const struct node *node, uint32_t rank,
			struct cause *cause)
{
	const struct target_class *class = &search->class;
	const struct candidates *candidates = &node->candidates;
	const struct target *target = class->target;
	for (size_t i = 0;
	     i < class->others_len && candidates->items[rank].reason == CANDIDATE_USABLE;
	     i++) {
		candidates = &node->others[i];
		target = class->others[i];
	}
	cause->reason = candidates->items[rank].reason;
	if (cause->reason == CANDIDATE_USABLE)
		return;
	cause->target = target;
	cause->text = candidate_reason_text(&search->arena, candidates, rank, target);
}

static void add_to_cause(struct search *search, const struct node *node, uint32_t rank,
			 struct cause_list *causes)
{
	struct cause found = { .is_uniform = true };
	find_reason(search, node, rank, &found);
	if (found.reason == CANDIDATE_USABLE)
		found.constraint = binding_constraint(
			search, node->name,
			&project_release(node->project, rank)->version);
	struct cause *cause = NULL;
	for (size_t i = 0; i < causes->len && !cause; i++)
		if (causes->items[i].reason == found.reason &&
		    causes->items[i].target == found.target &&
		    causes->items[i].constraint == found.constraint)
			cause = &causes->items[i];
	if (!cause) {
		found.marks = arena_new_array(&search->arena, bool, node->candidates.len);
		cause = array_push(&search->arena, causes);
		*cause = found;
	}
	cause->is_uniform &= slice_eq(cause->text, found.text);
	cause->marks[rank] = true;
}

// What is true of all where each has a text of its own; then, of the newest, its own.
static struct slice common_verb(struct search *search, const struct cause *cause)
{
	struct slice detail = cause->text, head;
	switch (cause->reason) {
	case CANDIDATE_PYTHON:
		return arena_printf(&search->arena,
				    "needs another Python; the newest %.*s",
				    SLICE_ARG(detail));
	case CANDIDATE_TAGS:
		slice_cut(&detail, ',', &head);
		return arena_printf(&search->arena, "%.*s; the newest%.*s",
				    SLICE_ARG(head), SLICE_ARG(detail));
	case CANDIDATE_YANKED: return S("was yanked");
	case CANDIDATE_HASH:
	case CANDIDATE_QUARANTINED: return detail;
	case CANDIDATE_LOCAL: return S("is built for another accelerator");
	case CANDIDATE_BINARY: return S("has no file of the kind that is allowed");
	case CANDIDATE_USABLE:
	case CANDIDATE_NO_FILES:
	case CANDIDATE_TOO_NEW:
	case CANDIDATE_PRERELEASE: break;
	}
	return S("cannot be used");
}

static void say_cause(struct search *search, uint32_t id, const struct cause *cause,
		      struct explanation *explanation)
{
	const struct target *target =
		cause->target ? cause->target : search->class.target;
	struct slice python =
		target->python_patch_given ? target->python_full : target->python_version;
	uint32_t count = (uint32_t)search->nodes.items[id].candidates.len;
	struct rank_set set =
		rank_set_where(&search->arena, count, is_marked, cause->marks);
	struct fact_line *line = array_push(&search->arena, explanation);
	line->origin = FACT_FROM_INDEX;
	if (cause->constraint) {
		struct slice name = node_text(search, id),
			     wanted =
				     wanted_text(search, &cause->constraint->requirement);
		struct slice who =
			is_every_release(project_of(search, id), set)
				? arena_printf(&search->arena, "every release of %.*s",
					       SLICE_ARG(name))
				: name_runs(search, id, set);
		line->origin = FACT_FROM_CONSTRAINTS;
		line->wanted = wanted;
		line->entry = cause->constraint;
		line->text = arena_printf(&search->arena,
					  "your constraint %.*s rules out %.*s",
					  SLICE_ARG(wanted), SLICE_ARG(who));
		return;
	}
	line->text =
		name_with(search, id, set,
			  cause->is_uniform ? cause->text : common_verb(search, cause));
	if (cause->reason == CANDIDATE_PYTHON)
		line->text = arena_printf(&search->arena, "%.*s, you lock for %.*s",
					  SLICE_ARG(line->text), SLICE_ARG(python));
	if (cause->reason == CANDIDATE_TOO_NEW)
		line->too_new = search->nodes.items[id].name;
	line->hint = cause->reason == CANDIDATE_PRERELEASE
			     ? S("'--prerelease allow' admits pre-releases")
			     : S("");
}

void facts_of_no_versions(struct search *search, const struct solver_fact *fact,
			  struct explanation *explanation)
{
	const struct node *node = &search->nodes.items[fact->package];
	struct cause_list causes = { 0 };
	// The requirement that asks for what is not there has said so.
	if (!node->project || rank_set_count(fact->from) == 0)
		return;
	for (uint32_t run = fact->from.len; run-- > 0;)
		for (uint32_t rank = fact->from.runs[run].to;
		     rank-- > fact->from.runs[run].from;)
			add_to_cause(search, node, rank, &causes);
	for (size_t i = 0; i < causes.len; i++)
		say_cause(search, fact->package, &causes.items[i], explanation);
}

// --- releases whose metadata rules them out --------------------------------------------------------------------------

struct exclusion {
	struct slice problem; // of one of them
	// The problem without what stands in brackets, which differs from release to
	// release
	struct slice core;
	bool is_uniform;
	struct rank_set ranks;
};

struct exclusion_list {
	struct exclusion *items;
	size_t len, cap;
};

static struct slice without_brackets(struct arena *arena, struct slice text)
{
	size_t open = slice_find(text, S(" (")), close = slice_find_byte(text, ')');
	if (open == SLICE_NONE || close == SLICE_NONE || close < open)
		return text;
	struct slice head = slice_range(text, 0, open),
		     tail = slice_skip(text, close + 1);
	return arena_printf(arena, "%.*s%.*s", SLICE_ARG(head), SLICE_ARG(tail));
}

static void add_exclusion(struct search *search, const struct solver_fact *fact,
			  struct exclusion_list *list)
{
	struct slice problem = search->edges.items[fact->reason].problem;
	struct exclusion found = { problem, without_brackets(&search->arena, problem),
				   true, fact->from };
	for (size_t i = 0; i < list->len; i++) {
		struct exclusion *known = &list->items[i];
		if (!slice_eq(known->core, found.core))
			continue;
		known->is_uniform &= slice_eq(known->problem, problem);
		known->ranks = rank_set_union(&search->arena, known->ranks, fact->from);
		return;
	}
	*array_push(&search->arena, list) = found;
}

void facts_of_exclusions(struct search *search, const struct solver_conflict *conflict,
			 uint32_t id, struct explanation *explanation)
{
	struct exclusion_list list = { 0 };
	for (size_t i = conflict->len; i-- > 0;)
		if (conflict->facts[i].kind == FACT_EXCLUDED &&
		    conflict->facts[i].package == id)
			add_exclusion(search, &conflict->facts[i], &list);
	for (size_t i = 0; i < list.len; i++) {
		const struct exclusion *exclusion = &list.items[i];
		struct slice verb =
			exclusion->is_uniform ? exclusion->problem : exclusion->core;
		if (!slice_starts_with(verb, S("needs ")))
			verb = arena_printf(&search->arena, "cannot be used: %.*s",
					    SLICE_ARG(verb));
		struct fact_line *line = array_push(&search->arena, explanation);
		line->origin = FACT_FROM_METADATA;
		line->text = name_with(search, id, exclusion->ranks, verb);
	}
}
