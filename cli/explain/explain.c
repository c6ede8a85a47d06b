// SPDX-License-Identifier: MIT
// A conflict as numbered facts, in the order in which one leads to the next: what the user asks for, what that needs,
// and so on to the end, then the next thing the user asks for.
#include "cli/explain/facts.h"

#include <stdio.h>

enum { FACTS_SHOWN = 30, FACT_INDENT = 2, PLACE_COLUMN_MAX = 64 };

// --- order -----------------------------------------------------------------------------------------------------------

struct walk {
	struct resolve *resolve;
	struct solver_conflict conflict;
	bool *is_taken;  // by fact
	uint32_t *stack; // facts to say, the next on top
	size_t stack_len;
	struct explanation explanation;
};

static bool is_said(const struct solver_fact *fact)
{
	switch (fact->kind) {
	case FACT_DEPENDENCY:
	case FACT_NO_VERSIONS:
	case FACT_EXCLUDED: return true;
	case FACT_TIE: // an extra has its project's version: nothing a reader needs to be told
	case FACT_DERIVED: break;
	}
	return false;
}

static uint32_t newest_rank(const struct solver_fact *fact)
{
	return fact->from.len ? fact->from.runs[fact->from.len - 1].to : 0;
}

// Does a stand after b where both are about one project? The user's lines in their order, releases newest first.
static bool comes_after(const struct resolve *resolve, const struct solver_fact *a,
			const struct solver_fact *b)
{
	bool both_asked = a->kind == FACT_DEPENDENCY && b->kind == FACT_DEPENDENCY &&
			  a->package == SOLVER_ROOT;
	if (both_asked)
		return resolve->edges.items[a->reason].entry >
		       resolve->edges.items[b->reason].entry;
	return newest_rank(a) < newest_rank(b);
}

// Puts the facts about a project, or one of its extras, on the stack, the first on top.
static void push_facts_about(struct walk *walk, uint32_t node)
{
	const struct node *nodes = walk->resolve->nodes.items;
	size_t start = walk->stack_len;
	for (uint32_t i = 0; i < walk->conflict.len; i++) {
		const struct solver_fact *fact = &walk->conflict.facts[i];
		if (walk->is_taken[i] || !is_said(fact) ||
		    !slice_eq(nodes[fact->package].name, nodes[node].name))
			continue;
		walk->is_taken[i] = true;
		size_t at = walk->stack_len++;
		for (; at > start &&
		       !comes_after(walk->resolve,
				    &walk->conflict.facts[walk->stack[at - 1]], fact);
		     at--)
			walk->stack[at] = walk->stack[at - 1];
		walk->stack[at] = i;
	}
}

static bool is_repeated(const struct explanation *explanation, size_t line)
{
	const struct fact_line *items = explanation->items;
	for (size_t i = 0; i < line; i++)
		if (slice_eq(items[i].text, items[line].text) &&
		    items[i].entry == items[line].entry)
			return true;
	return false;
}

// Of the lines from `first` on, keeps those that were not said before.
static void drop_repeated(struct explanation *explanation, size_t first)
{
	size_t kept = first;
	for (size_t i = first; i < explanation->len; i++) {
		explanation->items[kept] = explanation->items[i];
		if (!is_repeated(explanation, kept))
			kept++;
	}
	explanation->len = kept;
}

static void say_fact(struct walk *walk, const struct solver_fact *fact)
{
	struct explanation *explanation = &walk->explanation;
	size_t before = explanation->len;
	switch (fact->kind) {
	case FACT_DEPENDENCY: fact_of_dependency(walk->resolve, fact, explanation); break;
	case FACT_NO_VERSIONS:
		facts_of_no_versions(walk->resolve, fact, explanation);
		break;
	case FACT_EXCLUDED:
		facts_of_exclusions(walk->resolve, &walk->conflict, fact->package,
				    explanation);
		break;
	case FACT_TIE:
	case FACT_DERIVED: break;
	}
	drop_repeated(explanation, before);
}

void explain_conflict(struct resolve *resolve, struct explanation *ret_explanation)
{
	struct walk walk = { .resolve = resolve,
			     .conflict = solver_conflict(resolve->solver) };
	walk.is_taken = arena_new_array(&resolve->arena, bool, walk.conflict.len);
	walk.stack = arena_new_array(&resolve->arena, uint32_t, walk.conflict.len);
	push_facts_about(&walk, SOLVER_ROOT);
	while (walk.stack_len) {
		const struct solver_fact *fact =
			&walk.conflict.facts[walk.stack[--walk.stack_len]];
		say_fact(&walk, fact);
		if (fact->kind == FACT_DEPENDENCY)
			push_facts_about(&walk, fact->other);
	}
	*ret_explanation = walk.explanation;
}

// --- text ------------------------------------------------------------------------------------------------------------

static size_t place_column(const struct explanation *explanation)
{
	size_t column = 0;
	for (size_t i = 0; i < explanation->len; i++) {
		size_t width = display_width(explanation->items[i].text,
					     explanation->items[i].text.len);
		if (width > column && width <= PLACE_COLUMN_MAX)
			column = width;
	}
	return column;
}

static struct slice whole_characters(struct slice text)
{
	while (text.len && ((unsigned char)text.ptr[0] & 0xC0) == 0x80)
		text = slice_skip(text, 1);
	return text;
}

// A release may ask for a hundred thousand versions: who reads wants the sentence's ends.
static void print_fact_text(struct slice text)
{
	enum { FACT_BYTES_MAX = 1000, FACT_HEAD = 600, FACT_TAIL = 200 };
	if (text.len <= FACT_BYTES_MAX) {
		fprintf(stderr, "%.*s", SLICE_ARG(text));
		return;
	}
	struct slice rest = whole_characters(slice_skip(text, FACT_HEAD)),
		     tail = whole_characters(slice_skip(text, text.len - FACT_TAIL));
	fprintf(stderr, "%.*s … %.*s", (int)(rest.ptr - text.ptr), text.ptr,
		SLICE_ARG(tail));
}

static void render_fact(const struct cli *cli, size_t number,
			const struct fact_line *line, size_t column)
{
	size_t width = display_width(line->text, line->text.len);
	fprintf(stderr, "%3zu. ", number);
	print_fact_text(line->text);
	fprintf(stderr, "%*s  ", (int)(width < column ? column - width : 0), "");
	if (!line->entry) {
		fputs(line->origin == FACT_FROM_METADATA ? "(its metadata)\n"
							 : "(the index)\n",
		      stderr);
		return;
	}
	struct position at = span_position(line->entry->span);
	fprintf(stderr, "%.*s:%zu:%zu\n", SLICE_ARG(line->entry->span.source->name),
		at.line, at.column);
	render_place(cli, line->entry->span, FACT_INDENT);
}

static void render_explanation(const struct cli *cli,
			       const struct explanation *explanation)
{
	size_t shown = explanation->len, column = place_column(explanation);
	if (shown > FACTS_SHOWN && cli->common.verbose == 0)
		shown = FACTS_SHOWN;
	for (size_t i = 0; i < shown; i++)
		render_fact(cli, i + 1, &explanation->items[i], column);
	if (shown < explanation->len)
		fprintf(stderr, "     and %zu more, which --verbose shows\n",
			explanation->len - shown);
	if (explanation->len == 2)
		fputs("  1 and 2 cannot both hold\n", stderr);
	else if (explanation->len > 2)
		fprintf(stderr, "  1 to %zu cannot all hold\n", explanation->len);
}

// --- JSON ------------------------------------------------------------------------------------------------------------

static const char *origin_name(enum fact_origin origin)
{
	switch (origin) {
	case FACT_FROM_REQUIREMENTS: return "requirements";
	case FACT_FROM_CONSTRAINTS: return "constraints";
	case FACT_FROM_METADATA: return "metadata";
	case FACT_FROM_LOCK: return "lock";
	case FACT_FROM_INDEX: break;
	}
	return "index";
}

json_t *explanation_as_json(const struct explanation *explanation)
{
	json_t *list = json_array();
	for (size_t i = 0; i < explanation->len; i++) {
		const struct fact_line *line = &explanation->items[i];
		json_t *item = json_object();
		json_object_set_new(item, "fact", text_as_json(line->text));
		json_object_set_new(item, "origin",
				    json_string(origin_name(line->origin)));
		if (line->entry)
			add_place(item, line->entry->span);
		json_array_append_new(list, item);
	}
	return list;
}

// --- the report ------------------------------------------------------------------------------------------------------

static const struct fact_line *only_asked(const struct explanation *explanation)
{
	const struct fact_line *asked = NULL;
	for (size_t i = 0; i < explanation->len; i++) {
		if (!explanation->items[i].entry)
			continue;
		if (asked)
			return NULL;
		asked = &explanation->items[i];
	}
	return asked;
}

static void set_headline(const struct explanation *explanation, struct slice edits,
			 struct error *err)
{
	const struct fact_line *asked = only_asked(explanation);
	if (asked && explanation->len == 1 && asked->missing.len)
		error_at(err, ERROR_NO, asked->entry->span,
			 "'%.*s' cannot be satisfied: %.*s", SLICE_ARG(asked->wanted),
			 SLICE_ARG(asked->missing));
	else if (asked)
		error_set(err, ERROR_NO, "'%.*s' cannot be satisfied",
			  SLICE_ARG(asked->wanted));
	else
		error_set(err, ERROR_NO, "no versions of your requirements fit together");
	for (size_t i = 0; i < explanation->len; i++)
		if (explanation->items[i].hint.len)
			error_hint(err, "%.*s", SLICE_ARG(explanation->items[i].hint));
	if (edits.len && !(err->hint[0] && slice_starts_with(edits, S("remove"))))
		error_hint(err, "%.*s", SLICE_ARG(edits));
}

int report_conflict(struct cli *cli, struct resolve *resolve, struct slice edits,
		    json_t *result, struct error *err)
{
	struct explanation explanation = { 0 };
	explain_conflict(resolve, &explanation);
	*err = (struct error){ 0 };
	set_headline(&explanation, edits, err);
	json_object_set_new(result, "facts", explanation_as_json(&explanation));
	progress_done(cli);
	if (cli->common.json)
		return -1;
	show_diagnostics(cli);
	struct error headline = *err;
	headline.hint[0] = '\0';
	render_error(cli, &headline);
	if (!err->span.source)
		render_explanation(cli, &explanation);
	render_hint(cli, err);
	err->rendered = true;
	return -1;
}
