// SPDX-License-Identifier: MIT
// Reads what is there: a lock, or requirements that were made of one.
#include "pinbake/present.h"

#include "base/files.h"
#include "packaging/name.h"
#include "pinbake/inputs.h"

static int hint_at_new(struct error *err)
{
	return error_hint(err, "mend or remove it; --upgrade starts anew");
}

// What every line pins exactly. Of several lines for one name, the first.
static void add_pins(const struct requirement_set *set, struct preferences *pins,
		     const struct slice_list *released)
{
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement *requirement = &set->entries[i].requirement;
		const struct specifier_set *specifiers = &requirement->specifiers;
		if (specifiers->len == 1 && specifier_set_is_exact_pin(specifiers) &&
		    !names_have(released, requirement->name))
			preferences_add(pins, requirement->name,
					specifiers->items[0].text);
	}
}

static int read_requirements(struct session *session, const char *path,
			     struct present *present, struct error *err)
{
	struct requirement_set set = { 0 };
	struct slice file = slice_from(path);
	const struct lock_inputs inputs = { .files = { &file, 1, 1 } };
	if (inputs_read(session, &inputs, &set, err) < 0) {
		error_during(err, "reading the pins that '%s' has", path);
		return hint_at_new(err);
	}
	add_pins(&set, &present->pins, &present->released);
	return 0;
}

// --- pins that may move ----------------------------------------------------------------------------------------------

static int refuse_release(struct slice text, const char *why, struct error *err)
{
	error_set(err, ERROR_USAGE, "--upgrade-package '%.*s': %s", SLICE_ARG(text), why);
	return error_hint(err, "give a name, or a name with bounds: 'numpy<2'");
}

static void push(struct arena *arena, const struct requirement_entry *entry,
		 struct requirement_set *set)
{
	set->entries = array_grow(arena, set->entries, set->len, &set->cap,
				  sizeof(*set->entries));
	set->entries[set->len++] = *entry;
}

void present_add_bounds(const struct present *present, struct arena *arena,
			struct requirement_set *set)
{
	for (size_t i = 0; i < present->bounds.len; i++)
		push(arena, &present->bounds.entries[i], set);
}

static void add_bound(struct arena *arena, struct slice text,
		      const struct requirement *requirement, struct requirement_set *set)
{
	struct source *source = arena_new(arena, struct source);
	*source = (struct source){ S("--upgrade-package"), text };
	const struct requirement_entry bound = { .requirement = *requirement,
						 .is_constraint = true,
						 .span = { source, 0, text.len } };
	push(arena, &bound, set);
}

static int add_released(struct arena *arena, struct slice text, struct present *present,
			struct error *err)
{
	struct requirement requirement;
	struct error why = { 0 };
	if (requirement_parse(arena, text, REQUIREMENT_STRICT, &requirement, NULL, &why) <
	    0)
		return refuse_release(text, why.cause, err);
	if (requirement.url.len || requirement.extras_len || requirement.marker)
		return refuse_release(text, "it says more than a name and bounds", err);
	*array_push(arena, &present->released) = requirement.name;
	if (requirement.specifiers.len)
		add_bound(arena, text, &requirement, &present->bounds);
	return 0;
}

int present_read(struct session *session, const char *path,
		 const struct present_request *request, struct present *ret_present,
		 struct error *err)
{
	struct arena *arena = session->arena;
	struct present present = { .exists = path && file_exists(path) };
	preferences_init(&present.pins, arena);
	for (size_t i = 0; i < request->released.len; i++)
		if (add_released(arena, request->released.items[i], &present, err) < 0)
			return -1;
	*ret_present = present;
	if (!present.exists)
		return 0;
	if (request->are_requirements)
		return request->upgrade
			       ? 0
			       : read_requirements(session, path, ret_present, err);
	struct diagnostics ignored = { .arena = arena };
	struct diagnostics *diagnostics =
		request->upgrade ? &ignored : session->diagnostics;
	if (lock_load(path, arena, &ret_present->lock, diagnostics, err) == 0)
		return 0;
	ret_present->lock = (struct loaded_lock){ 0 };
	return request->upgrade ? 0 : hint_at_new(err);
}
