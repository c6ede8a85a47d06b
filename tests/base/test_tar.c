// SPDX-License-Identifier: MIT
// The canonical tar form: the test vector of docs/layers.md, field layout, and every
// branch of names (tar.6) and pax headers (tar.7).
#include "base/digest.h"
#include "base/gzip_member.h"
#include "base/tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void gzip_writer_cleanup(struct gzip_writer **writer)
{
	gzip_writer_free(*writer);
}

static struct arena arena;

static struct slice repeat(struct slice head, char byte, size_t count)
{
	struct buf text = { .arena = &arena };
	buf_append(&text, head);
	for (size_t i = 0; i < count; i++)
		buf_byte(&text, byte);
	return buf_slice(&text);
}

static struct tar_header header_of(struct tar_entry entry)
{
	struct tar_header header;
	struct error err = { 0 };
	assert_int_equal(tar_header_write(&entry, &header, &err), 0);
	return header;
}

static void append_entry(struct buf *tar, struct tar_entry entry, struct slice content)
{
	static const char zeros[TAR_BLOCK_BYTES];
	entry.size = content.len;
	entry.mtime = 315532800;
	struct tar_header header = header_of(entry);
	buf_append(tar, (struct slice){ header.bytes, header.len });
	buf_append(tar, content);
	buf_append(tar, (struct slice){ zeros, tar_padding(content.len) });
}

static void append_directory(struct buf *tar, struct slice path)
{
	append_entry(tar,
		     (struct tar_entry){
			     .type = TAR_DIRECTORY, .path = path, .mode = 0755 },
		     S(""));
}

static void append_file(struct buf *tar, struct slice path, unsigned mode,
			struct slice content)
{
	append_entry(tar,
		     (struct tar_entry){ .type = TAR_FILE, .path = path, .mode = mode },
		     content);
}

static struct slice vector(void)
{
	static const char zeros[TAR_END_BYTES];
	struct buf tar = { .arena = &arena };
	struct slice long_directory = repeat(S("opt/venv/"), 'd', 60);
	struct slice in_it = arena_printf(&arena, "%.*s/", SLICE_ARG(long_directory));
	append_directory(&tar, S("opt"));
	append_directory(&tar, S("opt/venv"));
	append_directory(&tar, S("opt/venv/a"));
	append_file(&tar, repeat(S("opt/venv/a/"), 'n', 101), 0644, S("y"));
	append_file(&tar, S("opt/venv/a/run"), 0755, S("#!/bin/sh\n"));
	append_file(&tar, S("opt/venv/a/\xc3\xa9.txt"), 0644, S(""));
	append_directory(&tar, S("opt/venv/a-b"));
	append_file(&tar, S("opt/venv/a-b/x.py"), 0644, S("x = 1\n"));
	append_directory(&tar, long_directory);
	append_file(&tar, repeat(in_it, 'e', 60), 0644, S("zz"));
	append_entry(&tar,
		     (struct tar_entry){ .type = TAR_SYMLINK,
					 .path = S("opt/venv/lnk"),
					 .link = S("a/run"),
					 .mode = 0777 },
		     S(""));
	buf_append(&tar, (struct slice){ zeros, sizeof(zeros) });
	return buf_slice(&tar);
}

static void assert_sha256(struct slice bytes, const char *hex)
{
	struct sha256 digest = sha256_of(bytes);
	assert_string_equal(sha256_hex(&arena, &digest).ptr, hex);
}

static int collect(void *context, struct slice piece, struct error *err)
{
	(void)err;
	buf_append(context, piece);
	return 0;
}

static void test_tar_vector_diff_id_and_digest(void **state)
{
	(void)state;
	struct slice tar = vector();
	assert_int_equal(tar.len, 10752);
	assert_sha256(tar,
		      "1710a8c46afa674826653108f339d1ccda24ab996622fa18361b13a5bc7537d1");
	struct error err = { 0 };
	struct buf blob = { .arena = &arena };
	AUTO(gzip_writer_cleanup)
	struct gzip_writer *writer = gzip_writer_new(collect, &blob);
	assert_int_equal(gzip_run(writer, tar, &err), 0);
	assert_int_equal(gzip_cut(writer, &err), 0);
	assert_int_equal(blob.len, 586);
	assert_sha256(buf_slice(&blob),
		      "d1f341a60aa98ea7b2d623e34389c2e1abadc8251afef604a066fdfd62e99b89");
}

static void test_tar_5_header_fields(void **state)
{
	(void)state;
	struct tar_header header = header_of((struct tar_entry){ .type = TAR_FILE,
								 .path = S("a/b"),
								 .mode = 0755,
								 .uid = 1000,
								 .gid = 2097151,
								 .size = 10,
								 .mtime = 315532800 });
	assert_int_equal(header.len, 512);
	assert_memory_equal(header.bytes, "a/b\0", 4);
	assert_memory_equal(header.bytes + 100,
			    "0000755\0"
			    "0001750\0"
			    "7777777\0"
			    "00000000012\0"
			    "02263523000\0",
			    48);
	assert_memory_equal(header.bytes + 154, "\0 0", 3);
	assert_memory_equal(header.bytes + 257,
			    "ustar\0"
			    "00",
			    8);
	assert_memory_equal(header.bytes + 329,
			    "0000000\0"
			    "0000000\0",
			    16);
}

static void test_tar_6_splits_an_ascii_name_without_pax(void **state)
{
	(void)state;
	static const struct {
		// Prefix '/' name, in components of at most 200 bytes
		size_t prefix, name;
		size_t blocks;
	} cases[] = { { 50, 49, 1 },   { 50, 50, 1 },  { 155, 100, 1 },
		      { 155, 101, 3 }, { 156, 10, 3 }, { 0, 101, 3 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice path = repeat(S(""), 'p', cases[i].prefix);
		path = repeat(cases[i].prefix
				      ? arena_printf(&arena, "%.*s/", SLICE_ARG(path))
				      : path,
			      'n', cases[i].name);
		struct tar_header header = header_of((struct tar_entry){
			.type = TAR_FILE, .path = path, .mode = 0644 });
		assert_int_equal(header.len, 512 * cases[i].blocks);
		assert_int_equal(header.bytes[156], cases[i].blocks == 1 ? '0' : 'x');
	}
}

static void test_tar_6_directory_slash_counts(void **state)
{
	(void)state;
	// 99 + '/' fits the name field; 100 + '/' does not and has no slash to split at.
	struct tar_entry entry = { .type = TAR_DIRECTORY,
				   .path = repeat(S(""), 'd', 99),
				   .mode = 0755 };
	assert_int_equal(header_of(entry).len, 512);
	entry.path = repeat(S(""), 'd', 100);
	assert_int_equal(header_of(entry).len, 3 * 512);
}

static void test_tar_7_pax_records_are_sorted_and_count_themselves(void **state)
{
	(void)state;
	struct tar_entry entry = { .type = TAR_SYMLINK,
				   .path = S("d/\xc3\xa9"),
				   .link = S("\xc3\xa9"),
				   .mode = 0777 };
	struct tar_header header = header_of(entry);
	assert_int_equal(header.len, 3 * 512);
	assert_string_equal(header.bytes, "d/PaxHeaders.0");
	assert_memory_equal(header.bytes + 100,
			    "0000000\0"
			    "0000000\0"
			    "0000000\0"
			    "00000000034\0"
			    "00000000000\0",
			    48);
	assert_string_equal(header.bytes + 512,
			    "15 linkpath=\xc3\xa9\n13 path=d/\xc3\xa9\n");
	assert_string_equal(header.bytes + 1024, "d/");
	assert_memory_equal(header.bytes + 1024 + 157, "\0", 1);
}

static void test_tar_7_record_length_that_grows_by_its_own_digit(void **state)
{
	(void)state;
	// "9" + 1 + 5 + 92 + 1 … the sum reaches 100 only with a third digit.
	struct tar_entry entry = { .type = TAR_FILE,
				   .path = repeat(S("\xc3\xa9"), 'x', 88),
				   .mode = 0644 };
	struct tar_header header = header_of(entry);
	assert_memory_equal(header.bytes + 512, "99 path=", 8);
	entry.path = repeat(S("\xc3\xa9"), 'x', 89);
	header = header_of(entry);
	assert_memory_equal(header.bytes + 512, "101 path=", 9);
}

static void test_tar_6_size_of_eight_gib(void **state)
{
	(void)state;
	struct tar_entry entry = {
		.type = TAR_FILE, .path = S("big"), .mode = 0644, .size = 8589934591U
	};
	assert_int_equal(header_of(entry).len, 512);
	entry.size++;
	struct tar_header header = header_of(entry);
	assert_int_equal(header.len, 3 * 512);
	assert_string_equal(header.bytes + 512, "19 size=8589934592\n");
	assert_memory_equal(header.bytes + 1024 + 124, "00000000000\0", 12);
}

static void test_tar_4_refused_paths(void **state)
{
	(void)state;
	static const struct slice refused[] = {
		{ "", 0 },    { "/a", 2 },   { "a/", 2 },   { "a//b", 4 },
		{ "./a", 3 }, { "a/..", 4 }, { "a\\b", 3 }, { "a\0b", 3 },
	};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct error err = { 0 };
		struct tar_header header;
		struct tar_entry entry = { .type = TAR_FILE,
					   .path = refused[i],
					   .mode = 0644 };
		assert_int_equal(tar_header_write(&entry, &header, &err), -1);
		assert_int_equal(err.kind, ERROR_INTEGRITY);
	}
	assert_true(tar_path_is_fit(repeat(S("a/"), 'x', 255)));
	assert_false(tar_path_is_fit(repeat(S("a/"), 'x', 256)));
	assert_true(tar_path_is_fit(S("a../..b/...")));
}

static void test_tar_10_owner_out_of_range(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct tar_header header;
	struct tar_entry entry = {
		.type = TAR_FILE, .path = S("a"), .mode = 0644, .uid = 2097152
	};
	assert_int_equal(tar_header_write(&entry, &header, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
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
		cmocka_unit_test(test_tar_vector_diff_id_and_digest),
		cmocka_unit_test(test_tar_5_header_fields),
		cmocka_unit_test(test_tar_6_splits_an_ascii_name_without_pax),
		cmocka_unit_test(test_tar_6_directory_slash_counts),
		cmocka_unit_test(test_tar_7_pax_records_are_sorted_and_count_themselves),
		cmocka_unit_test(test_tar_7_record_length_that_grows_by_its_own_digit),
		cmocka_unit_test(test_tar_6_size_of_eight_gib),
		cmocka_unit_test(test_tar_4_refused_paths),
		cmocka_unit_test(test_tar_10_owner_out_of_range),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
