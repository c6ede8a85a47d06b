// SPDX-License-Identifier: MIT
// Opens the store, and tells paths of what lies in it.
#include "builder/store/folders.h"

#include "base/places.h"

static int make_folder(struct store *store, const char *below, const char **ret_path,
		       struct error *err)
{
	*ret_path = path_join(&store->arena, store->root, slice_from(below));
	return make_directories(*ret_path, err);
}

int store_open(const char *cache_directory, struct store **ret_store, struct error *err)
{
	struct store *store = mem_alloc(sizeof(*store));
	store->root = arena_c_string(&store->arena, slice_from(cache_directory));
	store->shared = -1;
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
	mem_free(store);
	arena_release(&arena);
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
