// SPDX-License-Identifier: MIT
// Packing and unpacking of page records. Nothing read from a record is believed: every
// offset is checked.
#include "resolver/index/record.h"

#include "base/limits.h"
#include "base/map.h"

#include <string.h>

enum { TEXT_BYTES_A_FILE = 256 }; // enough for nearly all; more makes the buffer grow

#define RECORD_MAGIC 0x70616765u // "page", and a check of the byte order

struct packed_text {
	uint32_t offset, len;
};

struct packed_header {
	uint32_t magic, layout;
	uint32_t crc32; // of all that follows this member
	uint32_t release_len, file_len, tag_set_len, python_set_len, newer_api;
	uint64_t skipped;
	struct packed_text name, status, status_reason;
};

struct packed_release {
	struct packed_text version;
	uint32_t first_file, file_len;
};

// A part of the file name.
struct packed_part {
	uint16_t offset, len;
};

enum { PART_NAME, PART_VERSION, PART_BUILD, PART_PYTHON, PART_ABI, PART_PLATFORM, PARTS };
enum { FLAG_SIZE = 1, FLAG_YANKED = 2, FLAG_CORE_METADATA = 4 };

struct packed_hot {
	struct packed_text name, requires_python, upload_time;
	uint64_t build_number;
	uint32_t tag_set, python_set;
	struct packed_part parts[PARTS];
	uint32_t kind, flags;
};

struct packed_cold {
	struct packed_text url, yanked_reason;
	uint64_t size;
	struct sha256 sha256, metadata_sha256;
};

// --- packing -------------------------------------------------------------------------

struct packer {
	struct buf texts;
	struct map seen; // texts that recur: offset of each
};

static struct packed_text put_text(struct packer *packer, struct slice text)
{
	struct packed_text packed = { (uint32_t)packer->texts.len, (uint32_t)text.len };
	buf_append(&packer->texts, text);
	return packed;
}

static struct packed_text put_recurring(struct packer *packer, struct slice text)
{
	struct packed_text packed = { (uint32_t)packer->texts.len, (uint32_t)text.len };
	if (map_insert(&packer->seen, text, packed.offset, &packed.offset))
		buf_append(&packer->texts, text);
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
	return put_text(packer, file->name);
}

static struct packed_part part_of(struct slice name, struct slice part)
{
	if (part.len == 0)
		return (struct packed_part){ 0 };
	return (struct packed_part){ (uint16_t)(part.ptr - name.ptr),
				     (uint16_t)part.len };
}

static void pack_wheel(const struct project_file *file, struct packed_hot *hot)
{
	const struct wheel_name *wheel = &file->wheel;
	const struct slice parts[PARTS] = {
		wheel->name,   wheel->version, wheel->build,
		wheel->python, wheel->abi,     wheel->platform
	};
	for (size_t i = 0; i < PARTS; i++)
		hot->parts[i] = part_of(file->name, parts[i]);
	hot->build_number = wheel->build_number;
	hot->tag_set = file->tag_set;
}

static void pack_file(struct packer *packer, const struct project_file *file,
		      struct packed_hot *hot, struct packed_cold *cold)
{
	*cold = (struct packed_cold){ .size = file->size };
	cold->url = put_text(packer, file->url);
	cold->yanked_reason = put_recurring(packer, file->yanked_reason);
	cold->sha256 = file->sha256;
	cold->metadata_sha256 = file->metadata_sha256;
	*hot = (struct packed_hot){ .kind = file->kind, .python_set = file->python_set };
	hot->name = put_name(packer, file, cold->url);
	hot->requires_python = put_recurring(packer, file->requires_python);
	hot->upload_time = put_recurring(packer, file->upload_time);
	hot->flags = (file->has_size ? FLAG_SIZE : 0u) |
		     (file->yanked ? FLAG_YANKED : 0u) |
		     (file->has_core_metadata ? FLAG_CORE_METADATA : 0u);
	if (file->kind == FILE_WHEEL)
		pack_wheel(file, hot);
}

static struct packed_release *pack_releases(struct packer *packer,
					    const struct project *project,
					    struct arena *arena)
{
	struct packed_release *packed =
		arena_new_array(arena, struct packed_release, project->release_len);
	for (size_t i = 0; i < project->release_len; i++) {
		const struct release *release = &project->releases[i];
		packed[i].version = put_text(packer, release->version_text);
		packed[i].first_file = release->first_file;
		packed[i].file_len = release->file_len;
	}
	return packed;
}

static void append_rows(struct buf *out, const void *rows, size_t bytes)
{
	buf_append(out, (struct slice){ rows, bytes });
}

static uint32_t crc_of(struct slice record)
{
	return crc32_update(0, slice_skip(record, offsetof(struct packed_header, crc32) +
							  sizeof(uint32_t)));
}

struct slice record_pack(const struct project *project, struct arena *arena)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct packer packer = { .texts.arena = &scratch, .seen.arena = &scratch };
	packer.texts.cap = TEXT_BYTES_A_FILE * (project->file_len + 1);
	packer.texts.ptr = arena_alloc(&scratch, packer.texts.cap, 1);
	struct packed_hot *hot =
		arena_new_array(&scratch, struct packed_hot, project->file_len);
	struct packed_cold *cold =
		arena_new_array(&scratch, struct packed_cold, project->file_len);
	struct packed_header header = {
		.magic = RECORD_MAGIC,
		.layout = RECORD_LAYOUT,
		.release_len = (uint32_t)project->release_len,
		.file_len = (uint32_t)project->file_len,
		.tag_set_len = project->tag_set_len,
		.python_set_len = project->python_set_len,
		.newer_api = project->newer_api,
		.skipped = project->skipped,
		.name = put_text(&packer, project->name),
		.status = put_text(&packer, project->status),
		.status_reason = put_text(&packer, project->status_reason),
	};
	const struct packed_release *releases = pack_releases(&packer, project, &scratch);
	for (size_t i = 0; i < project->file_len; i++)
		pack_file(&packer, &project->files[i], &hot[i], &cold[i]);

	size_t rows = project->release_len * sizeof(*releases) +
		      project->file_len * (sizeof(*hot) + sizeof(*cold));
	struct buf out = { .arena = arena,
			   .cap = sizeof(header) + rows + packer.texts.len };
	out.ptr = arena_alloc(arena, out.cap, _Alignof(struct packed_header));
	append_rows(&out, &header, sizeof(header));
	append_rows(&out, releases, project->release_len * sizeof(*releases));
	append_rows(&out, hot, project->file_len * sizeof(*hot));
	append_rows(&out, cold, project->file_len * sizeof(*cold));
	buf_append(&out, buf_slice(&packer.texts));
	header.crc32 = crc_of(buf_slice(&out));
	memcpy(out.ptr, &header, sizeof(header));
	return buf_slice(&out);
}

// --- unpacking -----------------------------------------------------------------------

struct unpacker {
	struct packed_header header;
	const char *releases, *hot, *cold;
	struct slice texts;
	bool damaged;
};

// Lays the sections over the record; false where they do not fit it.
static bool lay_out(struct slice record, struct unpacker *ret_unpacker)
{
	struct unpacker unpacker = { 0 };
	struct packed_header *header = &unpacker.header;
	if (record.len < sizeof(*header))
		return false;
	memcpy(header, record.ptr, sizeof(*header));
	if (header->magic != RECORD_MAGIC || header->layout != RECORD_LAYOUT ||
	    header->crc32 != crc_of(record))
		return false;
	if (header->file_len > LIMIT_PAGE_FILES || header->release_len > header->file_len)
		return false;
	size_t releases = header->release_len * sizeof(struct packed_release);
	size_t hot = header->file_len * sizeof(struct packed_hot);
	size_t cold = header->file_len * sizeof(struct packed_cold);
	if (record.len - sizeof(*header) < releases + hot + cold)
		return false;
	unpacker.releases = record.ptr + sizeof(*header);
	unpacker.hot = unpacker.releases + releases;
	unpacker.cold = unpacker.hot + hot;
	unpacker.texts = slice_skip(record, sizeof(*header) + releases + hot + cold);
	*ret_unpacker = unpacker;
	return true;
}

static struct slice get_text(struct unpacker *unpacker, struct packed_text packed)
{
	if (packed.offset > unpacker->texts.len ||
	    packed.len > unpacker->texts.len - packed.offset) {
		unpacker->damaged = true;
		return S("");
	}
	return (struct slice){ unpacker->texts.ptr + packed.offset, packed.len };
}

static struct slice get_part(struct unpacker *unpacker, struct slice name,
			     struct packed_part part)
{
	if (part.offset > name.len || part.len > name.len - part.offset) {
		unpacker->damaged = true;
		return S("");
	}
	return (struct slice){ name.ptr + part.offset, part.len };
}

static void unpack_wheel(struct unpacker *unpacker, const struct packed_hot *hot,
			 struct project_file *file)
{
	struct wheel_name *wheel = &file->wheel;
	struct slice *const parts[PARTS] = { &wheel->name,  &wheel->version,
					     &wheel->build, &wheel->python,
					     &wheel->abi,   &wheel->platform };
	for (size_t i = 0; i < PARTS; i++)
		*parts[i] = get_part(unpacker, file->name, hot->parts[i]);
	wheel->file = file->name;
	wheel->build_number = hot->build_number;
	file->tag_set = hot->tag_set;
	unpacker->damaged |= hot->tag_set >= unpacker->header.tag_set_len;
}

static void unpack_file(struct unpacker *unpacker, size_t at, struct project_file *file)
{
	struct packed_hot hot;
	struct packed_cold cold;
	memcpy(&hot, unpacker->hot + at * sizeof(hot), sizeof(hot));
	memcpy(&cold, unpacker->cold + at * sizeof(cold), sizeof(cold));
	file->kind = hot.kind == FILE_WHEEL ? FILE_WHEEL : FILE_SDIST;
	file->name = get_text(unpacker, hot.name);
	file->requires_python = get_text(unpacker, hot.requires_python);
	file->upload_time = get_text(unpacker, hot.upload_time);
	file->python_set = hot.python_set;
	file->has_size = (hot.flags & FLAG_SIZE) != 0;
	file->yanked = (hot.flags & FLAG_YANKED) != 0;
	file->has_core_metadata = (hot.flags & FLAG_CORE_METADATA) != 0;
	if (file->kind == FILE_WHEEL)
		unpack_wheel(unpacker, &hot, file);
	file->url = get_text(unpacker, cold.url);
	file->yanked_reason = get_text(unpacker, cold.yanked_reason);
	file->size = cold.size;
	file->sha256 = cold.sha256;
	file->metadata_sha256 = cold.metadata_sha256;
	unpacker->damaged |= hot.python_set >= unpacker->header.python_set_len;
}

static void unpack_release(struct unpacker *unpacker, size_t at, struct arena *arena,
			   struct release *release)
{
	struct packed_release packed;
	memcpy(&packed, unpacker->releases + at * sizeof(packed), sizeof(packed));
	release->version_text = get_text(unpacker, packed.version);
	release->first_file = packed.first_file;
	release->file_len = packed.file_len;
	uint32_t file_len = unpacker->header.file_len;
	unpacker->damaged |=
		packed.first_file > file_len ||
		packed.file_len > file_len - packed.first_file ||
		!version_parse(arena, release->version_text, &release->version);
}

bool record_unpack(struct slice record, uint32_t index, struct arena *arena,
		   struct project *ret_project)
{
	struct unpacker unpacker;
	if (!lay_out(record, &unpacker))
		return false;
	const struct packed_header *header = &unpacker.header;
	struct project project = { .state = PROJECT_FOUND };
	project.name = get_text(&unpacker, header->name);
	project.status = get_text(&unpacker, header->status);
	project.status_reason = get_text(&unpacker, header->status_reason);
	project.skipped = header->skipped;
	project.newer_api = header->newer_api != 0;
	project.tag_set_len = header->tag_set_len;
	project.python_set_len = header->python_set_len;
	project.release_len = project.release_cap = header->release_len;
	project.file_len = project.file_cap = header->file_len;
	project.releases = arena_new_array(arena, struct release, project.release_len);
	project.files = arena_new_array(arena, struct project_file, project.file_len);
	for (size_t i = 0; i < project.file_len; i++) {
		unpack_file(&unpacker, i, &project.files[i]);
		project.files[i].index = index;
	}
	for (size_t i = 0; i < project.release_len; i++)
		unpack_release(&unpacker, i, arena, &project.releases[i]);
	if (unpacker.damaged)
		return false;
	*ret_project = project;
	return true;
}
