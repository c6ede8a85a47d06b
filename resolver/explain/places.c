// SPDX-License-Identifier: MIT
// Says which pins another place has a newer release of, or an older one: a name that two places have may be two packages.
#include "resolver/explain/explain.h"

#include "resolver/driver/search.h"
#include "resolver/index/elsewhere.h"

enum { SAID_MAX = 10 }; // of the rest only the names

struct telling {
	struct diagnostics *diagnostics;
	struct index *index;
	size_t said;
	struct map told; // "name version": another target has the same pin
	struct buf rest;
};

static const struct elsewhere *find_place(const struct elsewhere_list *list,
					  uint32_t index)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->items[i].index == index)
			return &list->items[i];
	return NULL;
}

// The place with the newest release whose newest is not that of the pin's own place.
static const struct elsewhere *find_other(const struct elsewhere_list *list,
					  const struct elsewhere *own)
{
	const struct elsewhere *other = NULL;
	for (size_t i = 0; i < list->len; i++) {
		const struct elsewhere *item = &list->items[i];
		if (own->is_links && item->is_links)
			continue; // both are folders of the user's
		if (version_cmp_public(&item->version, &own->version) != 0 &&
		    (!other || version_cmp(&item->version, &other->version) > 0))
			other = item;
	}
	return other;
}

static void tell(struct telling *telling, const struct pin *pin,
		 const struct elsewhere *own, const struct elsewhere *other)
{
	struct slice name = pin->project->name;
	if (telling->said++ >= SAID_MAX) {
		buf_printf(&telling->rest, "%s%.*s", telling->rest.len ? ", " : "",
			   SLICE_ARG(name));
		return;
	}
	bool is_newer = version_cmp(&other->version, &own->version) > 0;
	struct error *told =
		diagnostics_warn(telling->diagnostics,
				 "%.*s %.*s is taken from '%.*s'; '%.*s' has %.*s%s",
				 SLICE_ARG(name), SLICE_ARG(pin->release->version_text),
				 SLICE_ARG(own->place), SLICE_ARG(other->place),
				 SLICE_ARG(other->version_text),
				 is_newer ? "" : " at most");
	error_hint(
		told,
		"are both the same package? --index-for %.*s=URL takes it from that index alone, and ends this warning",
		SLICE_ARG(name));
}

static struct slice pin_text(struct arena *arena, const struct pin *pin)
{
	return arena_printf(arena, "%.*s %.*s", SLICE_ARG(pin->project->name),
			    SLICE_ARG(pin->release->version_text));
}

static void look_at(struct telling *telling, const struct pin *pin)
{
	struct elsewhere_list list;
	if (pin->direct || !index_elsewhere(telling->index, pin->project, &list))
		return;
	const struct elsewhere *own = find_place(&list, pin->file->index);
	const struct elsewhere *other = own ? find_other(&list, own) : NULL;
	struct slice key = pin_text(telling->told.arena, pin);
	if (other && map_insert(&telling->told, key, 0, NULL))
		tell(telling, pin, own, other);
}

static bool all_answered(struct index *index, const struct pin_list *pins)
{
	struct elsewhere_list list;
	for (size_t i = 0; i < pins->len; i++)
		if (!pins->items[i].direct &&
		    !index_elsewhere(index, pins->items[i].project, &list))
			return false;
	return true;
}

static int await(struct index *index, const struct pin_list *pins, struct error *err)
{
	for (size_t i = 0; i < pins->len; i++)
		if (!pins->items[i].direct)
			index_want_elsewhere(index, pins->items[i].project);
	while (!all_answered(index, pins))
		if (index_wait(index, err) < 0)
			return -1;
	return 0;
}

int explain_places(const struct solution *solution, struct diagnostics *diagnostics,
		   struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct telling telling = { .diagnostics = diagnostics,
				   .index = solution_driver(solution)->index,
				   .told.arena = &scratch,
				   .rest.arena = &scratch };
	for (size_t i = 0; i < solution_request(solution)->targets.len; i++) {
		const struct pin_list *pins = solution_pins(solution, i);
		if (await(telling.index, pins, err) < 0)
			return -1;
		for (size_t j = 0; j < pins->len; j++)
			look_at(&telling, &pins->items[j]);
	}
	if (telling.rest.len)
		diagnostics_warn(diagnostics,
				 "other places have other releases of these, too: %.*s",
				 SLICE_ARG(buf_slice(&telling.rest)));
	return 0;
}
