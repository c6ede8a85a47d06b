// SPDX-License-Identifier: MIT
// Inflating: igzip against zlib (gz.11), where streams end, and broken ones.
#include "base/digest.h"
#include "base/inflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static struct arena arena;
static struct inflater *inflater;

static struct slice bytes_of_kind(size_t len, unsigned kind)
{
	char *bytes = arena_alloc(&arena, len + 1, 1);
	uint32_t x = 7 + kind;
	for (size_t i = 0; i < len; i++) {
		x = x * 1664525U + 1013904223U;
		bytes[i] = (char)(kind == 0 ? 0 : kind == 1 ? x >> 24 : (x >> 28) * kind);
	}
	return (struct slice){ bytes, len };
}

static struct slice deflated(struct slice content, int level, int strategy)
{
	z_stream stream = { 0 };
	deflateInit2(&stream, level, Z_DEFLATED, -15, 8, strategy);
	size_t room = deflateBound(&stream, content.len) + 64;
	char *out = arena_alloc(&arena, room, 1);
	stream.next_in = (Bytef *)(uintptr_t)content.ptr;
	stream.avail_in = (uInt)content.len;
	stream.next_out = (Bytef *)out;
	stream.avail_out = (uInt)room;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	size_t len = stream.total_out;
	deflateEnd(&stream);
	return (struct slice){ out, len };
}

static int collect(void *context, struct slice piece, struct error *err)
{
	(void)err;
	buf_append(context, piece);
	return 0;
}

static void test_gz_11_agrees_with_zlib(void **state)
{
	(void)state;
	static const size_t lengths[] = { 0,     1,      2,      1000,   65535,
					  65536, 262143, 262144, 262145, 600000 };
	static const int strategies[] = { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY,
					  Z_RLE };
	for (size_t i = 0; i < 4 * 3 * 10 * 4; i++) {
		struct arena_mark mark = arena_mark(&arena);
		struct slice content =
			bytes_of_kind(lengths[i % 10], (unsigned)(i / 10 % 4));
		struct slice stream =
			deflated(content, (int)(i / 40 % 3) * 4, strategies[i / 120]);
		struct buf out = { .arena = &arena };
		struct inflate_result result;
		struct error err = { 0 };
		assert_int_equal(inflate_raw(inflater, stream, content.len,
					     (struct inflate_sink){ collect, &out },
					     &result, &err),
				 0);
		assert_true(slice_eq(buf_slice(&out), content));
		assert_int_equal(result.size, content.len);
		assert_int_equal(result.consumed, stream.len);
		assert_int_equal(result.crc32, crc32_update(0, content));
		arena_rewind(&arena, mark);
	}
}

static void test_gz_5_consumed_ends_with_the_final_block(void **state)
{
	(void)state;
	for (size_t len = 0; len < 400; len += 3) {
		struct slice stream = deflated(bytes_of_kind(len, 3), (int)(len % 3) * 3,
					       Z_DEFAULT_STRATEGY);
		for (size_t tail = 0; tail < 20; tail++) {
			struct buf longer = { .arena = &arena };
			struct inflate_result result;
			struct error err = { 0 };
			buf_append(&longer, stream);
			buf_append(&longer, slice_range(S("PK\3\4 and what else follows"),
							0, tail));
			assert_int_equal(inflate_raw(inflater, buf_slice(&longer), len,
						     (struct inflate_sink){ 0 }, &result,
						     &err),
					 0);
			assert_int_equal(result.consumed, stream.len);
		}
	}
}

static void expect_broken(struct slice stream, uint64_t max_bytes)
{
	struct inflate_result result;
	struct error err = { 0 };
	assert_int_equal(inflate_raw(inflater, stream, max_bytes,
				     (struct inflate_sink){ 0 }, &result, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
}

static void test_inflate_every_cut_is_an_error(void **state)
{
	(void)state;
	struct slice stream = deflated(bytes_of_kind(300, 3), 6, Z_DEFAULT_STRATEGY);
	for (size_t len = 0; len < stream.len; len++)
		expect_broken(slice_range(stream, 0, len), 300);
}

static void test_inflate_more_than_announced(void **state)
{
	(void)state;
	struct slice stream = deflated(bytes_of_kind(600000, 0), 9, Z_DEFAULT_STRATEGY);
	expect_broken(stream, 599999);
	expect_broken(stream, 0);
}

static void test_inflate_invalid_blocks(void **state)
{
	(void)state;
	expect_broken(S("\x07"), 100);                 // block type 3
	expect_broken(S("\x01\x01\x00\x00\x00"), 100); // length and complement disagree
	expect_broken(S("\x4b\x04\x3e\x00"), 100);     // distance before the beginning
}

static int stop_at_once(void *context, struct slice piece, struct error *err)
{
	(void)piece;
	++*(int *)context;
	return error_set(err, ERROR_IO, "stop");
}

static void test_inflate_sink_stops(void **state)
{
	(void)state;
	int calls = 0;
	struct inflate_result result;
	struct error err = { 0 };
	struct slice stream = deflated(bytes_of_kind(600000, 3), 6, Z_DEFAULT_STRATEGY);
	assert_int_equal(inflate_raw(inflater, stream, 600000,
				     (struct inflate_sink){ stop_at_once, &calls },
				     &result, &err),
			 -1);
	assert_int_equal(calls, 1);
	assert_int_equal(err.kind, ERROR_IO);
}

static int prepare(void **state)
{
	(void)state;
	inflater = inflater_new();
	return 0;
}

static int release(void **state)
{
	(void)state;
	inflater_free(inflater);
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gz_11_agrees_with_zlib),
		cmocka_unit_test(test_gz_5_consumed_ends_with_the_final_block),
		cmocka_unit_test(test_inflate_every_cut_is_an_error),
		cmocka_unit_test(test_inflate_more_than_announced),
		cmocka_unit_test(test_inflate_invalid_blocks),
		cmocka_unit_test(test_inflate_sink_stops),
	};
	return cmocka_run_group_tests(tests, prepare, release);
}
