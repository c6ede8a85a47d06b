// SPDX-License-Identifier: MIT
// A set of targets as a marker: a smallest sum of products over three features, Python version,
// operating system and machine. Every target is a product of the three, so a cover exists wherever
// markers can tell the targets apart at all.
#include "packaging/target_cover.h"

#include <stdlib.h>

enum { FEATURES = 3 };

// A condition on one feature and the targets on which it holds.
struct condition {
	struct slice text; // "" holds everywhere
	uint64_t mask;
	unsigned cost; // comparisons in it
};

struct conditions {
	struct condition *items;
	size_t len, cap;
};

// A product of conditions, one for each feature.
struct cube {
	const struct condition *conditions[FEATURES];
	uint64_t mask;
	unsigned cost;
};

struct cubes {
	struct cube *items;
	size_t len, cap;
};

// --- conditions -------------------------------------------------------------------------------------

static uint64_t mask_of_minors(const struct target *targets, size_t len, unsigned from,
			       unsigned to)
{
	uint64_t mask = 0;
	for (size_t i = 0; i < len; i++)
		if (targets[i].python_minor >= from && targets[i].python_minor < to)
			mask |= (uint64_t)1 << i;
	return mask;
}

static void add(struct arena *arena, struct conditions *list, struct slice text,
		uint64_t mask, unsigned cost)
{
	*array_push(arena, list) = (struct condition){ text, mask, cost };
}

static void add_bounds(struct arena *arena, struct conditions *list,
		       const struct target *targets, size_t len, unsigned minor)
{
	add(arena, list, arena_printf(arena, "python_version < \"3.%u\"", minor),
	    mask_of_minors(targets, len, 0, minor), 1);
	add(arena, list, arena_printf(arena, "python_version >= \"3.%u\"", minor),
	    mask_of_minors(targets, len, minor, UINT32_MAX), 1);
	add(arena, list, arena_printf(arena, "python_version == \"3.%u\"", minor),
	    mask_of_minors(targets, len, minor, minor + 1), 1);
}

static void python_conditions(struct arena *arena, const struct target *targets,
			      size_t len, struct conditions *list)
{
	add(arena, list, S(""), UINT64_MAX, 0);
	for (size_t i = 0; i < len; i++) {
		unsigned minor = targets[i].python_minor;
		add_bounds(arena, list, targets, len, minor);
		for (size_t j = 0; j < len; j++) {
			unsigned end = targets[j].python_minor;
			if (end > minor + 1)
				add(arena, list,
				    arena_printf(
					    arena,
					    "python_version >= \"3.%u\" and python_version < \"3.%u\"",
					    minor, end),
				    mask_of_minors(targets, len, minor, end), 2);
		}
	}
}

static struct slice text_of(const struct target *target, bool machine)
{
	return machine ? target->platform_machine : target->sys_platform;
}

static void text_conditions(struct arena *arena, const struct target *targets, size_t len,
			    bool machine, struct conditions *list)
{
	const char *variable = machine ? "platform_machine" : "sys_platform";
	add(arena, list, S(""), UINT64_MAX, 0);
	for (size_t i = 0; i < len; i++) {
		struct slice value = text_of(&targets[i], machine);
		uint64_t mask = 0;
		for (size_t j = 0; j < len; j++)
			if (slice_eq(text_of(&targets[j], machine), value))
				mask |= (uint64_t)1 << j;
		add(arena, list,
		    arena_printf(arena, "%s == \"%.*s\"", variable, SLICE_ARG(value)),
		    mask, 1);
		add(arena, list,
		    arena_printf(arena, "%s != \"%.*s\"", variable, SLICE_ARG(value)),
		    ~mask, 1);
	}
}

static int compare_conditions(const void *left, const void *right)
{
	const struct condition *a = left, *b = right;
	if (a->mask != b->mask)
		return a->mask < b->mask ? -1 : 1;
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	return slice_cmp(a->text, b->text);
}

// Keeps the cheapest of those conditions that say the same about these targets.
static void keep_distinct(struct conditions *list, uint64_t all)
{
	size_t kept = 0;
	for (size_t i = 0; i < list->len; i++)
		list->items[i].mask &= all;
	qsort(list->items, list->len, sizeof(*list->items), compare_conditions);
	for (size_t i = 0; i < list->len; i++)
		if (kept == 0 || list->items[kept - 1].mask != list->items[i].mask)
			list->items[kept++] = list->items[i];
	list->len = kept;
}

// --- products ---------------------------------------------------------------------------------------

static struct slice cube_text(struct arena *arena, const struct cube *cube)
{
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < FEATURES; i++)
		if (cube->conditions[i]->text.len)
			buf_printf(&text, "%s%.*s", text.len ? " and " : "",
				   SLICE_ARG(cube->conditions[i]->text));
	return buf_slice(&text);
}

static void collect_cubes(struct arena *arena, const struct conditions *features,
			  uint64_t wanted, struct cubes *ret_cubes)
{
	struct cubes cubes = { 0 };
	for (size_t i = 0; i < features[0].len; i++)
		for (size_t j = 0; j < features[1].len; j++)
			for (size_t k = 0; k < features[2].len; k++) {
				const struct condition *a = &features[0].items[i],
						       *b = &features[1].items[j];
				const struct condition *c = &features[2].items[k];
				struct cube cube = { { a, b, c },
						     a->mask & b->mask & c->mask,
						     a->cost + b->cost + c->cost };
				if (cube.mask != 0 && (cube.mask & ~wanted) == 0)
					*array_push(arena, &cubes) = cube;
			}
	*ret_cubes = cubes;
}

// A cube with more targets is better, then one with fewer comparisons. Otherwise the order of the conditions decides,
// which is by value.
static bool is_better(const struct cube *a, const struct cube *b, uint64_t open)
{
	int more = __builtin_popcountll(a->mask & open) -
		   __builtin_popcountll(b->mask & open);
	return more > 0 || (more == 0 && a->cost < b->cost);
}

// The cheapest pair that covers everything; a single cube counts as a pair with itself.
static bool cover_by_two(const struct cubes *cubes, uint64_t wanted,
			 const struct cube **ret_pair)
{
	unsigned best = UINT32_MAX;
	for (size_t i = 0; i < cubes->len; i++) {
		for (size_t j = i; j < cubes->len; j++) {
			const struct cube *a = &cubes->items[i], *b = &cubes->items[j];
			// A second product weighs as much as two comparisons: it needs an "or" and parentheses to read.
			unsigned cost = a->cost + (i == j ? 0 : b->cost + 2);
			if ((a->mask | b->mask) == wanted && cost < best) {
				best = cost;
				ret_pair[0] = a;
				ret_pair[1] = b;
			}
		}
	}
	return best != UINT32_MAX;
}

static bool write_sum(struct arena *arena, const struct cube *const *terms, size_t len,
		      struct slice *ret_marker)
{
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < len; i++) {
		struct slice product = cube_text(arena, terms[i]);
		bool enclose = len > 1 && terms[i]->cost > 1;
		buf_printf(&text, "%s%s%.*s%s", i ? " or " : "", enclose ? "(" : "",
			   SLICE_ARG(product), enclose ? ")" : "");
	}
	*ret_marker = buf_slice(&text);
	return true;
}

static bool cover_greedily(struct arena *arena, const struct cubes *cubes,
			   uint64_t wanted, struct slice *ret_marker)
{
	const struct cube *terms[TARGETS_MAX];
	size_t len = 0;
	for (uint64_t open = wanted; open != 0; open &= ~terms[len - 1]->mask) {
		const struct cube *best = NULL;
		for (size_t i = 0; i < cubes->len; i++)
			if ((cubes->items[i].mask & open) &&
			    (!best || is_better(&cubes->items[i], best, open)))
				best = &cubes->items[i];
		if (!best)
			return false; // two targets that no marker tells apart
		terms[len++] = best;
	}
	return write_sum(arena, terms, len, ret_marker);
}

bool targets_marker(struct arena *arena, const struct target *targets, size_t len,
		    uint64_t wanted, struct slice *ret_marker)
{
	uint64_t all = len == TARGETS_MAX ? UINT64_MAX : ((uint64_t)1 << len) - 1;
	struct conditions features[FEATURES] = { { 0 } };
	struct cubes cubes;
	const struct cube *pair[2];
	if (wanted == 0)
		return false;
	if (wanted == all) {
		*ret_marker = S("");
		return true;
	}
	python_conditions(arena, targets, len, &features[0]);
	text_conditions(arena, targets, len, false, &features[1]);
	text_conditions(arena, targets, len, true, &features[2]);
	for (size_t i = 0; i < FEATURES; i++)
		keep_distinct(&features[i], all);
	collect_cubes(arena, features, wanted, &cubes);
	if (cover_by_two(&cubes, wanted, pair))
		return write_sum(arena, pair, pair[0] == pair[1] ? 1 : 2, ret_marker);
	return cover_greedily(arena, &cubes, wanted, ret_marker);
}

void target_classes(const struct target *targets, size_t len, size_t *ret_classes)
{
	for (size_t i = 0; i < len; i++) {
		size_t first = 0;
		while (first < i &&
		       !(targets[first].python_minor == targets[i].python_minor &&
			 slice_eq(targets[first].python_full, targets[i].python_full) &&
			 slice_eq(targets[first].sys_platform, targets[i].sys_platform) &&
			 slice_eq(targets[first].platform_machine,
				  targets[i].platform_machine)))
			first++;
		ret_classes[i] = first;
	}
}
