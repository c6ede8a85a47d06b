// SPDX-License-Identifier: MIT
// The one pass of gz.11: each wheel file is inflated once for the diff id and checked;
// its compressed bytes then go to the blob as they are.
#include "builder/layer/layer_writer.h"

#include "base/gzip_member.h"
#include "base/inflate.h"
#include "base/limits.h"
#include "base/tar.h"
#include "base/zstd_frame.h"
#include "builder/layer/blob_writer.h"
#include "builder/layer/toc.h"

#include <string.h>

enum { GIVE_BACK_BYTES = 4 * 1024 * 1024 };

struct layer_writer {
	struct layer_values values;
	struct sha256_state *tar;
	struct gzip_writer *gzip; // or NULL
	struct zstd_frame *zstd;  // or NULL
	struct toc *toc;          // of an eStargz layer, else NULL
	// Of the present file and chunk, for the toc
	struct sha256_state *content, *chunk;
	struct toc_chunk present; // chunk; its size so far
	struct inflater *inflater;
	struct layer_numbers numbers;
	struct tar_header header;       // of the present entry
	const struct wheel_file *wheel; // of the present entry, or NULL
	uint64_t touched;        // bytes of its map read since pages were given back
	uint64_t stream_touched; // of them in the stream that is being inflated
	struct blob_writer blob;
};

// Reading a mapped wheel fills memory with its pages, so they are given back as it goes;
// one that is needed again comes from the page cache. Bytes of other origin are counted
// too, which does no harm.
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
	touched(writer, piece.len);
	return blob_writer_put(&writer->blob, piece, err);
}

static void begin_toc(struct layer_writer *writer)
{
	writer->toc = mem_alloc(sizeof(*writer->toc));
	writer->content = sha256_new();
	writer->chunk = sha256_new();
}

static void end_toc(struct layer_writer *writer)
{
	if (writer->toc)
		toc_release(writer->toc);
	mem_free(writer->toc);
	sha256_free(writer->content);
	sha256_free(writer->chunk);
}

int layer_writer_new(const char *path, const struct layer_values *values,
		     struct layer_writer **ret_writer, struct error *err)
{
	struct layer_writer *writer = mem_alloc(sizeof(*writer));
	if (blob_writer_init(&writer->blob, path, err) < 0) {
		mem_free(writer);
		return -1;
	}
	writer->values = *values;
	writer->tar = sha256_new();
	writer->inflater = inflater_new();
	if (values->coding == LAYER_ZSTD)
		writer->zstd = zstd_frame_new(values->zstd_level, sink_blob, writer);
	else
		writer->gzip = gzip_writer_new(sink_blob, writer);
	if (values->coding == LAYER_ESTARGZ)
		begin_toc(writer);
	*ret_writer = writer;
	return 0;
}

void layer_writer_free(struct layer_writer *writer)
{
	if (!writer)
		return;
	blob_writer_release(&writer->blob);
	sha256_free(writer->tar);
	gzip_writer_free(writer->gzip);
	zstd_frame_free(writer->zstd);
	end_toc(writer);
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

static int code(struct layer_writer *writer, struct slice bytes, struct error *err)
{
	return writer->zstd ? zstd_frame_put(writer->zstd, bytes, err)
			    : gzip_run(writer->gzip, bytes, err);
}

// Bytes of the tar that the coding compresses: those of a run.
static int put_run(struct layer_writer *writer, struct slice bytes, struct error *err)
{
	hash_tar(writer, bytes);
	return code(writer, bytes, err);
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

static struct tar_entry tar_entry_of(const struct layer_writer *writer,
				     const struct tree_entry *entry, uint64_t size)
{
	return (struct tar_entry){
		.type = tar_type_of(entry->kind),
		.path = entry->path,
		.link = entry->kind == TREE_SYMLINK ? entry->bytes : S(""),
		.mode = entry->mode,
		.uid = writer->values.uid,
		.gid = writer->values.gid,
		.mtime = writer->values.mtime,
		.size = size,
	};
}

static int put_header(struct layer_writer *writer, const struct tar_entry *entry,
		      struct error *err)
{
	if (tar_header_write(entry, &writer->header, err) < 0)
		return -1;
	return put_run(writer, (struct slice){ writer->header.bytes, writer->header.len },
		       err);
}

// --- contents --------------------------------------------------------------------------

// Every content begins with a member of its own in an eStargz layer (gz.14).
static int begin_chunk(struct layer_writer *writer, struct error *err)
{
	if (!writer->toc)
		return 0;
	if (gzip_cut(writer->gzip, err) < 0)
		return -1;
	writer->present = (struct toc_chunk){ .offset = writer->blob.size };
	return 0;
}

static void note_content(struct layer_writer *writer, struct slice piece)
{
	if (!writer->toc)
		return;
	sha256_update(writer->content, piece);
	sha256_update(writer->chunk, piece);
	writer->present.size += piece.len;
}

// Forgets what was noted of the content, because it is passed over once more.
static void forget_content(struct layer_writer *writer)
{
	if (!writer->toc)
		return;
	(void)sha256_finish(writer->content);
	(void)sha256_finish(writer->chunk);
	writer->present.size = 0;
}

static int end_chunk(struct layer_writer *writer, struct error *err)
{
	if (!writer->toc || writer->present.size == 0)
		return 0;
	writer->present.digest = sha256_finish(writer->chunk);
	toc_add_chunk(writer->toc, &writer->present);
	return begin_chunk(writer, err);
}

// A piece of content that the coding compresses. Its runs are cut every MiB (gz.4), and so
// are the chunks.
static int put_coded(struct layer_writer *writer, struct slice bytes, struct error *err)
{
	while (bytes.len > 0) {
		size_t room = DEFLATE_PIECE_MAX - (size_t)writer->present.size;
		struct slice part = slice_range(bytes, 0, writer->toc ? room : bytes.len);
		note_content(writer, part);
		if (code(writer, part, err) < 0)
			return -1;
		if (writer->present.size == DEFLATE_PIECE_MAX &&
		    end_chunk(writer, err) < 0)
			return -1;
		bytes = slice_skip(bytes, part.len);
	}
	return 0;
}

static int note_taken(struct layer_writer *writer, struct error *err)
{
	uint64_t consumed = inflater_consumed(writer->inflater);
	touched(writer, consumed - writer->stream_touched);
	writer->stream_touched = consumed;
	return work_heed(writer->values.work, err);
}

static int sink_tar(void *context, struct slice piece, struct error *err)
{
	hash_tar(context, piece);
	return note_taken(context, err);
}

static int sink_coded(void *context, struct slice piece, struct error *err)
{
	return put_coded(context, piece, err);
}

static int sink_tar_and_coded(void *context, struct slice piece, struct error *err)
{
	hash_tar(context, piece);
	if (put_coded(context, piece, err) < 0)
		return -1;
	return note_taken(context, err);
}

// Before a transplant the content is passed over once, which also hashes it for the toc.
static int sink_tar_and_toc(void *context, struct slice piece, struct error *err)
{
	note_content(context, piece);
	return sink_tar(context, piece, err);
}

// The entry's own data, checked before, becomes a member (gz.5, gz.6).
static int transplant(struct layer_writer *writer, const struct zip_entry *zip,
		      struct slice data, struct error *err)
{
	if (zip->method == ZIP_STORED)
		return gzip_stored(writer->gzip, data, zip->crc32, err);
	return gzip_transplant(writer->gzip, data, zip->crc32, zip->size, err);
}

// A zstd entry is part of the run, and so is one with bytes after the end of its deflate
// stream, which only the first pass can tell (gz.8).
static int put_data(struct layer_writer *writer, const struct zip_entry *zip,
		    struct slice data, struct error *err)
{
	struct inflate_result result;
	struct inflate_sink first = { writer->toc ? sink_tar_and_toc : sink_tar, writer };
	writer->stream_touched = 0;
	if (writer->zstd || zip->method == ZIP_ZSTD)
		return zip_entry_unpack(zip, data, writer->inflater,
					(struct inflate_sink){ sink_tar_and_coded,
							       writer },
					&result, err);
	if (zip_entry_unpack(zip, data, writer->inflater, first, &result, err) < 0)
		return -1;
	touched(writer, result.consumed - writer->stream_touched);
	if (result.size == 0)
		return 0;
	if (result.consumed == data.len)
		return transplant(writer, zip, data, err);
	forget_content(writer);
	return zip_entry_unpack(zip, data, writer->inflater,
				(struct inflate_sink){ sink_coded, writer }, &result,
				err);
}

static int put_from_wheel(struct layer_writer *writer, const struct tree_entry *entry,
			  const struct wheel_file *wheel, struct error *err)
{
	struct slice data;
	if (writer->wheel != wheel)
		writer->touched = 0;
	writer->wheel = wheel;
	if (zip_entry_data(entry->zip, wheel->map.bytes, &data, err) < 0 ||
	    put_data(writer, entry->zip, data, err) < 0)
		return error_during(err, "reading the wheel '%.*s'",
				    SLICE_ARG(wheel->file_name));
	return 0;
}

static int put_generated(struct layer_writer *writer, struct slice bytes,
			 struct error *err)
{
	hash_tar(writer, bytes);
	return put_coded(writer, bytes, err);
}

static int put_content(struct layer_writer *writer, const struct tree_entry *entry,
		       const struct wheel_file *wheels, struct error *err)
{
	switch (entry->kind) {
	case TREE_FILE_FROM_WHEEL:
		return put_from_wheel(writer, entry, &wheels[entry->wheel], err);
	case TREE_FILE_GENERATED: return put_generated(writer, entry->bytes, err);
	case TREE_DIRECTORY:
	case TREE_SYMLINK: break;
	}
	return 0;
}

static void note_entry(struct layer_writer *writer, const struct tar_entry *entry)
{
	if (!writer->toc)
		return;
	struct sha256 digest = sha256_finish(writer->content);
	toc_add_entry(writer->toc, entry, &digest);
}

static uint64_t size_of(const struct tree_entry *entry)
{
	switch (entry->kind) {
	case TREE_FILE_FROM_WHEEL: return entry->zip->size;
	case TREE_FILE_GENERATED: return entry->bytes.len;
	case TREE_DIRECTORY:
	case TREE_SYMLINK: break;
	}
	return 0;
}

static int write_entry(struct layer_writer *writer, const struct tree_entry *entry,
		       const struct wheel_file *wheels, struct error *err)
{
	uint64_t size = size_of(entry);
	struct tar_entry values = tar_entry_of(writer, entry, size);
	if (work_heed(writer->values.work, err) < 0 ||
	    put_header(writer, &values, err) < 0 ||
	    (size > 0 && begin_chunk(writer, err) < 0) ||
	    put_content(writer, entry, wheels, err) < 0 || end_chunk(writer, err) < 0 ||
	    put_zeros(writer, tar_padding(size), err) < 0)
		return -1;
	note_entry(writer, &values);
	writer->numbers.entries += values.type == TAR_FILE;
	return 0;
}

// The first entry of an eStargz layer says that no file is to be fetched before it is
// asked for (gz.14).
static int begin_layer(struct layer_writer *writer, struct error *err)
{
	struct tree_entry landmark = { .path = S(TOC_LANDMARK),
				       .kind = TREE_FILE_GENERATED,
				       .mode = 0644,
				       .bytes = S("\x0f") };
	if (!writer->toc || writer->numbers.tar_size > 0)
		return 0;
	return write_entry(writer, &landmark, NULL, err);
}

int layer_write_entry(struct layer_writer *writer, const struct tree_entry *entry,
		      const struct wheel_file *wheels, struct error *err)
{
	if (begin_layer(writer, err) < 0)
		return -1;
	return write_entry(writer, entry, wheels, err);
}

// --- the end ---------------------------------------------------------------------------

static void append_zeros(struct buf *out, size_t count)
{
	static const char zeros[TAR_END_BYTES];
	buf_append(out, (struct slice){ zeros, count });
}

// The table is the last file of the tar, and the archive's end comes with it. Readers take one
// member for it and no more, so that a table beyond a run's piece is stored.
static int put_toc_member(struct layer_writer *writer, struct slice bytes,
			  struct error *err)
{
	hash_tar(writer, bytes);
	if (bytes.len > DEFLATE_PIECE_MAX)
		return gzip_stored(writer->gzip, bytes, crc32_update(0, bytes), err);
	return gzip_run(writer->gzip, bytes, err);
}

static int put_toc(struct layer_writer *writer, uint64_t *ret_offset, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf bytes = { .arena = &scratch };
	struct slice text = toc_finish(writer->toc);
	struct tree_entry entry = { .path = S(TOC_NAME),
				    .kind = TREE_FILE_GENERATED,
				    .mode = 0644,
				    .bytes = text };
	struct tar_entry values = tar_entry_of(writer, &entry, text.len);
	if (tar_header_write(&values, &writer->header, err) < 0 ||
	    gzip_cut(writer->gzip, err) < 0)
		return -1;
	*ret_offset = writer->blob.size;
	writer->numbers.toc = sha256_of(text);
	buf_append(&bytes, (struct slice){ writer->header.bytes, writer->header.len });
	buf_append(&bytes, text);
	append_zeros(&bytes, tar_padding(text.len));
	append_zeros(&bytes, TAR_END_BYTES);
	return put_toc_member(writer, buf_slice(&bytes), err);
}

static int put_footer(struct layer_writer *writer, uint64_t offset, struct error *err)
{
	char footer[TOC_FOOTER_BYTES];
	toc_footer(offset, footer);
	return sink_blob(writer, (struct slice){ footer, sizeof(footer) }, err);
}

static int finish_coding(struct layer_writer *writer, struct error *err)
{
	return writer->zstd ? zstd_frame_finish(writer->zstd, err)
			    : gzip_cut(writer->gzip, err);
}

int layer_writer_commit(struct layer_writer *writer, struct layer_numbers *ret_numbers,
			struct error *err)
{
	uint64_t toc_offset = 0;
	// A layer of bytecode has no entry where no wheel has a module.
	if (begin_layer(writer, err) < 0 ||
	    (writer->toc ? put_toc(writer, &toc_offset, err)
			 : put_zeros(writer, TAR_END_BYTES, err)) < 0 ||
	    finish_coding(writer, err) < 0 ||
	    (writer->toc && put_footer(writer, toc_offset, err) < 0) ||
	    blob_writer_commit(&writer->blob, &writer->numbers.digest, err) < 0)
		return -1;
	writer->numbers.diff_id = sha256_finish(writer->tar);
	writer->numbers.size = writer->blob.size;
	*ret_numbers = writer->numbers;
	return 0;
}
