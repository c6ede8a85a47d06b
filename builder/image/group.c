// SPDX-License-Identifier: MIT
// The groups of the RUN form: few lines, because 20.10 spends a quarter of a second on
// each (docker.12).
//
// Layers are dealt by name alone, never by version, and in runs of the plan's order:
// heavy wheels by their first letter (a–m with the skeleton, n–r, s–z), then all buckets.
// Dealt by a hash instead, a file that two layers hold would not always be the upper
// layer's (env.10), and a small pin in the first group would unpack the heavy ones again.
#include "builder/image/stage.h"

static size_t group_of(const struct layer *layer)
{
	char first = layer->name.ptr[0];
	if (slice_eq(layer->kind, S("skeleton")))
		return 0;
	if (slice_starts_with(layer->name, S("bucket-")))
		return 3;
	return first < 'n' ? 0 : first < 's' ? 1 : 2;
}

static struct sha256 digest_of_group(const struct stage_group *group)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	for (size_t i = 0; i < group->len; i++) {
		buf_append(&text, sha256_hex(&scratch, &group->layers[i]->digest));
		buf_byte(&text, '\n');
	}
	return sha256_of(buf_slice(&text));
}

static void add_layer(struct stage_group *group, const struct layer *layer,
		      struct arena *arena)
{
	group->layers = array_grow(arena, group->layers, group->len, &group->cap,
				   sizeof(*group->layers));
	group->layers[group->len++] = layer;
}

struct stage_groups stage_groups_of(const struct bake_result *result, struct arena *arena)
{
	struct stage_group all[STAGE_GROUPS] = { 0 };
	struct stage_groups groups = { 0 };
	for (size_t i = 0; i < result->len; i++)
		add_layer(&all[group_of(&result->layers[i])], &result->layers[i], arena);
	for (size_t i = 0; i < STAGE_GROUPS; i++) {
		if (all[i].len == 0)
			continue;
		all[i].digest = digest_of_group(&all[i]);
		groups.items[groups.len++] = all[i];
	}
	return groups;
}
