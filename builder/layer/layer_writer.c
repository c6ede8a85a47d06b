// SPDX-License-Identifier: MIT
// The one pass of gz.11: each wheel file is inflated once for the diff id and checked;
// its compressed bytes then go to the blob as they are.
#include "builder/layer/layer_writer.h"

#include "base/gzip_member.h"
#include "base/inflate.h"
#include "base/limits.h"
#include "base/tar.h"

#include <string.h>

enum {
	OUT_BYTES = 256 * 1024,
	DIRECT_BYTES = 64 * 1024,
	GIVE_BACK_BYTES = 4 * 1024 * 1024,
	PIECE_BYTES = 1024 * 1024
};

struct layer_writer {
	struct layer_values values;
	struct file_writer file;
	struct sha256_state *tar, *blob;
	struct gzip_writer *gzip;
	struct inflater *inflater;
	struct layer_numbers numbers;
	struct tar_header header;       // of the present entry
	const struct wheel_file *wheel; // of the present entry, or NULL
	uint64_t touched;        // bytes of its map read since pages were given back
	uint64_t stream_touched; // of them in the stream that is being inflated
	size_t out_len;
	char out[OUT_BYTES]; // small pieces, gathered before they are hashed and written
};

static int flush(struct layer_writer *writer, struct error *err)
{
	struct slice bytes = { writer->out, writer->out_len };
	writer->out_len = 0;
	sha256_update(writer->blob, bytes);
	return file_append(&writer->file, bytes, err);
}

// Reading a mapped wheel fills memory with its pages; what is needed again comes back
// from the page cache. Bytes of other origin are counted too, which does no harm.
static void touched(struct layer_writer *writer, uint64_t bytes)
{
	writer->touched += bytes;
	if (!writer->wheel || writer->touched < GIVE_BACK_BYTES)
		return;
	file_map_done_with(&writer->wheel->map, 0,
			   (size_t)writer->wheel->directory.directory_offset);
	writer->touched = 0;
}

static int sink_blob(void *context, struct slice piece, struct error *err)
{
	struct layer_writer *writer = context;
	writer->numbers.size += piece.len;
	touched(writer, piece.len);
	if (piece.len > sizeof(writer->out) - writer->out_len && flush(writer, err) < 0)
		return -1;
	if (piece.len < DIRECT_BYTES) {
		memcpy(writer->out + writer->out_len, piece.ptr, piece.len);
		writer->out_len += piece.len;
		return 0;
	}
	if (flush(writer, err) < 0)
		return -1;
	sha256_update(writer->blob, piece);
	return file_append(&writer->file, piece, err);
}

int layer_writer_new(const char *path, const struct layer_values *values,
		     struct layer_writer **ret_writer, struct error *err)
{
	struct file_writer file;
	if (file_create(path, 0644, &file, err) < 0)
		return -1;
	struct layer_writer *writer = mem_alloc(sizeof(*writer));
	writer->values = *values;
	writer->file = file;
	writer->tar = sha256_new();
	writer->blob = sha256_new();
	writer->gzip = gzip_writer_new(sink_blob, writer);
	writer->inflater = inflater_new();
	*ret_writer = writer;
	return 0;
}

void layer_writer_free(struct layer_writer *writer)
{
	if (!writer)
		return;
	file_abandon(&writer->file);
	sha256_free(writer->tar);
	sha256_free(writer->blob);
	gzip_writer_free(writer->gzip);
	inflater_free(writer->inflater);
	mem_free(writer);
}

void layer_writer_cleanup(struct layer_writer **writer)
{
	layer_writer_free(*writer);
}

static void hash_tar(struct layer_writer *writer, struct slice bytes)
{
	writer->numbers.tar_size += bytes.len;
	sha256_update(writer->tar, bytes);
}

// Bytes of the tar that belong to a run.
static int put_run(struct layer_writer *writer, struct slice bytes, struct error *err)
{
	hash_tar(writer, bytes);
	return gzip_run(writer->gzip, bytes, err);
}

static int put_zeros(struct layer_writer *writer, size_t count, struct error *err)
{
	static const char zeros[TAR_END_BYTES];
	return put_run(writer, (struct slice){ zeros, count }, err);
}

static enum tar_type tar_type_of(enum tree_kind kind)
{
	switch (kind) {
	case TREE_DIRECTORY: return TAR_DIRECTORY;
	case TREE_SYMLINK: return TAR_SYMLINK;
	case TREE_FILE_FROM_WHEEL:
	case TREE_FILE_GENERATED: break;
	}
	return TAR_FILE;
}

static int put_header(struct layer_writer *writer, const struct tree_entry *entry,
		      uint64_t size, struct error *err)
{
	struct tar_entry values = {
		.type = tar_type_of(entry->kind),
		.path = entry->path,
		.mode = entry->mode,
		.uid = writer->values.uid,
		.gid = writer->values.gid,
		.mtime = writer->values.mtime,
		.size = size,
	};
	if (entry->kind == TREE_SYMLINK)
		values.link = entry->bytes;
	if (tar_header_write(&values, &writer->header, err) < 0)
		return -1;
	return put_run(writer, (struct slice){ writer->header.bytes, writer->header.len },
		       err);
}

static int check_interrupted(const struct layer_writer *writer, struct error *err)
{
	const volatile int *interrupted = writer->values.interrupted;
	return interrupted && *interrupted
		       ? error_set(err, ERROR_INTERRUPTED, "interrupted")
		       : 0;
}

static int sink_tar(void *context, struct slice piece, struct error *err)
{
	struct layer_writer *writer = context;
	uint64_t consumed = inflater_consumed(writer->inflater);
	hash_tar(writer, piece);
	touched(writer, consumed - writer->stream_touched);
	writer->stream_touched = consumed;
	return check_interrupted(writer, err);
}

static int sink_run(void *context, struct slice piece, struct error *err)
{
	struct layer_writer *writer = context;
	return gzip_run(writer->gzip, piece, err);
}

// gz.5, gz.6: the entry's own bytes become a member, once they are checked. gz.8: a zstd
// entry, and one with bytes after the end of its deflate stream, is part of the run.
static int put_from_wheel(struct layer_writer *writer, const struct tree_entry *entry,
			  const struct wheel_file *wheel, struct error *err)
{
	struct slice data;
	struct inflate_result result;
	const struct zip_entry *zip = entry->zip;
	if (writer->wheel != wheel)
		writer->touched = 0;
	writer->wheel = wheel;
	writer->stream_touched = 0;
	if (zip_entry_data(zip, wheel->map.bytes, &data, err) < 0 ||
	    zip_entry_unpack(zip, data, writer->inflater, sink_tar, writer, &result,
			     err) < 0)
		return -1;
	touched(writer, result.consumed - writer->stream_touched);
	if (result.size == 0)
		return 0;
	if (zip->method == ZIP_STORED)
		return gzip_stored(writer->gzip, data, zip->crc32, err);
	if (zip->method == ZIP_DEFLATED && result.consumed == data.len)
		return gzip_transplant(writer->gzip, data, zip->crc32, zip->size, err);
	return zip_entry_unpack(zip, data, writer->inflater, sink_run, writer, &result,
				err);
}

static int put_content(struct layer_writer *writer, const struct tree_entry *entry,
		       const struct wheel_file *wheels, struct error *err)
{
	if (entry->kind == TREE_FILE_GENERATED)
		return put_run(writer, entry->bytes, err);
	const struct wheel_file *wheel = &wheels[entry->wheel];
	if (put_from_wheel(writer, entry, wheel, err) < 0)
		return error_during(err, "reading the wheel '%.*s'",
				    SLICE_ARG(wheel->file_name));
	return 0;
}

int layer_write_entry(struct layer_writer *writer, const struct tree_entry *entry,
		      const struct wheel_file *wheels, struct error *err)
{
	if (check_interrupted(writer, err) < 0)
		return -1;
	if (entry->kind == TREE_DIRECTORY || entry->kind == TREE_SYMLINK)
		return put_header(writer, entry, 0, err);
	uint64_t size =
		entry->kind == TREE_FILE_FROM_WHEEL ? entry->zip->size : entry->bytes.len;
	if (put_header(writer, entry, size, err) < 0 ||
	    put_content(writer, entry, wheels, err) < 0)
		return -1;
	writer->numbers.entries++;
	return put_zeros(writer, tar_padding(size), err);
}

int layer_writer_commit(struct layer_writer *writer, struct layer_numbers *ret_numbers,
			struct error *err)
{
	if (put_zeros(writer, TAR_END_BYTES, err) < 0 ||
	    gzip_finish(writer->gzip, err) < 0 || flush(writer, err) < 0 ||
	    file_commit(&writer->file, false, err) < 0)
		return -1;
	writer->numbers.diff_id = sha256_finish(writer->tar);
	writer->numbers.digest = sha256_finish(writer->blob);
	*ret_numbers = writer->numbers;
	return 0;
}
