// SPDX-License-Identifier: MIT
// Packs page records.
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

void record_cold_texts(const struct packed_cold *cold, const char *cold_texts,
		       struct slice ret_texts[COLD_TEXTS])
{
	const struct packed_text packed[COLD_TEXTS] = { cold->name, cold->url,
							cold->yanked_reason,
							cold->upload_time,
							cold->other_hash };
	for (size_t i = 0; i < COLD_TEXTS; i++)
		ret_texts[i] =
			(struct slice){ cold_texts + packed[i].offset, packed[i].len };
}

uint32_t record_cold_crc(const struct packed_cold *cold,
			 const struct slice texts[COLD_TEXTS])
{
	const size_t skipped = sizeof(cold->crc32);
	uint32_t crc = crc32_update(0, (struct slice){ (const char *)cold + skipped,
						       sizeof(*cold) - skipped });
	// A name that is a part of the address is covered by it. Texts that stand side by
	// side, as most do, are covered in one step.
	bool named = cold->name.offset >= cold->url.offset &&
		     cold->name.offset - cold->url.offset < cold->url.len;
	struct slice span = texts[TEXT_URL];
	const struct slice others[] = { named ? S("") : texts[TEXT_NAME],
					texts[TEXT_TIME], texts[TEXT_HASH],
					texts[TEXT_REASON] };
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (others[i].len && others[i].ptr != span.ptr + span.len) {
			crc = crc32_update(crc, span);
			span = (struct slice){ others[i].ptr, 0 };
		}
		span.len += others[i].len;
	}
	return crc32_update(crc, span);
}

static struct packed_text put_text(struct buf *texts, struct slice text)
{
	struct packed_text packed = { (uint32_t)texts->len, (uint32_t)text.len };
	buf_append(texts, text);
	return packed;
}

static struct packed_text put_recurring(struct record_writer *writer, struct slice text)
{
	struct packed_text packed = { (uint32_t)writer->cold.len, (uint32_t)text.len };
	if (text.len == 0)
		return packed;
	if (map_insert(&writer->seen, text, packed.offset, &packed.offset))
		buf_append(&writer->cold, text);
	return packed;
}

// If the address ends in the file name, as nearly all do, the name is not written again.
static struct packed_text put_name(struct record_writer *writer,
				   const struct project_file *file,
				   struct packed_text url)
{
	uint32_t len = (uint32_t)file->name.len;
	if (slice_ends_with(file->url, file->name))
		return (struct packed_text){ url.offset + url.len - len, len };
	return put_text(&writer->cold, file->name);
}

void record_writer_begin(struct record_writer *writer, size_t files, struct arena *arena)
{
	*writer = (struct record_writer){ .arena = arena };
	writer->hot.arena = writer->cold.arena = writer->seen.arena = arena;
	writer->cold.cap = TEXT_BYTES_A_FILE * (files + 1);
	writer->cold.ptr = arena_alloc(arena, writer->cold.cap, 1);
	writer->rows = arena_new_array(arena, struct packed_cold, files);
	writer->row_cap = files;
}

void record_writer_add(struct record_writer *writer, const struct project_file *file)
{
	writer->rows = array_grow(writer->arena, writer->rows, writer->row_len,
				  &writer->row_cap, sizeof(*writer->rows));
	struct packed_cold *row = &writer->rows[writer->row_len++];
	row->url = put_text(&writer->cold, file->url);
	row->name = put_name(writer, file, row->url);
	row->upload_time = put_text(&writer->cold, file->upload_time);
	row->other_hash = put_text(&writer->cold, file->other_hash);
	row->yanked_reason = put_recurring(writer, file->yanked_reason);
	row->sha256 = file->sha256;
	row->metadata_sha256 = file->metadata_sha256;
	row->size = file->size;
	row->flags = (file->has_size ? FLAG_SIZE : 0u) |
		     (file->has_core_metadata ? FLAG_CORE_METADATA : 0u);
	struct slice texts[COLD_TEXTS];
	record_cold_texts(row, writer->cold.ptr, texts);
	row->crc32 = record_cold_crc(row, texts);
}

static struct release_row *pack_releases(struct record_writer *writer,
					 const struct project *project,
					 struct arena *arena)
{
	struct release_row *rows =
		arena_new_array(arena, struct release_row, project->release_len);
	for (size_t i = 0; i < project->release_len; i++) {
		rows[i] = project->release_rows[i];
		rows[i].version_offset =
			put_text(&writer->hot, project->releases[i].version_text).offset;
	}
	return rows;
}

static struct packed_text *pack_sets(struct record_writer *writer,
				     const struct slice *sets, size_t len,
				     struct arena *arena)
{
	struct packed_text *packed = arena_new_array(arena, struct packed_text, len);
	for (size_t i = 0; i < len; i++)
		packed[i] = put_text(&writer->hot, sets[i]);
	return packed;
}

static void place(char *record, size_t at, const void *rows, size_t bytes)
{
	if (bytes)
		memcpy(record + at, rows, bytes);
}

static void place_cold(const struct record_writer *writer, const uint32_t *order,
		       size_t len, char *at)
{
	struct packed_cold *placed = (void *)at;
	for (size_t i = 0; i < len; i++)
		placed[i] = writer->rows[order ? order[i] : i];
}

struct slice record_writer_finish(struct record_writer *writer,
				  const struct project *project, const uint32_t *order,
				  struct arena *arena)
{
	struct packed_header header = {
		.magic = RECORD_MAGIC,
		.layout = RECORD_LAYOUT,
		.release_len = (uint32_t)project->release_len,
		.file_len = (uint32_t)project->file_len,
		.tag_set_len = project->tag_set_len,
		.python_set_len = project->python_set_len,
		.newer_api = project->newer_api,
		.skipped = project->skipped,
		.name = put_text(&writer->hot, project->name),
		.status = put_text(&writer->hot, project->status),
		.status_reason = put_text(&writer->hot, project->status_reason),
	};
	struct arena *scratch = writer->arena;
	const struct release_row *releases = pack_releases(writer, project, scratch);
	const struct packed_text *tags = pack_sets(writer, project->tag_sets,
						   project->tag_set_len, scratch),
				 *pythons = pack_sets(writer, project->python_sets,
						      project->python_set_len, scratch);
	header.hot_text_len = (uint32_t)writer->hot.len;
	header.cold_text_len = (uint32_t)writer->cold.len;

	struct record_sections at;
	record_lay_out(&header, &at);
	char *record = arena_alloc(arena, at.end, RECORD_ALIGN);
	place(record, at.releases, releases, at.files - at.releases);
	place(record, at.files, project->file_rows, at.tag_sets - at.files);
	place(record, at.tag_sets, tags, at.python_sets - at.tag_sets);
	place(record, at.python_sets, pythons, at.hot_texts - at.python_sets);
	place(record, at.hot_texts, writer->hot.ptr, writer->hot.len);
	place_cold(writer, order, project->file_len, record + at.cold);
	place(record, at.cold_texts, writer->cold.ptr, writer->cold.len);
	place(record, 0, &header, sizeof(header));
	const size_t covered = offsetof(struct packed_header, crc32) + sizeof(uint32_t);
	header.crc32 =
		crc32_update(0, (struct slice){ record + covered, at.cold - covered });
	place(record, 0, &header, sizeof(header));
	return (struct slice){ record, at.end };
}
