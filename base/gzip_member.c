// SPDX-License-Identifier: MIT
// Members: ten constant bytes, a deflate stream, CRC-32 and length of what it inflates
// to.
#include "base/gzip_member.h"

#include "base/bytes.h"
#include "base/digest.h"

#include <assert.h>
#include <string.h>

enum { SINK_PIECE = 1024 * 1024, STORED_MAX = 65535, STORED_HEAD = 5, TAIL_BYTES = 8 };

struct gzip_writer {
	gzip_sink sink;
	void *context;
	struct deflate_coder *coder;
	size_t run_len; // bytes of the run since its last cut
	char run[DEFLATE_PIECE_MAX];
};

struct gzip_writer *gzip_writer_new(gzip_sink sink, void *context)
{
	struct gzip_writer *writer = mem_alloc(sizeof(*writer));
	writer->sink = sink;
	writer->context = context;
	writer->coder = deflate_coder_new();
	return writer;
}

void gzip_writer_free(struct gzip_writer *writer)
{
	if (!writer)
		return;
	deflate_coder_free(writer->coder);
	mem_free(writer);
}

static int put(struct gzip_writer *writer, struct slice bytes, struct error *err)
{
	while (bytes.len > 0) {
		struct slice piece = slice_range(bytes, 0, SINK_PIECE);
		if (writer->sink(writer->context, piece, err) < 0)
			return -1;
		bytes = slice_skip(bytes, piece.len);
	}
	return 0;
}

// The header says nothing but "deflate": no name, no time, unknown system (gz.3).
static int put_head(struct gzip_writer *writer, struct error *err)
{
	static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
	return put(writer, (struct slice){ head, sizeof(head) - 1 }, err);
}

static int put_tail(struct gzip_writer *writer, uint32_t crc32, uint64_t size,
		    struct error *err)
{
	char tail[TAIL_BYTES];
	put_u32le(tail, crc32);
	put_u32le(tail + 4, (uint32_t)(size & 0xffffffff));
	return put(writer, (struct slice){ tail, sizeof(tail) }, err);
}

static int put_member(struct gzip_writer *writer, struct slice deflate, uint32_t crc32,
		      uint64_t size, struct error *err)
{
	if (put_head(writer, err) < 0 || put(writer, deflate, err) < 0)
		return -1;
	return put_tail(writer, crc32, size, err);
}

static int end_piece(struct gzip_writer *writer, struct error *err)
{
	struct slice piece = { writer->run, writer->run_len };
	if (piece.len == 0)
		return 0;
	writer->run_len = 0;
	return put_member(writer, deflate_fixed(writer->coder, piece),
			  crc32_update(0, piece), piece.len, err);
}

int gzip_run(struct gzip_writer *writer, struct slice bytes, struct error *err)
{
	while (bytes.len > 0) {
		struct slice part =
			slice_range(bytes, 0, DEFLATE_PIECE_MAX - writer->run_len);
		memcpy(writer->run + writer->run_len, part.ptr, part.len);
		writer->run_len += part.len;
		bytes = slice_skip(bytes, part.len);
		if (writer->run_len == DEFLATE_PIECE_MAX && end_piece(writer, err) < 0)
			return -1;
	}
	return 0;
}

int gzip_transplant(struct gzip_writer *writer, struct slice deflate, uint32_t crc32,
		    uint64_t size, struct error *err)
{
	assert(size > 0);
	if (end_piece(writer, err) < 0)
		return -1;
	return put_member(writer, deflate, crc32, size, err);
}

int gzip_stored(struct gzip_writer *writer, struct slice bytes, uint32_t crc32,
		struct error *err)
{
	assert(bytes.len > 0);
	uint64_t size = bytes.len;
	if (end_piece(writer, err) < 0 || put_head(writer, err) < 0)
		return -1;
	while (bytes.len > 0) {
		struct slice block = slice_range(bytes, 0, STORED_MAX);
		char head[STORED_HEAD] = { block.len == bytes.len ? 1 : 0 };
		put_u16le(head + 1, (uint16_t)block.len);
		put_u16le(head + 3, (uint16_t)~block.len);
		if (put(writer, (struct slice){ head, sizeof(head) }, err) < 0 ||
		    put(writer, block, err) < 0)
			return -1;
		bytes = slice_skip(bytes, block.len);
	}
	return put_tail(writer, crc32, size, err);
}

int gzip_cut(struct gzip_writer *writer, struct error *err)
{
	return end_piece(writer, err);
}
