// SPDX-License-Identifier: MIT
// Takes and gives back the lock of a file that is being loaded.
#include "builder/store/loading.h"

#include "base/places.h"
#include "builder/store/folders.h"

bool loading_begin(const struct store *store, const struct sha256 *digest,
		   struct arena *arena, struct loading *ret_loading)
{
	struct error ignored = { 0 };
	const char *path = store_path_of(store->loading, digest, arena);
	*ret_loading = (struct loading){ .fd = -1 };
	if (place_lock_directory(path, &ret_loading->fd, &ignored) < 0)
		return place_look(path).kind != PLACE_DIRECTORY;
	ret_loading->path = path;
	return true;
}

// The folder is removed while its lock is still held: who opened it before finds that it
// is gone.
void loading_end(struct loading *loading)
{
	struct error ignored = { 0 };
	if (!loading->path)
		return;
	(void)!remove_tree(loading->path, &ignored);
	fd_close(&loading->fd);
	loading->path = NULL;
}
