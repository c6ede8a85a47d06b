// SPDX-License-Identifier: MIT
// A layer's bytes are a function of its key (key.2): look the key up, or bake and
// remember.
#include "builder/layer/layer.h"

#include "builder/layer/collisions.h"
#include "builder/layer/key.h"
#include "builder/layer/layer_writer.h"
#include "builder/wheel/bytecode.h"

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

int layer_look_up(const struct layer_baker *baker, const struct plan_layer *plan,
		  struct arena *arena, struct layer_task *ret_task, struct error *err)
{
	const struct store *store = baker->store;
	struct layer_task task = { .plan = plan, .key = layer_key(plan, baker->options) };
	const struct layer_record *record = &task.record;
	if (store_layer_record_read(store, &task.key, arena, &task.known, &task.record,
				    err) < 0)
		return -1;
	task.present =
		task.known && store_has_layer(store, &record->digest, record->size);
	if (task.present && baker->options->rehash)
		task.present =
			blob_is_intact(store_layer_path(store, &record->digest, arena),
				       &record->digest);
	*ret_task = task;
	return 0;
}

// One layer being baked.
struct work {
	const struct layer_baker *baker;
	struct layer_task *task;
	struct arena arena;
	struct wheel_file *wheels;
	size_t wheels_len;          // open ones
	struct bytecode *bytecodes; // of a PLAN_PYC
	size_t bytecodes_len;       // open ones
	struct tree tree;
	const char *path; // of the blob until its digest is known
	struct layer_numbers numbers;
};

static void release(struct work *work)
{
	for (size_t i = 0; i < work->wheels_len; i++)
		wheel_file_close(&work->wheels[i]);
	for (size_t i = 0; i < work->bytecodes_len; i++)
		bytecode_close(&work->bytecodes[i]);
	arena_release(&work->arena);
}

static int open_wheels(struct work *work, struct error *err)
{
	const struct plan_layer *plan = work->task->plan;
	work->wheels = arena_new_array(&work->arena, struct wheel_file, plan->len);
	for (; work->wheels_len < plan->len; work->wheels_len++) {
		if (wheel_file_open(work->baker->store, plan->choices[work->wheels_len],
				    &work->arena, &work->wheels[work->wheels_len],
				    err) < 0)
			return -1;
	}
	return 0;
}

static void warn_of_collisions(struct work *work)
{
	struct layer_task *task = work->task;
	for (size_t i = 0; i < work->tree.collisions_len; i++) {
		task->warnings =
			array_grow(&task->arena, task->warnings, task->warnings_len,
				   &task->warnings_cap, sizeof(*task->warnings));
		task->warnings[task->warnings_len++].text =
			tree_collision_text(&task->arena, &work->tree.collisions[i],
					    work->wheels);
	}
}

static int make_bytecode_tree(struct work *work, const struct tree_options *tree_options,
			      struct error *err)
{
	const struct plan_layer *plan = work->task->plan;
	struct bytecode_settings settings = { work->baker->store,
					      work->baker->options->bytecode,
					      tree_options, work->baker->interrupted };
	struct map skips = { .arena = &work->arena };
	for (size_t i = 0; i < plan->skips.len; i++)
		map_insert(&skips, plan->skips.items[i], 0, NULL);
	work->bytecodes = arena_new_array(&work->arena, struct bytecode, plan->len);
	for (; work->bytecodes_len < plan->len; work->bytecodes_len++) {
		struct bytecode *bytecode = &work->bytecodes[work->bytecodes_len];
		if (bytecode_open(&settings, &work->wheels[work->bytecodes_len],
				  &work->arena, bytecode, err) < 0)
			return -1;
		work->task->uncompiled += bytecode->uncompiled;
	}
	return tree_of_bytecode(tree_options, work->bytecodes, plan->len, &skips,
				&work->arena, &work->tree, err);
}

static int make_tree(struct work *work, struct error *err)
{
	const struct bake_options *options = work->baker->options;
	struct tree_options tree_options = {
		.prefix = options->prefix,
		.interpreter = options->interpreter,
		.scheme = options->scheme,
		.strip = options->strip,
		.target = options->target,
		.strict = options->strict,
	};
	if (work->task->plan->kind == PLAN_SKELETON)
		return tree_of_skeleton(&tree_options, &work->arena, &work->tree, err);
	if (work->task->plan->kind == PLAN_PYC)
		return make_bytecode_tree(work, &tree_options, err);
	if (tree_of_wheels(&tree_options, work->wheels, work->wheels_len, &work->arena,
			   &work->tree, err) < 0)
		return -1;
	work->task->stripped_files = work->tree.stripped_files;
	work->task->stripped_bytes = work->tree.stripped_bytes;
	return 0;
}

static int write_tree(struct work *work, struct error *err)
{
	const struct bake_options *options = work->baker->options;
	const struct tree *tree = &work->tree;
	struct layer_values values = {
		.uid = options->uid,
		.gid = options->gid,
		.mtime = options->mtime,
		.coding = options->coding,
		.zstd_level = options->zstd_level,
		.interrupted = work->baker->interrupted,
	};
	AUTO(layer_writer_cleanup) struct layer_writer *writer = NULL;
	work->path =
		store_layer_work_path(work->baker->store, &work->task->key, &work->arena);
	if (layer_writer_new(work->path, &values, &writer, err) < 0)
		return -1;
	for (size_t i = 0; i < tree->len; i++) {
		assert(i == 0 || path_cmp_walk(tree->entries[i - 1].path,
					       tree->entries[i].path) < 0);
		if (layer_write_entry(writer, &tree->entries[i], work->wheels, err) < 0)
			return -1;
	}
	return layer_writer_commit(writer, &work->numbers, err);
}

static int other_digest(struct work *work, struct error *err)
{
	struct slice before = sha256_hex(&work->arena, &work->task->record.digest);
	struct slice now = sha256_hex(&work->arena, &work->numbers.digest);
	struct error ignored = { 0 };
	(void)!remove_tree(work->path, &ignored);
	error_set(err, ERROR_INTEGRITY,
		  "layer '%.*s' was sha256:%.*s and is now sha256:%.*s",
		  SLICE_ARG(work->task->plan->name), SLICE_ARG(before), SLICE_ARG(now));
	return error_hint(
		err, "run 'pinbake cache verify', and report this if it finds nothing");
}

// Another process may have baked the same and moved it already.
static int move_blob(struct work *work, struct error *err)
{
	const struct store *store = work->baker->store;
	const struct layer_numbers *numbers = &work->numbers;
	struct error moved = { 0 };
	const char *path = store_layer_path(store, &numbers->digest, &work->arena);
	if (rename_path(work->path, path, &moved) == 0 ||
	    store_has_layer(store, &numbers->digest, numbers->size))
		return 0;
	*err = moved;
	return -1;
}

static int keep(struct work *work, struct error *err)
{
	struct layer_task *task = work->task;
	const struct layer_numbers *numbers = &work->numbers;
	if (task->known && !sha256_eq(&task->record.digest, &numbers->digest))
		return other_digest(work, err);
	if (move_blob(work, err) < 0)
		return -1;
	task->record = (struct layer_record){
		.key = task->key,
		.digest = numbers->digest,
		.diff_id = numbers->diff_id,
		.toc = numbers->toc,
		.size = numbers->size,
		.tar_size = numbers->tar_size,
		.entries = numbers->entries,
		.packages = task->plan->packages,
	};
	return store_layer_record_write(work->baker->store, &task->record, err);
}

int layer_bake(const struct layer_baker *baker, struct layer_task *task,
	       struct error *err)
{
	AUTO(release) struct work work = { .baker = baker, .task = task };
	if (open_wheels(&work, err) < 0 || make_tree(&work, err) < 0 ||
	    write_tree(&work, err) < 0 || keep(&work, err) < 0)
		return error_during(err, "baking the layer '%.*s'",
				    SLICE_ARG(task->plan->name));
	warn_of_collisions(&work);
	return 0;
}
