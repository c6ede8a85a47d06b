// SPDX-License-Identifier: MIT
// Fuzz: any bytes as zstd frames; and any bytes as content, framed and back (gz.15).
#include "tests/fuzz/fuzz.h"

#include "base/digest.h"
#include "base/inflate.h"
#include "base/zstd_frame.h"

enum { OUT_MAX = 1 << 16 };

static void zstd_frame_cleanup(struct zstd_frame **frame)
{
	zstd_frame_free(*frame);
}

static int collect(void *context, struct slice piece, struct error *err)
{
	(void)err;
	buf_append(context, piece);
	return 0;
}

static void check_stream(struct arena *arena, struct inflater *inflater,
			 struct slice stream)
{
	struct buf out = { .arena = arena };
	struct inflate_result result;
	struct error err = { 0 };
	if (inflate_zstd(inflater, stream, OUT_MAX,
			 (struct inflate_sink){ collect, &out }, &result, &err) < 0) {
		CHECK(err.kind == ERROR_INTEGRITY && out.len <= OUT_MAX);
		return;
	}
	CHECK(result.size == out.len && result.consumed == stream.len);
	CHECK(result.crc32 == crc32_update(0, buf_slice(&out)));
}

static void check_round_trip(struct arena *arena, struct inflater *inflater,
			     struct slice content)
{
	struct buf frame = { .arena = arena }, out = { .arena = arena };
	struct inflate_result result;
	struct error err = { 0 };
	AUTO(zstd_frame_cleanup)
	struct zstd_frame *writer = zstd_frame_new(1, collect, &frame);
	CHECK(zstd_frame_put(writer, content, &err) == 0);
	CHECK(zstd_frame_finish(writer, &err) == 0);
	CHECK(inflate_zstd(inflater, buf_slice(&frame), content.len,
			   (struct inflate_sink){ collect, &out }, &result, &err) == 0);
	CHECK(slice_eq(buf_slice(&out), content));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct inflater *inflater; // made once
	struct arena arena = { 0 };
	inflater = inflater ? inflater : inflater_new();
	struct slice bytes = fuzz_text(data, size);
	check_stream(&arena, inflater, bytes);
	check_round_trip(&arena, inflater, bytes);
	arena_release(&arena);
	return 0;
}
