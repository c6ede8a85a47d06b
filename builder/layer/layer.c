// SPDX-License-Identifier: MIT
// A layer's bytes are a function of its key (key.2): look the key up, or bake and
// remember.
#include "builder/layer/layer.h"

#include "builder/layer/collisions.h"
#include "builder/layer/key.h"
#include "builder/layer/layer_writer.h"
#include "builder/wheel/tree.h"

#include <assert.h>

static bool blob_is_intact(const char *path, const struct sha256 *digest)
{
	struct file_map map = { 0 };
	struct error ignored = { 0 };
	if (file_map_open(path, ERROR_IO, &map, &ignored) < 0)
		return false;
	struct sha256 found = sha256_of(map.bytes);
	file_map_close(&map);
	return sha256_eq(&found, digest);
}

int layer_look_up(const struct store *store, const struct plan_layer *plan,
		  const struct bake_options *options, struct arena *arena,
		  struct layer_task *ret_task, struct error *err)
{
	struct layer_task task = { .plan = plan, .key = layer_key(plan, options) };
	if (store_layer_record_read(store, &task.key, arena, &task.known, &task.record,
				    err) < 0)
		return -1;
	task.present = task.known &&
		       store_has_layer(store, &task.record.digest, task.record.size);
	if (task.present && options->rehash)
		task.present = blob_is_intact(store_layer_path(store, &task.record.digest,
							       arena),
					      &task.record.digest);
	*ret_task = task;
	return 0;
}

// The open wheels of one layer.
struct open_wheels {
	struct wheel_file *items;
	size_t len;
};

static void close_wheels(struct open_wheels *wheels)
{
	for (size_t i = 0; i < wheels->len; i++)
		wheel_file_close(&wheels->items[i]);
}

static int open_wheels(const struct store *store, const struct plan_layer *plan,
		       struct arena *arena, struct open_wheels *wheels, struct error *err)
{
	wheels->items = arena_new_array(arena, struct wheel_file, plan->len);
	while (wheels->len < plan->len) {
		if (wheel_file_open(store, plan->choices[wheels->len], arena,
				    &wheels->items[wheels->len], err) < 0)
			return -1;
		wheels->len++;
	}
	return 0;
}

static void warn_of_collisions(struct layer_task *task, const struct tree *tree,
			       const struct wheel_file *wheels)
{
	for (size_t i = 0; i < tree->collisions_len; i++) {
		const struct tree_collision *collision = &tree->collisions[i];
		struct slice loser = wheels[collision->loser].name,
			     winner = wheels[collision->winner].name;
		task->warnings =
			array_grow(&task->arena, task->warnings, task->warnings_len,
				   &task->warnings_cap, sizeof(*task->warnings));
		task->warnings[task->warnings_len++].text =
			collision_text(&task->arena, collision->path, loser, winner);
	}
}

static int make_tree(const struct bake_options *options, const struct plan_layer *plan,
		     const struct open_wheels *wheels, struct arena *arena,
		     struct tree *ret_tree, struct error *err)
{
	struct tree_options tree_options = {
		.prefix = options->prefix,
		.interpreter = options->interpreter,
		.target = options->target,
		.strict = options->strict,
	};
	if (plan->kind == PLAN_SKELETON)
		return tree_of_skeleton(&tree_options, arena, ret_tree, err);
	return tree_of_wheels(&tree_options, wheels->items, wheels->len, arena, ret_tree,
			      err);
}

static int write_tree(const struct bake_options *options, const struct tree *tree,
		      const struct open_wheels *wheels, const char *path,
		      struct layer_numbers *ret_numbers, struct error *err)
{
	struct layer_values values = { options->uid, options->gid, options->mtime };
	AUTO(layer_writer_cleanup) struct layer_writer *writer = NULL;
	if (layer_writer_new(path, &values, &writer, err) < 0)
		return -1;
	for (size_t i = 0; i < tree->len; i++) {
		assert(i == 0 || path_cmp_walk(tree->entries[i - 1].path,
					       tree->entries[i].path) < 0);
		if (layer_write_entry(writer, &tree->entries[i], wheels->items, err) < 0)
			return -1;
	}
	return layer_writer_commit(writer, ret_numbers, err);
}

static int other_digest(const struct layer_task *task,
			const struct layer_numbers *numbers, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice before = sha256_hex(&scratch, &task->record.digest);
	struct slice now = sha256_hex(&scratch, &numbers->digest);
	error_set(err, ERROR_INTEGRITY,
		  "layer '%.*s' was sha256:%.*s and is now sha256:%.*s",
		  SLICE_ARG(task->plan->name), SLICE_ARG(before), SLICE_ARG(now));
	return error_hint(
		err, "run 'pinbake cache verify', and report this if it finds nothing");
}

static int keep(struct store *store, struct layer_task *task,
		const struct layer_numbers *numbers, const char *work_path,
		struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (task->known && !sha256_eq(&task->record.digest, &numbers->digest)) {
		struct error ignored = { 0 };
		(void)!remove_tree(work_path, &ignored);
		return other_digest(task, numbers, err);
	}
	// Another process may have baked the same and moved it already.
	struct error moved = { 0 };
	if (rename_path(work_path, store_layer_path(store, &numbers->digest, &scratch),
			&moved) < 0 &&
	    !store_has_layer(store, &numbers->digest, numbers->size)) {
		*err = moved;
		return -1;
	}
	task->record = (struct layer_record){
		.key = task->key,
		.digest = numbers->digest,
		.diff_id = numbers->diff_id,
		.size = numbers->size,
		.tar_size = numbers->tar_size,
		.entries = numbers->entries,
		.packages = task->plan->packages,
	};
	return store_layer_record_write(store, &task->record, err);
}

static int bake_with(struct store *store, const struct bake_options *options,
		     struct layer_task *task, struct open_wheels *wheels,
		     struct arena *arena, struct error *err)
{
	struct tree tree = { 0 };
	struct layer_numbers numbers;
	const char *work_path = store_layer_work_path(store, &task->key, arena);
	if (open_wheels(store, task->plan, arena, wheels, err) < 0 ||
	    make_tree(options, task->plan, wheels, arena, &tree, err) < 0 ||
	    write_tree(options, &tree, wheels, work_path, &numbers, err) < 0)
		return -1;
	warn_of_collisions(task, &tree, wheels->items);
	return keep(store, task, &numbers, work_path, err);
}

int layer_bake(struct store *store, const struct bake_options *options,
	       struct layer_task *task, struct error *err)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct open_wheels wheels = { 0 };
	int status = bake_with(store, options, task, &wheels, &arena, err);
	close_wheels(&wheels);
	if (status < 0)
		return error_during(err, "baking the layer '%.*s'",
				    SLICE_ARG(task->plan->name));
	return 0;
}
