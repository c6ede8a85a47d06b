// SPDX-License-Identifier: MIT
// Dice as a wheel of project "demo" that is sound but for a few lies: its checksums and its
// RECORD are right. What passes the check lies below the prefix, and another reader sees
// the same files with the same bytes.
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

#include "base/base64.h"
#include "base/tar.h"
#include "builder/wheel/tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <zlib.h>

enum { ENTRIES_MAX = 6, CONTENT_MAX = 250, READ_MAX = 1 << 16 };

enum lie_of_kind {
	PLAIN,
	LINK,
	PROGRAM,
	DESCRIPTOR,
	UTF8,
	ENCRYPTED,
	NO_MODE,
	FOLDER,
	KINDS
};

enum lie_of_place {
	HONEST,
	OTHER_LOCAL_NAME,
	LOCAL_SIZE_ZERO,
	LOCAL_SIZE_MAX,
	SIZE_TOO_LARGE,
	DATA_TOO_SHORT,
	WRONG_SUM,
	LARGE_SIZES, // in a zip64 extra field
	UNICODE_NAME,
	LOCAL_EXTRA,
	GAP_BEHIND,
	NOT_LISTED,
	WRONG_OFFSET,
	OTHER_LOCAL_METHOD,
	PLACES
};

struct maker {
	struct arena *arena;
	struct fuzz_dice *dice;
	struct buf archive, directory, record;
	unsigned count;
};

struct part {
	struct slice name, content, stored;
	unsigned method, flags;
	uint32_t attributes, sum, offset;
	enum lie_of_place place;
};

// --- making it ---------------------------------------------------------------------------

static void put16(struct buf *out, unsigned value)
{
	buf_byte(out, (char)(value & 0xff));
	buf_byte(out, (char)(value >> 8 & 0xff));
}

static void put32(struct buf *out, uint32_t value)
{
	put16(out, value & 0xffff);
	put16(out, value >> 16);
}

static struct slice deflated(struct arena *arena, struct slice content)
{
	enum { CAP = 2 * READ_MAX };
	z_stream z = { 0 };
	char *out = arena_alloc(arena, CAP, 1);
	CHECK(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (Bytef *)(uintptr_t)content.ptr;
	z.avail_in = (uInt)content.len;
	z.next_out = (Bytef *)out;
	z.avail_out = CAP;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	size_t len = z.total_out;
	deflateEnd(&z);
	return (struct slice){ out, len };
}

static void lie_about_kind(struct part *part, enum lie_of_kind kind)
{
	part->attributes = (kind == LINK      ? 0120777u
			    : kind == PROGRAM ? 0100755u
			    : kind == FOLDER  ? 0040755u
			    : kind == NO_MODE ? 0u
					      : 0100644u)
			   << 16;
	part->flags = kind == DESCRIPTOR  ? 8
		      : kind == UTF8      ? 0x800
		      : kind == ENCRYPTED ? 1
					  : 0;
}

static void put_local(struct maker *maker, const struct part *part)
{
	struct buf *out = &maker->archive;
	enum lie_of_place lie = part->place;
	uint32_t stored = lie == LOCAL_SIZE_ZERO  ? 0
			  : lie == LOCAL_SIZE_MAX ? UINT32_MAX
						  : (uint32_t)part->stored.len;
	put32(out, 0x04034b50);
	put16(out, 20);
	put16(out, part->flags);
	put16(out, lie == OTHER_LOCAL_METHOD ? 8 - part->method : part->method);
	put32(out, 0);
	put32(out, part->sum);
	put32(out, stored);
	put32(out, lie == LOCAL_SIZE_MAX ? UINT32_MAX : (uint32_t)part->content.len);
	put16(out, (unsigned)part->name.len);
	put16(out, lie == LOCAL_EXTRA ? 4 : 0);
	buf_byte(out, (char)(part->name.ptr[0] ^ (lie == OTHER_LOCAL_NAME)));
	buf_append(out, slice_skip(part->name, 1));
	if (lie == LOCAL_EXTRA)
		buf_append(out, S("\1\2\0\0"));
	buf_append(out, part->stored);
	if (lie == GAP_BEHIND)
		buf_append(out, S("gap!"));
}

static void put_extra(struct buf *out, const struct part *part)
{
	if (part->place == UNICODE_NAME)
		buf_append(out, S("\x75\x70\6\0\1\0\0\0\0z"));
	if (part->place != LARGE_SIZES)
		return;
	put32(out, 0x00100001);
	put32(out, (uint32_t)part->content.len);
	put32(out, 0);
	put32(out, (uint32_t)part->stored.len);
	put32(out, 0);
}

static void put_listed(struct maker *maker, const struct part *part)
{
	struct buf *out = &maker->directory, extra = { .arena = maker->arena };
	enum lie_of_place lie = part->place;
	uint32_t stored = (uint32_t)part->stored.len, size = (uint32_t)part->content.len;
	put_extra(&extra, part);
	put32(out, 0x02014b50);
	put16(out, 0x0314);
	put16(out, 20);
	put16(out, part->flags);
	put16(out, part->method);
	put32(out, 0);
	put32(out, part->sum);
	put32(out, lie == LARGE_SIZES                    ? UINT32_MAX
		   : lie == DATA_TOO_SHORT && stored > 0 ? stored - 1
							 : stored);
	put32(out, lie == LARGE_SIZES ? UINT32_MAX : size + (lie == SIZE_TOO_LARGE));
	put16(out, (unsigned)part->name.len);
	put16(out, (unsigned)extra.len);
	put16(out, 0);
	put32(out, 0); // disk, internal attributes
	put32(out, part->attributes);
	put32(out, part->offset - (lie == WRONG_OFFSET));
	buf_append(out, part->name);
	buf_append(out, buf_slice(&extra));
	maker->count++;
}

static void put_row(struct maker *maker, const struct part *part)
{
	struct sha256 digest = sha256_of(part->content);
	struct slice hash = sha256_base64url(maker->arena, &digest);
	buf_printf(&maker->record, "\"%.*s\",sha256=%.*s,%zu\n", SLICE_ARG(part->name),
		   SLICE_ARG(hash), part->content.len);
}

static void put_entry(struct maker *maker, struct slice name, struct slice content,
		      bool may_lie)
{
	struct fuzz_dice honest = { S("") };
	struct fuzz_dice *dice = may_lie ? maker->dice : &honest;
	struct part part = { .name = name,
			     .content = content,
			     .stored = content,
			     .method = 8 * fuzz_roll(dice, 2),
			     .offset = (uint32_t)maker->archive.len };
	lie_about_kind(&part, fuzz_roll(dice, 3 * KINDS) % (2 * KINDS) % KINDS);
	part.place = fuzz_roll(dice, 3) == 1 ? fuzz_roll(dice, PLACES) : HONEST;
	part.sum = (uint32_t)crc32(0, (const Bytef *)content.ptr, (uInt)content.len) +
		   (part.place == WRONG_SUM);
	if (part.method)
		part.stored = deflated(maker->arena, content);
	put_local(maker, &part);
	if (part.place != NOT_LISTED)
		put_listed(maker, &part);
	if (fuzz_roll(dice, 16) != 1 && !slice_ends_with(name, S("/")))
		put_row(maker, &part);
}

static struct slice roll_name(struct fuzz_dice *dice, struct arena *arena)
{
	static const char *const parts[] = { "demo",
					     "a",
					     "b",
					     "..",
					     ".",
					     "",
					     "A",
					     "caf\xc3\xa9",
					     "\xc2\x9b",
					     "x\\y",
					     "demo-1.0.data",
					     "demo-1.0.dist-info",
					     "purelib",
					     "platlib",
					     "scripts",
					     "data",
					     "headers",
					     "lib64",
					     "lib",
					     "bin",
					     "python",
					     "__pycache__",
					     "METADATA",
					     "WHEEL",
					     "entry_points.txt",
					     "RECORD",
					     "INSTALLER",
					     "direct_url.json",
					     "other-2.0.dist-info",
					     "pyvenv.cfg",
					     "python3.12",
					     "site-packages",
					     "x.pth",
					     "caf\x82",
					     "\xe2\x80\xae" };
	struct buf name = { .arena = arena };
	unsigned depth = 1 + fuzz_roll(dice, 4);
	if (fuzz_roll(dice, 32) == 1)
		buf_byte(&name, '/');
	for (unsigned i = 0; i < depth; i++)
		buf_printf(&name, "%s%s", i ? "/" : "",
			   parts[fuzz_roll(dice, sizeof(parts) / sizeof(*parts))]);
	if (fuzz_roll(dice, 16) == 1)
		buf_byte(&name, '/');
	return buf_slice(&name);
}

static void put_end(struct maker *maker, unsigned trouble)
{
	struct buf *out = &maker->archive;
	uint32_t offset = (uint32_t)out->len;
	buf_append(out, buf_slice(&maker->directory));
	if (trouble == 1)
		buf_byte(out, 'x');
	put32(out, 0x06054b50);
	put32(out, 0); // disks
	put16(out, maker->count - (trouble == 2));
	put16(out, maker->count);
	put32(out, (uint32_t)maker->directory.len);
	put32(out, offset + (trouble == 3));
	put16(out, trouble == 4 ? 6 : 0);
	if (trouble == 4)
		buf_append(out, S("PK\5\6xx"));
}

#define INFO "demo-1.0.dist-info/"

static struct slice make_wheel(struct maker *maker)
{
	static const char scripts[] = "[console_scripts]\nrun = demo:main\n";
	unsigned trouble = fuzz_roll(maker->dice, 32);
	unsigned entries = fuzz_roll(maker->dice, ENTRIES_MAX + 1);
	if (trouble == 5)
		buf_append(&maker->archive, S("#!/bin/sh\n"));
	for (unsigned i = 0; i < entries; i++) {
		struct slice name = roll_name(maker->dice, maker->arena);
		struct slice content =
			fuzz_take(maker->dice, fuzz_roll(maker->dice, CONTENT_MAX));
		if (name.len > 0)
			put_entry(maker, name, content, true);
	}
	put_entry(maker, S(INFO "METADATA"),
		  S("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"), false);
	put_entry(maker, S(INFO "WHEEL"), S("Wheel-Version: 1.0\nTag: py3-none-any\n"),
		  false);
	if (trouble == 6)
		put_entry(maker, S(INFO "entry_points.txt"), slice_from(scripts), false);
	buf_append(&maker->record, S(INFO "RECORD,,\n"));
	struct slice record = arena_dup(maker->arena, buf_slice(&maker->record));
	put_entry(maker, S(INFO "RECORD"), record, false);
	put_end(maker, trouble);
	return buf_slice(&maker->archive);
}

// --- looking at it -----------------------------------------------------------------------

static void check_tree(const struct tree *tree)
{
	for (size_t i = 0; i < tree->len; i++) {
		struct slice path = tree->entries[i].path;
		CHECK(i == 0 || path_cmp_walk(tree->entries[i - 1].path, path) < 0);
		CHECK(i < 2 || slice_starts_with(path, S("opt/venv/")));
		CHECK(tar_path_is_fit(path));
		CHECK(tree->entries[i].kind != TREE_SYMLINK);
	}
}

static void check_seen(const struct wheel_file *wheel, struct archive *archive,
		       struct archive_entry *seen, struct arena *arena)
{
	const char *utf8 = archive_entry_pathname_utf8(seen);
	struct slice name = slice_from(utf8 ? utf8 : archive_entry_pathname(seen)), ours;
	struct error err = { 0 };
	const struct zip_entry *entry = zip_find(&wheel->directory, name);
	if (name.len == 0 || slice_ends_with(name, S("/")))
		return;
	if (!entry)
		fprintf(stderr, "'%.*s' is not in the directory\n", SLICE_ARG(name));
	CHECK(entry);
	char *theirs = arena_alloc(arena, READ_MAX, 1);
	la_ssize_t len = archive_read_data(archive, theirs, READ_MAX);
	CHECK(zip_entry_read(entry, wheel->map.bytes, READ_MAX, arena, &ours, &err) == 0);
	if (len >= 0)
		CHECK(slice_eq(ours, (struct slice){ theirs, (size_t)len }));
}

// As many files as we, and each the same: for a reader that begins with the directory, and
// for one that takes the archive from its start. Either may give up.
static void check_other_reader(const struct wheel_file *wheel, bool is_stream,
			       struct arena *arena)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *seen;
	struct slice bytes = wheel->map.bytes;
	size_t count = 0;
	int status;
	if (is_stream)
		archive_read_support_format_zip_streamable(archive);
	else
		archive_read_support_format_zip_seekable(archive);
	CHECK(archive_read_open_memory(archive, bytes.ptr, bytes.len) == ARCHIVE_OK);
	for (; (status = archive_read_next_header(archive, &seen)) == ARCHIVE_OK ||
	       status == ARCHIVE_WARN;
	     count++)
		check_seen(wheel, archive, seen, arena);
	CHECK(status == ARCHIVE_EOF || is_stream);
	CHECK(status != ARCHIVE_EOF || count == wheel->directory.len);
	archive_read_free(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	AUTO(wheel_file_close)
	struct wheel_file wheel = { .name = S("demo"),
				    .version = S("1.0"),
				    .file_name = S("demo-1.0-py3-none-any.whl") };
	struct fuzz_dice dice = { fuzz_text(data, size) };
	struct maker maker = { &arena,
			       &dice,
			       { .arena = &arena },
			       { .arena = &arena },
			       { .arena = &arena },
			       0 };
	struct target target = { .python_major = 3, .python_minor = 12 };
	struct tree_options options = { .prefix = S("/opt/venv"),
					.interpreter = S("/usr/bin/python3"),
					.target = &target };
	struct tree tree = { 0 };
	struct error err = { 0 };
	uint64_t need;
	if (!memory_map(make_wheel(&maker), &wheel.map) ||
	    zip_read_directory(&arena, wheel.map.bytes, wheel.map.bytes.len,
			       &wheel.directory, &need, &err) < 0 ||
	    wheel_check(&wheel, NULL, &err) < 0)
		return 0;
	if (tree_of_wheels(&options, (struct wheel_list){ &wheel, 1 }, &arena, &tree,
			   &err) == 0)
		check_tree(&tree);
	else
		CHECK(err.kind == ERROR_INTEGRITY);
	check_other_reader(&wheel, false, &arena);
	check_other_reader(&wheel, true, &arena);
	return 0;
}
