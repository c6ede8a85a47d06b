// SPDX-License-Identifier: MIT
// Writes the table of contents of an eStargz layer, row by row, and the footer that finds it.
#include "builder/layer/toc.h"

#include "oci/canonical.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void toc_release(struct toc *toc)
{
	arena_release(&toc->arena);
}

void toc_add_chunk(struct toc *toc, const struct toc_chunk *chunk)
{
	*array_push(&toc->arena, &toc->chunks) = *chunk;
}

// A string is quoted and escaped as in canonical JSON (oci.1).
static void put_string(struct toc *toc, struct slice text)
{
	json_t *value = json_text(text);
	char *dumped = json_dumps(value, JSON_ENCODE_ANY);
	if (!dumped)
		BUG("a path is not JSON");
	buf_append(&toc->text, slice_from(dumped));
	mem_free(dumped);
	json_decref(value);
}

static void put_key(struct toc *toc, const char *key)
{
	buf_printf(&toc->text, ",\"%s\":", key);
}

static void put_number(struct toc *toc, const char *key, uint64_t number)
{
	put_key(toc, key);
	buf_printf(&toc->text, "%llu", (unsigned long long)number);
}

static void put_digest(struct toc *toc, const char *key, const struct sha256 *digest)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	put_key(toc, key);
	buf_printf(&toc->text, "\"%.*s\"", SLICE_ARG(oci_digest(digest, &scratch)));
}

static const char *type_name(const struct tar_entry *entry)
{
	switch (entry->type) {
	case TAR_DIRECTORY: return "dir";
	case TAR_SYMLINK: return "symlink";
	case TAR_HARD_LINK: return "hardlink";
	case TAR_FILE: break;
	}
	return "reg";
}

// Permission bits with the type's, as Unix has them.
static unsigned full_mode(const struct tar_entry *entry)
{
	switch (entry->type) {
	case TAR_DIRECTORY: return S_IFDIR | entry->mode;
	case TAR_SYMLINK: return S_IFLNK | entry->mode;
	case TAR_HARD_LINK:
	case TAR_FILE: break;
	}
	return S_IFREG | entry->mode;
}

static void begin_row(struct toc *toc, const struct tar_entry *entry, const char *type)
{
	buf_append(&toc->text, toc->text.len
				       ? S(",\n{\"name\":")
				       : S("{\"version\":1,\"entries\":[\n{\"name\":"));
	struct slice name = entry->path;
	if (entry->type == TAR_DIRECTORY)
		name = arena_printf(&toc->arena, "%.*s/", SLICE_ARG(name));
	put_string(toc, name);
	buf_printf(&toc->text, ",\"type\":\"%s\"", type);
}

static void put_metadata(struct toc *toc, const struct tar_entry *entry)
{
	put_key(toc, "modtime");
	put_string(toc, oci_time(entry->mtime, &toc->arena));
	put_number(toc, "mode", full_mode(entry));
	put_number(toc, "uid", entry->uid);
	put_number(toc, "gid", entry->gid);
	if (entry->link.len) {
		put_key(toc, "linkName");
		put_string(toc, entry->link);
	}
	if (entry->size)
		put_number(toc, "size", entry->size);
}

// The last chunk of a file, and an only one, have no chunkSize.
static void put_chunk(struct toc *toc, const struct toc_chunk *chunk, bool last)
{
	put_number(toc, "offset", chunk->offset);
	if (!last)
		put_number(toc, "chunkSize", chunk->size);
	put_digest(toc, "chunkDigest", &chunk->digest);
}

void toc_add_entry(struct toc *toc, const struct tar_entry *entry,
		   const struct sha256 *digest)
{
	size_t len = toc->chunks.len;
	const struct toc_chunk *chunks = toc->chunks.items;
	toc->text.arena = &toc->arena;
	begin_row(toc, entry, type_name(entry));
	put_metadata(toc, entry);
	if (len > 0) {
		put_digest(toc, "digest", digest);
		put_chunk(toc, &chunks[0], len == 1);
	}
	uint64_t at = len > 0 ? chunks[0].size : 0;
	for (size_t i = 1; i < len; i++) {
		buf_byte(&toc->text, '}');
		begin_row(toc, entry, "chunk");
		put_number(toc, "chunkOffset", at);
		put_chunk(toc, &chunks[i], i + 1 == len);
		at += chunks[i].size;
	}
	buf_byte(&toc->text, '}');
	toc->chunks.len = 0;
}

struct slice toc_finish(struct toc *toc)
{
	// No byte follows, because readers hash what their parser of JSON has taken.
	buf_append(&toc->text, S("\n]}"));
	return buf_slice(&toc->text);
}

void toc_footer(uint64_t offset, char ret_footer[static TOC_FOOTER_BYTES])
{
	static const char before[] = "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0",
			  after[] = "\x01\0\0\xff\xff\0\0\0\0\0\0\0\0";
	enum { HEAD = sizeof(before) - 1, TAIL = sizeof(after) - 1 };
	_Static_assert(HEAD + 22 + TAIL == TOC_FOOTER_BYTES, "51 bytes");
	char subfield[24];
	snprintf(subfield, sizeof(subfield), "%016llxSTARGZ", (unsigned long long)offset);
	memcpy(ret_footer, before, HEAD);
	memcpy(ret_footer + HEAD, subfield, 22);
	memcpy(ret_footer + HEAD + 22, after, TAIL);
}
