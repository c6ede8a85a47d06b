// SPDX-License-Identifier: MIT
// Reads entries of wheels for the check, the tree's scripts and install.
#include "builder/wheel/wheel.h"

enum {
	GIVE_BACK = 1024 * 1024,  // of mapped bytes at once
	FAULT_AROUND = 64 * 1024, // what Linux maps around a fault by default
};

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
	struct slice data; // compressed
	size_t given_back; // bytes of it
	struct inflater *inflater;
	struct inflate_sink sink; // the caller's
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
	int status = stream->sink.take
			     ? stream->sink.take(stream->sink.context, piece, err)
			     : 0;
	give_back_much(stream, (size_t)inflater_consumed(stream->inflater));
	return status;
}

int entry_stream(const struct wheel_file *wheel, const struct zip_entry *zip,
		 struct inflater *inflater, struct inflate_sink sink, struct error *err)
{
	struct stream stream = { .wheel = wheel, .inflater = inflater, .sink = sink };
	struct inflate_sink passing = { pass_on, &stream };
	struct inflate_result ignored;
	if (zip_entry_data(zip, wheel->map.bytes, &stream.data, err) < 0 ||
	    zip_entry_unpack(zip, stream.data, inflater, passing, &ignored, err) != 0)
		return reading(wheel, zip, err);
	give_back_rest(&stream);
	return 0;
}

int entry_read(const struct wheel_file *wheel, const struct zip_entry *zip,
	       uint64_t max_bytes, struct arena *arena, struct slice *ret_bytes,
	       struct error *err)
{
	if (zip_entry_read(zip, wheel->map.bytes, max_bytes, arena, ret_bytes, err) < 0)
		return reading(wheel, zip, err);
	return 0;
}
