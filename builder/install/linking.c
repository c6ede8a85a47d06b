// SPDX-License-Identifier: MIT
// Wheels → their unpacked form in the store → files of an environment.
//
//	auto       clone where the file systems can, else inflate: nobody's edit reaches the store
//	hardlink   one file for the store and all environments; a copy where no link can be made
//	clone      blocks shared until one is written to; a copy where the file systems cannot
//	copy       what the name says
//	inflate    out of the compressed wheel, without an unpacked form
#include "builder/install/linking.h"

#include "base/copies.h"
#include "base/parallel.h"
#include "base/places.h"
#include "builder/store/unpacked.h"
#include "builder/wheel/wheel.h"

#include <string.h>

enum {
	WHEELS_AT_ONCE = 64, // one open folder each: far below the limit of files
	BLOCK = 64,          // entries that a thread takes at once
};

int link_mode_parse(struct slice text, enum link_mode *ret_mode, struct error *err)
{
	static const char *const names[] = { [LINK_AUTO] = "auto",
					     [LINK_CLONE] = "clone",
					     [LINK_COPY] = "copy",
					     [LINK_HARDLINK] = "hardlink",
					     [LINK_INFLATE] = "inflate" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_eq(text, slice_from(names[i]))) {
			*ret_mode = (enum link_mode)i;
			return 0;
		}
	}
	error_set(err, ERROR_USAGE, "unknown link mode '%.*s'", SLICE_ARG(text));
	return error_hint(err, "expected auto, clone, copy, hardlink or inflate");
}

// --- unpacking -------------------------------------------------------------------------

struct task {
	const struct wheel_file *wheel;
	const struct unpacking *unpacking;
	const struct zip_entry *zip;
};

struct group {
	const struct linking_options *options;
	struct task *items;
	size_t len, cap;
};

static int unpack_entry(const struct task *task, struct inflater *inflater,
			struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(fd_close) int fd = -1;
	struct place_output output = { .path = unpacked_file("", &task->wheel->directory,
							     task->zip, &scratch) };
	if (folder_create_new(&task->unpacking->folder, output.path,
			      wheel_entry_mode(task->zip), &fd, err) < 0)
		return -1;
	output.fd = fd;
	if (entry_stream(task->wheel, task->zip, inflater,
			 (struct inflate_sink){ place_take, &output }, err) < 0)
		return -1;
	return place_end(&fd, output.path, UNPACKED_MTIME, err);
}

static int unpack_block(void *context, size_t block, unsigned worker, struct error *err)
{
	const struct group *group = context;
	for (size_t i = block * BLOCK; i < (block + 1) * BLOCK && i < group->len; i++) {
		if (work_heed(group->options->work, err) < 0 ||
		    unpack_entry(&group->items[i], group->options->inflaters[worker],
				 err) < 0)
			return -1;
	}
	return 0;
}

// An empty file is made as quickly as it is linked.
static bool is_kept(const struct zip_entry *zip)
{
	return zip->size > 0 && !slice_ends_with(zip->name, S("/"));
}

static void add_tasks(struct group *group, const struct wheel_file *wheel,
		      const struct unpacking *unpacking, struct arena *arena)
{
	for (size_t i = 0; unpacking->work && i < wheel->directory.len; i++)
		if (is_kept(&wheel->directory.entries[i]))
			*array_push(arena, group) =
				(struct task){ wheel, unpacking,
					       &wheel->directory.entries[i] };
}

struct batch {
	const struct wheel_file *wheels[WHEELS_AT_ONCE];
	struct unpacking unpackings[WHEELS_AT_ONCE];
	size_t len;
};

static int fill(const struct linking_options *options, struct batch *batch,
		struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct group group = { .options = options };
	for (size_t i = 0; i < batch->len; i++)
		add_tasks(&group, batch->wheels[i], &batch->unpackings[i], &scratch);
	if (parallel_for(options->jobs, (group.len + BLOCK - 1) / BLOCK, unpack_block,
			 &group, err) < 0)
		return -1;
	for (size_t i = 0; i < batch->len; i++)
		if (unpacking_commit(&batch->unpackings[i], err) < 0)
			return -1;
	return 0;
}

static int unpack_batch(const struct linking_options *options, struct batch *batch,
			struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	size_t begun = 0;
	int status = 0;
	while (status == 0 && begun < batch->len) {
		status = unpacking_begin(options->store, &batch->wheels[begun]->sha256,
					 &scratch, &batch->unpackings[begun], err);
		begun += status == 0;
	}
	if (status == 0)
		status = fill(options, batch, err);
	for (size_t i = 0; i < begun; i++)
		unpacking_end(&batch->unpackings[i]);
	batch->len = 0;
	return status;
}

static int unpack_missing(const struct linking_options *options, struct error *err)
{
	struct batch batch = { 0 };
	for (size_t i = 0; i < options->wheels_len; i++) {
		if (options->wanted[i] &&
		    !store_has_unpacked(options->store, &options->wheels[i].sha256))
			batch.wheels[batch.len++] = &options->wheels[i];
		if (batch.len == WHEELS_AT_ONCE && unpack_batch(options, &batch, err) < 0)
			return -1;
	}
	return batch.len ? unpack_batch(options, &batch, err) : 0;
}

static void find_present(struct linking *linking, const struct linking_options *options,
			 struct arena *arena)
{
	size_t room = options->wheels_len + 1;
	linking->wheels_len = options->wheels_len;
	linking->sums = arena_new_array(arena, const struct wheel_sums *, room);
	linking->changed = arena_new_array(arena, atomic_bool, room);
	for (size_t i = 0; i < options->wheels_len; i++)
		if (store_has_unpacked(options->store, &options->wheels[i].sha256))
			linking->sums[i] = &options->sums[i];
}

size_t linking_finish(struct linking *linking)
{
	struct error ignored = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < linking->wheels_len; i++) {
		if (!atomic_load(&linking->changed[i]))
			continue;
		(void)!remove_tree(linking->folders[i], &ignored);
		count++;
	}
	return count;
}

int linking_prepare(struct linking *linking, const struct linking_options *options,
		    struct arena *arena, struct error *err)
{
	linking->folders = arena_new_array(arena, const char *, options->wheels_len + 1);
	linking->mode = options->mode;
	linking->wheels = options->wheels;
	linking->root = options->root;
	if (linking->mode == LINK_AUTO)
		linking->mode =
			store_unpacked_clones_to(options->store, options->root->path)
				? LINK_CLONE
				: LINK_INFLATE;
	if (linking->mode == LINK_INFLATE)
		return 0;
	find_present(linking, options, arena);
	if (unpack_missing(options, err) < 0)
		return error_during(err, "unpacking wheels into the cache");
	for (size_t i = 0; i < options->wheels_len; i++)
		if (options->wanted[i] &&
		    store_has_unpacked(options->store, &options->wheels[i].sha256))
			linking->folders[i] =
				store_unpacked_path(options->store,
						    &options->wheels[i].sha256, arena);
	return 0;
}

// --- placing ---------------------------------------------------------------------------

static bool clone_or_copy(struct linking *linking, const char *from,
			  const struct tree_entry *entry, const char *name)
{
	AUTO(fd_close) int fd = -1;
	struct error ignored = { 0 };
	uint64_t bytes = 0;
	if (folder_create_new(linking->root, name, entry->mode, &fd, &ignored) < 0)
		return false;
	bool cloned = linking->mode == LINK_CLONE && file_clone(from, fd);
	bool done = cloned || (file_copy(from, fd, &bytes) && bytes == entry->zip->size);
	if (!done || place_end(&fd, name, UNPACKED_MTIME, &ignored) < 0) {
		(void)folder_remove(linking->root, name);
		return false;
	}
	atomic_fetch_add(cloned ? &linking->cloned : &linking->copied, 1);
	return true;
}

static bool is_changed(const struct wheel_sums *sums, const struct zip_entry *zip,
		       const char *path)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	struct error ignored = { 0 };
	return file_map_open(path, ERROR_IO, &map, &ignored) < 0 ||
	       !wheel_sums_match(sums, zip, map.bytes);
}

bool linking_place(struct linking *linking, const struct tree_entry *entry,
		   const char *name, struct arena *scratch)
{
	const char *folder = linking->folders ? linking->folders[entry->wheel] : NULL;
	struct error ignored = { 0 };
	if (!folder || !is_kept(entry->zip))
		return false;
	const char *from = unpacked_file(folder, &linking->wheels[entry->wheel].directory,
					 entry->zip, scratch);
	unsigned mode = wheel_entry_mode(entry->zip);
	if (!unpacked_is_untouched(from, entry->zip, mode))
		return false;
	const struct wheel_sums *sums = linking->sums[entry->wheel];
	if (sums && is_changed(sums, entry->zip, from)) {
		atomic_store(&linking->changed[entry->wheel], true);
		return false;
	}
	if (linking->mode == LINK_HARDLINK && mode == entry->mode &&
	    folder_hard_link(NULL, from, linking->root, name, &ignored) == 0) {
		atomic_fetch_add(&linking->linked, 1);
		return true;
	}
	return clone_or_copy(linking, from, entry, name);
}
