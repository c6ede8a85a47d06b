// SPDX-License-Identifier: MIT
// Takes and gives back the lock of a file that is being loaded.
#include "builder/store/loading.h"

#include "builder/store/folders.h"

bool loading_begin(const struct store *store, const struct sha256 *digest,
		   struct arena *arena, struct loading *ret_loading)
{
	struct error ignored = { 0 };
	const char *name = store_name_of("files/loading", digest, arena);
	*ret_loading = (struct loading){ .cache = &store->cache, .held.fd = -1 };
	if (folder_lock(&store->cache, name, &ret_loading->held, &ignored) < 0)
		return folder_look(&store->cache, name).kind != PLACE_DIRECTORY;
	ret_loading->name = name;
	return true;
}

// The folder is removed while its lock is still held: who opened it before finds that it
// is gone.
void loading_end(struct loading *loading)
{
	struct error ignored = { 0 };
	if (!loading->name)
		return;
	(void)!folder_remove_tree(loading->cache, loading->name, &ignored);
	folder_close(&loading->held);
	loading->name = NULL;
}
