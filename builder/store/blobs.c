// SPDX-License-Identifier: MIT
// Layer blobs and the records of what each layer key was baked to.
#include "base/places.h"
#include "base/sealed.h"
#include "builder/store/folders.h"

#include <unistd.h>

// A list of a layer's paths is some hundred bytes a file: the largest real one (a wheel of
// 28,000 files) has 3 MB.
enum { RECORD_BYTES_MAX = 1024 * 1024, PATHS_BYTES_MAX = 32 * 1024 * 1024 };

const char *store_layer_path(const struct store *store, const struct sha256 *digest,
			     struct arena *arena)
{
	return store_path_of(store->layers, digest, arena);
}

bool store_has_layer(const struct store *store, const struct sha256 *digest,
		     uint64_t size)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *path = store_layer_path(store, digest, &scratch);
	struct place place = place_look(path);
	if (place.kind != PLACE_FILE || place.size != size)
		return false;
	place_touch(path);
	return true;
}

bool store_layer_looks_changed(const struct store *store,
			       const struct layer_record *record)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct place blob =
		place_look(store_layer_path(store, &record->digest, &scratch));
	struct place note =
		place_look(store_path_of(store->keys, &record->key, &scratch));
	return blob.mtime_s > note.mtime_s ||
	       (blob.mtime_s == note.mtime_s && blob.mtime_ns > note.mtime_ns);
}

const char *store_layer_work_path(const struct store *store, const struct sha256 *key,
				  struct arena *arena)
{
	return arena_printf(arena, "%s/baking-%.*s.part", store->layers,
			    SLICE_ARG(sha256_hex(arena, key)))
		.ptr;
}

static struct slice record_text(const struct layer_record *record, struct arena *arena)
{
	struct buf text = { .arena = arena };
	sealed_put(&text, "pinbake-layer-record", S("1"));
	sealed_put_digest(&text, "key", &record->key);
	sealed_put_digest(&text, "digest", &record->digest);
	sealed_put_digest(&text, "diff-id", &record->diff_id);
	sealed_put_number(&text, "size", record->size);
	sealed_put_number(&text, "tar-size", record->tar_size);
	sealed_put_number(&text, "entries", record->entries);
	sealed_put(&text, "packages", record->packages);
	if (!sha256_is_zero(&record->toc))
		sealed_put_digest(&text, "toc", &record->toc);
	sealed_close(&text);
	return buf_slice(&text);
}

static bool parse_record(struct slice text, struct layer_record *ret_record)
{
	struct layer_record record = { 0 };
	struct slice version = { 0 };
	uint64_t entries = 0;
	if (!sealed_open(&text) ||
	    !sealed_take(&text, "pinbake-layer-record", &version) ||
	    !slice_eq(version, S("1")) ||
	    !sealed_take_digest(&text, "key", &record.key) ||
	    !sealed_take_digest(&text, "digest", &record.digest) ||
	    !sealed_take_digest(&text, "diff-id", &record.diff_id) ||
	    !sealed_take_number(&text, "size", UINT64_MAX, &record.size) ||
	    !sealed_take_number(&text, "tar-size", UINT64_MAX, &record.tar_size) ||
	    !sealed_take_number(&text, "entries", UINT32_MAX, &entries) ||
	    !sealed_take(&text, "packages", &record.packages) ||
	    (text.len > 0 && !sealed_take_digest(&text, "toc", &record.toc)))
		return false;
	record.entries = (uint32_t)entries;
	*ret_record = record;
	return true;
}

int store_layer_record_read(const struct store *store, const struct sha256 *key,
			    struct arena *arena, const struct layer_record **ret_record,
			    struct error *err)
{
	const char *path = store_path_of(store->keys, key, arena);
	struct slice text = { 0 };
	struct layer_record *record = arena_new(arena, struct layer_record);
	*ret_record = NULL;
	if (place_look(path).kind == PLACE_ABSENT)
		return 0;
	if (file_read(path, RECORD_BYTES_MAX, ERROR_IO, arena, &text, err) < 0)
		return -1;
	if (parse_record(text, record) && sha256_eq(&record->key, key))
		*ret_record = record;
	return 0;
}

// Writing is not durable: what a crash damages counts as none, and a bake makes it anew.
static int write_small(const char *path, struct slice text, struct error *err)
{
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	if (file_create(path, 0644, &writer, err) < 0 ||
	    file_append(&writer, text, err) < 0)
		return -1;
	return file_commit(&writer, false, err);
}

int store_layer_record_write(struct store *store, const struct layer_record *record,
			     struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return write_small(store_path_of(store->keys, &record->key, &scratch),
			   record_text(record, &scratch), err);
}

bool store_layer_paths_read(const struct store *store, const struct sha256 *key,
			    struct arena *arena, struct slice *ret_text)
{
	const char *path = store_path_of(store->paths, key, arena);
	struct error ignored = { 0 };
	struct slice text = { 0 };
	if (!file_exists(path) ||
	    file_read(path, PATHS_BYTES_MAX, ERROR_IO, arena, &text, &ignored) < 0 ||
	    !sealed_open(&text))
		return false;
	place_touch(path);
	*ret_text = text;
	return true;
}

int store_layer_paths_write(struct store *store, const struct sha256 *key,
			    struct slice text, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf sealed = { .arena = &scratch };
	if (text.len > PATHS_BYTES_MAX - 1024)
		return 0;
	buf_append(&sealed, text);
	sealed_close(&sealed);
	return write_small(store_path_of(store->paths, key, &scratch), buf_slice(&sealed),
			   err);
}

const char *store_bytecode_path(const struct store *store, const struct sha256 *key,
				struct arena *arena)
{
	return store_path_of(store->bytecode, key, arena);
}

const char *store_bytecode_work_path(const struct store *store, const char *name,
				     struct arena *arena)
{
	return arena_printf(arena, "%s/%s.%ld.part", store->bytecode, name,
			    (long)getpid())
		.ptr;
}
