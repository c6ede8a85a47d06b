// SPDX-License-Identifier: MIT
// Opens the store, and tells paths of what lies in it.
#include "builder/store/sound.h"

#include "base/folder.h"

#include <unistd.h>

static const char *const OPTION = "--cache-dir";

static int not_ours(const struct folder *cache, const char *name, const char *what,
		    struct error *err)
{
	error_set(err, ERROR_INPUT, "'%s/%s' %s", cache->path, name, what);
	return error_hint(err, "remove it, or choose another folder with %s", OPTION);
}

static int check_part(const struct folder *cache, const char *name, enum place_kind kind,
		      struct error *err)
{
	enum { OTHERS_WRITE = 022 };
	AUTO(folder_close) struct folder part = { .fd = -1 };
	struct place place = folder_look(cache, name);
	if (place.kind == PLACE_ABSENT)
		return 0;
	if (place.kind == PLACE_SYMLINK)
		return not_ours(cache, name, "is a link: none is followed in the cache",
				err);
	if (place.kind != kind)
		return not_ours(cache, name, "is not from pinbake", err);
	if (kind == PLACE_FILE) {
		bool ours = place.owner == geteuid() && place.links == 1 &&
			    !(place.mode & OTHERS_WRITE);
		return ours ? 0 : not_ours(cache, name, "is not this user's alone", err);
	}
	if (folder_enter(cache, name, &part, err) < 0)
		return -1;
	return folder_check_private(&part, OPTION, err);
}

int store_claim(const char *cache_directory, struct error *err)
{
	static const char *const folders[] = {
		"files",          "files/sha256", "files/loading", "layers",
		"layers/sha256",  "layers/key",   "layers/paths",  "bytecode",
		"unpacked",       "built",        "built/key",     "built/logs",
		"built/metadata", "direct",       "built/work",    "git",
		"answers",
	};
	// LMDB writes into these in place.
	static const char *const files[] = { "index.mdb", "index.mdb-lock" };
	AUTO(folder_close) struct folder cache = { .fd = -1 };
	int status = folder_open_private(cache_directory, OPTION, &cache, err);
	for (size_t i = 0; status == 0 && i < sizeof(folders) / sizeof(*folders); i++)
		status = check_part(&cache, folders[i], PLACE_DIRECTORY, err);
	for (size_t i = 0; status == 0 && i < sizeof(files) / sizeof(*files); i++)
		status = check_part(&cache, files[i], PLACE_FILE, err);
	return status < 0 ? error_during(err, "opening the cache '%s'", cache_directory)
			  : 0;
}

static int make_folder(struct store *store, const char *below, const char **ret_path,
		       struct error *err)
{
	enum { MODE = 0755 };
	*ret_path = path_join(&store->arena, store->root, slice_from(below));
	return folder_make(&store->cache, below, MODE, err);
}

int store_open(const char *cache_directory, struct store **ret_store, struct error *err)
{
	struct store *store = mem_alloc(sizeof(*store));
	store->root = arena_c_string(&store->arena, slice_from(cache_directory));
	store->shared = -1;
	store->cache.fd = -1;
	store->sums = store_sums_new();
	if (store_claim(store->root, err) < 0 ||
	    folder_open(store->root, &store->cache, err) < 0) {
		store_close(store);
		return -1;
	}
	if (make_folder(store, "files/sha256", &store->files, err) < 0 ||
	    make_folder(store, "files/loading", &store->loading, err) < 0 ||
	    make_folder(store, "layers/sha256", &store->layers, err) < 0 ||
	    make_folder(store, "layers/key", &store->keys, err) < 0 ||
	    make_folder(store, "layers/paths", &store->paths, err) < 0 ||
	    make_folder(store, "bytecode", &store->bytecode, err) < 0 ||
	    make_folder(store, "unpacked", &store->unpacked, err) < 0) {
		store_close(store);
		return error_during(err, "opening the store '%s'", cache_directory);
	}
	store->shared = place_share(store->root);
	*ret_store = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	struct arena arena = store->arena;
	fd_close(&store->shared);
	folder_close(&store->cache);
	store_sums_free(store->sums);
	mem_free(store);
	arena_release(&arena);
}

const char *store_name_of(const char *folder, const struct sha256 *digest,
			  struct arena *arena)
{
	return path_join(arena, folder, sha256_hex(arena, digest));
}

const char *store_path_of(const char *folder, const struct sha256 *digest,
			  struct arena *arena)
{
	return path_join(arena, folder, sha256_hex(arena, digest));
}

const char *store_file_path(const struct store *store, const struct sha256 *digest,
			    struct arena *arena)
{
	return store_path_of(store->files, digest, arena);
}

bool store_has_file(const struct store *store, const struct sha256 *digest)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return place_look(store_file_path(store, digest, &scratch)).kind == PLACE_FILE;
}
