// SPDX-License-Identifier: MIT
// Layer blobs and the records of what each layer key was baked to.
//
// A record is text, one "name value" a line, closed by the SHA-256 of the lines before
// it: half of one, or one that a person edited, counts as none.
#include "base/places.h"
#include "builder/store/store.h"

enum { RECORD_BYTES_MAX = 1024 * 1024 };

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

const char *store_layer_work_path(const struct store *store, const struct sha256 *key,
				  struct arena *arena)
{
	return arena_printf(arena, "%s/baking-%.*s.part", store->layers,
			    SLICE_ARG(sha256_hex(arena, key)))
		.ptr;
}

static void write_digest(struct buf *text, const char *name, const struct sha256 *digest)
{
	buf_printf(text, "%s %.*s\n", name, SLICE_ARG(sha256_hex(text->arena, digest)));
}

static struct slice record_text(const struct layer_record *record, struct arena *arena)
{
	struct buf text = { .arena = arena };
	buf_append(&text, S("pinbake-layer-record 1\n"));
	write_digest(&text, "key", &record->key);
	write_digest(&text, "digest", &record->digest);
	write_digest(&text, "diff-id", &record->diff_id);
	buf_printf(&text, "size %llu\n", (unsigned long long)record->size);
	buf_printf(&text, "tar-size %llu\n", (unsigned long long)record->tar_size);
	buf_printf(&text, "entries %u\n", record->entries);
	buf_append(&text, S("packages "));
	buf_append(&text, record->packages);
	buf_byte(&text, '\n');
	struct sha256 sum = sha256_of(buf_slice(&text));
	write_digest(&text, "sum", &sum);
	return buf_slice(&text);
}

// Takes "name value\n" off *text.
static bool take_line(struct slice *text, const char *name, struct slice *ret_value)
{
	struct slice line = { 0 }, want = slice_from(name);
	if (!slice_cut(text, '\n', &line) || !slice_starts_with(line, want) ||
	    line.len <= want.len || line.ptr[want.len] != ' ')
		return false;
	*ret_value = slice_skip(line, want.len + 1);
	return true;
}

static bool take_digest(struct slice *text, const char *name, struct sha256 *ret_digest)
{
	struct slice value = { 0 };
	return take_line(text, name, &value) && sha256_parse_hex(value, ret_digest);
}

static bool take_number(struct slice *text, const char *name, uint64_t max,
			uint64_t *ret_number)
{
	struct slice value = { 0 };
	return take_line(text, name, &value) && slice_parse_u64(value, max, ret_number);
}

static bool sum_is_right(struct slice text)
{
	struct slice last = S("sum ");
	struct sha256 said, sum;
	size_t tail = last.len + SHA256_HEX + 1;
	if (text.len < tail)
		return false;
	struct slice line = slice_skip(text, text.len - tail);
	sum = sha256_of(slice_range(text, 0, text.len - tail));
	return take_digest(&line, "sum", &said) && line.len == 0 &&
	       sha256_eq(&sum, &said);
}

static bool parse_record(struct slice text, struct layer_record *ret_record)
{
	struct layer_record record = { 0 };
	struct slice version = { 0 };
	uint64_t entries = 0;
	if (!sum_is_right(text) || !take_line(&text, "pinbake-layer-record", &version) ||
	    !slice_eq(version, S("1")) || !take_digest(&text, "key", &record.key) ||
	    !take_digest(&text, "digest", &record.digest) ||
	    !take_digest(&text, "diff-id", &record.diff_id) ||
	    !take_number(&text, "size", UINT64_MAX, &record.size) ||
	    !take_number(&text, "tar-size", UINT64_MAX, &record.tar_size) ||
	    !take_number(&text, "entries", UINT32_MAX, &entries) ||
	    !take_line(&text, "packages", &record.packages))
		return false;
	record.entries = (uint32_t)entries;
	*ret_record = record;
	return true;
}

int store_layer_record_read(const struct store *store, const struct sha256 *key,
			    struct arena *arena, bool *ret_found,
			    struct layer_record *ret_record, struct error *err)
{
	const char *path = store_path_of(store->keys, key, arena);
	struct slice text = { 0 };
	struct layer_record record = { 0 };
	*ret_found = false;
	if (place_look(path).kind == PLACE_ABSENT)
		return 0;
	if (file_read(path, RECORD_BYTES_MAX, ERROR_IO, arena, &text, err) < 0)
		return -1;
	if (!parse_record(text, &record) || !sha256_eq(&record.key, key))
		return 0;
	*ret_found = true;
	*ret_record = record;
	return 0;
}

int store_layer_record_write(struct store *store, const struct layer_record *record,
			     struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	const char *path = store_path_of(store->keys, &record->key, &scratch);
	if (file_create(path, 0644, &writer, err) < 0 ||
	    file_append(&writer, record_text(record, &scratch), err) < 0)
		return -1;
	// Not durable: what a crash damages counts as none, and a bake makes it anew.
	return file_commit(&writer, false, err);
}
