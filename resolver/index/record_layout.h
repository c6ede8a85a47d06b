// SPDX-License-Identifier: MIT
// The rows of a page record (record.h), of fixed sizes and in the byte order of the
// machine. Shared by record.c, which writes them, and record_read.c, which reads them.
#pragma once

#include "base/map.h"
#include "resolver/index/index.h"

#define RECORD_MAGIC 0x70616765u // "page", and a check of the byte order

enum { RECORD_ALIGN = 8 };

// A piece of the texts: the hot ones, and after them the cold ones.
struct packed_text {
	uint32_t offset, len;
};

struct packed_header {
	uint32_t magic, layout;
	uint32_t crc32; // of all that follows this member up to the end of the hot texts
	uint32_t release_len, file_len, tag_set_len, python_set_len, newer_api;
	uint64_t skipped;
	uint32_t hot_text_len, cold_text_len;
	struct packed_text name, status, status_reason; // hot
};

enum { FLAG_SIZE = 1, FLAG_CORE_METADATA = 2 };

struct packed_cold {
	uint32_t crc32; // of the rest of the row and of its texts
	uint32_t flags;
	struct packed_text name, url, yanked_reason, upload_time, other_hash;
	uint64_t size;
	struct sha256 sha256, metadata_sha256;
};

// Where the sections of a record lie, from its start in bytes.
struct record_sections {
	size_t releases, files, tag_sets, python_sets, hot_texts, cold, cold_texts, end;
};

void record_lay_out(const struct packed_header *header,
		    struct record_sections *ret_sections);

// The texts of a row, which must lie within the section.
enum { TEXT_NAME, TEXT_URL, TEXT_REASON, TEXT_TIME, TEXT_HASH, COLD_TEXTS };
void record_cold_texts(const struct packed_cold *cold, const char *cold_texts,
		       struct slice ret_texts[COLD_TEXTS]);
// The CRC of the row and its texts.
uint32_t record_cold_crc(const struct packed_cold *cold,
			 const struct slice texts[COLD_TEXTS]);

// A record that is being made. Files are packed as they come, so that those of a large
// page are never in memory as structs; texts are copied.
struct record_writer {
	struct arena *arena;  // until it is finished
	struct buf hot, cold; // texts
	struct map seen;      // reasons of yanked files, which recur: offset of each
	struct packed_cold *rows;
	size_t row_len, row_cap;
};

// files: how many there will be, about.
void record_writer_begin(struct record_writer *writer, size_t files, struct arena *arena);
void record_writer_add(struct record_writer *writer, const struct project_file *file);
// The record of a project with rows, sets and releases, in arena: file_rows[i] belongs to
// the file that was added as number order[i] (NULL: as i).
struct slice record_writer_finish(struct record_writer *writer,
				  const struct project *project, const uint32_t *order,
				  struct arena *arena);
