// SPDX-License-Identifier: MIT
// Sorts candidates by their distance from what was asked for.
#include "resolver/driver/nearness.h"

#include <stdlib.h>

struct place {
	uint32_t rank, at; // at: where it stood
	bool is_asked, is_late, is_sdist, is_other_series, is_newer;
	uint32_t distance;
	int64_t uploaded;
};

static uint64_t number_at(const struct version *version, size_t at)
{
	return at < version->release_len ? version->release[at].value : 0;
}

bool leaves_series(const struct specifier_set *asked, const struct version *version)
{
	for (size_t i = 0; i < asked->len; i++) {
		const struct specifier *clause = &asked->items[i];
		if (clause->op == SPECIFIER_EQUAL && !clause->wildcard)
			return clause->version.epoch.value != version->epoch.value ||
			       number_at(&clause->version, 0) != number_at(version, 0) ||
			       number_at(&clause->version, 1) != number_at(version, 1);
	}
	return false;
}

// The run of ranks that is asked for: [from, to); where nothing satisfies, empty where it would be.
static void find_asked(const struct project *project, const struct specifier_set *asked,
		       uint32_t *ret_from, uint32_t *ret_to)
{
	uint32_t from = (uint32_t)project->release_len, to = 0;
	for (uint32_t i = 0; i < project->release_len; i++) {
		if (!specifier_set_contains(asked, &project_release(project, i)->version))
			continue;
		from = i < from ? i : from;
		to = i + 1;
	}
	if (to == 0 && asked->len && asked->items[0].op != SPECIFIER_ARBITRARY) {
		for (from = 0; from < project->release_len &&
			       version_cmp(&project_release(project, from)->version,
					   &asked->items[0].version) < 0;)
			from++;
		to = from;
	}
	*ret_from = from;
	*ret_to = to;
}

uint32_t rank_distance(const struct project *project, const struct specifier_set *asked,
		       uint32_t rank)
{
	uint32_t from, to;
	if (specifier_set_contains(asked, &project_release(project, rank)->version))
		return 0;
	find_asked(project, asked, &from, &to);
	if (rank >= to)
		return rank - to + 1;
	return rank < from ? from - rank : 1;
}

static int by_nearness(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	if (a->is_late != b->is_late)
		return a->is_late ? 1 : -1;
	if (a->is_asked != b->is_asked)
		return a->is_asked ? -1 : 1;
	if (!a->is_asked && a->is_sdist != b->is_sdist)
		return a->is_sdist ? 1 : -1;
	if (!a->is_asked && a->is_other_series != b->is_other_series)
		return a->is_other_series ? 1 : -1;
	if (!a->is_asked && a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	if (!a->is_asked && a->is_newer != b->is_newer)
		return a->is_newer ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void put_back(struct candidates *candidates, const struct place *places)
{
	for (uint32_t i = 0; i < candidates->prefer_len; i++)
		candidates->prefer[i] = places[i].rank;
}

void order_by_nearness(struct candidates *candidates, const struct specifier_set *asked,
		       struct arena *arena)
{
	const struct project *project = candidates->project;
	struct place *places =
		arena_new_array(arena, struct place, (size_t)candidates->prefer_len + 1);
	bool may_be_prerelease = specifier_set_names_prerelease(asked);
	uint32_t from, to;
	find_asked(project, asked, &from, &to);
	for (uint32_t i = 0; i < candidates->prefer_len; i++) {
		uint32_t rank = candidates->prefer[i];
		const struct version *version = &project_release(project, rank)->version;
		places[i] =
			(struct place){ .rank = rank, .at = i, .is_newer = rank >= to };
		places[i].is_asked = specifier_set_contains(asked, version);
		places[i].is_late =
			candidates->items[rank].prerelease && !may_be_prerelease;
		places[i].is_sdist = candidate_file(candidates, rank)->kind == FILE_SDIST;
		places[i].is_other_series = leaves_series(asked, version);
		places[i].distance = rank >= to    ? rank - to + 1
				     : rank < from ? from - rank
						   : 1;
	}
	qsort(places, candidates->prefer_len, sizeof(*places), by_nearness);
	put_back(candidates, places);
}

static int by_upload(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	if (a->is_late != b->is_late)
		return a->is_late ? 1 : -1;
	if (a->is_late && a->uploaded != b->uploaded)
		return a->uploaded < b->uploaded ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

void order_by_upload(struct candidates *candidates, int64_t cutoff, struct arena *arena)
{
	struct place *places =
		arena_new_array(arena, struct place, (size_t)candidates->prefer_len + 1);
	for (uint32_t i = 0; i < candidates->prefer_len; i++) {
		uint32_t rank = candidates->prefer[i];
		places[i] = (struct place){ .rank = rank, .at = i };
		places[i].is_late =
			upload_time_parse(file_moment(arena,
						      candidate_file(candidates, rank)),
					  &places[i].uploaded) &&
			places[i].uploaded > cutoff;
	}
	qsort(places, candidates->prefer_len, sizeof(*places), by_upload);
	put_back(candidates, places);
}
