// SPDX-License-Identifier: MIT
// Names, fills and checks the folders of unpacked wheels.
#include "builder/store/unpacked.h"

#include "base/copies.h"
#include "base/places.h"
#include "builder/store/folders.h"

#include <errno.h>

const char *store_unpacked_path(const struct store *store, const struct sha256 *wheel,
				struct arena *arena)
{
	return store_path_of(store->unpacked, wheel, arena);
}

// The access time of this empty file tells when the folder was last used: files that are
// only linked are not read.
static const char MARKER[] = "used";

static const char *marker_of(const char *folder, struct arena *arena)
{
	return path_join(arena, folder, slice_from(MARKER));
}

bool store_has_unpacked(const struct store *store, const struct sha256 *wheel)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *folder = store_unpacked_path(store, wheel, &scratch);
	if (place_look(folder).kind != PLACE_DIRECTORY)
		return false;
	place_touch(marker_of(folder, &scratch));
	return true;
}

bool store_unpacked_clones_to(const struct store *store, const char *folder)
{
	return folders_share_blocks(store->unpacked, folder);
}

// --- files -----------------------------------------------------------------------------

const char *unpacked_file(const char *folder, const struct zip_directory *directory,
			  const struct zip_entry *zip, struct arena *arena)
{
	return arena_printf(arena, "%s%s%zu-%08x-%llu", folder, *folder ? "/" : "",
			    (size_t)(zip - directory->entries), zip->crc32,
			    (unsigned long long)zip->size)
		.ptr;
}

bool unpacked_is_untouched(const char *path, const struct zip_entry *zip, unsigned mode)
{
	struct place place = place_look(path);
	return place.kind == PLACE_FILE && place.size == zip->size &&
	       place.mode == mode && place.mtime_s == UNPACKED_MTIME;
}

// --- appearing -------------------------------------------------------------------------

// Removes what a killed process left in it.
static int take_over(const struct folder *folder, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct name_list names = { 0 };
	int ignored = -1;
	if (folder_names(folder, NULL, &scratch, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (folder_remove_tree(folder, names.items[i].ptr, err) < 0)
			return -1;
	if (folder_create_new(folder, MARKER, 0644, &ignored, err) < 0)
		return -1;
	fd_close(&ignored);
	return 0;
}

int unpacking_begin(const struct store *store, const struct sha256 *wheel,
		    struct arena *arena, struct unpacking *ret_unpacking,
		    struct error *err)
{
	const struct folder *cache = &store->cache;
	struct unpacking unpacking = { .cache = cache, .folder.fd = -1 };
	struct error busy = { 0 };
	unpacking.final = store_name_of("unpacked", wheel, arena);
	const char *work = arena_printf(arena, "%s.part", unpacking.final).ptr;
	bool locked = folder_lock(cache, work, &unpacking.folder, &busy) == 0;
	if (!locked && folder_look(cache, work).kind == PLACE_ABSENT &&
	    folder_look(cache, unpacking.final).kind == PLACE_ABSENT) {
		*err = busy; // no room, or a cache that cannot be written to
		return -1;
	}
	if (locked) {
		unpacking.work = work;
		if (take_over(&unpacking.folder, err) < 0) {
			unpacking_end(&unpacking);
			return -1;
		}
	}
	*ret_unpacking = unpacking;
	return 0;
}

int unpacking_commit(struct unpacking *unpacking, struct error *err)
{
	const struct folder *cache = unpacking->cache;
	if (!unpacking->work || folder_look(cache, unpacking->final).kind ==
					PLACE_DIRECTORY) // end removes ours
		return 0;
	if (folder_rename(cache, unpacking->work, unpacking->final, err) < 0)
		return -1;
	unpacking->work = NULL;
	return 0;
}

void unpacking_end(struct unpacking *unpacking)
{
	struct error ignored = { 0 };
	if (unpacking->work)
		(void)!folder_remove_tree(unpacking->cache, unpacking->work, &ignored);
	folder_close(&unpacking->folder);
	unpacking->work = NULL;
}

// --- the check -------------------------------------------------------------------------

// "17-8c736521-4096"
static bool parse_name(struct slice name, struct slice *ret_crc32, uint64_t *ret_size)
{
	size_t first = slice_find_byte(name, '-'), last = slice_find_last_byte(name, '-');
	if (first == SLICE_NONE || last != first + 9)
		return false;
	*ret_crc32 = slice_range(name, first + 1, last);
	return slice_parse_u64(slice_skip(name, last + 1), UINT64_MAX, ret_size);
}

static int crc32_of_file(const char *path, uint32_t *ret_crc32, uint64_t *ret_size,
			 struct error *err)
{
	enum { STEP = 1 << 20 };
	AUTO(file_map_close) struct file_map map = { 0 };
	uint32_t crc32 = 0;
	if (file_map_open(path, ERROR_IO, &map, err) < 0)
		return -1;
	for (size_t at = 0; at < map.bytes.len; at += STEP) {
		crc32 = crc32_update(crc32, slice_range(map.bytes, at, at + STEP));
		file_map_done_with(&map, at, STEP);
	}
	*ret_crc32 = crc32;
	*ret_size = map.bytes.len;
	return 0;
}

static int check_file(const char *folder, struct slice name, struct arena *scratch,
		      struct error *err)
{
	struct slice crc32_text = { 0 };
	uint64_t size = 0, there = 0;
	uint32_t crc32 = 0;
	const char *path = path_join(scratch, folder, name);
	struct place place = place_look(path);
	if (slice_eq(name, slice_from(MARKER)))
		return 0;
	if (!parse_name(name, &crc32_text, &size) || place.kind != PLACE_FILE)
		return error_set(err, ERROR_INTEGRITY, "'%s' is not a file of the store",
				 path);
	if (crc32_of_file(path, &crc32, &there, err) < 0)
		return -1;
	if (there != size || place.mtime_s != UNPACKED_MTIME ||
	    !slice_eq(arena_printf(scratch, "%08x", crc32), crc32_text))
		return error_set(err, ERROR_INTEGRITY,
				 "'%s' was changed since it was unpacked", path);
	return 0;
}

int unpacked_check(const char *folder, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct name_list names = { 0 };
	if (directory_names(folder, &scratch, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (check_file(folder, names.items[i], &scratch, err) < 0)
			return -1;
	return 0;
}
