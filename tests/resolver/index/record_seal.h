// SPDX-License-Identifier: MIT
// Makes the checksums of a forged page record right, as far as its sections lie within it.
#pragma once

#include "base/digest.h"
#include "base/limits.h"
#include "resolver/index/record_layout.h"

#include <string.h>

static inline void seal_files(char *record, const struct packed_header *header,
			      const struct record_sections *at)
{
	for (uint32_t i = 0; i < header->file_len; i++) {
		struct packed_cold row;
		char *place = record + at->cold + i * sizeof(row);
		memcpy(&row, place, sizeof(row));
		const struct packed_text texts[] = { row.name, row.url, row.yanked_reason,
						     row.upload_time, row.other_hash };
		bool within = true;
		for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++)
			within &= texts[k].offset <= header->cold_text_len &&
				  texts[k].len <= header->cold_text_len - texts[k].offset;
		struct slice within_texts[COLD_TEXTS];
		if (within) {
			record_cold_texts(&row, record + at->cold_texts, within_texts);
			row.crc32 = record_cold_crc(&row, within_texts);
		}
		memcpy(place, &row, sizeof(row));
	}
}

static inline void seal_record(char *record, size_t len)
{
	enum { CRC_END = offsetof(struct packed_header, crc32) + sizeof(uint32_t) };
	struct packed_header header;
	struct record_sections at;
	if (len < sizeof(header))
		return;
	memcpy(&header, record, sizeof(header));
	if (header.file_len > LIMIT_PAGE_FILES || header.release_len > LIMIT_PAGE_FILES)
		return;
	record_lay_out(&header, &at);
	if (at.end != len)
		return;
	seal_files(record, &header, &at);
	header.crc32 =
		crc32_update(0, (struct slice){ record + CRC_END, at.cold - CRC_END });
	memcpy(record, &header, sizeof(header));
}
