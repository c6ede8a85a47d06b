// SPDX-License-Identifier: MIT
// Reads RECORD out of a wheel, and hashes files beside it.
#include "builder/install/sums.h"

#include "base/digest_named.h"
#include "base/limits.h"

static const struct zip_entry *find_record(const struct wheel_file *wheel)
{
	for (size_t i = 0; i < wheel->directory.len; i++) {
		const struct zip_entry *zip = &wheel->directory.entries[i];
		struct slice rest = zip->name, folder;
		if (slice_cut(&rest, '/', &folder) && slice_eq(rest, S("RECORD")) &&
		    slice_ends_with(folder, S(".dist-info")))
			return zip;
	}
	return NULL;
}

struct gathering {
	struct buf text;
};

static int gather(void *context, struct slice piece, struct error *err)
{
	struct gathering *gathering = context;
	if (piece.len > LIMIT_TEXT_FILE_BYTES - gathering->text.len)
		return error_set(err, ERROR_INTEGRITY, "RECORD is too large");
	buf_append(&gathering->text, piece);
	return 0;
}

int wheel_sums_read(const struct wheel_file *wheel, struct inflater *inflater,
		    struct arena *arena, struct wheel_sums *ret_sums, struct error *err)
{
	struct gathering gathering = { .text.arena = arena };
	struct wheel_sums sums = { .rows.arena = arena };
	const struct zip_entry *zip = find_record(wheel);
	if (!zip)
		return error_set(err, ERROR_INTEGRITY, "wheel '%.*s' has no RECORD",
				 SLICE_ARG(wheel->file_name));
	if (entry_stream(wheel, zip, inflater,
			 (struct inflate_sink){ gather, &gathering }, err) < 0 ||
	    record_parse(buf_slice(&gathering.text), arena, &sums.record, err) < 0)
		return error_during(err, "reading RECORD of '%.*s'",
				    SLICE_ARG(wheel->file_name));
	for (size_t i = 0; i < sums.record.len; i++)
		map_insert(&sums.rows, sums.record.rows[i].path, (uint32_t)i, NULL);
	*ret_sums = sums;
	return 0;
}

static bool has_hash(struct slice bytes, struct slice hash)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice algorithm = { 0 };
	slice_cut(&hash, '=', &algorithm);
	while (slice_ends_with(hash, S("=")))
		hash.len--;
	AUTO(named_digest_cleanup)
	struct named_digest *digest = named_digest_new(algorithm);
	if (!digest)
		return false;
	named_digest_update(digest, bytes);
	return slice_eq(named_digest_base64url(digest, &scratch), hash);
}

bool wheel_sums_match(const struct wheel_sums *sums, const struct zip_entry *zip,
		      struct slice bytes)
{
	uint32_t row;
	return bytes.len == zip->size && map_find(&sums->rows, zip->name, &row) &&
	       has_hash(bytes, sums->record.rows[row].hash);
}
