// SPDX-License-Identifier: MIT
// The smallest edits that end a conflict: each line that takes part is freed of its bounds in turn, and solved again;
// the bounds are then moved to what fits.
#include "cli/resolve.h"

enum { EDITS_TRIED = 4, ROUNDS_MAX = 2000 };

struct edit {
	const struct requirement_entry *entry;
	const struct release *release; // what the package would be
};

static const struct release *release_of(const struct pin_list *pins, struct slice name)
{
	for (size_t i = 0; i < pins->len; i++)
		if (slice_eq(pins->items[i].project->name, name))
			return pins->items[i].release;
	return NULL;
}

// Solves without the bounds of one entry. The index knows most answers by now.
static bool try_without(struct resolve *resolve, const struct requirement_entry *entry,
			const struct release **ret_release)
{
	const struct requirement_set *set = resolve->options->requirements;
	struct requirement_set freed = *set;
	freed.entries =
		arena_new_array(&resolve->arena, struct requirement_entry, set->len);
	for (size_t i = 0; i < set->len; i++) {
		freed.entries[i] = set->entries[i];
		if (&set->entries[i] == entry)
			freed.entries[i].requirement.specifiers =
				(struct specifier_set){ 0 };
	}
	struct resolve_options options = *resolve->options;
	options.requirements = &freed;
	AUTO(resolve_release) struct resolve attempt;
	resolve_init(&attempt, resolve->cli, resolve->index, &options);
	attempt.rounds_max = ROUNDS_MAX;
	struct pin_list pins = { 0 };
	struct error ignored = { 0 };
	if (resolve_run(&attempt, &pins, &ignored) < 0)
		return false;
	*ret_release = release_of(&pins, entry->requirement.name);
	return *ret_release != NULL;
}

// The operator that keeps a clause's sense and admits the release; "" to leave the clause out.
static const char *moved_operator(const struct specifier *clause)
{
	switch (clause->op) {
	case SPECIFIER_LESS:
	case SPECIFIER_LESS_EQUAL: return "<=";
	case SPECIFIER_GREATER:
	case SPECIFIER_GREATER_EQUAL:
	case SPECIFIER_COMPATIBLE: return ">=";
	case SPECIFIER_EQUAL:
	case SPECIFIER_ARBITRARY: return "==";
	case SPECIFIER_NOT_EQUAL: break;
	}
	return "";
}

// ">=1,<2" for 2.5: ">=1,<=2.5". Only clauses that the release does not satisfy are moved, to it and no further.
static void append_specifiers(struct resolve *resolve, const struct edit *edit,
			      struct buf *text)
{
	const struct specifier_set *set = &edit->entry->requirement.specifiers;
	const char *separator = "";
	for (size_t i = 0; i < set->len; i++) {
		struct specifier_set one = { &set->items[i], 1, 1 };
		const char *moved = moved_operator(&set->items[i]);
		if (specifier_contains(&set->items[i], &edit->release->version)) {
			struct slice kept = specifier_set_text(&resolve->arena, &one);
			buf_printf(text, "%s%.*s", separator, SLICE_ARG(kept));
		} else if (*moved) {
			buf_printf(text, "%s%s%.*s", separator, moved,
				   SLICE_ARG(edit->release->version_text));
		} else {
			continue;
		}
		separator = ",";
	}
}

static void append_edit(struct resolve *resolve, const struct edit *edit,
			struct buf *text)
{
	struct requirement bare = edit->entry->requirement;
	bare.marker = NULL;
	bare.specifiers = (struct specifier_set){ 0 };
	struct slice name = requirement_text(&resolve->arena, &bare);
	struct position at = span_position(edit->entry->span);
	buf_printf(text, "%s%.*s:%zu to '%.*s", buf_slice(text).len ? ", or " : "relax ",
		   SLICE_ARG(edit->entry->span.source->name), at.line, SLICE_ARG(name));
	append_specifiers(resolve, edit, text);
	buf_printf(text, "'");
}

struct slice find_edits(struct resolve *resolve, const struct explanation *explanation)
{
	struct buf text = { .arena = &resolve->arena };
	progress_text(resolve->cli, "looking for a way out");
	for (size_t i = 0, tried = 0;
	     i < explanation->len && tried < EDITS_TRIED && !interrupted(); i++) {
		struct edit edit = { .entry = explanation->items[i].entry };
		if (!edit.entry || edit.entry->requirement.specifiers.len == 0)
			continue;
		tried++;
		if (try_without(resolve, edit.entry, &edit.release))
			append_edit(resolve, &edit, &text);
	}
	return buf_slice(&text);
}
