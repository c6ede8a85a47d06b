// SPDX-License-Identifier: MIT
// Edits that make requirements hold, for people and as JSON.
#include "cli/cli.h"

static void render_edit(const struct cli *cli, struct arena *arena,
			const struct edit *edit)
{
	struct slice place = edit_place(arena, edit), reason = S("");
	if (edit->reason.len)
		reason = arena_printf(arena, ": %.*s", SLICE_ARG(edit->reason));
	if (edit->kind == EDIT_REMOVE)
		say(cli, "  %.*s  without %.*s%.*s", SLICE_ARG(place),
		    SLICE_ARG(edit->before), SLICE_ARG(reason));
	else
		say(cli, "  %.*s  %.*s instead of %.*s%.*s", SLICE_ARG(place),
		    SLICE_ARG(edit->after), SLICE_ARG(edit->before), SLICE_ARG(reason));
}

void render_edits(const struct cli *cli, const struct edit_list *edits)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	for (size_t i = 0; i < edits->len; i++)
		render_edit(cli, &scratch, &edits->items[i]);
}

json_t *edits_as_json(const struct edit_list *edits)
{
	static const char *const kinds[] = { "relax", "cut-off", "package-cut-off",
					     "remove" };
	json_t *list = json_array();
	for (size_t i = 0; i < edits->len; i++) {
		const struct edit *edit = &edits->items[i];
		json_t *item = json_object();
		json_object_set_new(item, "edit", json_string(kinds[edit->kind]));
		if (edit->entry)
			add_place(item, edit->entry->span);
		if (edit->package.len)
			json_object_set_new(item, "package", text_as_json(edit->package));
		json_object_set_new(item, "before", text_as_json(edit->before));
		if (edit->after.len)
			json_object_set_new(item, "after", text_as_json(edit->after));
		if (edit->reason.len)
			json_object_set_new(item, "reason", text_as_json(edit->reason));
		json_array_append_new(list, item);
	}
	return list;
}

json_t *repairs_as_json(const struct repair_list *repairs)
{
	json_t *list = json_array();
	for (size_t i = 0; i < repairs->len; i++)
		json_array_append_new(list, edits_as_json(&repairs->items[i].edits));
	return list;
}
