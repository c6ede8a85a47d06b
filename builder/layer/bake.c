// SPDX-License-Identifier: MIT
// bake: plan, look each key up, bake what is unknown over several threads. An unchanged
// lock opens no wheel (key.2).
#include "base/display.h"
#include "base/map.h"
#include "base/parallel.h"
#include "base/tar.h"
#include "builder/layer/collisions.h"
#include "builder/layer/key.h"
#include "builder/layer/layer_task.h"
#include "builder/layer/skips.h"

#include <stdatomic.h>
#include <stdlib.h>

struct baking {
	struct layer_baker baker;
	struct arena *arena;
	struct plan plan;
	struct layer_task *tasks; // one for each layer of the plan
	size_t *order;            // indexes of tasks to do, the longest first
	size_t order_len;
	atomic_uint_fast64_t done;
	struct collision_warnings collisions;
};

static int check_request(const struct bake_request *request, struct error *err)
{
	if (tree_check_prefix(request->tree.prefix, err) < 0 ||
	    tree_check_interpreter(request->tree.interpreter, err) < 0)
		return -1;
	if (display_find_unsafe(request->tree.prefix) != SLICE_NONE ||
	    display_find_unsafe(request->tree.interpreter) != SLICE_NONE)
		return error_set(err, ERROR_INPUT,
				 "the path '%.*s' holds a character that cannot be seen",
				 SLICE_ARG(request->tree.prefix));
	if (request->uid > TAR_OWNER_MAX || request->gid > TAR_OWNER_MAX)
		return error_set(err, ERROR_USAGE, "owner %u:%u is above %d",
				 request->uid, request->gid, TAR_OWNER_MAX);
	return 0;
}

static int make_plan(struct baking *baking, struct error *err)
{
	const struct bake_request *request = baking->baker.request;
	struct plan_request wanted = { .selection = request->selection,
				       .base_layers = PLAN_UNKNOWN_BASE,
				       .bytecode = request->bytecode != NULL };
	if (plan_make(&wanted, baking->arena, &baking->plan, err) < 0)
		return -1;
	if (request->tree.scheme != SCHEME_VENV)
		plan_drop_skeleton(&baking->plan);
	if (!request->bytecode)
		return 0;
	return skips_find(&baking->baker, &baking->plan, baking->arena, err);
}

static int look_up_all(struct baking *baking, struct error *err)
{
	baking->tasks =
		arena_new_array(baking->arena, struct layer_task, baking->plan.len);
	baking->order = arena_new_array(baking->arena, size_t, baking->plan.len);
	for (size_t i = 0; i < baking->plan.len; i++) {
		struct layer_task *task = &baking->tasks[i];
		if (layer_look_up(&baking->baker, &baking->plan.layers[i], baking->arena,
				  task, err) < 0)
			return -1;
		if (!task->present)
			baking->order[baking->order_len++] = i;
	}
	return 0;
}

// A strict bake looks into every wheel, even where its layer is known.
static int ensure_wheels(struct baking *baking, struct error *err)
{
	const struct bake_request *request = baking->baker.request;
	struct lock_selection missing = { 0 };
	// Layers of bytecode have the same wheels again.
	struct map seen = { .arena = baking->arena };
	for (size_t i = 0; i < baking->plan.len; i++) {
		const struct layer_task *task = &baking->tasks[i];
		if (task->present && !request->tree.strict)
			continue;
		for (size_t k = 0; k < task->plan->len; k++) {
			const struct lock_choice *choice = task->plan->choices[k];
			if (map_insert(&seen, choice->package->name, 0, NULL))
				*array_push(baking->arena, &missing) = *choice;
		}
	}
	if (missing.len == 0 || !request->ensure)
		return 0;
	return request->ensure(request->context, &missing, err);
}

static int longest_first(const void *a, const void *b, void *context)
{
	const struct layer_task *tasks = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	uint64_t bytes_x = tasks[x].plan->wheel_bytes,
		 bytes_y = tasks[y].plan->wheel_bytes;
	if (bytes_x != bytes_y)
		return bytes_x > bytes_y ? -1 : 1;
	return (x > y) - (x < y);
}

static void note_progress(struct baking *baking, struct slice item)
{
	work_advance(baking->baker.request->work, atomic_load(&baking->done), item);
}

// Progress is reported from the caller's thread only, which is worker 0.
static int run_task(void *context, size_t index, unsigned worker, struct error *err)
{
	struct baking *baking = context;
	struct layer_task *task = &baking->tasks[baking->order[index]];
	if (layer_bake(&baking->baker, task, err) < 0)
		return -1;
	atomic_fetch_add(&baking->done, 1);
	if (worker == 0)
		note_progress(baking, task->plan->name);
	return 0;
}

static int bake_missing(struct baking *baking, struct error *err)
{
	if (baking->order_len == 0)
		return 0;
	qsort_r(baking->order, baking->order_len, sizeof(*baking->order), longest_first,
		baking->tasks);
	work_stage(baking->baker.request->work, "baking", baking->order_len);
	if (parallel_for(baking->baker.request->jobs, baking->order_len, run_task, baking,
			 err) < 0)
		return -1;
	note_progress(baking, S(""));
	return 0;
}

// Where nothing is baked no wheel is opened, and warnings of an earlier bake are not
// repeated.
static int look_for_collisions(struct baking *baking, struct error *err)
{
	if (baking->order_len == 0 && !baking->baker.request->tree.strict)
		return 0;
	return collisions_between_layers(&baking->baker, &baking->plan, baking->arena,
					 &baking->collisions, err);
}

static void collect_warnings(const struct baking *baking, struct bake_result *result)
{
	struct collision_warnings all = baking->collisions;
	for (size_t i = 0; i < baking->plan.len; i++) {
		const struct layer_task *task = &baking->tasks[i];
		result->uncompiled += task->uncompiled;
		result->stripped_files += task->stripped_files;
		result->stripped_bytes += task->stripped_bytes;
		for (size_t k = 0; k < task->warnings_len; k++)
			*array_push(baking->arena, &all) =
				arena_dup(baking->arena, task->warnings[k]);
	}
	result->warnings = all.items;
	result->warnings_len = all.len;
	result->warnings_cap = all.cap;
}

static struct layer layer_of(const struct layer_task *task)
{
	return (struct layer){
		.name = task->plan->name,
		.kind = slice_from(plan_kind_name(task->plan->kind)),
		.packages = task->plan->packages,
		.key = task->key,
		.digest = task->record.digest,
		.diff_id = task->record.diff_id,
		.toc = task->record.toc,
		.size = task->record.size,
		.tar_size = task->record.tar_size,
		.entries = task->record.entries,
		.baked = !task->present,
	};
}

static struct bake_result collect(const struct baking *baking)
{
	size_t len = baking->plan.len;
	struct bake_result result = {
		.layers = arena_new_array(baking->arena, struct layer, len),
		.len = len,
		.cap = len,
		.coding = baking->baker.request->coding,
		.heavy_threshold = baking->plan.heavy_threshold,
		.prefix = baking->baker.request->tree.prefix,
		.interpreter = baking->baker.request->tree.interpreter,
		.scheme = baking->baker.request->tree.scheme,
	};
	struct sha256 *keys = arena_new_array(baking->arena, struct sha256, len);
	for (size_t i = 0; i < len; i++) {
		result.layers[i] = layer_of(&baking->tasks[i]);
		keys[i] = baking->tasks[i].key;
	}
	result.plan_digest = plan_digest(keys, len);
	collect_warnings(baking, &result);
	return result;
}

static void release_tasks(struct baking *baking)
{
	for (size_t i = 0; baking->tasks && i < baking->plan.len; i++)
		arena_release(&baking->tasks[i].arena);
}

int bake(struct store *store, const struct bake_request *request, struct arena *arena,
	 struct bake_result *ret_result, struct error *err)
{
	struct baking baking = { .baker = { store, request }, .arena = arena };
	if (check_request(request, err) < 0 || make_plan(&baking, err) < 0 ||
	    look_up_all(&baking, err) < 0 || ensure_wheels(&baking, err) < 0 ||
	    look_for_collisions(&baking, err) < 0)
		return -1;
	int status = bake_missing(&baking, err);
	if (status == 0)
		*ret_result = collect(&baking);
	release_tasks(&baking);
	return status;
}
