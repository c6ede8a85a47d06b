// SPDX-License-Identifier: MIT
// Lists the paths of all wheels and sorts those that several have, so that what collides
// is adjacent.
#include "builder/layer/collisions.h"

#include "base/map.h"
#include "base/text.h"
#include "builder/layer/paths.h"

#include <stdlib.h>

struct trace {
	struct layer_path file;
	const struct lock_choice *choice;
	uint32_t layer;
};

struct tracing {
	const struct layer_baker *baker;
	struct arena arena; // of the traces
	ARRAY_OF(struct trace) all;
	ARRAY_OF(struct trace) suspects; // those that share a path, sorted
};

static int add_layers(struct tracing *tracing, const struct plan *plan, struct error *err)
{
	for (uint32_t i = 0; i < plan->len; i++) {
		const struct plan_layer *layer = &plan->layers[i];
		struct layer_paths paths = { 0 };
		if (layer->kind == PLAN_PYC)
			continue; // of the same wheels again
		if (layer_paths_of(tracing->baker, layer, &tracing->arena, &paths, err) <
		    0)
			return -1;
		for (size_t k = 0; k < paths.len; k++)
			*array_push(&tracing->arena, &tracing->all) =
				(struct trace){ paths.items[k],
						layer->choices[paths.items[k].wheel], i };
	}
	return 0;
}

// Adds the directories above a path that are not known yet; value is the file's index.
static void add_directories(struct map *directories, struct slice path, uint32_t value)
{
	for (;;) {
		size_t slash = slice_find_last_byte(path, '/');
		if (slash == SLICE_NONE)
			return;
		path.len = slash;
		if (!map_insert(directories, path, value, NULL))
			return;
	}
}

// Sorting all paths would cost more than all the rest: two maps find the few that share a
// path, or are a file where another wheel has a directory.
static void find_suspects(struct tracing *tracing)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	size_t len = tracing->all.len;
	bool *suspect = arena_new_array(&scratch, bool, len + 1);
	struct map files = { .arena = &scratch }, directories = { .arena = &scratch };
	uint32_t other = 0;
	for (uint32_t i = 0; i < len; i++) {
		struct slice path = tracing->all.items[i].file.path;
		if (!map_insert(&files, path, i, &other))
			suspect[i] = suspect[other] = true;
		add_directories(&directories, path, i);
	}
	for (size_t i = 0; i < directories.len; i++) {
		const struct map_entry *directory = &directories.entries[i];
		if (map_find(&files, directory->key, &other))
			suspect[directory->value] = suspect[other] = true;
	}
	for (size_t i = 0; i < len; i++)
		if (suspect[i])
			*array_push(&tracing->arena, &tracing->suspects) =
				tracing->all.items[i];
}

// Traces of one path stand in the order of layers, so that the last one is what a
// container shows.
static int by_path_then_layer(const void *left, const void *right)
{
	const struct trace *a = left, *b = right;
	int order = path_cmp_walk(a->file.path, b->file.path);
	if (order == 0)
		order = (a->layer > b->layer) - (a->layer < b->layer);
	return order ? order
		     : slice_cmp(a->choice->package->name, b->choice->package->name);
}

static int check_pair(const struct tracing *tracing, const struct trace *loser,
		      const struct trace *winner, struct arena *arena,
		      struct collision_warnings *warnings, struct error *err)
{
	struct slice below = loser->choice->package->name,
		     above = winner->choice->package->name;
	bool equal = loser->file.crc32 == winner->file.crc32 &&
		     loser->file.size == winner->file.size &&
		     loser->file.mode == winner->file.mode;
	if (equal ||
	    (loser->layer == winner->layer && !tracing->baker->request->tree.strict))
		return 0;
	struct slice path =
		arena_printf(arena, "%.*s/%.*s",
			     SLICE_ARG(
				     slice_skip(tracing->baker->request->tree.prefix, 1)),
			     SLICE_ARG(winner->file.path));
	if (tracing->baker->request->tree.strict)
		return error_set(
			err, ERROR_INPUT,
			"'/%.*s' comes with different bytes from '%.*s' and '%.*s'",
			SLICE_ARG(path), SLICE_ARG(below), SLICE_ARG(above));
	*array_push(arena, warnings) = collision_text(arena, path, below, above);
	return 0;
}

static int check_directory(const struct trace *file, const struct trace *after,
			   struct error *err)
{
	struct slice path = file->file.path, below = after->file.path;
	if (!path_lies_in(below, path))
		return 0;
	return error_set(err, ERROR_INTEGRITY,
			 "'%.*s' is a file in '%.*s' and a directory in '%.*s'",
			 SLICE_ARG(path), SLICE_ARG(file->choice->package->name),
			 SLICE_ARG(after->choice->package->name));
}

static int check_suspects(const struct tracing *tracing, struct arena *arena,
			  struct collision_warnings *warnings, struct error *err)
{
	const struct trace *traces = tracing->suspects.items;
	size_t len = tracing->suspects.len;
	for (size_t i = 0; i + 1 < len;) {
		size_t last = i;
		while (last + 1 < len &&
		       slice_eq(traces[last + 1].file.path, traces[i].file.path))
			last++;
		for (; i < last; i++) {
			if (check_pair(tracing, &traces[i], &traces[last], arena,
				       warnings, err) < 0)
				return -1;
		}
		if (++i < len && check_directory(&traces[last], &traces[i], err) < 0)
			return -1;
	}
	return 0;
}

int collisions_between_layers(const struct layer_baker *baker, const struct plan *plan,
			      struct arena *arena,
			      struct collision_warnings *ret_warnings, struct error *err)
{
	struct tracing tracing = { .baker = baker };
	struct collision_warnings warnings = { 0 };
	int status = add_layers(&tracing, plan, err);
	if (status == 0)
		find_suspects(&tracing);
	if (status == 0 && tracing.suspects.len > 0) {
		qsort(tracing.suspects.items, tracing.suspects.len,
		      sizeof(*tracing.suspects.items), by_path_then_layer);
		status = check_suspects(&tracing, arena, &warnings, err);
	}
	arena_release(&tracing.arena);
	if (status == 0)
		*ret_warnings = warnings;
	return status;
}
