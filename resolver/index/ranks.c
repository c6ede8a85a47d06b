// SPDX-License-Identifier: MIT
// Finds the releases that a specifier admits by halving: of a thousand releases some
// twenty are looked at, and only those are parsed.
#include "resolver/index/ranks.h"

// A search in a part [from, to) of the ranks in which the answer changes at most once.
struct halving {
	const struct project *project;
	const struct specifier *specifier;
};

static const struct version *version_at(const struct halving *halving, uint32_t rank)
{
	return &project_release(halving->project, rank)->version;
}

static bool admits(const struct halving *halving, uint32_t rank)
{
	return specifier_contains(halving->specifier, version_at(halving, rank));
}

static bool is_below(const struct halving *halving, uint32_t rank)
{
	return version_cmp(version_at(halving, rank), &halving->specifier->version) < 0;
}

// The first rank of [from, to) whose answer is not `first`; to if none.
static uint32_t find_change(const struct halving *halving, uint32_t from, uint32_t to,
			    bool first,
			    bool (*holds)(const struct halving *halving, uint32_t rank))
{
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		if (holds(halving, middle) == first)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

// The admitted ranks of [from, to), one run at most.
static size_t admitted_run(const struct halving *halving, uint32_t from, uint32_t to,
			   struct rank_range *ret_range)
{
	if (from == to)
		return 0;
	bool first = admits(halving, from);
	uint32_t change = find_change(halving, from, to, first, admits);
	*ret_range = first ? (struct rank_range){ from, change }
			   : (struct rank_range){ change, to };
	return ret_range->from < ret_range->to;
}

// The answer of every operator changes at most once below the clause's own version V, and
// at most once from V on: the pre-releases of V, which `<V` and `==V.*` treat apart, are
// right below it, its local versions and post-releases right above (440.6–440.8).
size_t ranks_admitted(const struct project *project, const struct specifier *specifier,
		      struct rank_range ret_ranges[2])
{
	const struct halving halving = { project, specifier };
	uint32_t count = (uint32_t)project->release_len;
	uint32_t at = find_change(&halving, 0, count, true, is_below);
	size_t len = admitted_run(&halving, 0, at, ret_ranges);
	return len + admitted_run(&halving, at, count, &ret_ranges[len]);
}
