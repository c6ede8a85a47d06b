// SPDX-License-Identifier: MIT
// Collects the addresses of one file.
#include "builder/store/addresses.h"

#include "base/files.h"
#include "net/url.h"

static void add_url(const struct address_finder *finder, struct addresses *addresses,
		    struct slice url)
{
	if (!url.len)
		return;
	struct file_address added = { .url = url };
	if (url_file_path(finder->arena, url, &added.path))
		added.url = S("");
	for (unsigned i = 0; i < addresses->len; i++)
		if (added.url.len && slice_eq(addresses->items[i].url, added.url))
			return;
	addresses->items[addresses->len++] = added;
}

// A path of the lock is relative to the lock's folder (751.6).
static void add_path(const struct address_finder *finder, struct addresses *addresses,
		     struct slice path)
{
	if (!path.len)
		return;
	const char *full =
		slice_starts_with(path, S("/"))
			? arena_c_string(finder->arena, path)
			: path_join(finder->arena, finder->request->folder, path);
	addresses->items[addresses->len++] =
		(struct file_address){ .url = S(""), .path = full };
}

static bool is_the_file(const char *path, const struct lock_file *file)
{
	enum { STEP = 1 << 20 };
	AUTO(file_map_close) struct file_map map = { 0 };
	AUTO(sha256_cleanup) struct sha256_state *state = sha256_new();
	struct error ignored = { 0 };
	uint64_t size;
	if (!file_size(path, &size) || (file->has_size && size != file->size) ||
	    file_map_open(path, ERROR_SOURCE, &map, &ignored) < 0)
		return false;
	for (size_t at = 0; at < map.bytes.len; at += STEP) {
		sha256_update(state, slice_range(map.bytes, at, at + STEP));
		file_map_done_with(&map, at, STEP);
	}
	struct sha256 digest = sha256_finish(state);
	return sha256_eq(&digest, &file->sha256);
}

// A file of that name that has other bytes, a wheel that was built here for instance, is
// passed over.
static bool find_in_wheelhouses(const struct address_finder *finder,
				const struct lock_file *file, struct addresses *addresses)
{
	const struct store_locator *locator = &finder->request->locator;
	struct slice name = lock_file_name(finder->arena, file);
	for (size_t i = 0; i < locator->wheelhouses_len; i++) {
		const char *path =
			path_join(finder->arena, locator->wheelhouses[i], name);
		if (slice_find_byte(name, '/') != SLICE_NONE || !is_the_file(path, file))
			continue;
		addresses->items[addresses->len++] =
			(struct file_address){ .url = S(""), .path = path };
		return true;
	}
	return false;
}

static int ask_locator(const struct address_finder *finder,
		       const struct lock_choice *choice, struct addresses *addresses,
		       struct error *err)
{
	const struct store_locator *locator = &finder->request->locator;
	struct slice url = S("");
	if (locator->locate(locator->context, choice->package, choice->file,
			    finder->arena, &url, err) < 0)
		return -1;
	add_url(finder, addresses, url);
	return 0;
}

// A file that the lock names by a path alone is this host's own: no index is asked about
// it.
static bool is_local(const struct lock_file *file)
{
	return file->path.len && !file->url.len;
}

int addresses_find(const struct address_finder *finder, const struct lock_choice *choice,
		   struct addresses *ret_addresses, struct error *err)
{
	const struct lock_file *file = choice->file;
	const struct store_locator *locator = &finder->request->locator;
	struct addresses addresses = { 0 };
	struct error why = { 0 };
	if (find_in_wheelhouses(finder, file, &addresses)) {
		*ret_addresses = addresses;
		return 0;
	}
	bool ask = locator->locate && !locator->last_resort && !is_local(file);
	if (ask && ask_locator(finder, choice, &addresses, &why) < 0 &&
	    (!file->url.len || why.kind == ERROR_INTERRUPTED)) {
		*err = why;
		return -1;
	}
	add_url(finder, &addresses, file->url);
	add_path(finder, &addresses, file->path);
	*ret_addresses = addresses;
	if (addresses.len || locator->last_resort)
		return 0;
	return error_set(err, ERROR_SOURCE,
			 "neither the lock nor the index tells where it is");
}

const struct file_address *addresses_get(const struct address_finder *finder,
					 const struct lock_choice *choice,
					 struct addresses *addresses)
{
	const struct store_locator *locator = &finder->request->locator;
	struct error ignored = { 0 }; // why the lock's own addresses failed says more
	if (addresses->at == addresses->len && locator->last_resort &&
	    !is_local(choice->file) && !addresses->asked_last_resort) {
		addresses->asked_last_resort = true;
		(void)!ask_locator(finder, choice, addresses, &ignored);
	}
	return addresses->at < addresses->len ? &addresses->items[addresses->at] : NULL;
}
