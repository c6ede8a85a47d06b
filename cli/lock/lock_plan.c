// SPDX-License-Identifier: MIT
// Parts what is asked for into locks: by conflicting extras and groups, and by targets that one lock cannot hold.
#include "cli/lock/lock_plan.h"

#include "cli/project_file.h"
#include "lockfile/lockfile.h"
#include "packaging/name.h"
#include "packaging/target_cover.h"

#include <string.h>

enum { LOCKS_MAX = 32 }; // of one run: sets of conflicts multiply

// One side of a conflict.
struct side {
	struct slice name; // normalized
	bool is_group;
	const char *torch_backend; // NULL for none
};

struct conflict {
	struct side *items;
	size_t len, cap;
};

struct conflict_list {
	struct conflict *items;
	size_t len, cap;
};

// --- reading ---------------------------------------------------------------------------------------------------------

static bool read_side(struct cli *cli, const struct toml_value *value, struct side *side)
{
	struct diagnostics *diagnostics = &cli->diagnostics;
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
	*side = (struct side){ .name = name_normalize(&cli->arena, name->string),
			       .is_group = group != NULL };
	if (torch)
		side->torch_backend = arena_c_string(&cli->arena, torch->string);
	return true;
}

static void read_conflicts(struct cli *cli, const struct toml_table *settings,
			   struct conflict_list *conflicts)
{
	const struct toml_value *sets =
		toml_find_typed(settings, S("conflicts"), TOML_ARRAY, &cli->diagnostics);
	for (size_t i = 0; sets && i < sets->array.len; i++) {
		const struct toml_value *set = &sets->array.items[i];
		struct conflict conflict = { 0 };
		struct side side;
		if (!toml_check_type(set, TOML_ARRAY, S("a conflict"), &cli->diagnostics))
			continue;
		for (size_t j = 0; j < set->array.len; j++)
			if (read_side(cli, &set->array.items[j], &side))
				*array_push(&cli->arena, &conflict) = side;
		*array_push(&cli->arena, conflicts) = conflict;
	}
}

// --- what is asked for -----------------------------------------------------------------------------------------------

static bool names(struct arena *arena, const struct text_list *texts, struct slice name)
{
	for (size_t i = 0; i < texts->len; i++)
		if (slice_eq(name_normalize(arena, slice_from(texts->items[i])), name))
			return true;
	return false;
}

static bool asks_for(struct arena *arena, const struct lock_unit *unit,
		     const struct side *side)
{
	return names(arena, side->is_group ? &unit->groups : &unit->extras, side->name);
}

static void drop(struct arena *arena, struct lock_unit *unit, const struct side *side)
{
	struct text_list *list = side->is_group ? &unit->groups : &unit->extras,
			 kept = { 0 };
	for (size_t i = 0; i < list->len; i++)
		if (!slice_eq(name_normalize(arena, slice_from(list->items[i])),
			      side->name))
			*array_push(arena, &kept) = list->items[i];
	*list = kept;
}

// --all-extras by their names, since not all of them may go into one lock.
static void name_all_extras(struct cli *cli, const struct toml_table *project,
			    struct text_list *ret_extras)
{
	const struct toml_value *about =
		project ? toml_find(project, S("project")) : NULL;
	const struct toml_value *extras =
		about && about->type == TOML_TABLE
			? toml_find(about->table, S("optional-dependencies"))
			: NULL;
	*ret_extras = (struct text_list){ 0 };
	for (size_t i = 0; extras && extras->type == TOML_TABLE && i < extras->table->len;
	     i++)
		*array_push(&cli->arena, ret_extras) =
			arena_c_string(&cli->arena, extras->table->items[i].key);
}

// --- parting ---------------------------------------------------------------------------------------------------------

static bool is_within(const struct text_list *part, const struct text_list *whole)
{
	for (size_t i = 0; i < part->len; i++) {
		bool found = false;
		for (size_t j = 0; j < whole->len; j++)
			found |= strcmp(part->items[i], whole->items[j]) == 0;
		if (!found)
			return false;
	}
	return true;
}

// What another unit has wholly needs no lock of its own; of two alike the first stays.
static bool is_covered(const struct lock_plan *plan, size_t at)
{
	const struct lock_unit *unit = &plan->items[at];
	for (size_t i = 0; i < plan->len; i++) {
		const struct lock_unit *other = &plan->items[i];
		bool within = i != at && is_within(&unit->extras, &other->extras) &&
			      is_within(&unit->groups, &other->groups);
		bool alike = within && is_within(&other->extras, &unit->extras) &&
			     is_within(&other->groups, &unit->groups);
		if (within && (!alike || i < at))
			return true;
	}
	return false;
}

static struct lock_plan without_covered(struct arena *arena, const struct lock_plan *plan)
{
	struct lock_plan kept = { 0 };
	for (size_t i = 0; i < plan->len; i++)
		if (!is_covered(plan, i))
			*array_push(arena, &kept) = plan->items[i];
	return kept;
}

// For each unit that has several sides of the conflict, one with each of them alone.
static struct lock_plan part(struct arena *arena, const struct lock_plan *plan,
			     const struct conflict *conflict)
{
	struct lock_plan parted = { 0 };
	for (size_t i = 0; i < plan->len; i++) {
		size_t count = 0;
		for (size_t j = 0; j < conflict->len; j++)
			count += asks_for(arena, &plan->items[i], &conflict->items[j]);
		if (count < 2)
			*array_push(arena, &parted) = plan->items[i];
		for (size_t j = 0; j < conflict->len && count > 1; j++) {
			struct lock_unit unit = plan->items[i];
			if (!asks_for(arena, &unit, &conflict->items[j]))
				continue;
			for (size_t k = 0; k < conflict->len; k++)
				if (k != j)
					drop(arena, &unit, &conflict->items[k]);
			*array_push(arena, &parted) = unit;
		}
	}
	return without_covered(arena, &parted);
}

// Named after the sides it has, in the order of the conflicts: "cpu", "cpu-py39".
static void name_unit(struct arena *arena, const struct conflict_list *conflicts,
		      struct lock_unit *unit)
{
	struct buf name = { .arena = arena };
	struct text_list said = { 0 };
	for (size_t i = 0; i < conflicts->len; i++) {
		for (size_t j = 0; j < conflicts->items[i].len; j++) {
			const struct side *side = &conflicts->items[i].items[j];
			if (!asks_for(arena, unit, side))
				continue;
			if (side->torch_backend)
				unit->torch_backend = side->torch_backend;
			if (names(arena, &said, side->name))
				continue;
			*array_push(arena, &said) = arena_c_string(arena, side->name);
			buf_printf(&name, "%s%.*s", name.len ? "-" : "",
				   SLICE_ARG(side->name));
		}
	}
	unit->name = name.len ? buf_slice(&name) : S("base");
}

int lock_plan_conflicts(struct cli *cli, const struct lock_values *values,
			struct lock_plan *ret_plan, struct error *err)
{
	struct arena *arena = &cli->arena;
	struct conflict_list conflicts = { 0 };
	struct lock_plan plan = { 0 };
	struct lock_unit *whole = array_push(arena, &plan);
	struct project_tables tables;
	size_t before = cli->diagnostics.error_count;
	*whole = (struct lock_unit){ .extras = values->extras, .groups = values->groups };
	project_tables(cli, &tables);
	if (tables.own)
		read_conflicts(cli, tables.own, &conflicts);
	if (tables.uv)
		read_conflicts(cli, tables.uv, &conflicts);
	if (cli->diagnostics.error_count > before)
		return error_set(err, ERROR_INPUT,
				 "the conflicts between extras cannot be read");
	if (values->all_extras && conflicts.len)
		name_all_extras(cli, tables.project, &whole->extras);
	for (size_t i = 0; i < conflicts.len; i++) {
		plan = part(arena, &plan, &conflicts.items[i]);
		if (plan.len > LOCKS_MAX)
			return error_set(err, ERROR_USAGE,
					 "the conflicts ask for more than %d locks",
					 LOCKS_MAX);
	}
	for (size_t i = 0; i < plan.len && plan.len > 1; i++)
		name_unit(arena, &conflicts, &plan.items[i]);
	if (plan.len == 1) // asked for as it is, all extras or those named
		plan.items[0] = (struct lock_unit){ .extras = values->extras,
						    .groups = values->groups };
	*ret_plan = plan;
	return 0;
}

// --- targets ---------------------------------------------------------------------------------------------------------

static struct slice after_last(struct slice name, char separator)
{
	size_t at = slice_find_last_byte(name, separator);
	return at == SLICE_NONE ? name : slice_skip(name, at + 1);
}

static bool all_end_in(const struct lock_unit *unit, struct slice end)
{
	for (size_t i = 0; i < unit->targets.len; i++)
		if (!slice_eq(after_last(unit->targets.items[i].name, '-'), end))
			return false;
	return true;
}

// What follows the last '-' of the targets' names, if it is the same for all of this unit's and tells them from the
// others'; else the first target's name. A dot would end NAME (751.1).
static struct slice name_of_targets(struct arena *arena, const struct lock_plan *plan,
				    size_t at)
{
	const struct lock_unit *unit = &plan->items[at];
	struct slice name = after_last(unit->targets.items[0].name, '-');
	bool tells = all_end_in(unit, name);
	for (size_t i = 0; i < plan->len; i++)
		tells &= i == at || !all_end_in(&plan->items[i], name);
	if (!tells)
		name = unit->targets.items[0].name;
	struct buf text = { .arena = arena };
	if (unit->name.len)
		buf_printf(&text, "%.*s-", SLICE_ARG(unit->name));
	for (size_t i = 0; i < name.len; i++)
		buf_byte(&text, name.ptr[i] == '.' ? '_' : name.ptr[i]);
	return buf_slice(&text);
}

void lock_plan_targets(struct arena *arena, const struct lock_unit *unit,
		       const struct target_list *targets, struct lock_plan *ret_plan)
{
	size_t classes[TARGETS_MAX];
	struct lock_plan plan = { 0 };
	target_classes(targets->items, targets->len, classes);
	for (size_t i = 0; i < targets->len; i++) {
		size_t place = 0;
		for (size_t j = 0; j < i; j++)
			place += classes[j] == classes[i];
		while (plan.len <= place) {
			struct lock_unit *part = array_push(arena, &plan);
			*part = *unit;
			part->targets = (struct target_list){ 0 };
		}
		*array_push(arena, &plan.items[place].targets) = targets->items[i];
	}
	struct slice *texts = arena_new_array(arena, struct slice, plan.len);
	for (size_t i = 0; i < plan.len; i++)
		texts[i] = name_of_targets(arena, &plan, i);
	for (size_t i = 0; i < plan.len; i++)
		plan.items[i].name = texts[i];
	*ret_plan = plan;
}

// --- files -----------------------------------------------------------------------------------------------------------

const char *lock_plan_path(struct arena *arena, const char *path, struct slice name)
{
	struct slice text = slice_from(path);
	size_t slash = slice_find_last_byte(text, '/');
	struct slice folder = slice_range(text, 0, slash == SLICE_NONE ? 0 : slash + 1),
		     file = slice_skip(text, folder.len);
	size_t dot = slice_find_last_byte(file, '.');
	struct slice stem = slice_range(file, 0, dot == SLICE_NONE ? file.len : dot);
	if (name.len == 0)
		return path;
	const char *separator = slice_find_byte(stem, '.') == SLICE_NONE ? "." : "-";
	return arena_printf(arena, "%.*s%.*s%s%.*s%.*s", SLICE_ARG(folder),
			    SLICE_ARG(stem), separator, SLICE_ARG(name),
			    SLICE_ARG(slice_skip(file, stem.len)))
		.ptr;
}
