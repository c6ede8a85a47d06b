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

struct entry {
	uint64_t id;
	uint64_t first_seen; // seconds since 1970; 0: it was there at the first look
};

struct journal {
	struct entry *items; // by id
	size_t len;
};

static int by_id(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	return (left->id > right->id) - (left->id < right->id);
}

// False for one that is damaged: as good as none.
static bool read_journal(struct slice bytes, struct arena *arena,
			 struct journal *ret_journal)
{
	struct packed_header header;
	if (bytes.len < sizeof(header))
		return false;
	memcpy(&header, bytes.ptr, sizeof(header));
	struct slice rest = slice_skip(bytes, sizeof(header));
	if (header.magic != SEEN_MAGIC || header.len > LIMIT_SEEN_FILES ||
	    rest.len != header.len * sizeof(struct entry) ||
	    header.crc32 != crc32_update(0, rest))
		return false;
	struct journal journal = { .len = header.len };
	journal.items = arena_new_array(arena, struct entry, journal.len);
	if (journal.len)
		memcpy(journal.items, rest.ptr, rest.len);
	*ret_journal = journal;
	return true;
}

static struct slice pack_journal(const struct journal *journal, struct arena *arena)
{
	size_t bytes = journal->len * sizeof(*journal->items);
	char *packed = arena_alloc(arena, sizeof(struct packed_header) + bytes, 1);
	if (bytes)
		memcpy(packed + sizeof(struct packed_header), journal->items, bytes);
	struct slice rest = { packed + sizeof(struct packed_header), bytes };
	const struct packed_header header = { SEEN_MAGIC, crc32_update(0, rest),
					      journal->len };
	memcpy(packed, &header, sizeof(header));
	return (struct slice){ packed, sizeof(header) + bytes };
}

// Another file of the same name is another file.
static uint64_t id_of(const struct project_file *file, struct arena *scratch)
{
	struct buf text = { .arena = scratch };
	uint64_t id;
	buf_append(&text, file->name);
	buf_byte(&text, '\n');
	buf_append(&text, (struct slice){ (const char *)file->sha256.bytes,
					  sizeof(file->sha256.bytes) });
	const struct sha256 digest = sha256_of(buf_slice(&text));
	memcpy(&id, digest.bytes, sizeof(id));
	return id;
}

static bool is_dated(const struct project_file *file)
{
	int64_t uploaded;
	return upload_time_parse(file->upload_time, &uploaded);
}

static bool has_undated(const struct project *project)
{
	for (size_t i = 0; i < project->file_len; i++)
		if (!is_dated(&project->files[i]))
			return true;
	return false;
}

// What is not known yet is added behind the known, which stay in order.
static bool date_files(struct project *project, const struct journal *known,
		       uint64_t first_seen, struct journal *all)
{
	bool any = false;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	for (size_t i = 0; i < project->file_len; i++) {
		struct project_file *file = &project->files[i];
		if (is_dated(file))
			continue;
		struct entry wanted = { id_of(file, &scratch), first_seen };
		const struct entry *found =
			known->len ? bsearch(&wanted, known->items, known->len,
					     sizeof(wanted), by_id)
				   : NULL;
		if (!found && all->len < LIMIT_SEEN_FILES)
			all->items[all->len++] = wanted;
		file->first_seen = found ? found->first_seen : first_seen;
		any |= file->first_seen != 0;
	}
	return any;
}

struct slice seen_date(struct project *project, struct slice bytes, uint64_t now,
		       struct arena *arena)
{
	struct journal known = { 0 };
	bool is_first = !read_journal(bytes, arena, &known);
	if (!has_undated(project))
		return S("");
	struct journal all = { .items = arena_new_array(arena, struct entry,
							known.len + project->file_len),
			       .len = known.len };
	if (known.len)
		memcpy(all.items, known.items, known.len * sizeof(*all.items));
	if (date_files(project, &known, is_first ? 0 : now, &all))
		project_write_rows(project, arena);
	if (all.len == known.len)
		return S("");
	qsort(all.items, all.len, sizeof(*all.items), by_id);
	return pack_journal(&all, arena);
}
