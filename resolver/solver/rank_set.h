// SPDX-License-Identifier: MIT
// Sets of version ranks as sorted, disjoint, non-adjacent half-open runs. Values: operations return new sets in an arena.
#pragma once

#include "base/arena.h"

struct rank_run {
	uint32_t from, to; // from <= rank < to
};

struct rank_set {
	const struct rank_run *runs;
	uint32_t len; // 0: empty
};

struct rank_set rank_set_all(struct arena *arena, uint32_t count); // 0 … count-1
struct rank_set rank_set_one(struct arena *arena, uint32_t rank);
// The set of those ranks among 0 … count-1 for which the predicate is true.
struct rank_set rank_set_where(struct arena *arena, uint32_t count,
			       bool (*holds)(void *context, uint32_t rank),
			       void *context);
struct rank_set rank_set_intersect(struct arena *arena, struct rank_set a,
				   struct rank_set b);
struct rank_set rank_set_union(struct arena *arena, struct rank_set a, struct rank_set b);
struct rank_set rank_set_subtract(struct arena *arena, struct rank_set a,
				  struct rank_set b); // a without b
struct rank_set rank_set_complement(struct arena *arena, struct rank_set set,
				    uint32_t count);
struct rank_set rank_set_copy(struct arena *arena, struct rank_set set);
bool rank_set_has(struct rank_set set, uint32_t rank);
bool rank_set_eq(struct rank_set a, struct rank_set b);
bool rank_set_within(struct rank_set part, struct rank_set whole);
uint32_t rank_set_count(struct rank_set set);

// How the first set lies to the second, found in one pass. The empty set is within every
// set.
enum rank_relation { RANKS_WITHIN, RANKS_DISJOINT, RANKS_OVERLAP };
enum rank_relation rank_set_relate(struct rank_set part, struct rank_set whole);
