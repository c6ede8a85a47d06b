// SPDX-License-Identifier: MIT
// Packing of page records.
#include "resolver/index/record.h"

#include "base/map.h"
#include "resolver/index/record_layout.h"

#include <string.h>

enum { TEXT_BYTES_A_FILE = 256 }; // enough for nearly all; more makes the buffer grow

static size_t aligned(size_t size)
{
	return (size + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

void record_lay_out(const struct packed_header *header,
		    struct record_sections *ret_sections)
{
	struct record_sections at = { .releases = sizeof(*header) };
	at.files = at.releases + header->release_len * sizeof(struct release_row);
	at.tag_sets = at.files + header->file_len * sizeof(struct file_row);
	at.python_sets = at.tag_sets + header->tag_set_len * sizeof(struct packed_text);
	at.hot_texts =
		at.python_sets + header->python_set_len * sizeof(struct packed_text);
	at.cold = aligned(at.hot_texts + header->hot_text_len);
	at.cold_texts = at.cold + header->file_len * sizeof(struct packed_cold);
	at.end = at.cold_texts + header->cold_text_len;
	*ret_sections = at;
}

uint32_t record_cold_crc(const struct packed_cold *cold, const char *cold_texts)
{
	const struct packed_text texts[] = { cold->name, cold->url, cold->yanked_reason,
					     cold->upload_time, cold->other_hash };
	const size_t skipped = sizeof(cold->crc32);
	uint32_t crc = crc32_update(0, (struct slice){ (const char *)cold + skipped,
						       sizeof(*cold) - skipped });
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		crc = crc32_update(crc, (struct slice){ cold_texts + texts[i].offset,
							texts[i].len });
	return crc;
}

struct packer {
	struct buf hot, cold; // texts
	struct map seen;      // reasons of yanked files, which recur: offset of each
};

static struct packed_text put_text(struct buf *texts, struct slice text)
{
	struct packed_text packed = { (uint32_t)texts->len, (uint32_t)text.len };
	buf_append(texts, text);
	return packed;
}

static struct packed_text put_recurring(struct packer *packer, struct slice text)
{
	struct packed_text packed = { (uint32_t)packer->cold.len, (uint32_t)text.len };
	if (text.len == 0)
		return packed;
	if (map_insert(&packer->seen, text, packed.offset, &packed.offset))
		buf_append(&packer->cold, text);
	return packed;
}

// Where the address ends in the file name, as nearly all do, the name is not written
// again.
static struct packed_text put_name(struct packer *packer, const struct project_file *file,
				   struct packed_text url)
{
	uint32_t len = (uint32_t)file->name.len;
	if (slice_ends_with(file->url, file->name))
		return (struct packed_text){ url.offset + url.len - len, len };
	return put_text(&packer->cold, file->name);
}

static struct packed_part part_of(struct slice name, struct slice part)
{
	if (part.len == 0)
		return (struct packed_part){ 0 };
	return (struct packed_part){ (uint16_t)(part.ptr - name.ptr),
				     (uint16_t)part.len };
}

static void pack_wheel(const struct project_file *file, struct packed_cold *cold)
{
	const struct wheel_name *wheel = &file->wheel;
	const struct slice parts[PARTS] = {
		wheel->name,   wheel->version, wheel->build,
		wheel->python, wheel->abi,     wheel->platform
	};
	for (size_t i = 0; i < PARTS; i++)
		cold->parts[i] = part_of(file->name, parts[i]);
	cold->build_number = wheel->build_number;
}

static void pack_file(struct packer *packer, const struct project_file *file,
		      struct packed_cold *cold)
{
	cold->url = put_text(&packer->cold, file->url);
	cold->name = put_name(packer, file, cold->url);
	cold->yanked_reason = put_recurring(packer, file->yanked_reason);
	cold->upload_time = put_text(&packer->cold, file->upload_time);
	cold->other_hash = put_text(&packer->cold, file->other_hash);
	cold->sha256 = file->sha256;
	cold->metadata_sha256 = file->metadata_sha256;
	cold->size = file->size;
	cold->flags = (file->has_size ? FLAG_SIZE : 0u) |
		      (file->has_core_metadata ? FLAG_CORE_METADATA : 0u);
	if (file->kind == FILE_WHEEL)
		pack_wheel(file, cold);
}

static struct release_row *pack_releases(struct packer *packer,
					 const struct project *project,
					 struct arena *arena)
{
	struct release_row *rows =
		arena_new_array(arena, struct release_row, project->release_len);
	for (size_t i = 0; i < project->release_len; i++) {
		rows[i] = project->release_rows[i];
		rows[i].version_offset =
			put_text(&packer->hot, project->releases[i].version_text).offset;
	}
	return rows;
}

static struct packed_text *pack_sets(struct packer *packer, const struct slice *sets,
				     size_t len, struct arena *arena)
{
	struct packed_text *packed = arena_new_array(arena, struct packed_text, len);
	for (size_t i = 0; i < len; i++)
		packed[i] = put_text(&packer->hot, sets[i]);
	return packed;
}

static void place(char *record, size_t at, const void *rows, size_t bytes)
{
	if (bytes)
		memcpy(record + at, rows, bytes);
}

struct slice record_pack(const struct project *project, struct arena *arena)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct packer packer = { .hot.arena = &scratch,
				 .cold.arena = &scratch,
				 .seen.arena = &scratch };
	packer.cold.cap = TEXT_BYTES_A_FILE * (project->file_len + 1);
	packer.cold.ptr = arena_alloc(&scratch, packer.cold.cap, 1);
	struct packed_cold *cold =
		arena_new_array(&scratch, struct packed_cold, project->file_len);
	for (size_t i = 0; i < project->file_len; i++) {
		pack_file(&packer, &project->files[i], &cold[i]);
	}
	for (size_t i = 0; i < project->file_len; i++)
		cold[i].crc32 = record_cold_crc(&cold[i], packer.cold.ptr);
	struct packed_header header = {
		.magic = RECORD_MAGIC,
		.layout = RECORD_LAYOUT,
		.release_len = (uint32_t)project->release_len,
		.file_len = (uint32_t)project->file_len,
		.tag_set_len = project->tag_set_len,
		.python_set_len = project->python_set_len,
		.newer_api = project->newer_api,
		.skipped = project->skipped,
		.name = put_text(&packer.hot, project->name),
		.status = put_text(&packer.hot, project->status),
		.status_reason = put_text(&packer.hot, project->status_reason),
	};
	const struct release_row *releases = pack_releases(&packer, project, &scratch);
	const struct packed_text *tags = pack_sets(&packer, project->tag_sets,
						   project->tag_set_len, &scratch),
				 *pythons = pack_sets(&packer, project->python_sets,
						      project->python_set_len, &scratch);
	header.hot_text_len = (uint32_t)packer.hot.len;
	header.cold_text_len = (uint32_t)packer.cold.len;

	struct record_sections at;
	record_lay_out(&header, &at);
	char *record = arena_alloc(arena, at.end, RECORD_ALIGN);
	place(record, at.releases, releases, at.files - at.releases);
	place(record, at.files, project->file_rows, at.tag_sets - at.files);
	place(record, at.tag_sets, tags, at.python_sets - at.tag_sets);
	place(record, at.python_sets, pythons, at.hot_texts - at.python_sets);
	place(record, at.hot_texts, packer.hot.ptr, packer.hot.len);
	place(record, at.cold, cold, at.cold_texts - at.cold);
	place(record, at.cold_texts, packer.cold.ptr, packer.cold.len);
	place(record, 0, &header, sizeof(header));
	const size_t covered = offsetof(struct packed_header, crc32) + sizeof(uint32_t);
	header.crc32 =
		crc32_update(0, (struct slice){ record + covered, at.cold - covered });
	place(record, 0, &header, sizeof(header));
	return (struct slice){ record, at.end };
}
