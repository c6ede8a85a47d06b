// SPDX-License-Identifier: MIT
// Searches for the smallest sets of edits, breadth first, by what each conflict leaves to try.
#include "resolver/explain/repair_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
	EDITS_MAX = 5,
	REPAIRS_SHOWN = 3,
};

static bool is_exhausted(const struct repair_search *search)
{
	return search->solves >= search->limits->solves ||
	       work_clock_ms(search->driver->work) > search->deadline_ms;
}

static int try_out(struct repair_search *search, struct trial *trial, struct error *err)
{
	struct requirement_set set = trial_requirements(search, trial);
	struct resolve_request request = trial_request(search, trial, &set);
	struct solution *solution;
	int status = trial_solve(search, &request, &solution, &trial->core, err);
	if (status > 0) {
		struct repair repair = repair_of(search, trial, solution);
		status = repair_verify(search, &repair, &trial->core, err);
		if (status > 0)
			*array_push(search->driver->arena, &search->found) = repair;
	}
	solution_free(solution);
	return status;
}

static struct slice key_of(const struct repair_search *search, const struct trial *trial)
{
	struct buf key = { .arena = search->arena };
	buf_append(&key, (struct slice){ (const char *)trial->lines, search->set->len });
	buf_printf(&key, "%d %llx", trial->cutoff_moved,
		   (unsigned long long)trial->packages_moved);
	return buf_slice(&key);
}

static struct trial copy_of(struct repair_search *search, const struct trial *trial)
{
	struct trial copy = { .cutoff_moved = trial->cutoff_moved,
			      .packages_moved = trial->packages_moved };
	copy.lines = arena_new_array(search->arena, uint8_t, search->set->len + 1);
	memcpy(copy.lines, trial->lines, search->set->len);
	return copy;
}

static int remember(struct repair_search *search, struct trial *trial, uint32_t id,
		    struct error *err)
{
	int status = try_out(search, trial, err);
	search->memories.items[id] = (struct memory){ trial->core, search->pass };
	return status;
}

// A set that an earlier pass has tried fails as it did then.
static int grow(struct repair_search *search, struct trial *trial,
		struct trial_list *next, struct error *err)
{
	uint32_t id = (uint32_t)search->memories.len;
	int status = 0;
	if (is_exhausted(search))
		return 0;
	if (map_insert(&search->seen, key_of(search, trial), id, &id)) {
		array_push(search->arena, &search->memories);
		status = remember(search, trial, id, err);
	} else if (search->memories.items[id].pass == search->pass) {
		return 0;
	}
	trial->core = search->memories.items[id].core;
	search->memories.items[id].pass = search->pass;
	if (status == 0)
		*array_push(search->arena, next) = *trial;
	return status < 0 ? -1 : 0;
}

static bool is_asking(const struct requirement_entry *entry)
{
	return !entry->is_constraint && !entry->is_override;
}

static bool can_free(const struct repair_search *search, const struct trial *trial,
		     size_t line)
{
	return trial->lines[line] == LINE_KEPT &&
	       search->set->entries[line].requirement.specifiers.len > 0;
}

// Nothing is gained where nothing is left to lock.
static bool can_remove(const struct repair_search *search, const struct trial *trial,
		       size_t line)
{
	size_t left = 0, removed = 0;
	for (size_t i = 0; i < search->set->len; i++) {
		removed += trial->lines[i] == LINE_REMOVED;
		left += i != line && trial->lines[i] != LINE_REMOVED &&
			is_asking(&search->set->entries[i]);
	}
	return removed < search->removals_max && left > 0 &&
	       trial->lines[line] != LINE_REMOVED &&
	       is_asking(&search->set->entries[line]);
}

// Packages first: of sets that all solve the one that moves least is to be found before the time is up.
static int grow_cutoffs(struct repair_search *search, const struct trial *trial,
			struct trial_list *next, struct error *err)
{
	uint64_t packages = trial->core.packages & ~trial->packages_moved;
	for (size_t i = 0; i < PACKAGES_MAX && packages >> i; i++) {
		struct trial moved = copy_of(search, trial);
		moved.packages_moved |= (uint64_t)1 << i;
		if (packages >> i & 1 && grow(search, &moved, next, err) < 0)
			return -1;
	}
	if (!trial->core.has_cutoff || trial->cutoff_moved)
		return 0;
	struct trial moved = copy_of(search, trial);
	moved.cutoff_moved = true;
	return grow(search, &moved, next, err);
}

// Every set that is one larger and touches the conflict of this one.
static int grow_all(struct repair_search *search, const struct trial *trial,
		    struct trial_list *next, struct error *err)
{
	for (size_t i = 0; i < trial->core.len; i++) {
		size_t line = trial->core.lines[i];
		for (int state = LINE_FREED; state <= LINE_REMOVED; state++) {
			struct trial grown = copy_of(search, trial);
			bool may = state == LINE_FREED ? can_free(search, trial, line)
						       : can_remove(search, trial, line);
			grown.lines[line] = (uint8_t)state;
			if (may && grow(search, &grown, next, err) < 0)
				return -1;
		}
	}
	return grow_cutoffs(search, trial, next, err);
}

// Level by level: all sets of one size before any larger one.
static int search_from(struct repair_search *search, const struct trial *first,
		       struct error *err)
{
	struct trial_list level = { 0 };
	*array_push(search->arena, &level) = *first;
	for (size_t size = 1;
	     size <= EDITS_MAX && search->found.len == 0 && !is_exhausted(search);
	     size++) {
		struct trial_list next = { 0 };
		for (size_t i = 0; i < level.len; i++)
			if (grow_all(search, &level.items[i], &next, err) < 0)
				return -1;
		level = next;
	}
	return 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_cost(const void *left, const void *right)
{
	const struct repair *a = left, *b = right;
	const uint64_t costs[][2] = { { a->removed, b->removed },
				      { a->edits.len, b->edits.len },
				      { a->cutoffs, b->cutoffs },
				      { a->series_left, b->series_left },
				      { a->distance, b->distance } };
	for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++)
		if (costs[i][0] != costs[i][1])
			return compare(costs[i][0], costs[i][1]);
	const struct edit *first = &a->edits.items[0], *other = &b->edits.items[0];
	return first->entry && other->entry
		       ? compare((uintptr_t)first->entry, (uintptr_t)other->entry)
		       : 0;
}

int explain_repairs(const struct solution *failed, const struct cutoff *cutoff,
		    const struct repair_limits *limits, const struct error *why,
		    struct repair_list *ret_repairs, struct error *err)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct repair_search search = { .driver = solution_driver(failed),
					.failed = failed,
					.cutoff = cutoff,
					.limits = limits,
					.set = solution_request(failed)->requirements,
					.arena = &arena };
	search.deadline_ms = work_clock_ms(search.driver->work) + limits->ms;
	search.seen.arena = &arena;
	struct trial first = { .lines = arena_new_array(&arena, uint8_t,
							search.set->len + 1) };
	trial_read_core(&search, failed, why, &first.core);
	int status = 0;
	for (; status == 0 && search.found.len == 0 &&
	       search.removals_max <= limits->removals;
	     search.removals_max++) {
		search.pass++;
		status = search_from(&search, &first, err);
	}
	if (search.found.len)
		qsort(search.found.items, search.found.len, sizeof(*search.found.items),
		      by_cost);
	*ret_repairs = search.found;
	return status;
}

struct slice repairs_text(struct arena *arena, const struct repair_list *repairs)
{
	struct buf text = { .arena = arena };
	bool several_edits = repairs->len && repairs->items[0].edits.len > 1;
	size_t shown = several_edits ? 1 : REPAIRS_SHOWN;
	for (size_t i = 0; i < repairs->len && i < shown; i++) {
		struct slice edits = edits_text(arena, &repairs->items[i].edits),
			     verb = S("relax ");
		if (i && slice_starts_with(edits, verb) &&
		    repairs->items[i - 1].edits.items[0].kind == EDIT_RELAX)
			edits = slice_skip(edits, verb.len);
		buf_printf(&text, "%s%.*s", i ? ", or " : "", SLICE_ARG(edits));
	}
	return buf_slice(&text);
}

// Several edits do not fit into a hint: they are listed below it.
struct slice repairs_hint(struct arena *arena, const struct repair_list *repairs)
{
	size_t count = repairs->len ? repairs->items[0].edits.len : 0;
	if (count == 0)
		return S("");
	if (count > 1)
		return arena_printf(
			arena, "%zu edits together solve it, and --repair locks by them:",
			count);
	struct slice edits = repairs_text(arena, repairs);
	return arena_printf(arena, "%.*s (--repair does%s)", SLICE_ARG(edits),
			    repairs->len > 1 ? " the first" : "");
}
