// SPDX-License-Identifier: MIT
// Feeds libzstd pieces of one size, so that the frame does not depend on how callers cut
// the bytes.
#include "base/zstd_frame.h"

#include "base/libzstd.h"

#include <string.h>

enum { IN_BYTES = 1024 * 1024, OUT_BYTES = 256 * 1024 };

struct zstd_frame {
	ZSTD_CCtx *context;
	zstd_sink sink;
	void *sink_context;
	size_t in_len;
	char in[IN_BYTES], out[OUT_BYTES];
};

struct slice zstd_version(void)
{
	return slice_from(ZSTD_versionString());
}

static void set(struct zstd_frame *frame, ZSTD_cParameter parameter, int value)
{
	if (ZSTD_isError(ZSTD_CCtx_setParameter(frame->context, parameter, value)))
		BUG("libzstd refuses a parameter");
}

struct zstd_frame *zstd_frame_new(int level, zstd_sink sink, void *context)
{
	struct zstd_frame *frame = mem_alloc(sizeof(*frame));
	frame->context = ZSTD_createCCtx();
	if (!frame->context)
		BUG("libzstd gives no context");
	frame->sink = sink;
	frame->sink_context = context;
	set(frame, ZSTD_c_compressionLevel, level);
	set(frame, ZSTD_c_checksumFlag, 0); // a layer's digest covers every byte
	return frame;
}

void zstd_frame_free(struct zstd_frame *frame)
{
	if (!frame)
		return;
	ZSTD_freeCCtx(frame->context);
	mem_free(frame);
}

static int compress(struct zstd_frame *frame, ZSTD_EndDirective directive,
		    struct error *err)
{
	ZSTD_inBuffer in = { frame->in, frame->in_len, 0 };
	size_t left;
	frame->in_len = 0;
	do {
		ZSTD_outBuffer out = { frame->out, OUT_BYTES, 0 };
		left = ZSTD_compressStream2(frame->context, &out, &in, directive);
		if (ZSTD_isError(left))
			BUG("libzstd cannot compress");
		struct slice piece = { frame->out, out.pos };
		if (piece.len && frame->sink(frame->sink_context, piece, err) < 0)
			return -1;
	} while (directive == ZSTD_e_end ? left > 0 : in.pos < in.size);
	return 0;
}

int zstd_frame_put(struct zstd_frame *frame, struct slice bytes, struct error *err)
{
	while (bytes.len > 0) {
		struct slice part = slice_range(bytes, 0, IN_BYTES - frame->in_len);
		memcpy(frame->in + frame->in_len, part.ptr, part.len);
		frame->in_len += part.len;
		bytes = slice_skip(bytes, part.len);
		if (frame->in_len == IN_BYTES &&
		    compress(frame, ZSTD_e_continue, err) < 0)
			return -1;
	}
	return 0;
}

int zstd_frame_finish(struct zstd_frame *frame, struct error *err)
{
	return compress(frame, ZSTD_e_end, err);
}
