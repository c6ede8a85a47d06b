// SPDX-License-Identifier: MIT
// Reads which extras and groups exclude each other.
#include "settings/conflicts.h"

#include "base/files.h"
#include "packaging/name.h"
#include "settings/document.h"

static bool read_side(struct arena *arena, const struct toml_value *value,
		      struct conflict_side *side, struct diagnostics *diagnostics)
{
	if (!toml_check_type(value, TOML_TABLE, S("a side of a conflict"), diagnostics))
		return false;
	const struct toml_value *extra = toml_find(value->table, S("extra")),
				*group = toml_find(value->table, S("group")),
				*torch = toml_find(value->table, S("torch-backend")),
				*name = extra ? extra : group;
	if (!name || (extra && group)) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, ERROR_INPUT, value->span,
				"a side of a conflict is { extra = … } or { group = … }");
		return false;
	}
	if (!toml_check_type(name, TOML_STRING, extra ? S("extra") : S("group"),
			     diagnostics) ||
	    (torch &&
	     !toml_check_type(torch, TOML_STRING, S("torch-backend"), diagnostics)))
		return false;
	*side = (struct conflict_side){ .name = name_normalize(arena, name->string),
					.is_group = group != NULL };
	if (torch)
		side->torch_backend = arena_c_string(arena, torch->string);
	return true;
}

static void read_conflicts(struct arena *arena, const struct toml_table *settings,
			   struct conflict_list *conflicts,
			   struct diagnostics *diagnostics)
{
	const struct toml_value *sets =
		toml_find_typed(settings, S("conflicts"), TOML_ARRAY, diagnostics);
	for (size_t i = 0; sets && i < sets->array.len; i++) {
		const struct toml_value *set = &sets->array.items[i];
		struct conflict conflict = { 0 };
		struct conflict_side side;
		if (!toml_check_type(set, TOML_ARRAY, S("a conflict"), diagnostics))
			continue;
		for (size_t j = 0; j < set->array.len; j++)
			if (read_side(arena, &set->array.items[j], &side, diagnostics))
				*array_push(arena, &conflict) = side;
		*array_push(arena, conflicts) = conflict;
	}
}

// The tables as they stand; one that cannot be read is told by who needs it.
int project_conflicts(struct arena *arena, struct diagnostics *diagnostics,
		      struct conflict_list *ret_conflicts, struct error *err)
{
	struct diagnostics ignored = { .arena = arena };
	const struct toml_table *own = NULL, *uv = NULL;
	struct conflict_list conflicts = { 0 };
	struct toml_table *root;
	size_t before = diagnostics->error_count;
	if (file_exists("pyproject.toml") &&
	    toml_document(arena, "pyproject.toml", &ignored, &root) == 0) {
		const struct toml_table *tool = toml_table_of(root, S("tool"));
		own = toml_table_of(tool, S("pinbake"));
		uv = toml_table_of(tool, S("uv"));
	}
	if (file_exists("pinbake.toml") &&
	    toml_document(arena, "pinbake.toml", &ignored, &root) == 0)
		own = root;
	if (own)
		read_conflicts(arena, own, &conflicts, diagnostics);
	if (uv)
		read_conflicts(arena, uv, &conflicts, diagnostics);
	*ret_conflicts = conflicts;
	if (diagnostics->error_count == before)
		return 0;
	return diagnostics_fail(diagnostics, err,
				"the conflicts between extras cannot be read");
}
