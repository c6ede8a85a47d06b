// SPDX-License-Identifier: MIT
// Zip directories: zip64, data descriptors, tails, and archives that two readers would
// read differently.
#include "base/bytes.h"
#include "base/digest.h"
#include "base/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

// An archive of stored entries whose parts a test may bend before it is put together.
struct part {
	struct slice name, content;
	struct slice local_name;         // "" for the same
	struct slice local_extra, extra; // of the local header and of the directory
	uint32_t size32, compressed32;   // 0: the content's length; in the directory
	uint16_t flags, method;
	bool descriptor; // local sizes are zero, a descriptor follows
	bool wrong_crc;
	struct slice tail;    // between the content and what comes next
	uint16_t local_flags; // turned over in the local header
	uint16_t local_method;
	uint32_t local_crc, local_compressed, local_size; // added to the truth there
	uint64_t offset; // set by build; a non-zero one stays
};

struct shape {
	// Bytes after the directory; the end record's comment
	struct slice between, comment;
	uint64_t count; // in place of the true number, if not 0
	bool zip64, zip64_contradicts;
	struct slice before; // the first entry
};

static void put(struct buf *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_byte(out, (char)(value >> (8 * i) & 0xff));
}

static void put_common(struct buf *out, const struct part *part, uint32_t crc32,
		       uint32_t compressed, uint32_t size)
{
	put(out, 20, 2);
	put(out, part->flags | (part->descriptor ? 8U : 0), 2);
	put(out, part->method, 2);
	put(out, 0, 4);
	put(out, crc32, 4);
	put(out, compressed, 4);
	put(out, size, 4);
}

static uint32_t crc_of(const struct part *part)
{
	return crc32_update(0, part->content) ^ (part->wrong_crc ? 1 : 0);
}

static void put_descriptor(struct buf *out, const struct part *part)
{
	buf_append(out, S("PK\7\10"));
	put(out, crc_of(part), 4);
	put(out, part->content.len, 4);
	put(out, part->content.len, 4);
}

static void put_local(struct buf *out, struct part *part)
{
	struct slice name = part->local_name.len ? part->local_name : part->name;
	uint32_t size = part->descriptor ? 0 : (uint32_t)part->content.len;
	struct part local = *part;
	local.flags ^= part->local_flags;
	local.method += part->local_method;
	if (part->offset == 0)
		part->offset = out->len;
	buf_append(out, S("PK\3\4"));
	put_common(out, &local, part->local_crc + (part->descriptor ? 0 : crc_of(part)),
		   size + part->local_compressed, size + part->local_size);
	put(out, name.len, 2);
	put(out, part->local_extra.len, 2);
	buf_append(out, name);
	buf_append(out, part->local_extra);
	buf_append(out, part->content);
	if (part->descriptor && !part->tail.len)
		put_descriptor(out, part);
	buf_append(out, part->tail);
}

static void put_central(struct buf *out, const struct part *part)
{
	uint32_t size = (uint32_t)part->content.len;
	buf_append(out, S("PK\1\2"));
	put(out, 0x0314, 2);
	put_common(out, part, crc_of(part),
		   part->compressed32 ? part->compressed32 : size,
		   part->size32 ? part->size32 : size);
	put(out, part->name.len, 2);
	put(out, part->extra.len, 2);
	put(out, 0, 6); // comment, disk, internal attributes
	put(out, 0100644U << 16, 4);
	put(out, part->offset == UINT64_MAX ? 0xffffffff : part->offset, 4);
	buf_append(out, part->name);
	buf_append(out, part->extra);
}

static void put_end64(struct buf *out, uint64_t count, uint64_t size, uint64_t offset)
{
	uint64_t at = out->len;
	buf_append(out, S("PK\6\6"));
	put(out, 44, 8);
	put(out, 45, 4);
	put(out, 0, 8);
	put(out, count, 8);
	put(out, count, 8);
	put(out, size, 8);
	put(out, offset, 8);
	buf_append(out, S("PK\6\7"));
	put(out, 0, 4);
	put(out, at, 8);
	put(out, 1, 4);
}

static struct slice build(struct part *parts, size_t len, struct shape shape)
{
	struct buf out = { .arena = &arena };
	buf_append(&out, shape.before);
	for (size_t i = 0; i < len; i++)
		put_local(&out, &parts[i]);
	uint64_t begin = out.len, count = shape.count ? shape.count : len;
	for (size_t i = 0; i < len; i++)
		put_central(&out, &parts[i]);
	uint64_t size = out.len - begin;
	buf_append(&out, shape.between);
	if (shape.zip64)
		put_end64(&out, count, size, begin);
	bool hidden = shape.zip64 && !shape.zip64_contradicts;
	buf_append(&out, S("PK\5\6"));
	put(&out, 0, 4);
	put(&out, hidden ? 0xffff : count, 2);
	put(&out, hidden ? 0xffff : count, 2);
	put(&out, hidden ? 0xffffffff : size, 4);
	put(&out, hidden ? 0xffffffff : begin + (shape.zip64_contradicts ? 1 : 0), 4);
	put(&out, shape.comment.len, 2);
	buf_append(&out, shape.comment);
	return buf_slice(&out);
}

static struct zip_directory directory_of(struct slice archive)
{
	struct zip_directory directory;
	struct error err = { 0 };
	uint64_t need;
	if (zip_read_directory(&arena, archive, archive.len, &directory, &need, &err) < 0)
		fail_msg("%s", err.cause);
	return directory;
}

static void expect_refused(struct slice archive)
{
	struct zip_directory directory;
	struct error err = { 0 };
	uint64_t need = 1;
	assert_int_equal(zip_read_directory(&arena, archive, archive.len, &directory,
					    &need, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_int_equal(need, 0);
}

static void expect_content(const struct zip_directory *directory, struct slice archive,
			   struct slice name, struct slice content)
{
	struct slice bytes;
	struct error err = { 0 };
	const struct zip_entry *entry = zip_find(directory, name);
	assert_non_null(entry);
	if (zip_entry_read(entry, archive, 1000, &arena, &bytes, &err) < 0)
		fail_msg("%s", err.cause);
	assert_true(slice_eq(bytes, content));
}

static void expect_unreadable(struct slice archive, struct slice name)
{
	struct zip_directory directory = directory_of(archive);
	struct slice bytes;
	struct error err = { 0 };
	assert_int_equal(zip_entry_read(zip_find(&directory, name), archive, 1000, &arena,
					&bytes, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
}

static void test_gz_7_plain_archive(void **state)
{
	(void)state;
	struct part parts[] = { { .name = S("b"), .content = S("bee") },
				{ .name = S("a/"), .content = S("") },
				{ .name = S("a/\xc3\xa9"),
				  .content = S("x"),
				  .flags = 0x800,
				  .descriptor = true } };
	struct slice archive =
		build(parts, 3, (struct shape){ .comment = S("made by hand") });
	struct zip_directory directory = directory_of(archive);
	assert_int_equal(directory.len, 3);
	assert_true(slice_eq(directory.entries[1].name, S("a/")));
	assert_int_equal(directory.entries[0].external_attributes >> 16, 0100644);
	expect_content(&directory, archive, S("b"), S("bee"));
	expect_content(&directory, archive, S("a/\xc3\xa9"), S("x"));
	assert_null(zip_find(&directory, S("c")));
}

static void test_gz_7_empty_archive(void **state)
{
	(void)state;
	assert_int_equal(directory_of(build(NULL, 0, (struct shape){ 0 })).len, 0);
}

static void test_gz_7_zip64_replaces_fields_in_order(void **state)
{
	(void)state;
	char both[20] = "\1\0\20\0", one[12] = "\1\0\10\0";
	put_u32le(both + 4, 3);
	put_u32le(both + 12, 3);
	struct part parts[] = {
		{ .name = S("pad"), .content = S("12345") },
		{ .name = S("a"),
		  .content = S("bee"),
		  .extra = { both, 20 },
		  .size32 = 0xffffffff,
		  .compressed32 = 0xffffffff },
		{ .name = S("b"), .content = S("four"), .extra = { one, 12 } }
	};
	struct slice archive = build(parts, 3, (struct shape){ .zip64 = true });
	uint64_t at = parts[2].offset;
	put_u32le(one + 4, (uint32_t)at);
	for (size_t i = 0; i < 3; i++)
		parts[i].offset = 0;
	struct buf out = { .arena = &arena };
	for (size_t i = 0; i < 3; i++)
		put_local(&out, &parts[i]);
	parts[2].offset = UINT64_MAX;
	uint64_t begin = out.len;
	for (size_t i = 0; i < 3; i++)
		put_central(&out, &parts[i]);
	assert_int_equal(begin + (out.len - begin) + 56 + 20 + 22, archive.len);
	buf_append(&out, slice_skip(archive, out.len));
	archive = buf_slice(&out);
	struct zip_directory directory = directory_of(archive);
	assert_int_equal(directory.entries[2].header_offset, at);
	expect_content(&directory, archive, S("a"), S("bee"));
	expect_content(&directory, archive, S("b"), S("four"));
}

static void test_gz_7_missing_zip64_field(void **state)
{
	(void)state;
	struct part parts[] = {
		{ .name = S("a"), .content = S("bee"), .size32 = 0xffffffff }
	};
	expect_refused(build(parts, 1, (struct shape){ 0 }));
}

static void test_zip_end_records_that_contradict(void **state)
{
	(void)state;
	struct part parts[] = { { .name = S("a"), .content = S("bee") } };
	expect_refused(build(parts, 1,
			     (struct shape){ .zip64 = true, .zip64_contradicts = true }));
}

static void test_zip_tail_says_how_much_is_needed(void **state)
{
	(void)state;
	for (int zip64 = 0; zip64 < 2; zip64++) {
		struct part parts[] = { { .name = S("a"), .content = S("bee") },
					{ .name = S("b"), .content = S("") } };
		struct slice archive = build(parts, 2,
					     (struct shape){ .comment = S("comment"),
							     .zip64 = zip64 == 1 });
		struct zip_directory directory = { 0 };
		uint64_t need = 1;
		int rounds = 0, status = -1;
		for (; status < 0 && rounds < 6; rounds++) {
			struct error err = { 0 };
			struct slice tail =
				slice_skip(archive, archive.len - (size_t)need);
			uint64_t before = need;
			status = zip_read_directory(&arena, tail, archive.len, &directory,
						    &need, &err);
			assert_true(status == 0 ? need == 0
						: need > before && need <= archive.len);
		}
		assert_int_equal(status, 0);
		assert_int_equal(directory.len, 2);
	}
}

static void test_zip_entry_from_a_piece(void **state)
{
	(void)state;
	struct part parts[] = { { .name = S("a"), .content = S("bee") },
				{ .name = S("b"), .content = S("four") } };
	struct slice archive = build(parts, 2, (struct shape){ 0 }), bytes;
	struct zip_directory directory = directory_of(archive);
	struct error err = { 0 };
	struct zip_piece piece = { slice_skip(archive, (size_t)parts[1].offset - 2),
				   parts[1].offset - 2 };
	struct zip_piece cut = { slice_range(piece.bytes, 0, 36), piece.offset };
	assert_int_equal(zip_entry_read_piece(&directory.entries[1], &piece, 4, &arena,
					      &bytes, &err),
			 0);
	assert_true(slice_eq(bytes, S("four")));
	assert_int_equal(zip_entry_read_piece(&directory.entries[0], &piece, 4, &arena,
					      &bytes, &err),
			 -1);
	assert_int_equal(zip_entry_read_piece(&directory.entries[1], &cut, 4, &arena,
					      &bytes, &(struct error){ 0 }),
			 -1);
}

static void test_zip_refused_archives(void **state)
{
	(void)state;
	struct part twice[] = { { .name = S("a"), .content = S("1") },
				{ .name = S("a"), .content = S("2") } };
	expect_refused(build(twice, 2, (struct shape){ 0 }));
	struct part not_utf8[] = { { .name = S("\xff"), .content = S("1") } };
	expect_refused(build(not_utf8, 1, (struct shape){ 0 }));
	struct part nul[] = { { .name = S("a\0b"), .content = S("1") } };
	expect_refused(build(nul, 1, (struct shape){ 0 }));
	struct part fine[] = { { .name = S("a"), .content = S("1") } };
	expect_refused(build(fine, 1, (struct shape){ .between = S("x") }));
	fine[0].offset = 0;
	expect_refused(build(fine, 1, (struct shape){ .count = 2 }));
	fine[0].offset = 0;
	struct buf trailing = { .arena = &arena };
	buf_append(&trailing, build(fine, 1, (struct shape){ 0 }));
	buf_append(&trailing, S("x"));
	expect_refused(buf_slice(&trailing));
	expect_refused(S(""));
	expect_refused(S("PK\5\6"));
}

static void test_zip_overlapping_entries(void **state)
{
	(void)state;
	struct part same[] = { { .name = S("a"), .content = S("1") },
			       { .name = S("b"), .content = S("2"), .offset = 1 } };
	expect_refused(build(same, 2, (struct shape){ 0 }));
	struct part longer[] = {
		{ .name = S("a"), .content = S("1"), .compressed32 = 60 },
		{ .name = S("b"), .content = S("2") }
	};
	expect_refused(build(longer, 2, (struct shape){ 0 }));
	struct part into_directory[] = {
		{ .name = S("a"), .content = S("1"), .compressed32 = 3 }
	};
	expect_refused(build(into_directory, 1, (struct shape){ 0 }));
}

static void test_zip_unreadable_entries(void **state)
{
	(void)state;
	struct part parts[] = {
		{ .name = S("a"), .content = S("bee"), .wrong_crc = true },
		{ .name = S("a"), .content = S("bee"), .flags = 1 },
		{ .name = S("a"), .content = S("bee"), .method = 12 },
		{ .name = S("a"), .content = S("bee"), .method = 8 },
		{ .name = S("a"), .content = S("bee"), .size32 = 2 },
		{ .name = S("a"), .content = S("bee"), .local_name = S("b") },
		{ .name = S("a"), .content = S("bee"), .size32 = 1001 },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		expect_unreadable(build(&parts[i], 1, (struct shape){ 0 }), S("a"));
}

// One part, of which readers that stream and readers that seek would see different files.
static void test_zip_local_headers_that_disagree(void **state)
{
	(void)state;
	struct part parts[] = {
		{ .local_flags = 1 },
		{ .local_flags = 8 },
		{ .local_flags = 0x800 },
		{ .local_method = 8 },
		{ .local_crc = 1 },
		{ .local_compressed = 1 },
		{ .local_size = 1 },
		{ .local_crc = 1, .descriptor = true },
		{ .local_size = 7, .descriptor = true },
		{ .local_size = 0xffffffff - 3 }, // zip64, but no such field
		{ .local_extra = S("\x75\x70\6\0\1\0\0\0\0z") },
		{ .tail = S("x") },
		{ .tail = S("PK\3\4hidden") },
		{ .tail = S("0123456789ab"), .descriptor = true },
		{ .tail = S("PK\7\10012345678"), .descriptor = true },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		parts[i].name = S("a");
		parts[i].content = S("bee");
		expect_unreadable(build(&parts[i], 1, (struct shape){ 0 }), S("a"));
	}
}

// A wide local field for sizes that are narrow in the directory, as writers make it that do not know the size yet.
static void test_zip_local_headers_that_agree(void **state)
{
	(void)state;
	struct part parts[] = {
		{ .local_size = 0xffffffff - 3,
		  .local_compressed = 0xffffffff - 3,
		  .local_extra = S("\1\0\20\0\3\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0") },
		{ .local_extra = S("\x75\x70\6\0\1\0\0\0\0a"),
		  .extra = S("\x75\x70\6\0\1\0\0\0\0a") },
		{ .local_extra = S("\xca\xfe\0\0") },
		{ .descriptor = true, .local_size = 3, .local_compressed = 3 },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		parts[i].name = S("a");
		parts[i].content = S("bee");
		struct slice archive = build(&parts[i], 1, (struct shape){ 0 });
		struct zip_directory directory = directory_of(archive);
		expect_content(&directory, archive, S("a"), S("bee"));
	}
}

static void test_zip_directories_that_mislead(void **state)
{
	(void)state;
	struct part unmarked[] = { { .name = S("\xc3\xa9"), .content = S("1") } };
	expect_refused(build(unmarked, 1, (struct shape){ 0 }));
	struct part renamed[] = { { .name = S("a"),
				    .content = S("1"),
				    .extra = S("\x75\x70\6\0\1\0\0\0\0z") } };
	expect_refused(build(renamed, 1, (struct shape){ 0 }));
	struct part folder[] = { { .name = S("a/"), .content = S("1") } };
	expect_refused(build(folder, 1, (struct shape){ 0 }));
	struct part wide_twice[] = {
		{ .name = S("a"),
		  .content = S("1"),
		  .extra = S("\1\0\10\0\1\0\0\0\0\0\0\0\1\0\10\0\2\0\0\0\0\0\0\0") }
	};
	expect_refused(build(wide_twice, 1, (struct shape){ 0 }));
	struct part fine[] = { { .name = S("a"), .content = S("1") } };
	expect_refused(build(fine, 1, (struct shape){ .before = S("#!/bin/sh\n") }));
}

// The outer end record has the inner one in its comment; both would be at the end.
static void test_zip_two_end_records(void **state)
{
	(void)state;
	struct part parts[] = { { .name = S("a"), .content = S("bee") } };
	struct slice inner = S("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	struct slice archive = build(parts, 1, (struct shape){ .comment = inner });
	struct zip_directory directory;
	struct error err = { 0 };
	uint64_t need;
	assert_int_equal(zip_read_directory(&arena, archive, archive.len, &directory,
					    &need, &err),
			 -1);
	assert_non_null(strstr(err.cause, "two end records"));
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
		cmocka_unit_test(test_gz_7_plain_archive),
		cmocka_unit_test(test_gz_7_empty_archive),
		cmocka_unit_test(test_gz_7_zip64_replaces_fields_in_order),
		cmocka_unit_test(test_gz_7_missing_zip64_field),
		cmocka_unit_test(test_zip_end_records_that_contradict),
		cmocka_unit_test(test_zip_tail_says_how_much_is_needed),
		cmocka_unit_test(test_zip_entry_from_a_piece),
		cmocka_unit_test(test_zip_refused_archives),
		cmocka_unit_test(test_zip_overlapping_entries),
		cmocka_unit_test(test_zip_unreadable_entries),
		cmocka_unit_test(test_zip_local_headers_that_disagree),
		cmocka_unit_test(test_zip_local_headers_that_agree),
		cmocka_unit_test(test_zip_directories_that_mislead),
		cmocka_unit_test(test_zip_two_end_records),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
