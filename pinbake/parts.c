// SPDX-License-Identifier: MIT
// Parts what is asked for into locks: by conflicting extras and groups, and by targets that one lock cannot hold.
#include "pinbake/parts.h"
#include "resolver/requirements/project.h"

#include "base/text.h"
#include "packaging/name.h"
#include "packaging/target_cover.h"

enum { LOCKS_MAX = 32 }; // of one request: sets of conflicts multiply

// --- what is asked for -----------------------------------------------------------------------------------------------

static bool asks_for(const struct part *part, const struct conflict_side *side)
{
	return names_have(side->is_group ? &part->groups : &part->extras, side->name);
}

static void drop(struct arena *arena, struct part *part, const struct conflict_side *side)
{
	struct slice_list *list = side->is_group ? &part->groups : &part->extras,
			  kept = { 0 };
	for (size_t i = 0; i < list->len; i++)
		if (!name_eq(list->items[i], side->name))
			*array_push(arena, &kept) = list->items[i];
	*list = kept;
}

// --- parting ---------------------------------------------------------------------------------------------------------

static bool is_within(const struct slice_list *part, const struct slice_list *whole)
{
	for (size_t i = 0; i < part->len; i++)
		if (!slices_have(whole->items, whole->len, part->items[i]))
			return false;
	return true;
}

// What another part has wholly needs no lock of its own; of two alike the first stays.
static bool is_covered(const struct part_list *parts, size_t at)
{
	const struct part *part = &parts->items[at];
	for (size_t i = 0; i < parts->len; i++) {
		const struct part *other = &parts->items[i];
		bool within = i != at && is_within(&part->extras, &other->extras) &&
			      is_within(&part->groups, &other->groups);
		bool alike = within && is_within(&other->extras, &part->extras) &&
			     is_within(&other->groups, &part->groups);
		if (within && (!alike || i < at))
			return true;
	}
	return false;
}

static struct part_list without_covered(struct arena *arena,
					const struct part_list *parts)
{
	struct part_list kept = { 0 };
	for (size_t i = 0; i < parts->len; i++)
		if (!is_covered(parts, i))
			*array_push(arena, &kept) = parts->items[i];
	return kept;
}

// For each part that has several sides of the conflict, one with each of them alone.
static struct part_list part_by(struct arena *arena, const struct part_list *parts,
				const struct conflict *conflict)
{
	struct part_list parted = { 0 };
	for (size_t i = 0; i < parts->len; i++) {
		size_t count = 0;
		for (size_t j = 0; j < conflict->len; j++)
			count += asks_for(&parts->items[i], &conflict->items[j]);
		if (count < 2)
			*array_push(arena, &parted) = parts->items[i];
		for (size_t j = 0; j < conflict->len && count > 1; j++) {
			struct part one = parts->items[i];
			if (!asks_for(&one, &conflict->items[j]))
				continue;
			for (size_t k = 0; k < conflict->len; k++)
				if (k != j)
					drop(arena, &one, &conflict->items[k]);
			*array_push(arena, &parted) = one;
		}
	}
	return without_covered(arena, &parted);
}

// Named after the sides it has, in the order of the conflicts: "cpu", "cpu-py39".
static void name_part(struct arena *arena, const struct conflict_list *conflicts,
		      struct part *part)
{
	struct buf name = { .arena = arena };
	struct slice_list said = { 0 };
	for (size_t i = 0; i < conflicts->len; i++) {
		for (size_t j = 0; j < conflicts->items[i].len; j++) {
			const struct conflict_side *side = &conflicts->items[i].items[j];
			if (!asks_for(part, side))
				continue;
			if (side->torch_backend)
				part->torch_backend = side->torch_backend;
			if (names_have(&said, side->name))
				continue;
			*array_push(arena, &said) = side->name;
			buf_printf(&name, "%s%.*s", name.len ? "-" : "",
				   SLICE_ARG(side->name));
		}
	}
	part->name = name.len ? buf_slice(&name) : S("base");
}

int parts_of_conflicts(struct session *session, const struct lock_request *request,
		       struct part_list *ret_parts, struct error *err)
{
	static const struct conflict_list none = { 0 };
	struct arena *arena = session->arena;
	const struct conflict_list *conflicts =
		request->conflicts ? request->conflicts : &none;
	const struct part asked = { .extras = request->inputs.extras,
				    .groups = request->inputs.groups };
	struct part_list parts = { 0 };
	struct part *whole = array_push(arena, &parts);
	*whole = asked;
	// By their names, since not all of them may go into one lock
	if (request->inputs.all_extras && conflicts->len)
		whole->extras = requirements_project_extras("pyproject.toml", arena);
	for (size_t i = 0; i < conflicts->len; i++) {
		parts = part_by(arena, &parts, &conflicts->items[i]);
		if (parts.len > LOCKS_MAX)
			return error_set(err, ERROR_USAGE,
					 "the conflicts ask for more than %d locks",
					 LOCKS_MAX);
	}
	for (size_t i = 0; i < parts.len && parts.len > 1; i++)
		name_part(arena, conflicts, &parts.items[i]);
	if (parts.len == 1) // asked for as it is, all extras or those named
		parts.items[0] = asked;
	*ret_parts = parts;
	return 0;
}

// --- targets ---------------------------------------------------------------------------------------------------------

static struct slice after_last(struct slice name, char separator)
{
	size_t at = slice_find_last_byte(name, separator);
	return at == SLICE_NONE ? name : slice_skip(name, at + 1);
}

static bool all_end_in(const struct part *part, struct slice end)
{
	for (size_t i = 0; i < part->targets.len; i++)
		if (!slice_eq(after_last(part->targets.items[i].name, '-'), end))
			return false;
	return true;
}

// What follows the last '-' of the targets' names, if it is the same for all of this part's and tells them from the
// others'; else the first target's name. A dot would end NAME (751.1).
static struct slice name_of_targets(struct arena *arena, const struct part_list *parts,
				    size_t at)
{
	const struct part *part = &parts->items[at];
	struct slice name = after_last(part->targets.items[0].name, '-');
	bool tells = all_end_in(part, name);
	for (size_t i = 0; i < parts->len; i++)
		tells &= i == at || !all_end_in(&parts->items[i], name);
	if (!tells)
		name = part->targets.items[0].name;
	struct buf text = { .arena = arena };
	if (part->name.len)
		buf_printf(&text, "%.*s-", SLICE_ARG(part->name));
	for (size_t i = 0; i < name.len; i++)
		buf_byte(&text, name.ptr[i] == '.' ? '_' : name.ptr[i]);
	return buf_slice(&text);
}

void parts_of_targets(struct arena *arena, const struct part *part,
		      const struct target_list *targets, struct part_list *ret_parts)
{
	size_t classes[TARGETS_MAX];
	struct part_list parts = { 0 };
	target_classes(targets->items, targets->len, classes);
	for (size_t i = 0; i < targets->len; i++) {
		size_t place = 0;
		for (size_t j = 0; j < i; j++)
			place += classes[j] == classes[i];
		while (parts.len <= place) {
			struct part *one = array_push(arena, &parts);
			*one = *part;
			one->targets = (struct target_list){ 0 };
		}
		*array_push(arena, &parts.items[place].targets) = targets->items[i];
	}
	struct slice *texts = arena_new_array(arena, struct slice, parts.len);
	for (size_t i = 0; i < parts.len; i++)
		texts[i] = name_of_targets(arena, &parts, i);
	for (size_t i = 0; i < parts.len; i++)
		parts.items[i].name = texts[i];
	*ret_parts = parts;
}

// --- files -----------------------------------------------------------------------------------------------------------

const char *part_path(struct arena *arena, const char *path, struct slice name)
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
