// SPDX-License-Identifier: MIT
// Members: their bytes, where runs are cut, stored blocks, and that zlib reads the whole.
#include "base/bytes.h"
#include "base/digest.h"
#include "base/gzip_member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static void gzip_writer_cleanup(struct gzip_writer **writer)
{
	gzip_writer_free(*writer);
}

static struct arena arena;

static int collect(void *context, struct slice piece, struct error *err)
{
	(void)err;
	assert_true(piece.len <= 1024 * 1024);
	buf_append(context, piece);
	return 0;
}

// Inflates all members and gives how many there were.
static size_t count_members(struct slice blob, struct buf *out)
{
	static char window[1 << 16];
	size_t members = 0;
	while (blob.len > 0) {
		z_stream stream = { .next_in = (Bytef *)(uintptr_t)blob.ptr,
				    .avail_in = (uInt)blob.len };
		assert_int_equal(inflateInit2(&stream, 31), Z_OK);
		int status;
		do {
			stream.next_out = (Bytef *)window;
			stream.avail_out = sizeof(window);
			status = inflate(&stream, Z_NO_FLUSH);
			assert_true(status == Z_OK || status == Z_STREAM_END);
			buf_append(out,
				   (struct slice){ window,
						   sizeof(window) - stream.avail_out });
		} while (status != Z_STREAM_END);
		blob = slice_skip(blob, stream.total_in);
		assert_true(stream.total_out > 0);
		inflateEnd(&stream);
		members++;
	}
	return members;
}

static struct slice pattern(size_t len)
{
	char *bytes = arena_alloc(&arena, len + 1, 1);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * i >> 7);
	return (struct slice){ bytes, len };
}

static void test_gz_3_member_bytes(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct buf blob = { .arena = &arena };
	AUTO(gzip_writer_cleanup)
	struct gzip_writer *writer = gzip_writer_new(collect, &blob);
	assert_int_equal(gzip_run(writer, S("pinbake\n"), &err), 0);
	assert_int_equal(gzip_cut(writer, &err), 0);
	assert_int_equal(blob.len, 28);
	assert_memory_equal(
		blob.ptr,
		"\x1f\x8b\x08\0\0\0\0\0\0\xff\x2b\xc8\xcc\x4b\x4a\xcc\x4e\xe5\x02\x00",
		20);
	assert_int_equal(get_u32le(blob.ptr + 20), crc32_update(0, S("pinbake\n")));
	assert_int_equal(get_u32le(blob.ptr + 24), 8);
}

static void test_gz_4_runs_are_cut_at_a_mebibyte(void **state)
{
	(void)state;
	static const struct {
		size_t len, members;
	} cases[] = {
		{ 1, 1 }, { 1048576, 1 }, { 1048577, 2 }, { 2097152, 2 }, { 3000000, 3 }
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };
		struct slice bytes = pattern(cases[i].len);
		struct buf blob = { .arena = &arena }, out = { .arena = &arena };
		AUTO(gzip_writer_cleanup)
		struct gzip_writer *writer = gzip_writer_new(collect, &blob);
		for (size_t at = 0; at < bytes.len; at += 777777)
			assert_int_equal(gzip_run(writer,
						  slice_range(bytes, at, at + 777777),
						  &err),
					 0);
		assert_int_equal(gzip_cut(writer, &err), 0);
		assert_int_equal(count_members(buf_slice(&blob), &out), cases[i].members);
		assert_true(slice_eq(buf_slice(&out), bytes));
	}
}

static void test_gz_4_no_empty_member(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct buf blob = { .arena = &arena };
	AUTO(gzip_writer_cleanup)
	struct gzip_writer *writer = gzip_writer_new(collect, &blob);
	assert_int_equal(gzip_run(writer, S(""), &err), 0);
	assert_int_equal(gzip_cut(writer, &err), 0);
	assert_int_equal(blob.len, 0);
}

static void test_gz_5_transplant_ends_the_run(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct buf blob = { .arena = &arena }, out = { .arena = &arena };
	AUTO(gzip_writer_cleanup)
	struct gzip_writer *writer = gzip_writer_new(collect, &blob);
	struct slice deflate = { "\x2b\xc8\xcc\x4b\x4a\xcc\x4e\xe5\x02\x00", 10 };
	uint32_t crc = crc32_update(0, S("pinbake\n"));
	assert_int_equal(gzip_run(writer, S("head"), &err), 0);
	assert_int_equal(gzip_transplant(writer, deflate, crc, 8, &err), 0);
	assert_int_equal(gzip_transplant(writer, deflate, crc, 8, &err), 0);
	assert_int_equal(gzip_run(writer, (struct slice){ "\0\0\0", 3 }, &err), 0);
	assert_int_equal(gzip_cut(writer, &err), 0);
	assert_int_equal(count_members(buf_slice(&blob), &out), 4);
	assert_true(slice_eq(buf_slice(&out),
			     (struct slice){ "headpinbake\npinbake\n\0\0\0", 23 }));
}

static void test_gz_6_stored_blocks(void **state)
{
	(void)state;
	static const size_t lengths[] = { 1, 65534, 65535, 65536, 131070, 131071 };
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct error err = { 0 };
		struct slice bytes = pattern(lengths[i]);
		struct buf blob = { .arena = &arena }, out = { .arena = &arena };
		AUTO(gzip_writer_cleanup)
		struct gzip_writer *writer = gzip_writer_new(collect, &blob);
		assert_int_equal(gzip_stored(writer, bytes, crc32_update(0, bytes), &err),
				 0);
		assert_int_equal(gzip_cut(writer, &err), 0);
		size_t blocks = (lengths[i] + 65534) / 65535;
		assert_int_equal(blob.len, 18 + 5 * blocks + lengths[i]);
		assert_int_equal(blob.ptr[10], blocks == 1);
		assert_int_equal(count_members(buf_slice(&blob), &out), 1);
		assert_true(slice_eq(buf_slice(&out), bytes));
	}
}

static int refuse(void *context, struct slice piece, struct error *err)
{
	(void)context;
	(void)piece;
	return error_set(err, ERROR_IO, "full");
}

static void test_gzip_sink_error_is_passed_on(void **state)
{
	(void)state;
	struct error err = { 0 };
	AUTO(gzip_writer_cleanup)
	struct gzip_writer *writer = gzip_writer_new(refuse, NULL);
	assert_int_equal(gzip_run(writer, S("x"), &err), 0);
	assert_int_equal(gzip_cut(writer, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gz_3_member_bytes),
		cmocka_unit_test(test_gz_4_runs_are_cut_at_a_mebibyte),
		cmocka_unit_test(test_gz_4_no_empty_member),
		cmocka_unit_test(test_gz_5_transplant_ends_the_run),
		cmocka_unit_test(test_gz_6_stored_blocks),
		cmocka_unit_test(test_gzip_sink_error_is_passed_on),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
