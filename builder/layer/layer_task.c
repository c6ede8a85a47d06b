// SPDX-License-Identifier: MIT
// A layer's bytes are a function of its key (key.2): look the key up, or bake and
// remember.
#include "builder/layer/layer_task.h"

#include "builder/layer/collisions.h"
#include "builder/layer/key.h"
#include "builder/layer/layer_writer.h"
#include "builder/wheel/bytecode.h"

#include <assert.h>

// Layers that stay where they are staged are not read again, but for one that was written to since. Its note is written
// anew then, and younger again.
static int look_at_blob(const struct layer_baker *baker, struct layer_task *task,
			struct error *err)
{
	struct store *store = baker->store;
	struct error changed = { 0 };
	bool suspect = store_layer_looks_changed(store, &task->record);
	if (!suspect && !baker->request->rehash)
		return 0;
	store_doubt(store, &task->record.digest);
	task->present = store_check_layer(store, &task->record.digest, &changed) == 0;
	return task->present && suspect
		       ? store_layer_record_write(store, &task->record, err)
		       : 0;
}

int layer_look_up(const struct layer_baker *baker, const struct plan_layer *plan,
		  struct arena *arena, struct layer_task *ret_task, struct error *err)
{
	struct store *store = baker->store;
	struct layer_task task = { .plan = plan, .key = layer_key(plan, baker->request) };
	const struct layer_record *record;
	if (store_layer_record_read(store, &task.key, arena, &record, err) < 0)
		return -1;
	if (!record) {
		*ret_task = task;
		return 0;
	}
	task.known = true;
	task.record = *record;
	task.present = store_has_layer(store, &record->digest, record->size);
	if (task.present && look_at_blob(baker, &task, err) < 0)
		return -1;
	*ret_task = task;
	return 0;
}

// One layer being baked.
struct layer_baking {
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

static void release(struct layer_baking *baking)
{
	for (size_t i = 0; i < baking->wheels_len; i++)
		wheel_file_close(&baking->wheels[i]);
	for (size_t i = 0; i < baking->bytecodes_len; i++)
		bytecode_close(&baking->bytecodes[i]);
	arena_release(&baking->arena);
}

static int open_wheels(struct layer_baking *baking, struct error *err)
{
	const struct plan_layer *plan = baking->task->plan;
	baking->wheels = arena_new_array(&baking->arena, struct wheel_file, plan->len);
	for (; baking->wheels_len < plan->len; baking->wheels_len++) {
		if (wheel_file_open(baking->baker->store,
				    plan->choices[baking->wheels_len], &baking->arena,
				    &baking->wheels[baking->wheels_len], err) < 0)
			return -1;
	}
	return 0;
}

static void warn_of_collisions(struct layer_baking *baking)
{
	struct layer_task *task = baking->task;
	for (size_t i = 0; i < baking->tree.collisions_len; i++) {
		task->warnings =
			array_grow(&task->arena, task->warnings, task->warnings_len,
				   &task->warnings_cap, sizeof(*task->warnings));
		task->warnings[task->warnings_len++] =
			tree_collision_text(&task->arena, &baking->tree.collisions[i],
					    baking->wheels);
	}
}

static int make_bytecode_tree(struct layer_baking *baking, struct error *err)
{
	const struct plan_layer *plan = baking->task->plan;
	struct bytecode_settings settings = { baking->baker->store,
					      baking->baker->request->bytecode,
					      &baking->baker->request->tree,
					      baking->baker->request->work };
	struct map skips = { .arena = &baking->arena };
	for (size_t i = 0; i < plan->skips.len; i++)
		map_insert(&skips, plan->skips.items[i], 0, NULL);
	baking->bytecodes = arena_new_array(&baking->arena, struct bytecode, plan->len);
	for (; baking->bytecodes_len < plan->len; baking->bytecodes_len++) {
		struct bytecode *bytecode = &baking->bytecodes[baking->bytecodes_len];
		if (bytecode_open(&settings, &baking->wheels[baking->bytecodes_len],
				  &baking->arena, bytecode, err) < 0)
			return -1;
		baking->task->uncompiled += bytecode->uncompiled;
	}
	struct bytecode_list list = { baking->bytecodes, plan->len, &skips };
	return tree_of_bytecode(&baking->baker->request->tree, &list, &baking->arena,
				&baking->tree, err);
}

static int make_tree(struct layer_baking *baking, struct error *err)
{
	const struct bake_request *request = baking->baker->request;
	const struct tree_options *tree = &request->tree;
	if (baking->task->plan->kind == PLAN_SKELETON)
		return tree_of_skeleton(tree, &baking->arena, &baking->tree, err);
	if (baking->task->plan->kind == PLAN_PYC)
		return make_bytecode_tree(baking, err);
	if (tree_of_wheels(tree,
			   (struct wheel_list){ baking->wheels, baking->wheels_len },
			   &baking->arena, &baking->tree, err) < 0)
		return -1;
	baking->task->stripped_files = baking->tree.stripped_files;
	baking->task->stripped_bytes = baking->tree.stripped_bytes;
	return 0;
}

static int write_tree(struct layer_baking *baking, struct error *err)
{
	const struct bake_request *request = baking->baker->request;
	const struct tree *tree = &baking->tree;
	struct layer_values values = {
		.uid = request->uid,
		.gid = request->gid,
		.mtime = request->mtime,
		.coding = request->coding,
		.zstd_level = request->zstd_level,
		.work = request->work,
	};
	AUTO(layer_writer_cleanup) struct layer_writer *writer = NULL;
	baking->path = store_layer_work_path(baking->baker->store, &baking->task->key,
					     &baking->arena);
	if (layer_writer_new(baking->path, &values, &writer, err) < 0)
		return -1;
	for (size_t i = 0; i < tree->len; i++) {
		assert(i == 0 || path_cmp_walk(tree->entries[i - 1].path,
					       tree->entries[i].path) < 0);
		if (layer_write_entry(writer, &tree->entries[i], baking->wheels, err) < 0)
			return -1;
	}
	return layer_writer_commit(writer, &baking->numbers, err);
}

static int other_digest(struct layer_baking *baking, struct error *err)
{
	struct slice before = sha256_hex(&baking->arena, &baking->task->record.digest);
	struct slice now = sha256_hex(&baking->arena, &baking->numbers.digest);
	struct error ignored = { 0 };
	(void)!remove_tree(baking->path, &ignored);
	error_set(err, ERROR_INTEGRITY,
		  "layer '%.*s' was sha256:%.*s and is now sha256:%.*s",
		  SLICE_ARG(baking->task->plan->name), SLICE_ARG(before), SLICE_ARG(now));
	return error_hint(
		err, "run 'pinbake cache verify', and report this if it finds nothing");
}

// Another process may have baked the same and moved it already.
static int move_blob(struct layer_baking *baking, struct error *err)
{
	const struct store *store = baking->baker->store;
	const struct layer_numbers *numbers = &baking->numbers;
	struct error moved = { 0 };
	const char *path = store_layer_path(store, &numbers->digest, &baking->arena);
	if (rename_path(baking->path, path, &moved) == 0 ||
	    store_has_layer(store, &numbers->digest, numbers->size))
		return 0;
	*err = moved;
	return -1;
}

static int keep(struct layer_baking *baking, struct error *err)
{
	struct layer_task *task = baking->task;
	const struct layer_numbers *numbers = &baking->numbers;
	if (task->known && !sha256_eq(&task->record.digest, &numbers->digest))
		return other_digest(baking, err);
	if (move_blob(baking, err) < 0)
		return -1;
	store_vouch(baking->baker->store, &numbers->digest);
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
	return store_layer_record_write(baking->baker->store, &task->record, err);
}

int layer_bake(const struct layer_baker *baker, struct layer_task *task,
	       struct error *err)
{
	AUTO(release) struct layer_baking baking = { .baker = baker, .task = task };
	if (open_wheels(&baking, err) < 0 || make_tree(&baking, err) < 0 ||
	    write_tree(&baking, err) < 0 || keep(&baking, err) < 0)
		return error_during(err, "baking the layer '%.*s'",
				    SLICE_ARG(task->plan->name));
	warn_of_collisions(&baking);
	return 0;
}
