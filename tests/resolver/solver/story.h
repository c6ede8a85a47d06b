// SPDX-License-Identifier: MIT
// Toy universes written as text, and solutions and proofs written as text again, for golden tests.
//
//	foo 3                 foo has the ranks 0, 1, 2
//	root: foo 1-2, bar    what the user wants (no ranks: any)
//	foo@2: bar 0          what foo's rank 2 depends on
//	bar@1 unusable        cannot be chosen
//	bar@0 broken          excluded when the solver asks for it
//	foo[x] is foo         foo[x] is tied to foo
#pragma once

#include "tests/resolver/solver/toy.h"

#include "base/map.h"

struct story {
	struct arena arena;
	struct map names; // text → id in order of first sight; "root" is 0
	struct toy toy;
	struct solver *solver;
};

static inline uint64_t story_number(struct slice text)
{
	uint64_t value = 0;
	if (!slice_parse_u64(text, TOY_RANKS, &value))
		printf("story: not a rank: '%.*s'\n", SLICE_ARG(text));
	return value;
}

static inline uint32_t story_name(struct story *story, struct slice name)
{
	uint32_t id;
	if (!map_find(&story->names, name, &id)) {
		id = (uint32_t)story->names.len;
		map_insert(&story->names, arena_dup(&story->arena, name), id, NULL);
	}
	if (id >= story->toy.len)
		story->toy.len = id + 1;
	return id;
}

static inline struct slice story_text(const struct story *story, uint32_t id)
{
	return story->names.entries[id].key;
}

// "foo 1-2", "foo 1", "foo"
static inline struct toy_dependency story_dependency(struct story *story,
						     struct slice text)
{
	struct slice name, low;
	bool has_ranks = slice_cut(&text, ' ', &name);
	uint32_t package = story_name(story, name);
	if (!has_ranks)
		return (struct toy_dependency){ package,
						(1u << story->toy.count[package]) - 1 };
	bool is_range = slice_cut(&text, '-', &low);
	uint64_t from = story_number(low), to = is_range ? story_number(text) : from;
	return (struct toy_dependency){ package, (uint32_t)((2u << to) - (1u << from)) };
}

static inline void story_release(struct story *story, struct toy_release *release,
				 struct slice dependencies)
{
	struct slice one;
	for (dependencies = slice_trim(dependencies); dependencies.len > 0;) {
		slice_cut(&dependencies, ',', &one);
		release->dependencies[release->len++] =
			story_dependency(story, slice_trim(one));
	}
}

static inline void story_line(struct story *story, struct slice line)
{
	struct slice head, name, rest = line;
	bool has_dependencies = slice_cut(&rest, ':', &head);
	bool has_word = !has_dependencies && (rest = line, slice_cut(&rest, ' ', &head));
	struct slice rank = head;
	bool is_release = slice_cut(&rank, '@', &name);
	uint32_t package = story_name(story, name);
	uint64_t at = is_release ? story_number(rank) : 0;
	if (has_dependencies)
		story_release(story, &story->toy.releases[package][at], rest);
	else if (slice_eq(rest, S("unusable")))
		story->toy.usable[package] &= ~(1u << at);
	else if (slice_eq(rest, S("broken")))
		story->toy.releases[package][at].is_broken = true;
	else if (slice_starts_with(rest, S("is "))) {
		uint32_t base = story_name(story, slice_skip(rest, 3));
		story->toy.tied_to[package] = base;
		story->toy.count[package] = story->toy.count[base];
		story->toy.usable[package] = story->toy.usable[base];
	} else if (has_word) {
		story->toy.count[package] = (uint32_t)story_number(rest);
		story->toy.usable[package] = (1u << story->toy.count[package]) - 1;
		story->toy.priority[package] = 2;
	}
}

static inline void story_free(struct story *story)
{
	solver_free(story->solver);
	arena_release(&story->arena);
	mem_free(story);
}

static inline void story_terms(const struct story *story, struct buf *out,
			       const struct solver_fact *fact)
{
	buf_printf(out, "not {");
	for (size_t i = 0; i < fact->term_len; i++) {
		const struct solver_term *term = &fact->terms[i];
		buf_printf(out, "%s%s%.*s", i > 0 ? ", " : " ",
			   term->is_negative ? "not " : "",
			   SLICE_ARG(story_text(story, term->package)));
		for (uint32_t r = 0; r < term->ranks.len; r++)
			buf_printf(out,
				   term->ranks.runs[r].to - term->ranks.runs[r].from > 1
					   ? "%s%u-%u"
					   : "%s%u",
				   r > 0 ? "," : " ", term->ranks.runs[r].from,
				   term->ranks.runs[r].to - 1);
	}
	buf_printf(out, " }\n");
}

static inline struct slice story_proof(struct story *story)
{
	struct solver_conflict conflict = solver_conflict(story->solver);
	struct buf out = { .arena = &story->arena };
	for (size_t i = 0; i < conflict.len; i++) {
		const struct solver_fact *fact = &conflict.facts[i];
		buf_printf(&out, "%zu ", i);
		switch (fact->kind) {
		case FACT_DEPENDENCY:
			buf_printf(&out,
				   fact->is_joined ? "dependencies " : "dependency ");
			break;
		case FACT_NO_VERSIONS: buf_printf(&out, "no versions "); break;
		case FACT_EXCLUDED: buf_printf(&out, "excluded "); break;
		case FACT_TIE: buf_printf(&out, "tie "); break;
		case FACT_DERIVED:
			buf_printf(&out, "%u %u: ", fact->causes[0], fact->causes[1]);
			break;
		}
		story_terms(story, &out, fact);
	}
	return buf_slice(&out);
}

static inline struct slice story_picks(struct story *story)
{
	struct buf out = { .arena = &story->arena };
	for (uint32_t p = 1; p < story->toy.len; p++)
		if (solver_pick(story->solver, p) != SOLVER_NO_PICK)
			buf_printf(&out, "%s%.*s %u", out.len > 0 ? ", " : "",
				   SLICE_ARG(story_text(story, p)),
				   (uint32_t)solver_pick(story->solver, p));
	return buf_slice(&out);
}

// Solves the universe; what came out is text: picks in one line, or the proof.
static inline const char *story_end(struct story *story)
{
	enum solver_state state = toy_solve(&story->toy, story->solver, NULL);
	const char *fault = toy_fault(&story->toy, story->solver, state);
	if (fault)
		return fault;
	return arena_c_string(&story->arena, state == SOLVER_SOLVED ? story_picks(story)
								    : story_proof(story));
}

static inline struct story *story_new(const char *text)
{
	struct story *story = mem_alloc(sizeof(*story));
	struct slice rest = slice_from(text), line;
	story->names.arena = &story->arena;
	story_name(story, S("root"));
	story->toy.count[0] = story->toy.usable[0] = 1;
	while (rest.len > 0) {
		slice_cut(&rest, '\n', &line);
		story_line(story, line);
	}
	story->solver = solver_new();
	return story;
}
