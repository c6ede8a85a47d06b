// SPDX-License-Identifier: MIT
// Reads entries of wheels for the check, the tree's scripts and install.
#include "builder/wheel/entry_stream.h"

#include "base/digest.h"
#include "base/limits.h"

enum { PIECE = 256 * 1024 };

static int spoilt(const struct wheel_file *wheel, const struct zip_entry *zip, const char *what, struct error *err)
{
	return error_set(err, ERROR_INTEGRITY, "wheel '%.*s': entry '%.*s' %s", SLICE_ARG(wheel->file_name),
			 SLICE_ARG(zip->name), what);
}

static int reading(const struct wheel_file *wheel, const struct zip_entry *zip, struct error *err)
{
	return error_during(err, "reading '%.*s' in '%.*s'", SLICE_ARG(zip->name), SLICE_ARG(wheel->file_name));
}

static int stream_stored(struct slice data, inflate_sink sink, void *context, struct inflate_result *ret_result,
			 struct error *err)
{
	struct inflate_result result = { .size = data.len };
	while (data.len) {
		struct slice piece = slice_range(data, 0, PIECE);
		result.crc32 = crc32_update(result.crc32, piece);
		if (sink && sink(context, piece, err) != 0)
			return -1;
		data = slice_skip(data, piece.len);
	}
	*ret_result = result;
	return 0;
}

static int stream_data(const struct zip_entry *zip, struct slice data, struct inflater *inflater, inflate_sink sink,
		       void *context, struct inflate_result *ret_result, struct error *err)
{
	switch (zip->method) {
	case ZIP_STORED: return stream_stored(data, sink, context, ret_result, err);
	case ZIP_DEFLATED: return inflate_raw(inflater, data, zip->size, sink, context, ret_result, err);
	default: return error_set(err, ERROR_INTEGRITY, "compression method %u is not supported", zip->method);
	}
}

int entry_stream(const struct wheel_file *wheel, const struct zip_entry *zip, struct inflater *inflater,
		 inflate_sink sink, void *context, struct error *err)
{
	struct slice data = { 0 };
	struct inflate_result result = { 0 };
	if (zip_entry_data(zip, wheel->map.bytes, &data, err) < 0)
		return reading(wheel, zip, err);
	if (zip->size / LIMIT_INFLATE_RATIO > zip->compressed_size)
		return spoilt(wheel, zip, "claims to unpack to more than deflate can hold", err);
	if (stream_data(zip, data, inflater, sink, context, &result, err) != 0)
		return reading(wheel, zip, err);
	file_map_done_with(&wheel->map, (size_t)(data.ptr - wheel->map.bytes.ptr), data.len);
	if (result.size != zip->size)
		return spoilt(wheel, zip, "has not the length its directory says", err);
	return result.crc32 == zip->crc32 ? 0 : spoilt(wheel, zip, "has a wrong CRC-32", err);
}

int entry_read(const struct wheel_file *wheel, const struct zip_entry *zip, uint64_t max_bytes, struct arena *arena,
	       struct slice *ret_bytes, struct error *err)
{
	if (zip_entry_read(zip, wheel->map.bytes, max_bytes, arena, ret_bytes, err) < 0)
		return reading(wheel, zip, err);
	return 0;
}
