// SPDX-License-Identifier: MIT
// Reads zip archives: the central directory, strictly, and single entries (gz.7, zip.1,
// zip.2).
//
//	entries' data … | central directory | (zip64 end record | zip64 locator) | end record
//
// A file can hide in an archive about which two readers disagree. So the end record must
// be exactly at the end, the directory directly before it with exactly the announced
// entries, names are unique, and every byte before it belongs to an entry whose local
// header says the same as the directory.
#include "base/zip.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "base/inflate.h"
#include "base/limits.h"
#include "base/zip_local.h"

#include <stdlib.h>
#include <string.h>

enum {
	END_BYTES = 22,
	END64_BYTES = 56,
	LOCATOR_BYTES = 20,
	CENTRAL_BYTES = 46,
	LOCAL_BYTES = 30, // without name and extra field
	COMMENT_MAX = 0xffff,
	EXTRA_ZIP64 = 0x0001,
};

static const uint32_t all_ones = 0xffffffff;

// What the end records say.
struct zip_end {
	uint64_t entries, size, offset; // of the central directory
	uint64_t at;                    // where the end records begin, in the archive
};

static int broken(struct error *err, const char *what)
{
	return error_set(err, ERROR_INTEGRITY, "broken zip archive: %s", what);
}

static int need(uint64_t bytes, uint64_t *ret_need, struct error *err)
{
	*ret_need = bytes;
	return error_set(err, ERROR_INTEGRITY,
			 "the last %llu bytes of the zip archive are needed",
			 (unsigned long long)bytes);
}

static bool has_signature(struct slice s, size_t at, const char *signature)
{
	return at + 4 <= s.len && memcmp(s.ptr + at, signature, 4) == 0;
}

// Offset in tail of the last end record that begins before `before`, or SLICE_NONE.
static size_t find_end(struct slice tail, size_t before)
{
	size_t lowest = tail.len > END_BYTES + COMMENT_MAX
				? tail.len - END_BYTES - COMMENT_MAX
				: 0;
	for (size_t at = before; at-- > lowest;) {
		if (has_signature(tail, at, "PK\5\6"))
			return at;
	}
	return SLICE_NONE;
}

static bool ends_archive(struct slice tail, size_t at)
{
	return at + END_BYTES + get_u16le(tail.ptr + at + 20) == tail.len;
}

// One in whose comment the other stands: which of them counts depends on where a reader begins to look.
static bool has_another_end(struct slice tail, size_t at)
{
	while ((at = find_end(tail, at)) != SLICE_NONE)
		if (ends_archive(tail, at))
			return true;
	return false;
}

// Takes the 32-bit value, or the 64-bit one if the former is all ones; they must not
// contradict each other.
static bool widen(uint64_t narrow, uint64_t ones, uint64_t wide, uint64_t *ret_value)
{
	*ret_value = wide;
	return narrow == ones || narrow == wide;
}

static int read_end64(struct slice tail, uint64_t file_size, size_t locator_at,
		      struct zip_end *end, uint64_t *ret_need, struct error *err)
{
	const char *locator = tail.ptr + locator_at;
	uint64_t tail_offset = file_size - tail.len, at = get_u64le(locator + 8);
	if (get_u32le(locator + 4) != 0 || get_u32le(locator + 16) > 1)
		return broken(err, "it spans several disks");
	if (at > tail_offset + locator_at || tail_offset + locator_at - at < END64_BYTES)
		return broken(err, "the zip64 end record is misplaced");
	if (at < tail_offset)
		return need(file_size - at, ret_need, err);
	const char *record = tail.ptr + (at - tail_offset);
	if (memcmp(record, "PK\6\6", 4) != 0 ||
	    get_u64le(record + 4) != tail_offset + locator_at - at - 12)
		return broken(err, "the zip64 end record is malformed");
	if (get_u64le(record + 24) != get_u64le(record + 32))
		return broken(err, "it spans several disks");
	if (!widen(end->entries, 0xffff, get_u64le(record + 32), &end->entries) ||
	    !widen(end->size, all_ones, get_u64le(record + 40), &end->size) ||
	    !widen(end->offset, all_ones, get_u64le(record + 48), &end->offset))
		return broken(err, "its two end records contradict each other");
	end->at = at;
	return 0;
}

static int read_end(struct slice tail, uint64_t file_size, struct zip_end *ret_end,
		    uint64_t *ret_need, struct error *err)
{
	size_t at = tail.len < END_BYTES ? SLICE_NONE
					 : find_end(tail, tail.len - END_BYTES + 1);
	uint64_t most =
		file_size < END_BYTES + COMMENT_MAX ? file_size : END_BYTES + COMMENT_MAX;
	if (at == SLICE_NONE && tail.len < most)
		return need(most, ret_need, err);
	if (at == SLICE_NONE)
		return broken(err, "no end record");
	const char *record = tail.ptr + at;
	if (!ends_archive(tail, at))
		return broken(err, "the end record is not at the end");
	if (has_another_end(tail, at))
		return broken(err, "it has two end records");
	if (get_u32le(record + 4) != 0 || get_u16le(record + 8) != get_u16le(record + 10))
		return broken(err, "it spans several disks");
	*ret_end = (struct zip_end){ get_u16le(record + 10), get_u32le(record + 12),
				     get_u32le(record + 16), file_size - tail.len + at };
	if (at >= LOCATOR_BYTES && has_signature(tail, at - LOCATOR_BYTES, "PK\6\7"))
		return read_end64(tail, file_size, at - LOCATOR_BYTES, ret_end, ret_need,
				  err);
	uint64_t more = tail.len + LOCATOR_BYTES + END64_BYTES;
	if (at < LOCATOR_BYTES && tail.len < file_size)
		return need(more < file_size ? more : file_size, ret_need, err);
	return 0;
}

// Replaces each 32-bit field of all ones, in this order, from extra field 1, which holds
// only those (zip64; gz.7).
static int widen_entry(struct zip_entry *entry, struct slice extra, struct error *err)
{
	uint64_t *fields[] = { &entry->size, &entry->compressed_size,
			       &entry->header_offset };
	bool twice = false;
	struct slice values = zip_extra_field(extra, EXTRA_ZIP64, &twice);
	if (twice)
		return broken(err, "an entry has two zip64 fields");
	for (size_t i = 0; i < 3; i++) {
		if (*fields[i] != all_ones)
			continue;
		if (values.len < 8)
			return broken(err, "a zip64 field is missing");
		*fields[i] = get_u64le(values.ptr);
		values = slice_skip(values, 8);
	}
	return 0;
}

static bool is_ascii(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] >= 0x80)
			return false;
	return true;
}

static int check_name(const struct zip_entry *entry, struct slice extra,
		      struct error *err)
{
	struct slice name = entry->name;
	if (name.len == 0 || slice_find_byte(name, '\0') != SLICE_NONE ||
	    slice_find_bad_utf8(name) != SLICE_NONE)
		return broken(err, "a name is empty, not UTF-8 or holds a NUL");
	// pip and zipfile read such a name in the code page of the first PC: another file than the one that RECORD lists.
	if (!(entry->flags & ZIP_FLAG_UTF8) && !is_ascii(name))
		return zip_entry_error(
			entry, err,
			"has a name that is not ASCII and not marked as UTF-8: programs differ about its letters");
	if (!zip_extra_keeps_name(extra, name))
		return zip_entry_error(entry, err, "has another name in an extra field");
	if (slice_ends_with(name, S("/")) && entry->size > 0)
		return zip_entry_error(entry, err, "is a folder with content");
	return 0;
}

// One record of the central directory, taken off *records.
static int read_record(struct slice *records, struct zip_entry *ret_entry,
		       struct error *err)
{
	if (records->len < CENTRAL_BYTES || !has_signature(*records, 0, "PK\1\2"))
		return broken(err, "a directory record is malformed");
	const char *at = records->ptr;
	size_t name_len = get_u16le(at + 28), extra_len = get_u16le(at + 30),
	       comment_len = get_u16le(at + 32);
	size_t total = CENTRAL_BYTES + name_len + extra_len + comment_len;
	if (total > records->len)
		return broken(err, "a directory record is cut short");
	*ret_entry = (struct zip_entry){
		.name = slice_range(*records, CENTRAL_BYTES, CENTRAL_BYTES + name_len),
		.flags = get_u16le(at + 8),
		.method = get_u16le(at + 10),
		.crc32 = get_u32le(at + 16),
		.compressed_size = get_u32le(at + 20),
		.size = get_u32le(at + 24),
		.external_attributes = get_u32le(at + 38),
		.header_offset = get_u32le(at + 42),
	};
	struct slice extra = slice_range(*records, CENTRAL_BYTES + name_len,
					 CENTRAL_BYTES + name_len + extra_len);
	*records = slice_skip(*records, total);
	return check_name(ret_entry, extra, err) < 0 ? -1
						     : widen_entry(ret_entry, extra, err);
}

static int read_records(struct arena *arena, struct slice records, uint64_t count,
			struct zip_directory *directory, struct error *err)
{
	uint64_t unpacked = 0;
	if (count > LIMIT_WHEEL_ENTRIES)
		return error_set(err, ERROR_INTEGRITY,
				 "the zip archive has %llu entries; at most %d are read",
				 (unsigned long long)count, LIMIT_WHEEL_ENTRIES);
	if (count > records.len / CENTRAL_BYTES)
		return broken(err, "it has not the entries that it counts");
	directory->entries = arena_new_array(arena, struct zip_entry, (size_t)count);
	directory->cap = (size_t)count;
	while (directory->len < count) {
		struct zip_entry *entry = &directory->entries[directory->len++];
		if (read_record(&records, entry, err) < 0)
			return -1;
		if (entry->size > LIMIT_WHEEL_UNPACKED_BYTES - unpacked)
			return broken(err, "it unpacks to too much");
		unpacked += entry->size;
	}
	return records.len ? broken(err, "bytes between the directory and the end record")
			   : 0;
}

static int by_offset(const void *a, const void *b, void *context)
{
	const struct zip_entry *entries = context;
	const struct zip_entry *x = &entries[*(const uint32_t *)a],
			       *y = &entries[*(const uint32_t *)b];
	return (x->header_offset > y->header_offset) -
	       (x->header_offset < y->header_offset);
}

static int by_name(const void *a, const void *b, void *context)
{
	const struct zip_entry *entries = context;
	return slice_cmp(entries[*(const uint32_t *)a].name,
			 entries[*(const uint32_t *)b].name);
}

// Sets each entry's limit: data may neither overlap nor reach into the directory.
static int limit_entries(struct zip_directory *directory, uint32_t *order,
			 struct error *err)
{
	uint64_t limit = directory->directory_offset;
	qsort_r(order, directory->len, sizeof(*order), by_offset, directory->entries);
	for (size_t i = directory->len; i-- > 0;) {
		struct zip_entry *entry = &directory->entries[order[i]];
		uint64_t least = LOCAL_BYTES + entry->name.len;
		if (entry->header_offset > limit ||
		    limit - entry->header_offset < least ||
		    limit - entry->header_offset - least < entry->compressed_size)
			return broken(err, "the data of two entries overlap");
		entry->limit = limit;
		limit = entry->header_offset;
	}
	return limit ? broken(err, "it begins with bytes that belong to no entry") : 0;
}

static int check_entries(struct arena *arena, struct zip_directory *directory,
			 struct error *err)
{
	uint32_t *order = arena_new_array(arena, uint32_t, directory->len);
	for (uint32_t i = 0; i < directory->len; i++)
		order[i] = i;
	if (limit_entries(directory, order, err) < 0)
		return -1;
	qsort_r(order, directory->len, sizeof(*order), by_name, directory->entries);
	for (size_t i = 1; i < directory->len; i++) {
		struct slice name = directory->entries[order[i]].name;
		if (slice_eq(directory->entries[order[i - 1]].name, name))
			return error_set(err, ERROR_INTEGRITY,
					 "broken zip archive: '%.*s' occurs twice",
					 SLICE_ARG(name));
	}
	directory->by_name = order;
	return 0;
}

int zip_read_directory(struct arena *arena, struct slice tail, uint64_t file_size,
		       struct zip_directory *ret_directory, uint64_t *ret_need,
		       struct error *err)
{
	struct zip_end end = { 0 };
	*ret_need = 0;
	if (tail.len > file_size)
		return broken(err, "the tail is longer than the file");
	if (file_size < END_BYTES)
		return broken(err, "too short");
	if (read_end(tail, file_size, &end, ret_need, err) < 0)
		return -1;
	// end.at is within the file, so the subtraction is sound; an overflow of the sum
	// cannot equal it.
	if (end.size > end.at || end.at - end.size != end.offset)
		return broken(err,
			      "the directory does not end where the end record begins");
	if (end.offset < file_size - tail.len)
		return need(file_size - end.offset, ret_need, err);
	struct zip_directory directory = { .file_size = file_size,
					   .directory_offset = end.offset };
	size_t from = (size_t)(end.offset - (file_size - tail.len));
	struct slice records = slice_range(tail, from, from + (size_t)end.size);
	if (read_records(arena, records, end.entries, &directory, err) < 0 ||
	    check_entries(arena, &directory, err) < 0)
		return -1;
	*ret_directory = directory;
	return 0;
}

const struct zip_entry *zip_find(const struct zip_directory *directory, struct slice name)
{
	size_t low = 0, high = directory->len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct zip_entry *entry =
			&directory->entries[directory->by_name[middle]];
		int order = slice_cmp(entry->name, name);
		if (order == 0)
			return entry;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

// The data within `piece`, which begins at piece_offset of the archive (gz.7).
static int data_in_piece(const struct zip_entry *entry, const struct zip_piece *piece,
			 struct slice *ret_data, struct error *err)
{
	if (entry->flags & ZIP_FLAGS_ENCRYPTED)
		return zip_entry_error(entry, err, "is encrypted");
	if (entry->header_offset < piece->offset ||
	    entry->header_offset - piece->offset > piece->bytes.len)
		return zip_entry_error(entry, err, "lies outside of the bytes at hand");
	size_t at = (size_t)(entry->header_offset - piece->offset);
	return zip_local_data(entry, slice_skip(piece->bytes, at), ret_data, err);
}

int zip_entry_data(const struct zip_entry *entry, struct slice archive,
		   struct slice *ret_data, struct error *err)
{
	struct zip_piece whole = { archive, 0 };
	return data_in_piece(entry, &whole, ret_data, err);
}

// --- unpacking -------------------------------------------------------------------------

static const char *method_name(unsigned method)
{
	switch (method) {
	case 1: return "shrink";
	case 6: return "implode";
	case 9: return "deflate64";
	case 12: return "bzip2";
	case 14: return "LZMA";
	case 95: return "xz";
	case 96: return "JPEG";
	case 97: return "WavPack";
	case 98: return "PPMd";
	case 99: return "encryption";
	default: return NULL;
	}
}

// Entries are stored, deflated or in zstd; a refusal names any other method (zip.1).
static int refuse_method(const struct zip_entry *entry, struct error *err)
{
	const char *name = method_name(entry->method);
	if (name)
		error_set(
			err, ERROR_INTEGRITY,
			"zip entry '%.*s' is compressed with %s, which is not supported",
			SLICE_ARG(entry->name), name);
	else
		error_set(err, ERROR_INTEGRITY,
			  "zip entry '%.*s' has the unknown compression method %u",
			  SLICE_ARG(entry->name), entry->method);
	return error_hint(err, "wheels are made with deflate, zstd or no compression");
}

static bool claims_too_much(const struct zip_entry *entry)
{
	switch (entry->method) {
	case ZIP_DEFLATED:
		return entry->size / LIMIT_INFLATE_RATIO > entry->compressed_size;
	case ZIP_ZSTD: return entry->size / LIMIT_ZSTD_RATIO > entry->compressed_size;
	default: return false;
	}
}

static int unpack(const struct zip_entry *entry, struct slice data,
		  struct inflater *inflater, struct inflate_sink sink,
		  struct inflate_result *ret_result, struct error *err)
{
	switch (entry->method) {
	case ZIP_STORED:
		return inflate_nothing(inflater, data, entry->size, sink, ret_result,
				       err);
	case ZIP_DEFLATED:
		return inflate_raw(inflater, data, entry->size, sink, ret_result, err);
	case ZIP_ZSTD:
		return inflate_zstd(inflater, data, entry->size, sink, ret_result, err);
	default: return refuse_method(entry, err);
	}
}

int zip_entry_unpack(const struct zip_entry *entry, struct slice data,
		     struct inflater *inflater, struct inflate_sink sink,
		     struct inflate_result *ret_result, struct error *err)
{
	struct inflate_result result = { 0 };
	if (claims_too_much(entry))
		return zip_entry_error(
			entry, err, "claims to unpack to more than its bytes can hold");
	int status = unpack(entry, data, inflater, sink, &result, err);
	if (status < 0)
		return error_during(err, "unpacking '%.*s'", SLICE_ARG(entry->name));
	if (status > 0)
		return status;
	if (result.size != entry->size)
		return zip_entry_error(entry, err,
				       "has not the length that the directory says");
	if (result.crc32 != entry->crc32)
		return zip_entry_error(entry, err, "fails its CRC-32");
	if (result.consumed != data.len && entry->flags & ZIP_FLAG_LATE)
		return zip_entry_error(entry, err,
				       "has bytes between its data and their sizes");
	*ret_result = result;
	return 0;
}

static int append_piece(void *context, struct slice piece, struct error *err)
{
	(void)err;
	struct slice *out = context; // grows into memory of the entry's full size
	memcpy((char *)(uintptr_t)out->ptr + out->len, piece.ptr, piece.len);
	out->len += piece.len;
	return 0;
}

int zip_entry_read_piece(const struct zip_entry *entry, const struct zip_piece *piece,
			 uint64_t max_bytes, struct arena *arena, struct slice *ret_bytes,
			 struct error *err)
{
	struct slice data;
	struct inflate_result result;
	if (data_in_piece(entry, piece, &data, err) < 0)
		return -1;
	if (entry->size > max_bytes)
		return error_set(err, ERROR_INTEGRITY,
				 "zip entry '%.*s' is larger than %llu bytes",
				 SLICE_ARG(entry->name), (unsigned long long)max_bytes);
	if (claims_too_much(entry)) // before memory is taken for it
		return zip_entry_error(
			entry, err, "claims to unpack to more than its bytes can hold");
	AUTO(inflater_cleanup) struct inflater *inflater = inflater_new();
	struct slice bytes = { arena_alloc(arena, (size_t)entry->size + 1, 1), 0 };
	struct inflate_sink sink = { append_piece, &bytes };
	if (zip_entry_unpack(entry, data, inflater, sink, &result, err) != 0)
		return -1;
	*ret_bytes = bytes;
	return 0;
}

int zip_entry_read(const struct zip_entry *entry, struct slice archive,
		   uint64_t max_bytes, struct arena *arena, struct slice *ret_bytes,
		   struct error *err)
{
	struct zip_piece whole = { archive, 0 };
	return zip_entry_read_piece(entry, &whole, max_bytes, arena, ret_bytes, err);
}
