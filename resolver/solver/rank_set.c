// SPDX-License-Identifier: MIT
// The algebra of rank sets: every operation walks the runs of its operands once, in order.
#include "resolver/solver/rank_set.h"

#include <string.h>

// Writes runs in ascending order. A run that touches the last one is joined to it, so that the set is canonical.
struct writer {
	struct rank_run *runs;
	uint32_t len;
};

static struct writer writer_for(struct arena *arena, size_t most_runs)
{
	return (struct writer){ arena_new_array(arena, struct rank_run, most_runs), 0 };
}

static void write_run(struct writer *writer, uint32_t from, uint32_t to)
{
	if (from >= to)
		return;
	if (writer->len > 0 && writer->runs[writer->len - 1].to >= from) {
		struct rank_run *last = &writer->runs[writer->len - 1];
		last->to = last->to > to ? last->to : to;
		return;
	}
	writer->runs[writer->len++] = (struct rank_run){ from, to };
}

static struct rank_set written(struct writer writer)
{
	return (struct rank_set){ writer.runs, writer.len };
}

static uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t earlier(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

// The first run at or after `start` that ends after rank; set.len if none does.
static uint32_t find_run(struct rank_set set, uint32_t start, uint32_t rank)
{
	uint32_t low = start, high = set.len;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (set.runs[middle].to > rank)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static struct rank_set one_run(struct arena *arena, uint32_t from, uint32_t to)
{
	struct writer writer = writer_for(arena, 1);
	write_run(&writer, from, to);
	return written(writer);
}

struct rank_set rank_set_all(struct arena *arena, uint32_t count)
{
	return one_run(arena, 0, count);
}

struct rank_set rank_set_one(struct arena *arena, uint32_t rank)
{
	return one_run(arena, rank, rank + 1);
}

struct rank_set rank_set_where(struct arena *arena, uint32_t count,
			       bool (*holds)(void *context, uint32_t rank), void *context)
{
	struct {
		struct rank_run *items;
		size_t len, cap;
	} runs = { 0 };
	bool inside = false;
	for (uint32_t rank = 0; rank < count; rank++) {
		bool is_in = holds(context, rank);
		if (is_in && inside)
			runs.items[runs.len - 1].to = rank + 1;
		else if (is_in)
			*array_push(arena, &runs) = (struct rank_run){ rank, rank + 1 };
		inside = is_in;
	}
	return (struct rank_set){ runs.items, (uint32_t)runs.len };
}

struct rank_set rank_set_intersect(struct arena *arena, struct rank_set a,
				   struct rank_set b)
{
	struct writer writer = writer_for(arena, (size_t)a.len + b.len);
	for (uint32_t i = 0, k = 0; i < a.len && k < b.len;) {
		write_run(&writer, later(a.runs[i].from, b.runs[k].from),
			  earlier(a.runs[i].to, b.runs[k].to));
		if (a.runs[i].to < b.runs[k].to)
			i++;
		else
			k++;
	}
	return written(writer);
}

struct rank_set rank_set_union(struct arena *arena, struct rank_set a, struct rank_set b)
{
	struct writer writer = writer_for(arena, (size_t)a.len + b.len);
	for (uint32_t i = 0, k = 0; i < a.len || k < b.len;) {
		bool take_a =
			k == b.len || (i < a.len && a.runs[i].from <= b.runs[k].from);
		struct rank_run run = take_a ? a.runs[i++] : b.runs[k++];
		write_run(&writer, run.from, run.to);
	}
	return written(writer);
}

struct rank_set rank_set_subtract(struct arena *arena, struct rank_set a,
				  struct rank_set b)
{
	struct writer writer = writer_for(arena, (size_t)a.len + b.len);
	uint32_t k = 0;
	for (uint32_t i = 0; i < a.len; i++) {
		uint32_t from = a.runs[i].from;
		k = find_run(b, k, from);
		for (uint32_t cut = k; cut < b.len && b.runs[cut].from < a.runs[i].to;
		     cut++) {
			write_run(&writer, from, b.runs[cut].from);
			from = b.runs[cut].to;
		}
		write_run(&writer, from, a.runs[i].to);
	}
	return written(writer);
}

struct rank_set rank_set_complement(struct arena *arena, struct rank_set set,
				    uint32_t count)
{
	struct rank_run everything = { 0, count };
	return rank_set_subtract(arena, (struct rank_set){ &everything, count > 0 }, set);
}

struct rank_set rank_set_copy(struct arena *arena, struct rank_set set)
{
	struct rank_run *runs = arena_new_array(arena, struct rank_run, set.len);
	if (set.len > 0)
		memcpy(runs, set.runs, set.len * sizeof(*runs));
	return (struct rank_set){ runs, set.len };
}

bool rank_set_has(struct rank_set set, uint32_t rank)
{
	uint32_t at = find_run(set, 0, rank);
	return at < set.len && set.runs[at].from <= rank;
}

bool rank_set_eq(struct rank_set a, struct rank_set b)
{
	if (a.len != b.len)
		return false;
	for (uint32_t i = 0; i < a.len; i++)
		if (a.runs[i].from != b.runs[i].from || a.runs[i].to != b.runs[i].to)
			return false;
	return true;
}

enum rank_relation rank_set_relate(struct rank_set part, struct rank_set whole)
{
	bool any_inside = false, any_outside = false;
	uint32_t at = 0;
	for (uint32_t i = 0; i < part.len && !(any_inside && any_outside); i++) {
		struct rank_run run = part.runs[i];
		at = find_run(whole, at, run.from);
		bool touches = at < whole.len && whole.runs[at].from < run.to;
		bool covers = touches && whole.runs[at].from <= run.from &&
			      whole.runs[at].to >= run.to;
		any_inside = any_inside || touches;
		any_outside = any_outside || !covers;
	}
	if (!any_outside)
		return RANKS_WITHIN;
	return any_inside ? RANKS_OVERLAP : RANKS_DISJOINT;
}

bool rank_set_within(struct rank_set part, struct rank_set whole)
{
	return rank_set_relate(part, whole) == RANKS_WITHIN;
}

uint32_t rank_set_count(struct rank_set set)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < set.len; i++)
		count += set.runs[i].to - set.runs[i].from;
	return count;
}
