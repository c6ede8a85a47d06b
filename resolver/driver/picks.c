// SPDX-License-Identifier: MIT
// A solution as pins: what was picked, with which file, and what it depends on.
#include "resolver/driver/parts.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct pin *)a)->project->name,
			 ((const struct pin *)b)->project->name);
}

static void sort_names(struct slice *names, size_t *len)
{
	if (*len == 0)
		return;
	qsort(names, *len, sizeof(*names), slice_order);
	size_t kept = 1;
	for (size_t i = 1; i < *len; i++)
		if (!slice_eq(names[i], names[kept - 1]))
			names[kept++] = names[i];
	*len = kept;
}

// What the picked node's dependencies are, added to its project's pin.
static void add_names(struct search *search, uint32_t id, uint32_t rank, struct pin *pin)
{
	const struct ask *ask = ask_of(search, id, rank);
	for (size_t i = 0; i < ask->requirements.len; i++) {
		struct slice name = ask->requirements.items[i]->name;
		if (slice_eq(name, pin->project->name))
			continue;
		struct {
			struct slice *items;
			size_t len, cap;
		} names = { pin->dependencies, pin->dependencies_len,
			    pin->dependencies_cap };
		*array_push(&search->arena, &names) = name;
		pin->dependencies = names.items;
		pin->dependencies_len = names.len;
		pin->dependencies_cap = names.cap;
	}
}

static struct pin *pin_of(struct pin_list *pins, const struct map *at, struct slice name)
{
	uint32_t index;
	return map_find(at, name, &index) ? &pins->items[index] : NULL;
}

// The picked node asks for others by address, and it is not the user who does.
static void note_addresses(struct search *search, uint32_t id, uint32_t rank,
			   const struct map *at, struct pin_list *pins)
{
	const struct ask *ask = ask_of(search, id, rank);
	for (size_t i = 0; i < ask->requirements.len; i++) {
		const struct requirement *asked = ask->requirements.items[i];
		struct pin *pin = pin_of(pins, at, asked->name);
		if (!pin || !pin->direct || !asked->url.len ||
		    !direct_is_discovered(search, asked->name) ||
		    direct_is_of_user(search, id, asked))
			continue;
		pin->named_by =
			array_grow(&search->arena, pin->named_by, pin->named_by_len,
				   &pin->named_by_cap, sizeof(*pin->named_by));
		pin->named_by[pin->named_by_len++] = search->nodes.items[id].name;
	}
}

static void fill_pin(const struct search *search, struct pin *pin,
		     const struct node *node, const struct candidates *candidates,
		     uint32_t rank)
{
	pin->project = node->project;
	pin->direct = direct_of(search->driver, node->project);
	pin->release = project_release(node->project, rank);
	pin->rank = rank;
	pin->file = candidate_file(candidates, rank);
	pin->sha256 = pin->file->sha256;
	pin->has_size = pin->file->has_size;
	pin->size = pin->file->size;
	pin->yanked = candidates->items[rank].yanked;
}

void collect_pins(struct search *search, size_t member, struct pin_list *ret_pins)
{
	struct pin_list pins = { 0 };
	struct map at = { .arena = &search->arena };
	for (uint32_t id = 1; id < search->nodes.len; id++) {
		const struct node *node = &search->nodes.items[id];
		int64_t rank = solver_pick(search->solver, id);
		uint32_t index = (uint32_t)pins.len;
		if (rank == SOLVER_NO_PICK)
			continue;
		const struct candidates *candidates =
			member == 0 ? &node->candidates : &node->others[member - 1];
		if (map_insert(&at, node->name, index, &index))
			fill_pin(search, array_push(&search->arena, &pins), node,
				 candidates, (uint32_t)rank);
		add_names(search, id, (uint32_t)rank, &pins.items[index]);
	}
	for (uint32_t id = 1; id < search->nodes.len; id++)
		if (solver_pick(search->solver, id) != SOLVER_NO_PICK)
			note_addresses(search, id,
				       (uint32_t)solver_pick(search->solver, id), &at,
				       &pins);
	for (size_t i = 0; i < pins.len; i++) {
		sort_names(pins.items[i].dependencies, &pins.items[i].dependencies_len);
		sort_names(pins.items[i].named_by, &pins.items[i].named_by_len);
	}
	if (pins.len)
		qsort(pins.items, pins.len, sizeof(*pins.items), by_name);
	*ret_pins = pins;
}
