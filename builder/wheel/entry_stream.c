// SPDX-License-Identifier: MIT
// Reads entries of wheels for the check, the tree's scripts and install.
#include "builder/wheel/entry_stream.h"

#include "base/digest.h"
#include "base/limits.h"

enum {
	PIECE = 256 * 1024,
	GIVE_BACK = 1024 * 1024,  // of mapped bytes at once
	FAULT_AROUND = 64 * 1024, // what Linux maps around a fault by default
};

static int spoilt(const struct wheel_file *wheel, const struct zip_entry *zip,
		  const char *what, struct error *err)
{
	return error_set(err, ERROR_INTEGRITY, "wheel '%.*s': entry '%.*s' %s",
			 SLICE_ARG(wheel->file_name), SLICE_ARG(zip->name), what);
}

static int reading(const struct wheel_file *wheel, const struct zip_entry *zip,
		   struct error *err)
{
	return error_during(err, "reading '%.*s' in '%.*s'", SLICE_ARG(zip->name),
			    SLICE_ARG(wheel->file_name));
}

// One entry on its way to the caller's sink. Pages that were read are given back as it
// goes: an entry of gigabytes takes no more memory than one of kilobytes.
struct stream {
	const struct wheel_file *wheel;
	struct slice data;         // compressed
	size_t given_back;         // bytes of it
	struct inflater *inflater; // NULL for a stored entry
	inflate_sink sink;
	void *context;
};

// A page fault brings in its neighbours too, up to FAULT_AROUND: those before the data go
// back with it, or small entries would leave the whole wheel mapped.
static void give_back(struct stream *stream, size_t read)
{
	size_t start = (size_t)(stream->data.ptr - stream->wheel->map.bytes.ptr);
	size_t from = (start + stream->given_back) / FAULT_AROUND * FAULT_AROUND,
	       to = start + read;
	file_map_done_with(&stream->wheel->map, from, to - from);
	stream->given_back = read;
}

static void give_back_much(struct stream *stream, size_t read)
{
	if (read - stream->given_back >= GIVE_BACK)
		give_back(stream, read);
}

static void give_back_rest(struct stream *stream)
{
	size_t start = (size_t)(stream->data.ptr - stream->wheel->map.bytes.ptr),
	       end = start + stream->data.len;
	if (start / FAULT_AROUND != end / FAULT_AROUND)
		give_back(stream, stream->data.len);
}

static int pass_on(void *context, struct slice piece, struct error *err)
{
	struct stream *stream = context;
	int status = stream->sink ? stream->sink(stream->context, piece, err) : 0;
	if (stream->inflater)
		give_back_much(stream, (size_t)inflater_consumed(stream->inflater));
	return status;
}

static int stream_stored(struct stream *stream, struct inflate_result *ret_result,
			 struct error *err)
{
	struct inflate_result result = { .size = stream->data.len };
	for (size_t at = 0; at < stream->data.len; at += PIECE) {
		struct slice piece = slice_range(stream->data, at, at + PIECE);
		result.crc32 = crc32_update(result.crc32, piece);
		if (pass_on(stream, piece, err) != 0)
			return -1;
		give_back_much(stream, at + piece.len);
	}
	*ret_result = result;
	return 0;
}

static int stream_data(struct stream *stream, const struct zip_entry *zip,
		       struct inflater *inflater, struct inflate_result *ret_result,
		       struct error *err)
{
	switch (zip->method) {
	case ZIP_STORED: return stream_stored(stream, ret_result, err);
	case ZIP_DEFLATED:
		stream->inflater = inflater;
		return inflate_raw(inflater, stream->data, zip->size, pass_on, stream,
				   ret_result, err);
	default:
		return error_set(err, ERROR_INTEGRITY,
				 "compression method %u is not supported", zip->method);
	}
}

int entry_stream(const struct wheel_file *wheel, const struct zip_entry *zip,
		 struct inflater *inflater, inflate_sink sink, void *context,
		 struct error *err)
{
	struct stream stream = { .wheel = wheel, .sink = sink, .context = context };
	struct inflate_result result = { 0 };
	if (zip_entry_data(zip, wheel->map.bytes, &stream.data, err) < 0)
		return reading(wheel, zip, err);
	if (zip->size / LIMIT_INFLATE_RATIO > zip->compressed_size)
		return spoilt(wheel, zip,
			      "claims to unpack to more than deflate can hold", err);
	if (stream_data(&stream, zip, inflater, &result, err) != 0)
		return reading(wheel, zip, err);
	give_back_rest(&stream);
	if (result.size != zip->size)
		return spoilt(wheel, zip, "has not the length its directory says", err);
	return result.crc32 == zip->crc32 ? 0
					  : spoilt(wheel, zip, "has a wrong CRC-32", err);
}

int entry_read(const struct wheel_file *wheel, const struct zip_entry *zip,
	       uint64_t max_bytes, struct arena *arena, struct slice *ret_bytes,
	       struct error *err)
{
	if (zip_entry_read(zip, wheel->map.bytes, max_bytes, arena, ret_bytes, err) < 0)
		return reading(wheel, zip, err);
	return 0;
}
