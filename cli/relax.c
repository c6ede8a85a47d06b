// SPDX-License-Identifier: MIT
// The smallest edits that end a conflict: each line that takes part is freed of its bounds in turn, and solved again.
#include "cli/resolve.h"

enum { EDITS_TRIED = 4, ROUNDS_MAX = 2000 };

struct edit {
	const struct requirement_entry *entry;
	struct slice version; // what the package would be
};

static struct slice version_of(const struct pin_list *pins, struct slice name)
{
	for (size_t i = 0; i < pins->len; i++)
		if (slice_eq(pins->items[i].project->name, name))
			return pins->items[i].release->version_text;
	return S("");
}

// Solves without the bounds of one entry. The index knows most answers by now.
static bool try_without(struct resolve *resolve, const struct requirement_entry *entry, struct slice *ret_version)
{
	const struct requirement_set *set = resolve->options->requirements;
	struct requirement_set freed = *set;
	freed.entries = arena_new_array(&resolve->arena, struct requirement_entry, set->len);
	for (size_t i = 0; i < set->len; i++) {
		freed.entries[i] = set->entries[i];
		if (&set->entries[i] == entry)
			freed.entries[i].requirement.specifiers = (struct specifier_set){ 0 };
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
	*ret_version = arena_dup(&resolve->arena, version_of(&pins, entry->requirement.name));
	return ret_version->len > 0;
}

// An edit that keeps the line's form: a pin stays a pin, a range becomes one that begins at what fits.
static void append_edit(struct resolve *resolve, const struct edit *edit, struct buf *text)
{
	const struct requirement *requirement = &edit->entry->requirement;
	struct requirement bare = *requirement;
	bool is_pin = specifier_set_is_exact_pin(&requirement->specifiers);
	bare.marker = NULL;
	bare.specifiers = (struct specifier_set){ 0 };
	struct slice name = requirement_text(&resolve->arena, &bare);
	struct position at = span_position(edit->entry->span);
	buf_printf(text, "%s%.*s:%zu to '%.*s%s%.*s'", buf_slice(text).len ? ", or " : "relax ",
		   SLICE_ARG(edit->entry->span.source->name), at.line, SLICE_ARG(name), is_pin ? "==" : ">=",
		   SLICE_ARG(edit->version));
}

struct slice find_edits(struct resolve *resolve, const struct explanation *explanation)
{
	struct buf text = { .arena = &resolve->arena };
	progress_text(resolve->cli, "looking for a way out");
	for (size_t i = 0, tried = 0; i < explanation->len && tried < EDITS_TRIED && !interrupted(); i++) {
		struct edit edit = { .entry = explanation->items[i].entry };
		if (!edit.entry || edit.entry->requirement.specifiers.len == 0)
			continue;
		tried++;
		if (try_without(resolve, edit.entry, &edit.version))
			append_edit(resolve, &edit, &text);
	}
	return buf_slice(&text);
}
