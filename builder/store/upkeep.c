// SPDX-License-Identifier: MIT
// Counting, re-reading and pruning what lies in the store. Other processes may use it
// meanwhile: a file that vanishes between two looks is no error.
#include "base/limits.h"
#include "base/places.h"
#include "builder/store/holdings.h"
#include "builder/store/unpacked.h"

#include <stdlib.h>

enum { STALE_SECONDS = 24 * 60 * 60 };

uint64_t store_usage_bytes(const struct store_usage *usage)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < STORE_KINDS; i++)
		bytes += usage->kinds[i].bytes;
	return bytes;
}

static void count(struct store_usage *usage, const struct holding *holding)
{
	usage->kinds[holding->kind].count++;
	usage->kinds[holding->kind].bytes += holding->bytes;
}

int store_usage(const struct store *store, struct store_usage *ret_usage,
		struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct holding_list list = { 0 };
	struct store_usage usage = { 0 };
	if (holdings_list(store, &scratch, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.len; i++)
		count(&usage, &list.items[i]);
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

static bool is_sound(const struct holding *stored, struct error *err)
{
	struct sha256 name, digest;
	if (!sha256_parse_hex(stored->name, &name)) {
		error_set(err, ERROR_INTEGRITY, "'%s' is not a file of the store",
			  stored->path);
		return false;
	}
	if (stored->kind == STORE_UNPACKED)
		return unpacked_check(stored->path, err) == 0 ||
		       place_look(stored->path).kind == PLACE_ABSENT;
	if (digest_of_file(stored->path, &digest, err) < 0)
		return place_look(stored->path).kind == PLACE_ABSENT;
	if (!sha256_eq(&name, &digest))
		error_set(err, ERROR_INTEGRITY,
			  "'%s' no longer has the bytes it is named after", stored->path);
	return sha256_eq(&name, &digest);
}

static bool remove_holding(const struct store *store, const struct holding *holding)
{
	struct error ignored = { 0 };
	return folder_remove_tree(&store->cache, holding->below, &ignored) == 0;
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

int store_verify(struct store *store, bool remove, const struct work *work,
		 uint64_t *ret_checked, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct holding_list list = { 0 };
	struct error first = { 0 };
	uint64_t bad = 0, checked = 0;
	if (holdings_list(store, &scratch, &list, err) < 0)
		return -1;
	work_stage(work, "verifying", list.len);
	for (size_t i = 0; i < list.len; i++) {
		struct error error = { 0 };
		if (work_heed(work, err) < 0)
			return -1;
		if (!list.items[i].named_by_digest)
			continue;
		checked++;
		if (!is_sound(&list.items[i], &error)) {
			first = bad++ == 0 ? error : first;
			if (remove)
				(void)remove_holding(store, &list.items[i]);
		}
		work_advance(work, i + 1, list.items[i].name);
	}
	*ret_checked = checked;
	return bad ? say_bad(bad, remove, &first, err) : 0;
}

// --- prune -----------------------------------------------------------------------------

static int by_last_use(const void *left, const void *right)
{
	const struct holding *a = left, *b = right;
	if (a->used_s != b->used_s)
		return a->used_s < b->used_s ? -1 : 1;
	return slice_cmp(slice_from(a->path), slice_from(b->path));
}

static uint64_t age_of(int64_t then_s, uint64_t now)
{
	return then_s > 0 && (uint64_t)then_s < now ? now - (uint64_t)then_s : 0;
}

static bool remove_counted(const struct store *store, const struct holding *holding,
			   struct store_usage *freed)
{
	bool gone = remove_holding(store, holding);
	if (gone)
		count(freed, holding);
	return gone;
}

// A partial file may still be written to while it is young, and a repository that was
// used lately may be in use. Unpacked wheels are never written to again.
static bool is_in_use(const struct holding *holding, uint64_t now)
{
	bool written = holding->is_folder && holding->kind != STORE_UNPACKED;
	return (holding->kind == STORE_PARTIAL || written) &&
	       age_of(holding->used_s, now) <= STALE_SECONDS;
}

// Nothing may go missing under a bake or an install. A file system without locks does not
// tell about other processes.
static int take_alone(const struct store *store, struct error *err)
{
	if (store->shared < 0 || place_take_alone(store->shared))
		return 0;
	error_set(err, ERROR_IO, "another pinbake uses the cache '%s'", store->root);
	return error_hint(err, "try again when it is done");
}

int store_prune(struct store *store, const struct prune_limits *limits,
		struct store_usage *ret_freed, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct holding_list list = { 0 };
	struct store_usage freed = { 0 };
	uint64_t total = 0;
	if (take_alone(store, err) < 0 || holdings_list(store, &scratch, &list, err) < 0)
		return -1;
	if (list.len)
		qsort(list.items, list.len, sizeof(*list.items), by_last_use);
	for (size_t i = 0; i < list.len; i++)
		if (!list.items[i].is_kept && list.items[i].kind != STORE_PARTIAL)
			total += list.items[i].bytes;
	for (size_t i = 0; i < list.len; i++) {
		const struct holding *holding = &list.items[i];
		if (holding->is_kept || is_in_use(holding, limits->now))
			continue;
		if (holding->kind == STORE_PARTIAL)
			(void)remove_counted(store, holding, &freed);
		else if (total > limits->max_bytes &&
			 age_of(holding->used_s, limits->now) >=
				 limits->max_age_seconds &&
			 remove_counted(store, holding, &freed))
			total -= holding->bytes;
	}
	*ret_freed = freed;
	return 0;
}

int store_clear(struct store *store, struct store_usage *ret_freed, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct holding_list list = { 0 };
	struct store_usage freed = { 0 };
	if (take_alone(store, err) < 0 || holdings_list(store, &scratch, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.len; i++)
		(void)remove_counted(store, &list.items[i], &freed);
	*ret_freed = freed;
	return 0;
}
