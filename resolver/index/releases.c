// SPDX-License-Identifier: MIT
// Sorts a page's files into releases in version order. Versions are parsed once for each
// spelling, not for each file: a page of 100,000 files has some hundreds of them.
#include "resolver/index/candidates.h"
#include "resolver/index/page.h"
#include "resolver/index/releases.h"

#include <stdlib.h>

enum { NO_RELEASE = UINT32_MAX };
enum { WHEEL_SUFFIX = sizeof(".whl") - 1 };

struct spelling {
	struct version version;
	uint32_t id; // order of first sight
};

static int by_version(const void *a, const void *b)
{
	const struct spelling *left = a, *right = b;
	int order = version_cmp(&left->version, &right->version);
	// The order among equal versions decides which one gives the release its text,
	// whatever order the page has.
	return order ? order : slice_cmp(left->version.text, right->version.text);
}

static int cmp_kind_and_name(const struct file_key *left, const struct file_key *right)
{
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->stem && left->stem == right->stem)
		return (left->tag_rank > right->tag_rank) -
		       (left->tag_rank < right->tag_rank);
	return slice_cmp(left->name, right->name);
}

static int by_kind_and_name(const void *a, const void *b)
{
	const struct file_key *left = *(const struct file_key *const *)a;
	const struct file_key *right = *(const struct file_key *const *)b;
	int order = cmp_kind_and_name(left, right);
	return order ? order : slice_cmp(left->url, right->url);
}

struct slice file_version(const struct project *project, const struct project_file *file)
{
	struct sdist_name sdist;
	if (file->kind == FILE_WHEEL)
		return file->wheel.version;
	return sdist_name_parse(file->name, project->name, &sdist) == FILENAME_OK
		       ? sdist.version
		       : S("");
}

static void add_release(struct project *project, struct arena *arena,
			const struct version *version)
{
	struct release *release = &project->releases[project->release_len++];
	*release = (struct release){ .version = *version };
	release->version_text = version_normal(arena, version);
}

static size_t count_different(const struct spelling *sorted, size_t len)
{
	size_t count = len > 0;
	for (size_t i = 1; i < len; i++)
		count += version_cmp(&sorted[i - 1].version, &sorted[i].version) != 0;
	return count;
}

// Sorts the spellings that are versions, and makes a release of each run of equal ones.
// Returns the release of each spelling, by its number, or NO_RELEASE.
static const uint32_t *make_releases(struct project *project, struct arena *arena,
				     const struct map *spellings)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct spelling *all = arena_new_array(&scratch, struct spelling, spellings->len);
	uint32_t *release_of = arena_new_array(arena, uint32_t, spellings->len);
	size_t len = 0;
	for (size_t i = 0; i < spellings->len; i++) {
		release_of[i] = NO_RELEASE;
		all[len].id = (uint32_t)i;
		len += version_parse(arena, spellings->entries[i].key, &all[len].version);
	}
	if (len)
		qsort(all, len, sizeof(*all), by_version);
	project->release_cap = count_different(all, len);
	project->releases = arena_new_array(arena, struct release, project->release_cap);
	for (size_t i = 0; i < len; i++) {
		if (i == 0 || version_cmp(&all[i - 1].version, &all[i].version) != 0)
			add_release(project, arena, &all[i].version);
		release_of[all[i].id] = (uint32_t)project->release_len - 1;
	}
	return release_of;
}

// Places each release's keys side by side, in the order in which they came.
static void place_keys(struct project *project, const struct file_key *keys, size_t len,
		       const uint32_t *release_of, struct file_order *order)
{
	uint32_t start = 0;
	for (size_t i = 0; i < len; i++)
		if (release_of[keys[i].spelling] != NO_RELEASE)
			project->releases[release_of[keys[i].spelling]].file_len++;
	for (size_t i = 0; i < project->release_len; i++) {
		project->releases[i].first_file = start;
		start += project->releases[i].file_len;
		project->releases[i].file_len = 0;
	}
	for (size_t i = 0; i < len; i++) {
		uint32_t rank = release_of[keys[i].spelling];
		if (rank == NO_RELEASE)
			continue;
		struct release *release = &project->releases[rank];
		order->at[release->first_file + release->file_len++] = &keys[i];
	}
	project->skipped += len - start;
	order->len = start;
}

// Are the keys ascending, without repeated names, as on most pages?
static bool is_in_order(const struct file_key *const *keys, uint32_t len)
{
	for (uint32_t i = 1; i < len; i++)
		if (cmp_kind_and_name(keys[i - 1], keys[i]) >= 0)
			return false;
	return true;
}

// Orders the keys of one release; those with repeated names end up behind the others.
static void order_keys(struct project *project, struct release *release,
		       const struct file_key **keys)
{
	uint32_t kept = 0;
	if (is_in_order(keys, release->file_len))
		return;
	qsort(keys, release->file_len, sizeof(*keys), by_kind_and_name);
	for (uint32_t i = 0; i < release->file_len; i++) {
		const struct file_key *key = keys[i];
		if (kept && cmp_kind_and_name(keys[kept - 1], key) == 0) {
			project->skipped++;
			continue;
		}
		keys[i] = keys[kept];
		keys[kept++] = key;
	}
	release->file_len = kept;
}

void releases_group(struct project *project, const struct file_key *keys, size_t len,
		    const struct map *spellings, struct arena *arena,
		    struct file_order *ret_order)
{
	const uint32_t *release_of = make_releases(project, arena, spellings);
	struct file_order order = { .at = arena_new_array(arena, const struct file_key *,
							  len) };
	place_keys(project, keys, len, release_of, &order);
	for (size_t i = 0; i < project->release_len; i++)
		order_keys(project, &project->releases[i],
			   order.at + project->releases[i].first_file);
	*ret_order = order;
}

// --- rows ----------------------------------------------------------------------------

const struct release_row *release_rows(const struct project *project, struct arena *arena)
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

struct file_row file_row_of(const struct project_file *file)
{
	struct file_row row = {
		.tag_set = file->kind == FILE_WHEEL ? file->tag_set : TAG_SET_SDIST,
		.python_set = file->python_set & INT32_MAX,
		.yanked = file->yanked,
	};
	if (!upload_time_parse(file->upload_time, &row.uploaded))
		row.uploaded = file->first_seen ? (int64_t)file->first_seen * 1000000
						: UPLOAD_UNKNOWN;
	return row;
}

static uint32_t number_of(struct map *numbers, struct slice text)
{
	uint32_t number = (uint32_t)numbers->len;
	map_insert(numbers, text, number, &number);
	return number;
}

// If the last text comes again, as it often does, nothing is looked up.
static uint32_t number_again(struct map *numbers, struct slice text, uint32_t *last)
{
	if (*last >= numbers->len || !slice_eq(numbers->entries[*last].key, text))
		*last = number_of(numbers, text);
	return *last;
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

void set_numbers_take(struct set_numbers *numbers, struct project_file *file)
{
	if (file->kind == FILE_WHEEL)
		file->tag_set = number_again(&numbers->tags, tag_text(&file->wheel),
					     &numbers->last_tags);
	if (numbers->tag_lens.len < numbers->tags.len)
		*array_push(numbers->tags.arena, &numbers->tag_lens) =
			(struct tag_lens){ (uint32_t)file->wheel.python.len,
					   (uint32_t)file->wheel.abi.len };
	file->python_set = number_again(&numbers->pythons, file->requires_python,
					&numbers->last_python);
}

bool set_numbers_know_tags(struct set_numbers *numbers, struct slice tags,
			   struct wheel_name *ret_wheel)
{
	if (!map_find(&numbers->tags, tags, &numbers->last_tags))
		return false;
	const struct tag_lens *lens = &numbers->tag_lens.items[numbers->last_tags];
	size_t abi = lens->python + 1, platform = abi + lens->abi + 1;
	ret_wheel->python = slice_range(tags, 0, lens->python);
	ret_wheel->abi = slice_range(tags, abi, abi + lens->abi);
	ret_wheel->platform = slice_skip(tags, platform);
	return true;
}

// Compares tags as parts of a file name, followed by its suffix, which tells "any.whl"
// from "any.more.whl".
static int by_tags_in_name(const void *a, const void *b)
{
	struct slice left = (*(const struct map_entry *const *)a)->key;
	struct slice right = (*(const struct map_entry *const *)b)->key;
	left.len += WHEEL_SUFFIX;
	right.len += WHEEL_SUFFIX;
	return slice_cmp(left, right);
}

const uint32_t *set_numbers_tag_ranks(const struct set_numbers *numbers,
				      struct arena *arena)
{
	size_t len = numbers->tags.len;
	uint32_t *ranks = arena_new_array(arena, uint32_t, len);
	const struct map_entry **sorted =
		arena_new_array(arena, const struct map_entry *, len);
	for (size_t i = 0; i < len; i++)
		sorted[i] = &numbers->tags.entries[i];
	if (len)
		qsort(sorted, len, sizeof(const struct map_entry *), by_tags_in_name);
	for (size_t i = 0; i < len; i++)
		ranks[sorted[i]->value] = (uint32_t)i;
	return ranks;
}

void set_numbers_finish(const struct set_numbers *numbers, struct project *project,
			struct arena *arena)
{
	project->tag_sets = keys_of(&numbers->tags, arena);
	project->python_sets = keys_of(&numbers->pythons, arena);
	project->tag_set_len = (uint32_t)numbers->tags.len;
	project->python_set_len = (uint32_t)numbers->pythons.len;
}

void project_write_rows(struct project *project, struct arena *arena)
{
	struct set_numbers numbers = { .tags.arena = arena, .pythons.arena = arena };
	struct file_row *rows =
		arena_new_array(arena, struct file_row, project->file_len);
	for (size_t i = 0; i < project->file_len; i++) {
		set_numbers_take(&numbers, &project->files[i]);
		rows[i] = file_row_of(&project->files[i]);
	}
	set_numbers_finish(&numbers, project, arena);
	project->release_rows = release_rows(project, arena);
	project->file_rows = rows;
}

// --- a project of structs --------------------------------------------------------------

void project_group(struct project *project, struct arena *arena)
{
	struct map spellings = { .arena = arena };
	size_t len = project->file_len;
	struct file_order order;
	struct file_key *keys = arena_new_array(arena, struct file_key, len);
	for (size_t i = 0; i < len; i++) {
		const struct project_file *file = &project->files[i];
		keys[i] = (struct file_key){ file->name, file->url, .kind = file->kind };
		keys[i].spelling = number_of(&spellings, file_version(project, file));
	}
	releases_group(project, keys, len, &spellings, arena, &order);
	struct project_file *placed =
		arena_new_array(arena, struct project_file, order.len);
	for (size_t i = 0; i < order.len; i++)
		placed[i] = project->files[order.at[i] - keys];
	project->files = placed;
	project->file_len = project->file_cap = order.len;
	project_write_rows(project, arena);
}
