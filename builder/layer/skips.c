// SPDX-License-Identifier: MIT
// Compares what the wheels of a plan bring, by the lists that the store keeps.
#include "builder/layer/skips.h"

#include "base/map.h"
#include "builder/layer/paths.h"

#include <stdlib.h>

struct skipping {
	const struct layer_baker *baker;
	struct plan *plan;
	struct arena *arena;
	struct arena scratch;
	struct layer_paths *paths; // by layer
	struct map first;          // source → index in files
	ARRAY_OF(struct layer_path) files;
	struct map contested;
};

static int read_lists(struct skipping *run, struct lock_selection *missing,
		      struct error *err)
{
	run->paths = arena_new_array(&run->scratch, struct layer_paths, run->plan->len);
	for (size_t i = 0; i < run->plan->len; i++) {
		const struct plan_layer *layer = &run->plan->layers[i];
		if (layer->kind == PLAN_PYC)
			continue;
		if (layer_paths_of(run->baker, layer, &run->scratch, &run->paths[i],
				   err) < 0)
			return -1;
		for (size_t k = 0; run->paths[i].incomplete && k < layer->len; k++)
			*array_push(run->arena, missing) = *layer->choices[k];
	}
	return 0;
}

static int read_complete_lists(struct skipping *run, struct error *err)
{
	const struct bake_request *request = run->baker->request;
	struct lock_selection missing = { 0 };
	if (read_lists(run, &missing, err) < 0)
		return -1;
	if (missing.len == 0 || !request->ensure)
		return 0;
	if (request->ensure(request->context, &missing, err) < 0)
		return -1;
	return read_lists(run, &(struct lock_selection){ 0 }, err);
}

static void compare_file(struct skipping *run, const struct layer_path *file)
{
	uint32_t first = 0;
	if (!slice_ends_with(file->path, S(".py")))
		return;
	if (map_insert(&run->first, file->path, (uint32_t)run->files.len, &first)) {
		*array_push(&run->scratch, &run->files) = *file;
		return;
	}
	const struct layer_path *other = &run->files.items[first];
	if (other->crc32 != file->crc32 || other->size != file->size)
		map_insert(&run->contested, file->path, 0, NULL);
}

static bool has_choice(const struct plan_layer *layer, const struct lock_choice *choice)
{
	for (size_t i = 0; i < layer->len; i++)
		if (layer->choices[i] == choice)
			return true;
	return false;
}

static void set_skips(struct skipping *run, struct plan_layer *bytecode)
{
	struct map seen = { .arena = &run->scratch };
	for (size_t i = 0; i < run->plan->len; i++) {
		const struct plan_layer *layer = &run->plan->layers[i];
		for (size_t k = 0; k < run->paths[i].len; k++) {
			const struct layer_path *file = &run->paths[i].items[k];
			if (map_has(&run->contested, file->path) &&
			    has_choice(bytecode, layer->choices[file->wheel]) &&
			    map_insert(&seen, file->path, 0, NULL))
				*array_push(run->arena, &bytecode->skips) =
					arena_dup(run->arena, file->path);
		}
	}
	if (bytecode->skips.len)
		qsort(bytecode->skips.items, bytecode->skips.len,
		      sizeof(*bytecode->skips.items), slice_order);
}

int skips_find(const struct layer_baker *baker, struct plan *plan, struct arena *arena,
	       struct error *err)
{
	struct skipping run = { .baker = baker, .plan = plan, .arena = arena };
	run.first.arena = run.contested.arena = &run.scratch;
	int status = read_complete_lists(&run, err);
	for (size_t i = 0; status == 0 && i < plan->len; i++)
		for (size_t k = 0; k < run.paths[i].len; k++)
			compare_file(&run, &run.paths[i].items[k]);
	for (size_t i = 0; status == 0 && run.contested.len && i < plan->len; i++)
		if (plan->layers[i].kind == PLAN_PYC)
			set_skips(&run, &plan->layers[i]);
	arena_release(&run.scratch);
	return status;
}
