// SPDX-License-Identifier: MIT
// All paths of all wheels, sorted: what collides is adjacent.
#include "builder/layer/collisions.h"

#include "builder/wheel/installed.h"

#include <stdlib.h>

struct slice collision_text(struct arena *arena, struct slice path, struct slice loser,
			    struct slice winner)
{
	return arena_printf(arena,
			    "'/%.*s' is in '%.*s' and '%.*s'; that of '%.*s' is taken",
			    SLICE_ARG(path), SLICE_ARG(loser), SLICE_ARG(winner),
			    SLICE_ARG(winner));
}

struct slice tree_collision_text(struct arena *arena,
				 const struct tree_collision *collision,
				 const struct wheel_file *wheels)
{
	struct slice loser = wheels[collision->loser].name;
	if (collision->twin.len)
		return arena_printf(arena,
				    "'/%.*s' and '/%.*s' of '%.*s' differ in case alone: "
				    "systems that ignore case keep one",
				    SLICE_ARG(collision->twin),
				    SLICE_ARG(collision->path), SLICE_ARG(loser));
	return collision_text(arena, collision->path, loser,
			      wheels[collision->winner].name);
}

// A file without its bytes: length and CRC-32 tell whether two are equal.
struct trace {
	struct slice path; // relative to the prefix
	const struct lock_choice *choice;
	uint32_t layer, crc32;
	uint64_t size;
	unsigned mode;
};

struct tracing {
	const struct store *store;
	const struct bake_options *options;
	struct layout_places places;
	struct arena arena; // of the traces
	struct trace *traces;
	size_t len, cap;
};

static void add_trace(struct tracing *tracing, const struct installed_file *file,
		      const struct lock_choice *choice, uint32_t layer)
{
	tracing->traces = array_grow(&tracing->arena, tracing->traces, tracing->len,
				     &tracing->cap, sizeof(*tracing->traces));
	tracing->traces[tracing->len++] = (struct trace){
		.path = arena_dup(&tracing->arena, file->path),
		.choice = choice,
		.layer = layer,
		.crc32 = file->zip ? file->zip->crc32 : crc32_update(0, file->bytes),
		.size = file->zip ? file->zip->size : file->bytes.len,
		.mode = file->mode,
	};
}

static int add_wheel(struct tracing *tracing, const struct lock_choice *choice,
		     uint32_t layer, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(wheel_file_close) struct wheel_file wheel = { 0 };
	struct installed_wheel installed = { 0 };
	if (!store_has_file(tracing->store, &choice->file->sha256))
		return 0;
	if (wheel_file_open(tracing->store, choice, &scratch, &wheel, err) < 0 ||
	    installed_wheel_of(&wheel, &tracing->places, tracing->options->prefix,
			       &scratch, &installed, err) < 0)
		return -1;
	for (size_t i = 0; i < installed.len; i++)
		add_trace(tracing, &installed.files[i], choice, layer);
	return 0;
}

static int add_layers(struct tracing *tracing, const struct plan *plan, struct error *err)
{
	for (uint32_t i = 0; i < plan->len; i++) {
		const struct plan_layer *layer = &plan->layers[i];
		for (size_t k = 0; k < layer->len; k++) {
			if (add_wheel(tracing, layer->choices[k], i, err) < 0)
				return -1;
		}
	}
	return 0;
}

// Within a path bottom up, so that the last one is what a container shows.
static int by_path_then_layer(const void *left, const void *right)
{
	const struct trace *a = left, *b = right;
	int order = path_cmp_walk(a->path, b->path);
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
	bool equal = loser->crc32 == winner->crc32 && loser->size == winner->size &&
		     loser->mode == winner->mode;
	if (equal || (loser->layer == winner->layer && !tracing->options->strict))
		return 0;
	struct slice path =
		arena_printf(arena, "%.*s/%.*s",
			     SLICE_ARG(slice_skip(tracing->options->prefix, 1)),
			     SLICE_ARG(winner->path));
	if (tracing->options->strict)
		return error_set(
			err, ERROR_INPUT,
			"'/%.*s' comes with different bytes from '%.*s' and '%.*s'",
			SLICE_ARG(path), SLICE_ARG(below), SLICE_ARG(above));
	array_push(arena, warnings)->text = collision_text(arena, path, below, above);
	return 0;
}

static int check_directory(const struct trace *file, const struct trace *after,
			   struct error *err)
{
	if (after->path.len <= file->path.len || after->path.ptr[file->path.len] != '/' ||
	    !slice_starts_with(after->path, file->path))
		return 0;
	return error_set(err, ERROR_INTEGRITY,
			 "'%.*s' is a file in '%.*s' and a directory in '%.*s'",
			 SLICE_ARG(file->path), SLICE_ARG(file->choice->package->name),
			 SLICE_ARG(after->choice->package->name));
}

static int check_all(const struct tracing *tracing, struct arena *arena,
		     struct collision_warnings *warnings, struct error *err)
{
	const struct trace *traces = tracing->traces;
	for (size_t i = 0; i + 1 < tracing->len;) {
		size_t last = i;
		while (last + 1 < tracing->len &&
		       slice_eq(traces[last + 1].path, traces[i].path))
			last++;
		for (; i < last; i++) {
			if (check_pair(tracing, &traces[i], &traces[last], arena,
				       warnings, err) < 0)
				return -1;
		}
		if (++i < tracing->len &&
		    check_directory(&traces[last], &traces[i], err) < 0)
			return -1;
	}
	return 0;
}

int collisions_between_layers(const struct store *store,
			      const struct bake_options *options, const struct plan *plan,
			      struct arena *arena,
			      struct collision_warnings *ret_warnings, struct error *err)
{
	struct tracing tracing = { .store = store, .options = options };
	struct collision_warnings warnings = { 0 };
	tracing.places = layout_places_of(options->target, &tracing.arena);
	int status = add_layers(&tracing, plan, err);
	if (status == 0 && tracing.len > 0) {
		qsort(tracing.traces, tracing.len, sizeof(*tracing.traces),
		      by_path_then_layer);
		status = check_all(&tracing, arena, &warnings, err);
	}
	arena_release(&tracing.arena);
	if (status == 0)
		*ret_warnings = warnings;
	return status;
}
