// SPDX-License-Identifier: MIT
// From a page's files in any order to releases in version order. Versions are parsed once
// for each spelling, not for each file: a page of 100,000 files has some hundreds of
// them.
#include "resolver/index/candidates.h"
#include "resolver/index/page.h"

#include <stdlib.h>

enum { NO_RELEASE = UINT32_MAX };

struct spelling {
	struct version version;
	uint32_t id;      // order of first sight
	uint32_t release; // index of the release it belongs to, or NO_RELEASE
};

static int by_version(const void *a, const void *b)
{
	const struct spelling *left = a, *right = b;
	int order = version_cmp(&left->version, &right->version);
	// Of equal versions one gives the release its text, whatever order the page has.
	return order ? order : slice_cmp(left->version.text, right->version.text);
}

static int by_id(const void *a, const void *b)
{
	const struct spelling *left = a, *right = b;
	return (left->id > right->id) - (left->id < right->id);
}

static int by_kind_and_name(const void *a, const void *b)
{
	const struct project_file *left = a, *right = b;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	int order = slice_cmp(left->name, right->name);
	return order ? order : slice_cmp(left->url, right->url);
}

static struct slice version_of(const struct project *project,
			       const struct project_file *file)
{
	struct sdist_name sdist;
	if (file->kind == FILE_WHEEL)
		return file->wheel.version;
	return sdist_name_parse(file->name, project->name, &sdist) == FILENAME_OK
		       ? sdist.version
		       : S("");
}

// For each file the number of its version's spelling.
static uint32_t *number_spellings(const struct project *project, struct arena *arena,
				  struct map *spellings)
{
	uint32_t *numbers = arena_new_array(arena, uint32_t, project->file_len);
	for (size_t i = 0; i < project->file_len; i++) {
		numbers[i] = (uint32_t)spellings->len;
		map_insert(spellings, version_of(project, &project->files[i]), numbers[i],
			   &numbers[i]);
	}
	return numbers;
}

static struct release *add_release(struct project *project, struct arena *arena,
				   const struct version *version)
{
	project->releases = array_grow(arena, project->releases, project->release_len,
				       &project->release_cap, sizeof(*project->releases));
	struct release *release = &project->releases[project->release_len++];
	*release = (struct release){ .version = *version };
	release->version_text = version_normal(arena, version);
	return release;
}

// Sorts the spellings that are versions, makes a release of each run of equal ones, and
// tells each its release.
static struct spelling *make_releases(struct project *project, struct arena *arena,
				      const struct map *spellings)
{
	struct spelling *all = arena_new_array(arena, struct spelling, spellings->len);
	size_t len = 0;
	for (size_t i = 0; i < spellings->len; i++) {
		all[len].id = (uint32_t)i;
		len += version_parse(arena, spellings->entries[i].key, &all[len].version);
	}
	if (len)
		qsort(all, len, sizeof(*all), by_version);
	for (size_t i = 0; i < len; i++) {
		if (i == 0 || version_cmp(&all[i - 1].version, &all[i].version) != 0)
			add_release(project, arena, &all[i].version);
		all[i].release = (uint32_t)project->release_len - 1;
	}
	if (len)
		qsort(all, len, sizeof(*all), by_id);
	// Spread out, so that a spelling is found at its number; what was no version has
	// NO_RELEASE.
	struct spelling *by_number =
		arena_new_array(arena, struct spelling, spellings->len);
	for (size_t i = 0, at = 0; i < spellings->len; i++) {
		by_number[i].release = NO_RELEASE;
		if (at < len && all[at].id == i)
			by_number[i] = all[at++];
	}
	return by_number;
}

static void place_files(struct project *project, struct arena *arena,
			const uint32_t *release_of)
{
	struct project_file *placed =
		arena_new_array(arena, struct project_file, project->file_len);
	uint32_t start = 0;
	for (size_t i = 0; i < project->file_len; i++)
		if (release_of[i] != NO_RELEASE)
			project->releases[release_of[i]].file_len++;
	for (size_t i = 0; i < project->release_len; i++) {
		project->releases[i].first_file = start;
		start += project->releases[i].file_len;
		project->releases[i].file_len = 0;
	}
	for (size_t i = 0; i < project->file_len; i++) {
		if (release_of[i] == NO_RELEASE)
			continue;
		struct release *release = &project->releases[release_of[i]];
		placed[release->first_file + release->file_len++] = project->files[i];
	}
	project->skipped += project->file_len - start;
	project->files = placed;
	project->file_len = project->file_cap = start;
}

// Ascending, without repeated names, as most pages list them.
static bool is_in_order(const struct project_file *files, uint32_t len)
{
	for (uint32_t i = 1; i < len; i++) {
		const struct project_file *left = &files[i - 1], *right = &files[i];
		if (left->kind > right->kind || (left->kind == right->kind &&
						 slice_cmp(left->name, right->name) >= 0))
			return false;
	}
	return true;
}

// Orders the files of one release and drops repeated names; the gap that leaves is of no
// consequence.
static void order_files(struct project *project, struct release *release)
{
	struct project_file *files = project->files + release->first_file;
	uint32_t kept = 0;
	if (is_in_order(files, release->file_len))
		return;
	qsort(files, release->file_len, sizeof(*files), by_kind_and_name);
	for (uint32_t i = 0; i < release->file_len; i++) {
		if (kept && slice_eq(files[kept - 1].name, files[i].name))
			project->skipped++;
		else
			files[kept++] = files[i];
	}
	release->file_len = kept;
}

static const struct release_row *release_rows(const struct project *project,
					      struct arena *arena)
{
	struct release_row *rows =
		arena_new_array(arena, struct release_row, project->release_len);
	for (size_t i = 0; i < project->release_len; i++) {
		const struct release *release = &project->releases[i];
		rows[i] = (struct release_row){
			.first_file = release->first_file,
			.file_len = release->file_len,
			.version_len = (uint16_t)release->version_text.len,
			.is_prerelease = version_is_prerelease(&release->version),
		};
	}
	return rows;
}

static const struct file_row *file_rows(const struct project *project,
					struct arena *arena)
{
	struct file_row *rows =
		arena_new_array(arena, struct file_row, project->file_len);
	for (size_t i = 0; i < project->file_len; i++) {
		const struct project_file *file = &project->files[i];
		rows[i].tag_set =
			file->kind == FILE_WHEEL ? file->tag_set : TAG_SET_SDIST;
		rows[i].python_set = file->python_set & INT32_MAX;
		rows[i].yanked = file->yanked;
		if (!upload_time_parse(file->upload_time, &rows[i].uploaded))
			rows[i].uploaded = file->first_seen
						   ? (int64_t)file->first_seen * 1000000
						   : UPLOAD_UNKNOWN;
	}
	return rows;
}

static uint32_t number_of(struct map *numbers, struct slice text)
{
	uint32_t number = (uint32_t)numbers->len;
	map_insert(numbers, text, number, &number);
	return number;
}

static struct slice *keys_of(const struct map *numbers, struct arena *arena)
{
	struct slice *keys = arena_new_array(arena, struct slice, numbers->len);
	for (size_t i = 0; i < numbers->len; i++)
		keys[i] = numbers->entries[i].key;
	return keys;
}

// The three tag fields stand side by side in the file name, so that one slice covers
// them.
static struct slice tag_text(const struct wheel_name *wheel)
{
	const char *end = wheel->platform.ptr + wheel->platform.len;
	return (struct slice){ wheel->python.ptr, (size_t)(end - wheel->python.ptr) };
}

void project_write_rows(struct project *project, struct arena *arena)
{
	struct map tags = { .arena = arena }, pythons = { .arena = arena };
	for (size_t i = 0; i < project->file_len; i++) {
		struct project_file *file = &project->files[i];
		if (file->kind == FILE_WHEEL)
			file->tag_set = number_of(&tags, tag_text(&file->wheel));
		file->python_set = number_of(&pythons, file->requires_python);
	}
	project->tag_sets = keys_of(&tags, arena);
	project->python_sets = keys_of(&pythons, arena);
	project->tag_set_len = (uint32_t)tags.len;
	project->python_set_len = (uint32_t)pythons.len;
	project->release_rows = release_rows(project, arena);
	project->file_rows = file_rows(project, arena);
}

void project_group(struct project *project, struct arena *arena)
{
	struct map spellings = { .arena = arena };
	uint32_t *numbers = number_spellings(project, arena, &spellings);
	const struct spelling *known = make_releases(project, arena, &spellings);
	for (size_t i = 0; i < project->file_len; i++)
		numbers[i] = known[numbers[i]].release;
	place_files(project, arena, numbers);
	for (size_t i = 0; i < project->release_len; i++)
		order_files(project, &project->releases[i]);
	project_write_rows(project, arena);
}
