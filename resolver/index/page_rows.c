// SPDX-License-Identifier: MIT
// Turns a page directly into its record: of each file it keeps a packed row and what
// sorting needs, so that a page of 100,000 files takes little memory and time.
#include "resolver/index/page.h"
#include "resolver/index/record_layout.h"
#include "resolver/index/releases.h"

struct page_rows {
	struct record_writer writer;
	struct set_numbers sets;
	struct map spellings; // of versions
	ARRAY_OF(struct file_key) keys;
	struct file_row *rows; // as keys
	size_t row_cap;
	struct slice last_version; // and its number: files of a release follow each other
	uint32_t last_spelling;
	// The number of what the latest wheels have in common (struct file_key).
	uint32_t stem;
};

size_t page_rows_len(const struct page_rows *rows)
{
	return rows->keys.len;
}

void page_rows_reserve(struct page *page, size_t files)
{
	struct page_rows *rows = page->rows;
	struct arena *arena = page->arena;
	record_writer_begin(&rows->writer, files, arena);
	rows->keys.items = arena_new_array(arena, struct file_key, files);
	rows->keys.cap = files;
	rows->rows = arena_new_array(arena, struct file_row, files);
	rows->row_cap = files;
}

static uint32_t spelling_of(struct page_rows *rows, struct slice version)
{
	uint32_t number = (uint32_t)rows->spellings.len;
	if (rows->last_version.len && slice_eq(version, rows->last_version))
		return rows->last_spelling;
	map_insert(&rows->spellings, version, number, &number);
	rows->last_version = version;
	rows->last_spelling = number;
	return number;
}

// The piece of `to` at the place of the part of `from`.
static struct slice same_part(struct slice from, struct slice part, struct slice to)
{
	if (part.len == 0)
		return S("");
	return (struct slice){ to.ptr + (part.ptr - from.ptr), part.len };
}

bool page_rows_know(const struct page *page, struct project_file *file)
{
	const struct wheel_name *last = &page->last;
	const struct slice name = file->name, suffix = S(".whl");
	struct slice stem = last->file;
	stem.len = last->file.len ? (size_t)(last->python.ptr - last->file.ptr) : 0;
	if (stem.len == 0 || name.len < stem.len + suffix.len ||
	    !slice_starts_with(name, stem) ||
	    !set_numbers_know_tags(&page->rows->sets,
				   slice_range(name, stem.len, name.len - suffix.len),
				   &file->wheel)) {
		page->rows->stem++;
		return false;
	}
	file->wheel.file = name;
	file->wheel.name = same_part(last->file, last->name, name);
	file->wheel.version = same_part(last->file, last->version, name);
	file->wheel.build = same_part(last->file, last->build, name);
	file->wheel.build_number = last->build_number;
	return true;
}

void page_rows_add(struct page *page, struct project_file *file)
{
	struct page_rows *rows = page->rows;
	struct slice version = file_version(page->project, file);
	bool is_wheel = file->kind == FILE_WHEEL;
	rows->rows = array_grow(page->arena, rows->rows, rows->keys.len, &rows->row_cap,
				sizeof(*rows->rows));
	set_numbers_take(&rows->sets, file);
	const struct file_row row = file_row_of(file);
	rows->rows[rows->keys.len] = row;
	*array_push(page->arena, &rows->keys) =
		(struct file_key){ .name = file->name,
				   .url = file->url,
				   .spelling = spelling_of(rows, version),
				   .kind = file->kind,
				   .stem = is_wheel ? rows->stem : 0,
				   .tag_rank = file->tag_set };
	record_writer_add(&rows->writer, file);
}

static struct slice finish(struct page_rows *rows, struct project *project,
			   struct arena *arena, struct arena *kept)
{
	struct file_order order;
	const uint32_t *ranks = set_numbers_tag_ranks(&rows->sets, arena);
	for (size_t i = 0; i < rows->keys.len; i++)
		if (rows->keys.items[i].stem)
			rows->keys.items[i].tag_rank =
				ranks[rows->keys.items[i].tag_rank];
	releases_group(project, rows->keys.items, rows->keys.len, &rows->spellings, arena,
		       &order);
	uint32_t *numbers = arena_new_array(arena, uint32_t, order.len);
	struct file_row *placed = arena_new_array(arena, struct file_row, order.len);
	for (size_t i = 0; i < order.len; i++) {
		numbers[i] = (uint32_t)(order.at[i] - rows->keys.items);
		placed[i] = rows->rows[numbers[i]];
	}
	project->file_len = order.len;
	project->file_rows = placed;
	project->release_rows = release_rows(project, arena);
	set_numbers_finish(&rows->sets, project, arena);
	return record_writer_finish(&rows->writer, project, numbers, kept);
}

int page_read_record(const struct page_input *input, struct arena *arena,
		     struct arena *kept, struct slice *ret_record, struct error *err)
{
	struct page page;
	struct project project;
	struct page_rows rows = { .spellings.arena = arena };
	rows.sets.tags.arena = rows.sets.pythons.arena = arena;
	page_begin(&page, input, arena, &project);
	page.rows = &rows;
	if (page_read_files(&page, err) < 0)
		return -1;
	*ret_record = finish(&rows, &project, arena, kept);
	return 0;
}
