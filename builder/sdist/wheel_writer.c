// SPDX-License-Identifier: MIT
// Writes the canonical form of a built wheel.
#include "builder/sdist/wheel_writer.h"

#include "base/bytes.h"
#include "base/deflate_fixed.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/zip.h"
#include "builder/wheel/record.h"

#include <stdlib.h>

enum {
	LOCAL_BYTES = 30,
	CENTRAL_BYTES = 46,
	END_BYTES = 22,
	LOCAL_MAGIC = 0x04034b50,
	CENTRAL_MAGIC = 0x02014b50,
	END_MAGIC = 0x06054b50,
	NEEDED_VERSION = 20,
	MADE_ON_UNIX = 3 << 8 | NEEDED_VERSION,
	UTF8_NAME = 0x800,
	DATE_1980 = 1 << 5 | 1, // the first of January
	ENTRIES_MAX = 65534,
};
#define WHEEL_BYTES_MAX (2 * GIB)

struct file {
	const struct zip_entry *zip; // NULL for RECORD
	struct slice name;
	bool in_info, is_record, executable;
};

struct packed {
	struct slice name;
	uint16_t method;
	bool executable;
	uint32_t crc32, packed_size, size, offset;
};

struct writer {
	struct arena *arena;
	struct slice archive;
	struct buf out, record;
	struct deflate_coder *coder;
	struct packed *packed;
	size_t len;
};

// --- what there is ---------------------------------------------------------------------

static bool is_in_info(struct slice name)
{
	size_t slash = slice_find_byte(name, '/');
	return slash != SLICE_NONE &&
	       slice_ends_with(slice_range(name, 0, slash), S(".dist-info"));
}

// Files with signatures go with RECORD, because they sign the one that is replaced.
static bool is_of_record(struct slice name)
{
	return is_in_info(name) && (slice_ends_with(name, S("/RECORD")) ||
				    slice_ends_with(name, S("/RECORD.jws")) ||
				    slice_ends_with(name, S("/RECORD.p7s")));
}

static int in_order(const void *left, const void *right)
{
	const struct file *a = left, *b = right;
	if (a->is_record != b->is_record)
		return a->is_record ? 1 : -1;
	if (a->in_info != b->in_info)
		return a->in_info ? 1 : -1;
	return slice_cmp(a->name, b->name);
}

static int list_files(struct writer *writer, const struct zip_directory *directory,
		      struct slice wheel, struct file **ret_files, size_t *ret_len,
		      struct error *err)
{
	struct file *files =
		arena_new_array(writer->arena, struct file, directory->len + 1);
	struct slice info = S("");
	size_t len = 0;
	if (directory->len > ENTRIES_MAX)
		return error_set(err, ERROR_INPUT, "'%.*s' has more than %d files",
				 SLICE_ARG(wheel), ENTRIES_MAX);
	for (size_t i = 0; i < directory->len; i++) {
		const struct zip_entry *zip = &directory->entries[i];
		if (is_in_info(zip->name))
			info = slice_range(zip->name, 0, slice_find_byte(zip->name, '/'));
		if (slice_ends_with(zip->name, S("/")) || is_of_record(zip->name))
			continue;
		files[len++] = (struct file){
			.zip = zip,
			.name = zip->name,
			.in_info = is_in_info(zip->name),
			.executable = (zip->external_attributes >> 16 & 0111) != 0,
		};
	}
	if (!info.len)
		return error_set(err, ERROR_INTEGRITY, "'%.*s' has no .dist-info folder",
				 SLICE_ARG(wheel));
	files[len].name = arena_printf(writer->arena, "%.*s/RECORD", SLICE_ARG(info));
	files[len].is_record = files[len].in_info = true;
	len++;
	qsort(files, len, sizeof(*files), in_order);
	*ret_files = files;
	*ret_len = len;
	return 0;
}

// --- entries ---------------------------------------------------------------------------

static struct slice deflated(struct writer *writer, struct slice bytes)
{
	struct buf out = { .arena = writer->arena };
	for (size_t at = 0; at < bytes.len; at += DEFLATE_PIECE_MAX) {
		struct slice piece = slice_range(bytes, at, at + DEFLATE_PIECE_MAX);
		bool last = at + piece.len == bytes.len;
		buf_append(&out, deflate_fixed_part(writer->coder, piece, last));
	}
	return buf_slice(&out);
}

// What local and central headers have in common, from the version that is needed on.
static void put_common(char *at, const struct packed *packed)
{
	bool ascii = true;
	for (size_t i = 0; i < packed->name.len; i++)
		ascii &= (unsigned char)packed->name.ptr[i] < 0x80;
	put_u16le(at, NEEDED_VERSION);
	put_u16le(at + 2, ascii ? 0 : UTF8_NAME);
	put_u16le(at + 4, packed->method);
	put_u16le(at + 6, 0);
	put_u16le(at + 8, DATE_1980);
	put_u32le(at + 10, packed->crc32);
	put_u32le(at + 14, packed->packed_size);
	put_u32le(at + 18, packed->size);
	put_u16le(at + 22, (uint16_t)packed->name.len);
	put_u16le(at + 24, 0);
}

static void put_local(struct buf *out, const struct packed *packed)
{
	char header[LOCAL_BYTES];
	put_u32le(header, LOCAL_MAGIC);
	put_common(header + 4, packed);
	buf_append(out, (struct slice){ header, sizeof(header) });
	buf_append(out, packed->name);
}

static void put_central(struct buf *out, const struct packed *packed)
{
	char header[CENTRAL_BYTES] = { 0 };
	uint32_t mode = packed->executable ? 0100755 : 0100644;
	put_u32le(header, CENTRAL_MAGIC);
	put_u16le(header + 4, MADE_ON_UNIX);
	put_common(header + 6, packed);
	put_u32le(header + 38, mode << 16);
	put_u32le(header + 42, packed->offset);
	buf_append(out, (struct slice){ header, sizeof(header) });
	buf_append(out, packed->name);
}

static void add_row(struct writer *writer, struct slice name, struct slice bytes)
{
	struct sha256 digest = sha256_of(bytes);
	struct record_row row = {
		.path = name,
		.hash = arena_printf(writer->arena, "sha256=%.*s",
				     SLICE_ARG(sha256_base64url(writer->arena, &digest))),
		.size = arena_printf(writer->arena, "%zu", bytes.len),
	};
	record_write_row(&writer->record, &row);
}

static int add_entry(struct writer *writer, const struct file *file, struct slice bytes,
		     struct error *err)
{
	struct slice body = deflated(writer, bytes);
	bool shorter = body.len < bytes.len;
	struct packed *packed = &writer->packed[writer->len++];
	if (file->name.len > UINT16_MAX ||
	    writer->out.len + bytes.len + file->name.len + LOCAL_BYTES > WHEEL_BYTES_MAX)
		return error_set(err, ERROR_INPUT, "it is larger than 2 GiB");
	if (!shorter)
		body = bytes;
	*packed = (struct packed){
		.name = file->name,
		.method = shorter ? ZIP_DEFLATED : ZIP_STORED,
		.executable = file->executable,
		.crc32 = crc32_update(0, bytes),
		.packed_size = (uint32_t)body.len,
		.size = (uint32_t)bytes.len,
		.offset = (uint32_t)writer->out.len,
	};
	put_local(&writer->out, packed);
	buf_append(&writer->out, body);
	return 0;
}

static int add_file(struct writer *writer, const struct file *file, struct error *err)
{
	struct slice bytes = S("");
	if (file->is_record) {
		record_write_row(&writer->record,
				 &(struct record_row){ .path = file->name });
		return add_entry(writer, file, buf_slice(&writer->record), err);
	}
	if (zip_entry_read(file->zip, writer->archive, WHEEL_BYTES_MAX, writer->arena,
			   &bytes, err) < 0)
		return -1;
	add_row(writer, file->name, bytes);
	return add_entry(writer, file, bytes, err);
}

static void add_directory(struct writer *writer)
{
	char end[END_BYTES] = { 0 };
	size_t from = writer->out.len;
	for (size_t i = 0; i < writer->len; i++)
		put_central(&writer->out, &writer->packed[i]);
	put_u32le(end, END_MAGIC);
	put_u16le(end + 8, (uint16_t)writer->len);
	put_u16le(end + 10, (uint16_t)writer->len);
	put_u32le(end + 12, (uint32_t)(writer->out.len - from));
	put_u32le(end + 16, (uint32_t)from);
	buf_append(&writer->out, (struct slice){ end, sizeof(end) });
}

static int write_wheel(struct writer *writer, struct slice name, struct error *err)
{
	struct zip_directory directory = { 0 };
	struct file *files;
	size_t len;
	uint64_t need;
	if (zip_read_directory(writer->arena, writer->archive, writer->archive.len,
			       &directory, &need, err) < 0 ||
	    list_files(writer, &directory, name, &files, &len, err) < 0)
		return -1;
	writer->packed = arena_new_array(writer->arena, struct packed, len);
	for (size_t i = 0; i < len; i++)
		if (add_file(writer, &files[i], err) < 0)
			return -1;
	add_directory(writer);
	return 0;
}

int wheel_normalise(struct slice archive, struct slice name, struct arena *arena,
		    struct slice *ret_wheel, struct error *err)
{
	struct writer writer = {
		.arena = arena,
		.archive = archive,
		.out.arena = arena,
		.record.arena = arena,
		.coder = deflate_coder_new(),
	};
	int status = write_wheel(&writer, name, err);
	deflate_coder_free(writer.coder);
	if (status < 0)
		return error_during(err, "packing wheel '%.*s'", SLICE_ARG(name));
	*ret_wheel = buf_slice(&writer.out);
	return 0;
}
