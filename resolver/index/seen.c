// SPDX-License-Identifier: MIT
// Reads, extends and packs the first-seen journal of one page.
//
//	header │ entries, by id          id: the start of SHA-256 over file name and digest
#include "resolver/index/seen.h"

#include "base/limits.h"
#include "resolver/index/candidates.h"

#include <stdlib.h>
#include <string.h>

#define SEEN_MAGIC 0x7365656eu // "seen", and a check of the byte order

struct packed_header {
	uint32_t magic;
	uint32_t crc32; // of the entries
	uint64_t len;
};

static int by_id(const void *a, const void *b)
{
	const struct seen_entry *left = a, *right = b;
	return (left->id > right->id) - (left->id < right->id);
}

// Reads a journal; false for one that is damaged, which is as good as none.
static bool read_journal(struct seen *seen, struct slice bytes)
{
	struct packed_header header;
	if (bytes.len < sizeof(header))
		return false;
	memcpy(&header, bytes.ptr, sizeof(header));
	struct slice rest = slice_skip(bytes, sizeof(header));
	if (header.magic != SEEN_MAGIC || header.len > LIMIT_SEEN_FILES ||
	    rest.len != header.len * sizeof(struct seen_entry) ||
	    header.crc32 != crc32_update(0, rest))
		return false;
	seen->entries.items = arena_new_array(seen->arena, struct seen_entry, header.len);
	seen->entries.len = seen->entries.cap = seen->known_len = header.len;
	if (rest.len)
		memcpy(seen->entries.items, rest.ptr, rest.len);
	return true;
}

void seen_begin(struct seen *seen, struct slice journal, uint64_t now,
		struct arena *arena)
{
	*seen = (struct seen){ .arena = arena };
	seen->date = read_journal(seen, journal) ? now : 0;
}

// The id of a file is of its name and digest, so that another file with the same name has
// another id.
static uint64_t id_of(const struct project_file *file, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct buf text = { .arena = scratch };
	uint64_t id;
	buf_append(&text, file->name);
	buf_byte(&text, '\n');
	buf_append(&text, (struct slice){ (const char *)file->sha256.bytes,
					  sizeof(file->sha256.bytes) });
	const struct sha256 digest = sha256_of(buf_slice(&text));
	memcpy(&id, digest.bytes, sizeof(id));
	arena_rewind(scratch, mark);
	return id;
}

// A file that is not known yet is added behind the known ones, which stay in order.
void seen_date(struct seen *seen, struct project_file *file)
{
	int64_t uploaded;
	if (upload_time_parse(file->upload_time, &uploaded))
		return;
	struct seen_entry wanted = { id_of(file, seen->arena), seen->date };
	const struct seen_entry *found =
		seen->known_len ? bsearch(&wanted, seen->entries.items, seen->known_len,
					  sizeof(wanted), by_id)
				: NULL;
	file->first_seen = found ? found->first_seen : wanted.first_seen;
	if (!found && seen->entries.len < LIMIT_SEEN_FILES)
		*array_push(seen->arena, &seen->entries) = wanted;
}

// Drops entries that came twice, since a page may list a file twice.
static void drop_repeated(struct seen *seen)
{
	size_t kept = 0;
	struct seen_entry *items = seen->entries.items;
	for (size_t i = 0; i < seen->entries.len; i++)
		if (kept == 0 || items[kept - 1].id != items[i].id)
			items[kept++] = items[i];
	seen->entries.len = kept;
}

static struct slice pack_journal(const struct seen *seen)
{
	size_t bytes = seen->entries.len * sizeof(*seen->entries.items);
	char *packed = arena_alloc(seen->arena, sizeof(struct packed_header) + bytes, 1);
	memcpy(packed + sizeof(struct packed_header), seen->entries.items, bytes);
	struct slice rest = { packed + sizeof(struct packed_header), bytes };
	const struct packed_header header = { SEEN_MAGIC, crc32_update(0, rest),
					      seen->entries.len };
	memcpy(packed, &header, sizeof(header));
	return (struct slice){ packed, sizeof(header) + bytes };
}

struct slice seen_end(struct seen *seen)
{
	if (seen->entries.len == seen->known_len)
		return S("");
	qsort(seen->entries.items, seen->entries.len, sizeof(*seen->entries.items),
	      by_id);
	drop_repeated(seen);
	return pack_journal(seen);
}
