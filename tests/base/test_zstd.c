// SPDX-License-Identifier: MIT
// zstd frames: made here and unpacked again, frames made elsewhere, and broken ones.
#include "base/digest.h"
#include "base/inflate.h"
#include "base/zstd_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void zstd_frame_cleanup(struct zstd_frame **frame)
{
	zstd_frame_free(*frame);
}

static struct arena arena;
static struct inflater *inflater;

// 40 lines "line N of a text that repeats itself, line after line", by the zstd tool at level
// 19, without a checksum.
static const char text_frame[] =
	"\x28\xb5\x2f\xfd\x00\x68\x25\x04\x00\x02\x46\x12\x12\xa0\xed\x00\xaa\x39\x69\x02"
	"\xf6\x7f\xfd\xec\x96\xe0\x1b\xfb\xdd\x1c\x01\x2a\xa1\x63\x0a\x19\x2b\xc8\x55\x42"
	"\xc7\x14\x32\x56\x8c\xab\x84\x8e\x29\x64\xec\x5e\x3d\x1d\xfd\xdc\xbc\x9c\x7c\x7c"
	"\xc1\xe4\x66\xeb\x81\x3d\xa6\xed\x4e\x7b\xb1\xe4\xf9\x5e\xad\xdf\x95\xfb\xeb\x2c"
	"\x5e\x9c\xa1\x7b\x01\x2a\xa8\x11\xc0\x3e\xc6\xfa\x9f\x01\xc0\x93\xb4\x1c\x11\x64"
	"\x84\xff\xff\x9f\xe1\x07\xcd\xf6\xcc\xf6\x6a\x67\x6d\x76\x6f\xc7\x7b\x66\x6b\x77"
	"\xbb\xd3\x1b\x82\x58\x16\xc4\x2c\x49\xb3\x5c\xb2\xac\x43\xe2\xdc\x4b\x9d\x02\x59"
	"\x05";

#define TEXT_FRAME ((struct slice){ text_frame, sizeof(text_frame) - 1 })

static int collect(void *context, struct slice piece, struct error *err)
{
	(void)err;
	buf_append(context, piece);
	return 0;
}

static struct slice noise_and_zeros(size_t len)
{
	char *bytes = arena_alloc(&arena, len + 1, 1);
	uint32_t x = 11;
	for (size_t i = 0; i < len; i++) {
		x = x * 1664525U + 1013904223U;
		bytes[i] = (char)(i / 5000 % 2 ? x >> 24 : 0);
	}
	return (struct slice){ bytes, len };
}

// The content in calls of `step` bytes.
static struct slice framed(struct slice content, size_t step, int level)
{
	struct buf out = { .arena = &arena };
	struct error err = { 0 };
	AUTO(zstd_frame_cleanup)
	struct zstd_frame *frame = zstd_frame_new(level, collect, &out);
	for (size_t at = 0; at < content.len; at += step)
		assert_int_equal(zstd_frame_put(frame,
						slice_range(content, at, at + step),
						&err),
				 0);
	assert_int_equal(zstd_frame_finish(frame, &err), 0);
	return buf_slice(&out);
}

static void expect(struct slice stream, struct slice content)
{
	struct buf out = { .arena = &arena };
	struct inflate_result result;
	struct error err = { 0 };
	if (inflate_zstd(inflater, stream, content.len,
			 (struct inflate_sink){ collect, &out }, &result, &err) < 0)
		fail_msg("%s", err.cause);
	assert_true(slice_eq(buf_slice(&out), content));
	assert_int_equal(result.size, content.len);
	assert_int_equal(result.crc32, crc32_update(0, content));
	assert_int_equal(result.consumed, stream.len);
}

static void expect_broken(struct slice stream, uint64_t max_bytes)
{
	struct inflate_result result;
	struct error err = { 0 };
	assert_int_equal(inflate_zstd(inflater, stream, max_bytes,
				      (struct inflate_sink){ 0 }, &result, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
}

static void test_gz_15_round_trip(void **state)
{
	(void)state;
	static const size_t lengths[] = { 0,      1,       1000,    262144,
					  262145, 1048576, 1048577, 3000000 };
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct arena_mark mark = arena_mark(&arena);
		struct slice content = noise_and_zeros(lengths[i]);
		expect(framed(content, 100000, ZSTD_LEVEL_DEFAULT), content);
		arena_rewind(&arena, mark);
	}
}

static void test_gz_15_calls_do_not_show(void **state)
{
	(void)state;
	struct slice content = noise_and_zeros(2500000),
		     once = framed(content, content.len, 3);
	assert_true(slice_eq(framed(content, 777, 3), once));
	assert_true(slice_eq(framed(content, 1048576, 3), once));
	assert_false(slice_eq(framed(content, content.len, 9), once));
}

static struct slice text(void)
{
	struct buf out = { .arena = &arena };
	for (unsigned i = 0; i < 40; i++)
		buf_printf(&out,
			   "line %u of a text that repeats itself, line after line\n", i);
	return buf_slice(&out);
}

static void test_zstd_frame_of_the_tool(void **state)
{
	(void)state;
	expect(TEXT_FRAME, text());
}

static void test_zstd_several_frames(void **state)
{
	(void)state;
	struct buf two = { .arena = &arena };
	struct buf both = { .arena = &arena };
	struct slice content = noise_and_zeros(300000);
	buf_append(&two, TEXT_FRAME);
	buf_append(&two, framed(content, 1000, 3));
	buf_append(&both, text());
	buf_append(&both, content);
	expect(buf_slice(&two), buf_slice(&both));
}

static void test_zstd_every_cut_is_an_error(void **state)
{
	(void)state;
	struct slice stream = TEXT_FRAME;
	for (size_t len = 0; len < stream.len; len++)
		expect_broken(slice_range(stream, 0, len), 1 << 20);
}

static void test_zstd_bytes_after_the_frame(void **state)
{
	(void)state;
	struct buf longer = { .arena = &arena };
	buf_append(&longer, TEXT_FRAME);
	buf_append(&longer, S("PK"));
	expect_broken(buf_slice(&longer), 1 << 20);
}

static void test_zstd_more_than_announced(void **state)
{
	(void)state;
	expect_broken(TEXT_FRAME, text().len - 1);
	expect_broken(framed(noise_and_zeros(600000), 600000, 3), 599999);
	// 1,000 blocks of 128 KiB in 4 bytes each: zeros without end stop at the bound.
	struct buf bomb = { .arena = &arena };
	buf_append(&bomb, S("\x28\xb5\x2f\xfd\x00\x38"));
	for (unsigned i = 0; i < 1000; i++)
		buf_append(&bomb, S("\x02\x00\x10\x00"));
	buf_append(&bomb, S("\x03\x00\x10\x00"));
	expect_broken(buf_slice(&bomb), 1 << 20);
}

static void test_zstd_window_of_gigabytes(void **state)
{
	(void)state;
	expect_broken(S("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00"), 1 << 20);
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
		cmocka_unit_test(test_gz_15_round_trip),
		cmocka_unit_test(test_gz_15_calls_do_not_show),
		cmocka_unit_test(test_zstd_frame_of_the_tool),
		cmocka_unit_test(test_zstd_several_frames),
		cmocka_unit_test(test_zstd_every_cut_is_an_error),
		cmocka_unit_test(test_zstd_bytes_after_the_frame),
		cmocka_unit_test(test_zstd_more_than_announced),
		cmocka_unit_test(test_zstd_window_of_gigabytes),
	};
	return cmocka_run_group_tests(tests, prepare, release);
}
