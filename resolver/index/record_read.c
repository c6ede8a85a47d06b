// SPDX-License-Identifier: MIT
// Reads page records, in place and as late as possible. Nothing in a record is believed:
// every offset is checked.
#include "base/limits.h"
#include "resolver/index/candidates.h"
#include "resolver/index/record.h"
#include "resolver/index/record_layout.h"

#include <string.h>

// Pointers to what was asked for, by number. Most projects are asked for a few of their
// thousands.
enum { SPARSE_STEP = 64 };

struct sparse {
	void ***steps;
	size_t len;
};

static void **sparse_place(struct sparse *sparse, size_t at, struct arena *arena)
{
	if (!sparse->steps)
		sparse->steps =
			arena_new_array(arena, void **, sparse->len / SPARSE_STEP + 1);
	void ***step = &sparse->steps[at / SPARSE_STEP];
	if (!*step)
		*step = arena_new_array(arena, void *, SPARSE_STEP);
	return &(*step)[at % SPARSE_STEP];
}

// What a project of the store reads from.
struct record {
	struct arena *arena;
	uint32_t index;
	const struct packed_text *tag_sets, *python_sets;
	struct slice hot_texts;
	struct value value;
	size_t cold, cold_texts, cold_text_len; // sections of the value
	struct sparse releases, files;
};

static bool fits(struct packed_text text, size_t len)
{
	return text.offset <= len && text.len <= len - text.offset;
}

static struct slice text_at(struct slice texts, struct packed_text text)
{
	return (struct slice){ texts.ptr + text.offset, text.len };
}

// --- opening -------------------------------------------------------------------------

// Reads the header; false if the record is not as long as that says.
static bool read_header(const struct value *value, struct arena *arena,
			struct packed_header *ret_header, struct record_sections *ret_at)
{
	const struct packed_header *header = NULL;
	if (value->bytes.len >= sizeof(*header))
		header = value_read(value, 0, sizeof(*header), RECORD_ALIGN, arena);
	if (!header || header->magic != RECORD_MAGIC || header->layout != RECORD_LAYOUT ||
	    header->file_len > LIMIT_PAGE_FILES ||
	    header->release_len > header->file_len ||
	    header->tag_set_len > LIMIT_PAGE_FILES ||
	    header->python_set_len > LIMIT_PAGE_FILES)
		return false;
	record_lay_out(header, ret_at);
	*ret_header = *header;
	return ret_at->end == value->bytes.len;
}

// The hot part, if it is undamaged; else NULL.
static const char *read_hot(const struct value *value, struct arena *arena,
			    const struct packed_header *header, size_t len)
{
	const size_t covered = offsetof(struct packed_header, crc32) + sizeof(uint32_t);
	const char *hot = value_read(value, 0, len, RECORD_ALIGN, arena);
	if (!hot || header->crc32 != crc32_update(0, (struct slice){ hot + covered,
								     len - covered }))
		return NULL;
	return hot;
}

static bool sets_fit(const struct packed_text *sets, size_t count, size_t len)
{
	bool good = true;
	for (size_t i = 0; i < count; i++)
		good &= fits(sets[i], len);
	return good;
}

static bool releases_fit(const struct project *project, size_t text_len)
{
	bool good = true;
	for (size_t i = 0; i < project->release_len; i++) {
		const struct release_row *row = &project->release_rows[i];
		good &= row->first_file <= project->file_len &&
			row->file_len <= project->file_len - row->first_file &&
			row->version_offset <= text_len &&
			row->version_len <= text_len - row->version_offset;
	}
	return good;
}

static bool files_fit(const struct project *project)
{
	bool good = true;
	for (size_t i = 0; i < project->file_len; i++) {
		const struct file_row *row = &project->file_rows[i];
		good &= (row->tag_set < project->tag_set_len) |
			(row->tag_set == TAG_SET_SDIST);
		good &= row->python_set < project->python_set_len;
	}
	return good;
}

bool record_open_value(const struct value *value, uint32_t index, struct arena *arena,
		       struct project *ret_project)
{
	struct packed_header header;
	struct record_sections at;
	if (!read_header(value, arena, &header, &at))
		return false;
	const char *hot = read_hot(value, arena, &header, at.cold);
	if (!hot)
		return false;
	const void *base = hot;
	struct record *record = arena_new(arena, struct record);
	*record = (struct record){
		.arena = arena,
		.index = index,
		.value = *value,
		.tag_sets = (const void *)((const char *)base + at.tag_sets),
		.python_sets = (const void *)((const char *)base + at.python_sets),
		.hot_texts = { hot + at.hot_texts, header.hot_text_len },
		.cold = at.cold,
		.cold_texts = at.cold_texts,
		.cold_text_len = header.cold_text_len,
		.releases.len = header.release_len,
		.files.len = header.file_len,
	};
	struct project project = {
		.state = PROJECT_FOUND,
		.skipped = header.skipped,
		.newer_api = header.newer_api != 0,
		.release_len = header.release_len,
		.file_len = header.file_len,
		.tag_set_len = header.tag_set_len,
		.python_set_len = header.python_set_len,
		.release_rows = (const void *)((const char *)base + at.releases),
		.file_rows = (const void *)((const char *)base + at.files),
		.record = record,
	};
	size_t len = header.hot_text_len;
	if (!fits(header.name, len) || !fits(header.status, len) ||
	    !fits(header.status_reason, len) || !releases_fit(&project, len) ||
	    !files_fit(&project) ||
	    !sets_fit(record->tag_sets, header.tag_set_len, len) ||
	    !sets_fit(record->python_sets, header.python_set_len, len))
		return false;
	project.name = text_at(record->hot_texts, header.name);
	project.status = text_at(record->hot_texts, header.status);
	project.status_reason = text_at(record->hot_texts, header.status_reason);
	*ret_project = project;
	return true;
}

bool record_open(struct slice bytes, uint32_t index, struct arena *arena,
		 struct project *ret_project)
{
	const struct value value = value_of(bytes);
	return record_open_value(&value, index, arena, ret_project);
}

// --- single releases and files -------------------------------------------------------

struct slice project_version_text(const struct project *project, uint32_t rank)
{
	const struct release_row *row = &project->release_rows[rank];
	if (project->releases)
		return project->releases[rank].version_text;
	return slice_range(project->record->hot_texts, row->version_offset,
			   row->version_offset + row->version_len);
}

static void read_release(const struct project *project, uint32_t rank,
			 struct arena *arena, struct release *release)
{
	const struct release_row *row = &project->release_rows[rank];
	release->version_text = project_version_text(project, rank);
	release->first_file = row->first_file;
	release->file_len = row->file_len;
	// Only a forged record has what is no version.
	if (!version_parse(arena, release->version_text, &release->version) &&
	    !version_parse(arena, S("0"), &release->version))
		BUG("0 is no version");
}

const struct release *project_release(const struct project *project, uint32_t rank)
{
	struct record *record = project->record;
	if (project->releases)
		return &project->releases[rank];
	void **place = sparse_place(&record->releases, rank, record->arena);
	if (!*place) {
		struct release *release = arena_new(record->arena, struct release);
		read_release(project, rank, record->arena, release);
		*place = release;
	}
	return *place;
}

// A piece of the cold texts that was read at once: those of a file stand side by side.
struct text_window {
	struct slice text;
	size_t from;
};

enum { WINDOW_BYTES = 768 };

static bool read_text(const struct record *record, struct text_window *window,
		      struct packed_text text, struct slice *ret_text)
{
	size_t at = text.offset;
	if (at < window->from || at - window->from > window->text.len ||
	    text.len > window->text.len - (at - window->from)) {
		size_t rest = record->cold_text_len - at;
		size_t len = text.len > WINDOW_BYTES ? text.len : WINDOW_BYTES;
		window->from = at;
		window->text.len = len < rest ? len : rest;
		window->text.ptr = value_read(&record->value, record->cold_texts + at,
					      window->text.len, 1, record->arena);
	}
	if (!window->text.ptr)
		return false;
	*ret_text = (struct slice){ window->text.ptr + (at - window->from), text.len };
	return true;
}

// The texts of a row, all undamaged.
static bool read_texts(const struct record *record, const struct packed_cold *cold,
		       struct slice ret_texts[COLD_TEXTS])
{
	struct text_window window = { .from = SIZE_MAX }, reasons = window;
	size_t len = record->cold_text_len;
	return fits(cold->name, len) && fits(cold->url, len) &&
	       fits(cold->yanked_reason, len) && fits(cold->upload_time, len) &&
	       fits(cold->other_hash, len) &&
	       read_text(record, &window, cold->url, &ret_texts[TEXT_URL]) &&
	       read_text(record, &window, cold->name, &ret_texts[TEXT_NAME]) &&
	       read_text(record, cold->yanked_reason.len ? &reasons : &window,
			 cold->yanked_reason, &ret_texts[TEXT_REASON]) &&
	       read_text(record, &window, cold->upload_time, &ret_texts[TEXT_TIME]) &&
	       read_text(record, &window, cold->other_hash, &ret_texts[TEXT_HASH]) &&
	       cold->crc32 == record_cold_crc(cold, ret_texts);
}

static void read_file(const struct project *project, uint32_t at,
		      struct project_file *file)
{
	const struct record *record = project->record;
	const struct file_row *row = &project->file_rows[at];
	const struct packed_cold *cold =
		value_read(&record->value, record->cold + at * sizeof(*cold),
			   sizeof(*cold), RECORD_ALIGN, record->arena);
	struct slice texts[COLD_TEXTS];
	*file = (struct project_file){ .index = record->index };
	file->kind = row->tag_set == TAG_SET_SDIST ? FILE_SDIST : FILE_WHEEL;
	file->yanked = row->yanked;
	file->python_set = row->python_set;
	file->tag_set = file->kind == FILE_WHEEL ? row->tag_set : 0;
	file->requires_python = project_python_set(project, row->python_set);
	if (!cold || !read_texts(record, cold, texts))
		return;
	if (file->kind == FILE_WHEEL &&
	    wheel_name_parse(texts[TEXT_NAME], &file->wheel) != FILENAME_OK)
		return; // only a forged record has what is no wheel's name
	file->name = texts[TEXT_NAME];
	file->url = texts[TEXT_URL];
	file->yanked_reason = texts[TEXT_REASON];
	file->upload_time = texts[TEXT_TIME];
	int64_t uploaded;
	if (row->uploaded > 0 && !upload_time_parse(file->upload_time, &uploaded))
		file->first_seen = (uint64_t)row->uploaded / 1000000;
	file->has_size = (cold->flags & FLAG_SIZE) != 0;
	file->has_core_metadata = (cold->flags & FLAG_CORE_METADATA) != 0;
	file->size = cold->size;
	file->other_hash = texts[TEXT_HASH];
	file->sha256 = cold->sha256;
	file->metadata_sha256 = cold->metadata_sha256;
}

const struct project_file *project_file_get(const struct project *project, uint32_t at)
{
	struct record *record = project->record;
	if (project->files)
		return &project->files[at];
	void **place = sparse_place(&record->files, at, record->arena);
	if (!*place) {
		struct project_file *file = arena_new(record->arena, struct project_file);
		read_file(project, at, file);
		*place = file;
	}
	return *place;
}

struct slice project_tag_set(const struct project *project, uint32_t tag_set)
{
	if (project->tag_sets)
		return project->tag_sets[tag_set];
	return text_at(project->record->hot_texts, project->record->tag_sets[tag_set]);
}

struct slice project_python_set(const struct project *project, uint32_t python_set)
{
	if (project->python_sets)
		return project->python_sets[python_set];
	return text_at(project->record->hot_texts,
		       project->record->python_sets[python_set]);
}

// --- all at once ---------------------------------------------------------------------

void record_expand(struct project *project, struct arena *arena)
{
	struct project whole = *project;
	if (!project->record)
		return;
	whole.releases = arena_new_array(arena, struct release, project->release_len);
	whole.files = arena_new_array(arena, struct project_file, project->file_len);
	whole.tag_sets = arena_new_array(arena, struct slice, project->tag_set_len);
	whole.python_sets = arena_new_array(arena, struct slice, project->python_set_len);
	whole.release_cap = project->release_len;
	whole.file_cap = project->file_len;
	for (uint32_t i = 0; i < project->release_len; i++)
		read_release(project, i, arena, &whole.releases[i]);
	for (uint32_t i = 0; i < project->file_len; i++)
		read_file(project, i, &whole.files[i]);
	for (uint32_t i = 0; i < project->tag_set_len; i++)
		whole.tag_sets[i] = project_tag_set(project, i);
	for (uint32_t i = 0; i < project->python_set_len; i++)
		whole.python_sets[i] = project_python_set(project, i);
	whole.record = NULL;
	*project = whole;
}
