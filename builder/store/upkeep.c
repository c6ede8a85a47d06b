// SPDX-License-Identifier: MIT
// Counting, re-reading and pruning what lies in the store. Other processes may use it
// meanwhile: a file that vanishes between two looks is no error.
#include "base/limits.h"
#include "base/places.h"
#include "builder/store/store.h"

#include <stdlib.h>

enum { STALE_PART_SECONDS = 24 * 60 * 60 };

struct stored {
	const char *path;
	struct slice name;
	struct place place;
	bool blob; // a layer
};

struct stored_list {
	struct stored *items;
	size_t len, cap;
};

static bool is_part(struct slice name)
{
	return slice_ends_with(name, S(".part"));
}

static int list_folder(const char *folder, bool blob, struct arena *arena,
		       struct stored_list *list, struct error *err)
{
	struct name_list names = { 0 };
	if (directory_names(folder, arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		const char *path = path_join(arena, folder, names.items[i]);
		struct place place = place_look(path);
		if (place.kind == PLACE_FILE)
			*array_push(arena, list) =
				(struct stored){ path, names.items[i], place, blob };
	}
	return 0;
}

static int list_store(const struct store *store, struct arena *arena,
		      struct stored_list *ret_list, struct error *err)
{
	if (list_folder(store->files, false, arena, ret_list, err) < 0)
		return -1;
	return list_folder(store->layers, true, arena, ret_list, err);
}

int store_usage(const struct store *store, struct store_usage *ret_usage,
		struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct stored_list list = { 0 };
	struct store_usage usage = { 0 };
	if (list_store(store, &scratch, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.len; i++) {
		const struct stored *stored = &list.items[i];
		if (is_part(stored->name))
			continue;
		*(stored->blob ? &usage.layers : &usage.files) += 1;
		*(stored->blob ? &usage.layer_bytes : &usage.file_bytes) +=
			stored->place.size;
	}
	(void)file_size(path_join(&scratch, store->root, S("index.mdb")),
			&usage.index_bytes);
	*ret_usage = usage;
	return 0;
}

// --- verify ----------------------------------------------------------------------------

static int digest_of_file(const char *path, struct sha256 *ret_digest, struct error *err)
{
	enum { STEP = 1 << 20 };
	AUTO(file_map_close) struct file_map map = { 0 };
	AUTO(sha256_cleanup) struct sha256_state *state = sha256_new();
	if (file_map_open(path, ERROR_IO, &map, err) < 0)
		return -1;
	for (size_t at = 0; at < map.bytes.len; at += STEP) {
		sha256_update(state, slice_range(map.bytes, at, at + STEP));
		file_map_done_with(&map, at, STEP);
	}
	*ret_digest = sha256_finish(state);
	return 0;
}

static bool is_sound(const struct stored *stored, struct error *err)
{
	struct sha256 name, digest;
	if (!sha256_parse_hex(stored->name, &name)) {
		error_set(err, ERROR_INTEGRITY, "'%s' is not a file of the store",
			  stored->path);
		return false;
	}
	if (digest_of_file(stored->path, &digest, err) < 0)
		return place_look(stored->path).kind == PLACE_ABSENT;
	if (!sha256_eq(&name, &digest))
		error_set(err, ERROR_INTEGRITY,
			  "'%s' no longer has the bytes it is named after", stored->path);
	return sha256_eq(&name, &digest);
}

static int say_bad(uint64_t bad, bool removed, const struct error *first,
		   struct error *err)
{
	*err = *first;
	err->kind = ERROR_INTEGRITY;
	if (!removed)
		return error_hint(
			err,
			"%llu bad in all; 'pinbake cache verify --remove' deletes them",
			(unsigned long long)bad);
	return error_hint(
		err,
		"%llu bad in all, removed; they are downloaded or baked again when needed",
		(unsigned long long)bad);
}

int store_verify(struct store *store, bool remove, const struct progress *progress,
		 uint64_t *ret_checked, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct stored_list list = { 0 };
	struct error first = { 0 };
	uint64_t bad = 0, checked = 0;
	if (list_store(store, &scratch, &list, err) < 0)
		return -1;
	if (progress && progress->stage)
		progress->stage(progress->context, "verifying", list.len);
	for (size_t i = 0; i < list.len; i++) {
		struct error error = { 0 };
		if (progress && progress->interrupted && *progress->interrupted)
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		if (is_part(list.items[i].name))
			continue;
		checked++;
		if (!is_sound(&list.items[i], &error)) {
			first = bad++ == 0 ? error : first;
			if (remove)
				(void)place_remove(list.items[i].path);
		}
		if (progress && progress->advance)
			progress->advance(progress->context, i + 1, list.items[i].name);
	}
	*ret_checked = checked;
	return bad ? say_bad(bad, remove, &first, err) : 0;
}

// --- prune -----------------------------------------------------------------------------

static int by_last_use(const void *left, const void *right)
{
	const struct stored *a = left, *b = right;
	if (a->place.atime_s != b->place.atime_s)
		return a->place.atime_s < b->place.atime_s ? -1 : 1;
	return slice_cmp(slice_from(a->path), slice_from(b->path));
}

static uint64_t age_of(int64_t then_s, uint64_t now)
{
	return then_s > 0 && (uint64_t)then_s < now ? now - (uint64_t)then_s : 0;
}

static bool remove_counted(const struct stored *stored, uint64_t *freed)
{
	if (!place_remove(stored->path))
		return false;
	*freed += stored->place.size;
	return true;
}

// What a killed process was writing; a living one may still be at a younger one.
static void remove_stale_parts(const struct stored_list *list, uint64_t now,
			       uint64_t *freed)
{
	for (size_t i = 0; i < list->len; i++)
		if (is_part(list->items[i].name) &&
		    age_of(list->items[i].place.mtime_s, now) > STALE_PART_SECONDS)
			(void)remove_counted(&list->items[i], freed);
}

int store_prune(struct store *store, uint64_t now, uint64_t max_age_seconds,
		uint64_t max_bytes, uint64_t *ret_freed, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct stored_list list = { 0 };
	uint64_t total = 0, freed = 0, parts_freed = 0;
	// Lists of paths are found by key, not by digest: nothing verifies them by name,
	// but they age like blobs.
	if (list_store(store, &scratch, &list, err) < 0 ||
	    list_folder(store->paths, true, &scratch, &list, err) < 0)
		return -1;
	remove_stale_parts(&list, now, &parts_freed);
	if (list.len)
		qsort(list.items, list.len, sizeof(*list.items), by_last_use);
	for (size_t i = 0; i < list.len; i++)
		total += is_part(list.items[i].name) ? 0 : list.items[i].place.size;
	for (size_t i = 0; i < list.len && total - freed > max_bytes; i++) {
		const struct stored *stored = &list.items[i];
		if (!is_part(stored->name) &&
		    age_of(stored->place.atime_s, now) >= max_age_seconds)
			(void)remove_counted(stored, &freed);
	}
	*ret_freed = freed + parts_freed;
	return 0;
}

int store_clear(struct store *store, uint64_t *ret_freed, struct error *err)
{
	struct store_usage usage = { 0 };
	if (store_usage(store, &usage, err) < 0)
		return -1;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	static const char *const names[] = { "index.mdb", "index.mdb-lock", "index.lock",
					     "lock.mdb" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)place_remove(
			path_join(&scratch, store->root, slice_from(names[i])));
	// Of locks that were solved, see cli/lock/answers.h
	if (remove_tree(path_join(&scratch, store->root, S("answers")), err) < 0)
		return -1;
	const char *const folders[] = { store->files, store->layers, store->keys,
					store->paths };
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (remove_tree(folders[i], err) < 0 ||
		    make_directories(folders[i], err) < 0)
			return -1;
	*ret_freed = usage.file_bytes + usage.layer_bytes + usage.index_bytes;
	return 0;
}
