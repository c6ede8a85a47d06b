// SPDX-License-Identifier: MIT
// Fuzz: any bytes as a deflate stream, igzip against zlib (gz.11): whatever zlib accepts,
// igzip inflates to the same; the bytes as content, through the coder of gz.9 and back.
#include "tests/fuzz/fuzz.h"

#include "base/deflate_fixed.h"
#include "base/digest.h"
#include "base/inflate.h"

#include <string.h>
#include <zlib.h>

enum { OUT_MAX = 1 << 16 };

static int collect(void *context, struct slice piece, struct error *err)
{
	(void)err;
	buf_append(context, piece);
	return 0;
}

// The length of what zlib makes of the stream, or -1; *ret_consumed up to its end.
static long zlib_inflate(struct slice stream, char *out, size_t *ret_consumed)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)stream.ptr,
		       .avail_in = (uInt)stream.len,
		       .next_out = (Bytef *)out,
		       .avail_out = OUT_MAX };
	CHECK(inflateInit2(&z, -15) == Z_OK);
	int status = inflate(&z, Z_FINISH);
	*ret_consumed = z.total_in;
	long len = status == Z_STREAM_END ? (long)z.total_out : -1;
	inflateEnd(&z);
	return len;
}

static void check_stream(struct arena *arena, struct inflater *inflater,
			 struct slice stream)
{
	char *expected = arena_alloc(arena, OUT_MAX, 1);
	size_t consumed;
	long len = zlib_inflate(stream, expected, &consumed);
	struct buf out = { .arena = arena };
	struct inflate_result result;
	struct error err = { 0 };
	int status = inflate_raw(inflater, stream, OUT_MAX,
				 (struct inflate_sink){ collect, &out }, &result, &err);
	if (len >= 0) {
		CHECK(status == 0);
		CHECK(out.len == (size_t)len &&
		      memcmp(out.ptr ? out.ptr : "", expected, out.len) == 0);
		CHECK(result.consumed == consumed);
	}
	if (status == 0) {
		CHECK(result.size == out.len &&
		      result.crc32 == crc32_update(0, buf_slice(&out)));
		CHECK(result.consumed <= stream.len);
	}
}

static void check_coder(struct arena *arena, struct inflater *inflater,
			struct deflate_coder *coder, struct slice content)
{
	struct buf out = { .arena = arena };
	struct inflate_result result;
	struct error err = { 0 };
	struct slice stream = deflate_fixed(coder, content);
	CHECK(inflate_raw(inflater, stream, content.len,
			  (struct inflate_sink){ collect, &out }, &result, &err) == 0);
	CHECK(slice_eq(buf_slice(&out), content) && result.consumed == stream.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct inflater *inflater; // megabytes of state, made once
	static struct deflate_coder *coder;
	struct arena arena = { 0 };
	inflater = inflater ? inflater : inflater_new();
	coder = coder ? coder : deflate_coder_new();
	struct slice bytes = fuzz_text(data, size);
	check_stream(&arena, inflater, bytes);
	if (size > 0 && size <= DEFLATE_PIECE_MAX)
		check_coder(&arena, inflater, coder, bytes);
	arena_release(&arena);
	return 0;
}
