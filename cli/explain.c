// SPDX-License-Identifier: MIT
// A conflict as numbered facts: what is asked, by whom, in which line, and what the index has to offer.
#include "cli/resolve.h"

#include <stdio.h>

enum { VERSIONS_NAMED = 3 };

static struct slice version_at(const struct project *project, uint32_t rank)
{
	return project->releases[rank].version_text;
}

// "torch 2.3.0", "torch 2.1.0 to 2.3.0", "every release of torch": the ranks in which something is true.
static struct slice describe_ranks(struct resolve *resolve, uint32_t id, struct rank_set set)
{
	struct slice name = node_text(resolve, id);
	const struct project *project = resolve->nodes.items[id].project;
	struct buf text = { .arena = &resolve->arena };
	if (!project || rank_set_count(set) >= project->release_len)
		return arena_printf(&resolve->arena, "every release of %.*s", SLICE_ARG(name));
	buf_printf(&text, "%.*s", SLICE_ARG(name));
	for (uint32_t i = 0; i < set.len && i < VERSIONS_NAMED; i++) {
		struct slice from = version_at(project, set.runs[i].from), to = version_at(project, set.runs[i].to - 1);
		buf_printf(&text, "%s %.*s", i ? "," : "", SLICE_ARG(from));
		if (set.runs[i].to - set.runs[i].from > 1)
			buf_printf(&text, " to %.*s", SLICE_ARG(to));
	}
	if (set.len > VERSIONS_NAMED)
		buf_printf(&text, " and others");
	return buf_slice(&text);
}

// The releases on either side of where the asked version would stand.
static struct slice nearest_releases(struct resolve *resolve, const struct project *project,
				     const struct specifier_set *specifiers)
{
	const struct version *wanted = NULL;
	for (size_t i = 0; i < specifiers->len && !wanted; i++)
		if (specifiers->items[i].op != SPECIFIER_ARBITRARY)
			wanted = &specifiers->items[i].version;
	if (project->release_len == 0)
		return S("the index has no release of it");
	if (!wanted)
		return S("no release matches");
	uint32_t above = 0;
	while (above < project->release_len && version_cmp(&project->releases[above].version, wanted) < 0)
		above++;
	struct slice last = version_at(project, (uint32_t)project->release_len - 1);
	if (above == project->release_len)
		return arena_printf(&resolve->arena, "the newest is %.*s", SLICE_ARG(last));
	struct slice next = version_at(project, above);
	if (above == 0)
		return arena_printf(&resolve->arena, "the oldest is %.*s", SLICE_ARG(next));
	return arena_printf(&resolve->arena, "nearest are %.*s and %.*s", SLICE_ARG(version_at(project, above - 1)),
			    SLICE_ARG(next));
}

static struct fact_line dependency_line(struct resolve *resolve, const struct solver_fact *fact)
{
	const struct edge *edge = &resolve->edges.items[fact->reason];
	struct fact_line line = { 0 };
	struct buf text = { .arena = &resolve->arena };
	struct slice wanted = requirement_text(&resolve->arena, edge->requirement);
	if (edge->entry) {
		line.span = edge->entry->span;
		buf_printf(&text, "you ask for %.*s", SLICE_ARG(wanted));
	} else {
		struct slice who = describe_ranks(resolve, fact->package, fact->from);
		line.place = S("(its metadata)");
		buf_printf(&text, "%.*s needs %.*s", SLICE_ARG(who), SLICE_ARG(wanted));
	}
	const struct project *project = resolve->nodes.items[fact->other].project;
	if (fact->allowed.len == 0 && project && project->state == PROJECT_ABSENT)
		buf_printf(&text, ", and the index has no package of that name");
	else if (fact->allowed.len == 0 && project) {
		struct slice near = nearest_releases(resolve, project, &edge->requirement->specifiers);
		buf_printf(&text, ", and no such release exists: %.*s", SLICE_ARG(near));
	}
	line.text = buf_slice(&text);
	return line;
}

// The constraint that rules out what the index would allow.
static const struct requirement_entry *binding_constraint(const struct resolve *resolve, struct slice name,
							  const struct version *version)
{
	const struct requirement_set *set = resolve->options->requirements;
	for (size_t i = 0; i < set->len; i++)
		if (set->entries[i].is_constraint && slice_eq(set->entries[i].requirement.name, name) &&
		    !specifier_set_contains(&set->entries[i].requirement.specifiers, version))
			return &set->entries[i];
	return NULL;
}

static struct fact_line no_versions_line(struct resolve *resolve, const struct solver_fact *fact)
{
	const struct node *node = &resolve->nodes.items[fact->package];
	struct fact_line line = { 0 };
	struct slice who = describe_ranks(resolve, fact->package, fact->from);
	if (!node->project || node->project->state == PROJECT_ABSENT) {
		line.text = arena_printf(&resolve->arena, "the index has no package named '%.*s'", SLICE_ARG(node->name));
		return line;
	}
	if (rank_set_count(fact->from) == 0) {
		line.text = arena_printf(&resolve->arena, "no release of %.*s is left", SLICE_ARG(node->name));
		return line;
	}
	uint32_t newest = fact->from.runs[fact->from.len - 1].to - 1;
	const struct requirement_entry *constraint = NULL;
	struct slice why = S("ruled out");
	if (node->candidates.items[newest].reason != CANDIDATE_USABLE)
		why = candidate_reason_text(&resolve->arena, &node->candidates, newest, resolve->options->target);
	else
		constraint = binding_constraint(resolve, node->name, &node->project->releases[newest].version);
	if (constraint) {
		line.span = constraint->span;
		line.text = arena_printf(&resolve->arena, "your constraint %.*s leaves no release of %.*s",
					 SLICE_ARG(constraint->requirement.text), SLICE_ARG(who));
	} else {
		line.text = arena_printf(&resolve->arena, "%.*s cannot be used: %.*s", SLICE_ARG(who), SLICE_ARG(why));
	}
	return line;
}

static struct fact_line excluded_line(struct resolve *resolve, const struct solver_fact *fact)
{
	const struct edge *edge = &resolve->edges.items[fact->reason];
	struct slice who = describe_ranks(resolve, fact->package, fact->from);
	return (struct fact_line){ .text = arena_printf(&resolve->arena, "%.*s cannot be used: %.*s", SLICE_ARG(who),
							SLICE_ARG(edge->problem)) };
}

static bool already_said(const struct explanation *explanation, const struct fact_line *line)
{
	for (size_t i = 0; i < explanation->len; i++)
		if (slice_eq(explanation->items[i].text, line->text) &&
		    explanation->items[i].span.offset == line->span.offset)
			return true;
	return false;
}

void explain_conflict(struct resolve *resolve, struct explanation *ret_explanation)
{
	struct solver_conflict conflict = solver_conflict(resolve->solver);
	struct explanation explanation = { 0 };
	for (size_t i = 0; i < conflict.len; i++) {
		struct fact_line line = { 0 };
		switch (conflict.facts[i].kind) {
		case FACT_DEPENDENCY:
			line = dependency_line(resolve, &conflict.facts[i]);
			break;
		case FACT_NO_VERSIONS:
			line = no_versions_line(resolve, &conflict.facts[i]);
			break;
		case FACT_EXCLUDED:
			line = excluded_line(resolve, &conflict.facts[i]);
			break;
		case FACT_TIE: // an extra has its project's version: nothing a reader needs to be told
		case FACT_DERIVED:
			continue;
		}
		if (!already_said(&explanation, &line))
			*array_push(&resolve->arena, &explanation) = line;
	}
	*ret_explanation = explanation;
}

void render_explanation(const struct cli *cli, const struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->len; i++) {
		const struct fact_line *line = &explanation->items[i];
		fprintf(stderr, "%3zu. %.*s", i + 1, SLICE_ARG(line->text));
		if (!line->span.source) {
			fprintf(stderr, "  %.*s\n", SLICE_ARG(line->place));
			continue;
		}
		struct position at = span_position(line->span);
		fprintf(stderr, "  %.*s:%zu:%zu\n", SLICE_ARG(line->span.source->name), at.line, at.column);
		fprintf(stderr, "     %zu | %.*s\n", at.line, SLICE_ARG(slice_range(at.text, 0, 160)));
	}
	if (explanation->len > 1)
		say(cli, "these cannot all hold");
}

json_t *explanation_as_json(const struct explanation *explanation)
{
	json_t *list = json_array();
	for (size_t i = 0; i < explanation->len; i++) {
		const struct fact_line *line = &explanation->items[i];
		json_t *item = json_object();
		json_object_set_new(item, "fact", text_as_json(line->text));
		if (line->span.source) {
			struct position at = span_position(line->span);
			json_object_set_new(item, "file", text_as_json(line->span.source->name));
			json_object_set_new(item, "line", json_integer((json_int_t)at.line));
			json_object_set_new(item, "column", json_integer((json_int_t)at.column));
		}
		json_array_append_new(list, item);
	}
	return list;
}
