// SPDX-License-Identifier: MIT
// Small wheels and source distributions, made in memory.
#pragma once

#include "base/digest.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

struct member {
	const char *name;
	struct slice content;
};

static inline void put16(struct buf *out, unsigned value)
{
	buf_byte(out, (char)(value & 255));
	buf_byte(out, (char)(value >> 8 & 255));
}

static inline void put32(struct buf *out, uint32_t value)
{
	put16(out, value & 0xffff);
	put16(out, value >> 16);
}

static inline void put_zip_fields(struct buf *out, const struct member *member)
{
	put16(out, 20);     // version needed
	put16(out, 0);      // flags
	put16(out, 0);      // stored
	put32(out, 0x2100); // 1980-01-01
	put32(out, crc32_update(0, member->content));
	put32(out, (uint32_t)member->content.len);
	put32(out, (uint32_t)member->content.len);
	put16(out, (unsigned)strlen(member->name));
	put16(out, 0); // extra field
}

// Members stored in order, without compression.
static inline struct slice make_zip(struct arena *arena, const struct member *members,
				    size_t len)
{
	struct buf out = { .arena = arena }, directory = { .arena = arena };
	for (size_t i = 0; i < len; i++) {
		uint32_t offset = (uint32_t)out.len;
		buf_append(&out, S("PK\x03\x04"));
		put_zip_fields(&out, &members[i]);
		buf_append(&out, slice_from(members[i].name));
		buf_append(&out, members[i].content);
		buf_append(&directory, S("PK\x01\x02"));
		put16(&directory, 20);
		put_zip_fields(&directory, &members[i]);
		put16(&directory, 0); // comment
		put16(&directory, 0); // disk
		put16(&directory, 0); // internal attributes
		put32(&directory, 0100644u << 16);
		put32(&directory, offset);
		buf_append(&directory, slice_from(members[i].name));
	}
	uint32_t start = (uint32_t)out.len;
	buf_append(&out, buf_slice(&directory));
	buf_append(&out, S("PK\x05\x06"));
	put32(&out, 0);
	put16(&out, (unsigned)len);
	put16(&out, (unsigned)len);
	put32(&out, (uint32_t)directory.len);
	put32(&out, start);
	put16(&out, 0);
	return buf_slice(&out);
}

static inline void put_tar_member(struct buf *out, const struct member *member)
{
	char header[512] = { 0 };
	unsigned sum = 0;
	snprintf(header, 100, "%s", member->name);
	memcpy(header + 100, "0000644", 8);
	memcpy(header + 108, "0000000", 8);
	memcpy(header + 116, "0000000", 8);
	snprintf(header + 124, 12, "%011o", (unsigned)member->content.len);
	memcpy(header + 136, "00000000000", 12);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	buf_append(out, (struct slice){ header, sizeof(header) });
	buf_append(out, member->content);
	while (out->len % 512)
		buf_byte(out, '\0');
}

static inline struct slice make_tar_gz(struct arena *arena, const struct member *members,
				       size_t len)
{
	struct buf tar = { .arena = arena };
	for (size_t i = 0; i < len; i++)
		put_tar_member(&tar, &members[i]);
	for (size_t i = 0; i < 1024; i++)
		buf_byte(&tar, '\0');
	uLong cap = compressBound(tar.len) + 64;
	char *out = arena_alloc(arena, cap, 1);
	z_stream stream = { .next_in = (Bytef *)tar.ptr,
			    .avail_in = (uInt)tar.len,
			    .next_out = (Bytef *)out,
			    .avail_out = (uInt)cap };
	deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&stream, Z_FINISH);
	deflateEnd(&stream);
	return (struct slice){ out, stream.total_out };
}

// Bytes that do not compress, the same on every run.
static inline struct slice make_noise(struct arena *arena, size_t len)
{
	char *out = arena_alloc(arena, len, 1);
	uint32_t seed = 1;
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		out[i] = (char)(seed >> 24);
	}
	return (struct slice){ out, len };
}
