// SPDX-License-Identifier: MIT
// Wheels made in memory for tests: entries stored or deflated, RECORD correct unless a
// test spoils it.
//
//	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
//	wheel_maker_add(&maker, "demo/__init__.py", S("x = 1\n"));
//	struct slice bytes = wheel_maker_finish(&maker);          // METADATA, WHEEL and RECORD are added
//
// Everything lives in the arena. Not for production: sizes are those of tests.
#pragma once

#include "base/digest.h"

#include <string.h>
#include <zlib.h>

struct made_entry {
	struct slice name, content;
	unsigned unix_mode;         // with file type, 0100644
	bool stored, unlisted;      // unlisted: no row in RECORD
	struct slice row;           // instead of the correct one, or ""
	bool wrong_crc, short_size; // spoil the directory's numbers
	// Bytes after the end of the deflate stream, counted as compressed
	struct slice tail;
	uint16_t flags;
	bool data_descriptor;
};

struct wheel_maker {
	struct arena *arena;
	struct slice name, version, tag;
	struct made_entry *items;
	size_t len, cap;
	bool no_record, no_wheel, no_metadata, no_record_row;
	struct slice wheel_text; // instead of the usual WHEEL
};

static inline struct wheel_maker wheel_maker_new(struct arena *arena, const char *name,
						 const char *version)
{
	return (struct wheel_maker){ .arena = arena,
				     .name = slice_from(name),
				     .version = slice_from(version),
				     .tag = S("py3-none-any") };
}

static inline struct made_entry *wheel_maker_add(struct wheel_maker *maker,
						 const char *name, struct slice content)
{
	struct made_entry *entry = array_push(maker->arena, maker);
	*entry = (struct made_entry){ .name = arena_dup(maker->arena, slice_from(name)),
				      .content = arena_dup(maker->arena, content),
				      .unix_mode = 0100644 };
	return entry;
}

// "demo-1.0.dist-info/" + file
static inline const char *wheel_maker_info(const struct wheel_maker *maker,
					   const char *file)
{
	return arena_printf(maker->arena, "%.*s-%.*s.dist-info/%s",
			    SLICE_ARG(maker->name), SLICE_ARG(maker->version), file)
		.ptr;
}

// "demo-1.0.data/" + file
static inline const char *wheel_maker_data(const struct wheel_maker *maker,
					   const char *file)
{
	return arena_printf(maker->arena, "%.*s-%.*s.data/%s", SLICE_ARG(maker->name),
			    SLICE_ARG(maker->version), file)
		.ptr;
}

static inline struct slice wheel_maker_file_name(const struct wheel_maker *maker)
{
	return arena_printf(maker->arena, "%.*s-%.*s-%.*s.whl", SLICE_ARG(maker->name),
			    SLICE_ARG(maker->version), SLICE_ARG(maker->tag));
}

static inline struct slice made_deflate(struct arena *arena, struct slice content)
{
	z_stream stream = { 0 };
	deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
	size_t room = deflateBound(&stream, content.len);
	unsigned char *out = arena_alloc(arena, room, 1);
	stream.next_in = (unsigned char *)(uintptr_t)content.ptr;
	stream.avail_in = (uInt)content.len;
	stream.next_out = out;
	stream.avail_out = (uInt)room;
	deflate(&stream, Z_FINISH);
	size_t len = stream.total_out;
	deflateEnd(&stream);
	return (struct slice){ (char *)out, len };
}

static inline void put_le(struct buf *buf, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_byte(buf, (char)(unsigned char)(value >> (8 * i) & 0xff));
}

static inline struct slice made_record(const struct wheel_maker *maker)
{
	struct buf record = { .arena = maker->arena };
	for (size_t i = 0; i < maker->len; i++) {
		const struct made_entry *entry = &maker->items[i];
		if (entry->unlisted || slice_ends_with(entry->name, S("/")))
			continue;
		if (entry->row.len) {
			buf_append(&record, entry->row);
			continue;
		}
		struct sha256 digest = sha256_of(entry->content);
		bool quote = slice_find_byte(entry->name, ',') != SLICE_NONE;
		const char *mark = quote ? "\"" : "";
		buf_printf(&record, "%s%.*s%s,sha256=%.*s,%zu\n", mark,
			   SLICE_ARG(entry->name), mark,
			   SLICE_ARG(sha256_base64url(maker->arena, &digest)),
			   entry->content.len);
	}
	if (!maker->no_record_row)
		buf_printf(&record, "%s,,\n", wheel_maker_info(maker, "RECORD"));
	return buf_slice(&record);
}

struct made_numbers {
	uint64_t offset, compressed, size;
	uint32_t crc;
};

static inline void made_header(struct buf *out, const struct made_entry *entry,
			       const struct made_numbers *numbers)
{
	bool late = entry->data_descriptor;
	put_le(out, 20, 2);
	put_le(out, (uint64_t)entry->flags | 0x800u | (late ? 8u : 0u), 2);
	put_le(out, entry->stored ? 0 : 8, 2);
	put_le(out, 0, 2);
	put_le(out, 0x5022, 2);
	put_le(out, numbers->crc, 4);
	put_le(out, numbers->compressed, 4);
	put_le(out, numbers->size, 4);
	put_le(out, entry->name.len, 2);
	put_le(out, 0, 2);
}

static inline struct made_numbers made_member(struct buf *out,
					      const struct made_entry *entry)
{
	struct slice data =
		entry->stored ? entry->content : made_deflate(out->arena, entry->content);
	struct made_numbers numbers = {
		.offset = out->len,
		.compressed = data.len + entry->tail.len,
		.size = entry->content.len - (entry->short_size ? 1 : 0),
		.crc = crc32_update(0, entry->content) ^ (entry->wrong_crc ? 1u : 0u)
	};
	struct made_numbers local =
		entry->data_descriptor ? (struct made_numbers){ 0 } : numbers;
	buf_append(out, (struct slice){ "PK\3\4", 4 });
	made_header(out, entry, &local);
	buf_append(out, entry->name);
	buf_append(out, data);
	buf_append(out, entry->tail);
	if (entry->data_descriptor) {
		buf_append(out, (struct slice){ "PK\7\10", 4 });
		put_le(out, numbers.crc, 4);
		put_le(out, numbers.compressed, 4);
		put_le(out, numbers.size, 4);
	}
	return numbers;
}

static inline void made_directory_row(struct buf *out, const struct made_entry *entry,
				      const struct made_numbers *numbers)
{
	buf_append(out, (struct slice){ "PK\1\2", 4 });
	put_le(out, 0x0314, 2); // made on Unix
	made_header(out, entry, numbers);
	put_le(out, 0, 2); // comment
	put_le(out, 0, 2); // disk
	put_le(out, 0, 2); // internal attributes
	put_le(out, (uint64_t)entry->unix_mode << 16, 4);
	put_le(out, numbers->offset, 4);
	buf_append(out, entry->name);
}

// A zip archive of exactly these entries.
static inline struct slice made_zip(struct arena *arena, const struct made_entry *entries,
				    size_t len)
{
	struct buf out = { .arena = arena };
	struct made_numbers *numbers =
		arena_new_array(arena, struct made_numbers, len + 1);
	for (size_t i = 0; i < len; i++)
		numbers[i] = made_member(&out, &entries[i]);
	size_t start = out.len;
	for (size_t i = 0; i < len; i++)
		made_directory_row(&out, &entries[i], &numbers[i]);
	size_t size = out.len - start;
	buf_append(&out, (struct slice){ "PK\5\6", 4 });
	put_le(&out, 0, 4);
	put_le(&out, len, 2);
	put_le(&out, len, 2);
	put_le(&out, size, 4);
	put_le(&out, start, 4);
	put_le(&out, 0, 2);
	return buf_slice(&out);
}

static inline struct slice wheel_maker_finish(struct wheel_maker *maker)
{
	struct slice usual = S(
		"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
	if (!maker->no_metadata)
		wheel_maker_add(
			maker, wheel_maker_info(maker, "METADATA"),
			arena_printf(maker->arena,
				     "Metadata-Version: 2.1\nName: %.*s\nVersion: %.*s\n",
				     SLICE_ARG(maker->name), SLICE_ARG(maker->version)));
	if (!maker->no_wheel)
		wheel_maker_add(maker, wheel_maker_info(maker, "WHEEL"),
				maker->wheel_text.len ? maker->wheel_text : usual);
	if (!maker->no_record) {
		struct slice record = made_record(maker);
		wheel_maker_add(maker, wheel_maker_info(maker, "RECORD"), record);
	}
	return made_zip(maker->arena, maker->items, maker->len);
}
