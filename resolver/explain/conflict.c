// SPDX-License-Identifier: MIT
// A conflict as numbered facts, in the order in which one leads to the next: what the user asks for, what that needs,
// and so on to the end, then the next thing the user asks for.
#include "resolver/explain/explain.h"
#include "resolver/explain/facts.h"

// --- order -----------------------------------------------------------------------------------------------------------

struct walk {
	struct search *search;
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
static bool comes_after(const struct search *search, const struct solver_fact *a,
			const struct solver_fact *b)
{
	bool both_asked = a->kind == FACT_DEPENDENCY && b->kind == FACT_DEPENDENCY &&
			  a->package == SOLVER_ROOT;
	if (both_asked)
		return search->edges.items[a->reason].entry >
		       search->edges.items[b->reason].entry;
	return newest_rank(a) < newest_rank(b);
}

// Puts the facts about a project, or one of its extras, on the stack, the first on top.
static void push_facts_about(struct walk *walk, uint32_t node)
{
	const struct node *nodes = walk->search->nodes.items;
	size_t start = walk->stack_len;
	for (uint32_t i = 0; i < walk->conflict.len; i++) {
		const struct solver_fact *fact = &walk->conflict.facts[i];
		if (walk->is_taken[i] || !is_said(fact) ||
		    !slice_eq(nodes[fact->package].name, nodes[node].name))
			continue;
		walk->is_taken[i] = true;
		size_t at = walk->stack_len++;
		for (; at > start &&
		       !comes_after(walk->search,
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
	case FACT_DEPENDENCY: fact_of_dependency(walk->search, fact, explanation); break;
	case FACT_NO_VERSIONS:
		facts_of_no_versions(walk->search, fact, explanation);
		break;
	case FACT_EXCLUDED:
		facts_of_exclusions(walk->search, &walk->conflict, fact->package,
				    explanation);
		break;
	case FACT_TIE:
	case FACT_DERIVED: break;
	}
	drop_repeated(explanation, before);
}

void conflict_facts(struct search *search, struct explanation *ret_explanation)
{
	struct walk walk = { .search = search,
			     .conflict = solver_conflict(search->solver) };
	walk.is_taken = arena_new_array(&search->arena, bool, walk.conflict.len);
	walk.stack = arena_new_array(&search->arena, uint32_t, walk.conflict.len);
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

// The search ends before its explanation is read.
void explain_conflict(const struct solution *failed, struct arena *arena,
		      struct explanation *ret_explanation)
{
	struct search *search = solution_search(failed, solution_failed(failed));
	struct explanation facts = { 0 }, kept = { 0 };
	conflict_facts(search, &facts);
	for (size_t i = 0; i < facts.len; i++) {
		struct fact_line *line = array_push(arena, &kept);
		*line = facts.items[i];
		line->text = arena_dup(arena, line->text);
		line->wanted = arena_dup(arena, line->wanted);
		line->missing = arena_dup(arena, line->missing);
		line->hint = arena_dup(arena, line->hint);
		line->too_new = arena_dup(arena, line->too_new);
	}
	*ret_explanation = kept;
}

// --- the headline ------------------------------------------------------------------------------------------------------

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

int explain_headline(const struct explanation *explanation, struct slice edits,
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
	return -1;
}
