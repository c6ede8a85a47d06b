// SPDX-License-Identifier: MIT
// Collects the addresses of one file.
#include "builder/store/sources.h"

#include "base/files.h"
#include "net/url.h"

// The lock's name for a file wins over its URL's last component (751.7).
struct slice source_file_name(const struct lock_file *file, struct arena *arena)
{
	if (file->name.len)
		return file->name;
	if (file->url.len)
		return url_file_name(arena, file->url);
	size_t slash = slice_find_last_byte(file->path, '/');
	return slash == SLICE_NONE ? file->path : slice_skip(file->path, slash + 1);
}

static void add_url(const struct source_finder *finder, struct sources *sources,
		    struct slice url)
{
	if (!url.len)
		return;
	struct file_source added = { .url = url };
	if (url_file_path(finder->arena, url, &added.path))
		added.url = S("");
	for (unsigned i = 0; i < sources->len; i++)
		if (added.url.len && slice_eq(sources->items[i].url, added.url))
			return;
	sources->items[sources->len++] = added;
}

// A path of the lock is relative to the lock's folder (751.6).
static void add_path(const struct source_finder *finder, struct sources *sources,
		     struct slice path)
{
	if (!path.len)
		return;
	const char *full =
		slice_starts_with(path, S("/"))
			? arena_c_string(finder->arena, path)
			: path_join(finder->arena, finder->lock_directory, path);
	sources->items[sources->len++] =
		(struct file_source){ .url = S(""), .path = full };
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

// A file of that name with other bytes, a wheel that was built here say, is passed over.
static bool find_in_wheelhouses(const struct source_finder *finder,
				const struct lock_file *file, struct sources *sources)
{
	const struct store_locator *locator = finder->locator;
	struct slice name = source_file_name(file, finder->arena);
	for (size_t i = 0; locator && i < locator->wheelhouses_len; i++) {
		const char *path =
			path_join(finder->arena, locator->wheelhouses[i], name);
		if (slice_find_byte(name, '/') != SLICE_NONE || !is_the_file(path, file))
			continue;
		sources->items[sources->len++] =
			(struct file_source){ .url = S(""), .path = path };
		return true;
	}
	return false;
}

static int ask_locator(const struct source_finder *finder,
		       const struct lock_choice *choice, struct sources *sources,
		       struct error *err)
{
	const struct store_locator *locator = finder->locator;
	struct slice url = S("");
	if (locator->locate(locator->context, choice->package, choice->file,
			    finder->arena, &url, err) < 0)
		return -1;
	add_url(finder, sources, url);
	return 0;
}

// What a path alone names is this host's own: no index is asked about it.
static bool is_local(const struct lock_file *file)
{
	return file->path.len && !file->url.len;
}

int sources_find(const struct source_finder *finder, const struct lock_choice *choice,
		 struct sources *ret_sources, struct error *err)
{
	const struct lock_file *file = choice->file;
	const struct store_locator *locator = finder->locator;
	struct sources sources = { 0 };
	struct error why = { 0 };
	if (find_in_wheelhouses(finder, file, &sources)) {
		*ret_sources = sources;
		return 0;
	}
	bool ask = locator && locator->locate && !locator->last_resort && !is_local(file);
	if (ask && ask_locator(finder, choice, &sources, &why) < 0 &&
	    (!file->url.len || why.kind == ERROR_INTERRUPTED)) {
		*err = why;
		return -1;
	}
	add_url(finder, &sources, file->url);
	add_path(finder, &sources, file->path);
	*ret_sources = sources;
	if (sources.len || (locator && locator->last_resort))
		return 0;
	return error_set(err, ERROR_SOURCE,
			 "neither the lock nor the index tells where it is");
}

const struct file_source *sources_get(const struct source_finder *finder,
				      const struct lock_choice *choice,
				      struct sources *sources)
{
	const struct store_locator *locator = finder->locator;
	struct error ignored = { 0 }; // why the lock's own addresses failed says more
	if (sources->at == sources->len && locator && locator->last_resort &&
	    !is_local(choice->file) && !sources->asked_last_resort) {
		sources->asked_last_resort = true;
		(void)!ask_locator(finder, choice, sources, &ignored);
	}
	return sources->at < sources->len ? &sources->items[sources->at] : NULL;
}
