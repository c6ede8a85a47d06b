// SPDX-License-Identifier: MIT
// Raw deflate by ISA-L's igzip and zstd by libzstd, one window at a time. The CRC-32 of
// each piece is computed while the piece is in the processor's cache.
#include "base/inflate.h"

#include "base/digest.h"
#include "base/libzstd.h"
#include "base/limits.h"

#include <isa-l/igzip_lib.h>

enum { WINDOW_BYTES = 256 * 1024 };

// igzip counts its input in 32 bits. Small steps also let a sink give back the pages that
// were read.
static const size_t step_bytes = 1024 * 1024;

struct inflater {
	struct inflate_state state;
	ZSTD_DCtx *zstd;     // made for the first zstd stream
	struct slice stream; // the current one
	size_t fed;          // bytes of it that igzip has seen or still has in avail_in
	size_t consumed;     // bytes of it that were taken
	unsigned char window[WINDOW_BYTES];
};

struct inflater *inflater_new(void)
{
	return mem_alloc(sizeof(struct inflater));
}

void inflater_free(struct inflater *inflater)
{
	if (inflater && inflater->zstd)
		ZSTD_freeDCtx(inflater->zstd);
	mem_free(inflater);
}

void inflater_cleanup(struct inflater **inflater)
{
	inflater_free(*inflater);
}

uint64_t inflater_consumed(const struct inflater *inflater)
{
	return inflater->consumed;
}

static int deliver(struct slice piece, uint64_t max_bytes, struct inflate_sink sink,
		   struct inflate_result *result, struct error *err)
{
	if (piece.len > max_bytes - result->size)
		return error_set(err, ERROR_INTEGRITY,
				 "data is longer than the %llu bytes announced",
				 (unsigned long long)max_bytes);
	result->size += piece.len;
	result->crc32 = crc32_update(result->crc32, piece);
	return sink.take && piece.len ? sink.take(sink.context, piece, err) : 0;
}

// --- deflate ---------------------------------------------------------------------------

static void feed(struct inflater *inflater)
{
	struct inflate_state *state = &inflater->state;
	if (state->avail_in > 0)
		return;
	struct slice rest = slice_skip(inflater->stream, inflater->fed);
	size_t step = rest.len < step_bytes ? rest.len : step_bytes;
	// igzip only reads; its interface lacks the const.
	state->next_in = (uint8_t *)(uintptr_t)rest.ptr;
	state->avail_in = (uint32_t)step;
	inflater->fed += step;
}

static const char *describe(int status)
{
	switch (status) {
	case ISAL_INVALID_BLOCK: return "invalid block";
	case ISAL_INVALID_SYMBOL: return "invalid symbol";
	case ISAL_INVALID_LOOKBACK: return "distance too far back";
	default: return "stream ends early";
	}
}

// One window of output, or less at the stream's end.
static int inflate_window(struct inflater *inflater, struct slice *ret_piece,
			  struct error *err)
{
	struct inflate_state *state = &inflater->state;
	state->next_out = inflater->window;
	state->avail_out = WINDOW_BYTES;
	while (state->avail_out > 0 && state->block_state != ISAL_BLOCK_FINISH) {
		feed(inflater);
		uint32_t in_before = state->avail_in, out_before = state->avail_out;
		int status = isal_inflate(state);
		if (status < 0)
			return error_set(err, ERROR_INTEGRITY, "broken deflate data: %s",
					 describe(status));
		bool stuck =
			state->avail_in == in_before && state->avail_out == out_before;
		if (stuck && state->block_state != ISAL_BLOCK_FINISH)
			return error_set(err, ERROR_INTEGRITY, "broken deflate data: %s",
					 describe(0));
	}
	inflater->consumed = inflater->fed - state->avail_in;
	*ret_piece = (struct slice){ (const char *)inflater->window,
				     WINDOW_BYTES - state->avail_out };
	return 0;
}

int inflate_raw(struct inflater *inflater, struct slice stream, uint64_t max_bytes,
		struct inflate_sink sink, struct inflate_result *ret_result,
		struct error *err)
{
	isal_inflate_init(&inflater->state);
	inflater->state.crc_flag = ISAL_DEFLATE;
	inflater->stream = stream;
	inflater->fed = inflater->consumed = 0;
	struct inflate_result result = { 0 };
	do {
		struct slice piece;
		if (inflate_window(inflater, &piece, err) < 0)
			return -1;
		int status = deliver(piece, max_bytes, sink, &result, err);
		if (status != 0)
			return status;
	} while (inflater->state.block_state != ISAL_BLOCK_FINISH);
	// igzip may have taken whole bytes behind the stream's end into its bit buffer.
	result.consumed =
		inflater->consumed - (uint64_t)inflater->state.read_in_length / 8;
	*ret_result = result;
	return 0;
}

// --- zstd ------------------------------------------------------------------------------

static void begin_zstd(struct inflater *inflater)
{
	if (!inflater->zstd)
		inflater->zstd = ZSTD_createDCtx();
	// An earlier failure must not affect this stream. A reset cannot fail.
	if (!inflater->zstd ||
	    ZSTD_isError(ZSTD_DCtx_reset(inflater->zstd, ZSTD_reset_session_only)))
		BUG("libzstd gives no context");
	inflater->consumed = 0;
}

// One window of output, or less at the stream's end. libzstd itself refuses windows of more
// than 128 MiB.
static int unpack_window(struct inflater *inflater, ZSTD_inBuffer *in,
			 struct slice *ret_piece, bool *ret_end, struct error *err)
{
	ZSTD_outBuffer out = { inflater->window, WINDOW_BYTES, 0 };
	size_t left = 1; // 0 at the end of a frame; another may follow
	while (out.pos < out.size && !(left == 0 && in->pos == in->size)) {
		size_t before = in->pos + out.pos;
		left = ZSTD_decompressStream(inflater->zstd, &out, in);
		if (ZSTD_isError(left))
			return error_set(err, ERROR_INTEGRITY, "broken zstd data: %s",
					 ZSTD_getErrorName(left));
		if (left > 0 && in->pos + out.pos == before)
			return error_set(err, ERROR_INTEGRITY,
					 "broken zstd data: stream ends early");
	}
	inflater->consumed = in->pos;
	*ret_end = left == 0 && in->pos == in->size;
	*ret_piece = (struct slice){ (const char *)inflater->window, out.pos };
	return 0;
}

int inflate_zstd(struct inflater *inflater, struct slice stream, uint64_t max_bytes,
		 struct inflate_sink sink, struct inflate_result *ret_result,
		 struct error *err)
{
	struct inflate_result result = { .consumed = stream.len };
	ZSTD_inBuffer in = { stream.ptr, stream.len, 0 };
	bool end = false;
	begin_zstd(inflater);
	while (!end) {
		struct slice piece;
		if (unpack_window(inflater, &in, &piece, &end, err) < 0)
			return -1;
		int status = deliver(piece, max_bytes, sink, &result, err);
		if (status != 0)
			return status;
	}
	*ret_result = result;
	return 0;
}

// ---------------------------------------------------------------------------------------

int inflate_nothing(struct inflater *inflater, struct slice stream, uint64_t max_bytes,
		    struct inflate_sink sink, struct inflate_result *ret_result,
		    struct error *err)
{
	struct inflate_result result = { .consumed = stream.len };
	for (size_t at = 0; at < stream.len; at += WINDOW_BYTES) {
		struct slice piece = slice_range(stream, at, at + WINDOW_BYTES);
		inflater->consumed = at + piece.len;
		int status = deliver(piece, max_bytes, sink, &result, err);
		if (status != 0)
			return status;
	}
	*ret_result = result;
	return 0;
}
