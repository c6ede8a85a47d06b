// SPDX-License-Identifier: MIT
// What lies in the store is hashed again when a run first uses it, and goes when it is not what its name says.
#include "builder/store/sound.h"

#include "base/folder.h"
#include "base/map.h"

#include <pthread.h>

struct store_sums {
	pthread_mutex_t mutex;
	struct arena arena;
	// Digests in hexadecimal → true, or false where that is not known any more
	struct map sound;
	size_t lost;
};

struct store_sums *store_sums_new(void)
{
	struct store_sums *sums = mem_alloc(sizeof(*sums));
	pthread_mutex_init(&sums->mutex, NULL);
	sums->sound.arena = &sums->arena;
	return sums;
}

void store_sums_free(struct store_sums *sums)
{
	if (!sums)
		return;
	struct arena arena = sums->arena;
	pthread_mutex_destroy(&sums->mutex);
	mem_free(sums);
	arena_release(&arena);
}

static void set_sound(const struct store *store, const struct sha256 *digest, bool sound)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct store_sums *sums = store->sums;
	struct slice hex = sha256_hex(&scratch, digest);
	pthread_mutex_lock(&sums->mutex);
	if (map_has(&sums->sound, hex))
		map_set(&sums->sound, hex, sound);
	else
		map_insert(&sums->sound, arena_dup(&sums->arena, hex), sound, NULL);
	pthread_mutex_unlock(&sums->mutex);
}

void store_vouch(const struct store *store, const struct sha256 *digest)
{
	set_sound(store, digest, true);
}

void store_doubt(const struct store *store, const struct sha256 *digest)
{
	set_sound(store, digest, false);
}

static bool is_vouched(const struct store *store, const struct sha256 *digest)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct store_sums *sums = store->sums;
	pthread_mutex_lock(&sums->mutex);
	uint32_t sound = false;
	map_find(&sums->sound, sha256_hex(&scratch, digest), &sound);
	pthread_mutex_unlock(&sums->mutex);
	return sound;
}

size_t store_lost(const struct store *store)
{
	pthread_mutex_lock(&store->sums->mutex);
	size_t lost = store->sums->lost;
	pthread_mutex_unlock(&store->sums->mutex);
	return lost;
}

// It is removed, so that nothing else takes it for what its name says, and comes anew when it is needed.
static int lose(const struct store *store, const char *path, struct error *err)
{
	struct error ignored = { 0 };
	(void)!remove_tree(path, &ignored);
	pthread_mutex_lock(&store->sums->mutex);
	store->sums->lost++;
	pthread_mutex_unlock(&store->sums->mutex);
	error_set(err, ERROR_INTEGRITY,
		  "'%s' was changed since it was verified: it no longer has the bytes it "
		  "is named after",
		  path);
	return error_hint(err, "it was removed: run this again where what it came from "
			       "can be reached, and look at the rest with 'pinbake "
			       "cache verify'");
}

int store_check_bytes(const struct store *store, const struct sha256 *digest,
		      const char *path, struct slice bytes, struct error *err)
{
	if (is_vouched(store, digest))
		return 0;
	struct sha256 found = sha256_of(bytes);
	if (!sha256_eq(&found, digest))
		return lose(store, path, err);
	store_vouch(store, digest);
	return 0;
}

static int check_path(const struct store *store, const struct sha256 *digest,
		      const char *path, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	if (is_vouched(store, digest))
		return 0;
	if (file_map_open(path, ERROR_IO, &map, err) < 0)
		return -1;
	return store_check_bytes(store, digest, path, map.bytes, err);
}

int store_check_file(const struct store *store, const struct sha256 *digest,
		     struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return check_path(store, digest, store_file_path(store, digest, &scratch), err);
}

int store_check_layer(const struct store *store, const struct sha256 *digest,
		      struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return check_path(store, digest, store_layer_path(store, digest, &scratch), err);
}
