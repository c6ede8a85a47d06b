// SPDX-License-Identifier: MIT
// The coder of gz.9: its vectors, and that igzip and zlib agree on what its output
// inflates to.
#include "base/deflate_fixed.h"
#include "base/digest.h"
#include "base/inflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static struct arena arena;

static void assert_coded(struct slice piece, const char *hex)
{
	struct deflate_coder *coder = deflate_coder_new();
	struct slice coded = deflate_fixed(coder, piece);
	struct buf text = { .arena = &arena };
	for (size_t i = 0; i < coded.len; i++)
		buf_printf(&text, "%02x", (unsigned char)coded.ptr[i]);
	assert_string_equal(arena_c_string(&arena, buf_slice(&text)), hex);
	deflate_coder_free(coder);
}

static void test_gz_9_vectors(void **state)
{
	(void)state;
	static const char zeros[512];
	assert_coded(S("pinbake\n"), "2bc8cc4b4acc4ee50200");
	assert_coded((struct slice){ zeros, sizeof(zeros) }, "631805233a0400");
	assert_coded(S("abcdeabcdeabcdXabcd"), "4b4c4a4e49851311201600");
}

static struct slice random_megabyte(uint32_t mask)
{
	char *bytes = arena_alloc(&arena, DEFLATE_PIECE_MAX, 1);
	uint32_t x = 1;
	for (size_t i = 0; i < DEFLATE_PIECE_MAX; i++) {
		x = (1103515245U * x + 12345U) & 0x7fffffffU;
		bytes[i] = (char)((x >> 16) & mask);
	}
	return (struct slice){ bytes, DEFLATE_PIECE_MAX };
}

static void test_gz_9_megabyte_vector(void **state)
{
	(void)state;
	struct deflate_coder *coder = deflate_coder_new();
	struct slice coded = deflate_fixed(coder, random_megabyte(15));
	assert_int_equal(coded.len, 910940);
	struct sha256 digest = sha256_of(coded);
	assert_string_equal(
		sha256_hex(&arena, &digest).ptr,
		"eea5c856adfb1b5a907019488a5393173992025e5b658ccf7658019382b510d5");
	deflate_coder_free(coder);
}

static void test_gz_9_output_does_not_depend_on_earlier_pieces(void **state)
{
	(void)state;
	struct deflate_coder *coder = deflate_coder_new();
	struct slice piece = S("abcdeabcdeabcdXabcd");
	struct slice first = arena_dup(&arena, deflate_fixed(coder, piece));
	for (int i = 0; i < 3; i++)
		(void)deflate_fixed(coder, random_megabyte(3));
	assert_true(slice_eq(first, deflate_fixed(coder, piece)));
	deflate_coder_free(coder);
}

static int compare_piece(void *context, struct slice piece, struct error *err)
{
	struct slice *expected = context;
	if (!slice_starts_with(*expected, piece))
		return error_set(err, ERROR_INTEGRITY, "other bytes");
	*expected = slice_skip(*expected, piece.len);
	return 0;
}

static void assert_inflates(struct deflate_coder *coder, struct inflater *inflater,
			    struct slice piece)
{
	struct error err = { 0 };
	struct slice coded = deflate_fixed(coder, piece), rest = piece;
	struct inflate_result result = { 0 };
	assert_int_equal(inflate_raw(inflater, coded, piece.len,
				     (struct inflate_sink){ compare_piece, &rest },
				     &result, &err),
			 0);
	assert_int_equal(result.size, piece.len);
	assert_int_equal(result.consumed, coded.len);
	char *out = arena_alloc(&arena, piece.len, 1);
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)coded.ptr,
			    .avail_in = (uInt)coded.len,
			    .next_out = (Bytef *)out,
			    .avail_out = (uInt)piece.len };
	assert_int_equal(inflateInit2(&stream, -15), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	assert_memory_equal(out, piece.ptr, piece.len);
	inflateEnd(&stream);
}

static void test_gz_9_round_trips(void **state)
{
	(void)state;
	struct deflate_coder *coder = deflate_coder_new();
	struct inflater *inflater = inflater_new();
	for (uint32_t mask = 1; mask < 256; mask = mask * 2 + 1) {
		struct slice bytes = random_megabyte(mask);
		assert_inflates(coder, inflater, bytes);
		for (size_t len = 1; len < 300; len++)
			assert_inflates(coder, inflater,
					slice_range(bytes, len, 2 * len));
	}
	struct slice zeros = { arena_alloc(&arena, DEFLATE_PIECE_MAX, 1),
			       DEFLATE_PIECE_MAX };
	for (size_t len = 1; len <= 600; len++)
		assert_inflates(coder, inflater, slice_range(zeros, 0, len));
	assert_inflates(coder, inflater, zeros);
	inflater_free(inflater);
	deflate_coder_free(coder);
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
		cmocka_unit_test(test_gz_9_vectors),
		cmocka_unit_test(test_gz_9_megabyte_vector),
		cmocka_unit_test(test_gz_9_output_does_not_depend_on_earlier_pieces),
		cmocka_unit_test(test_gz_9_round_trips),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
