// SPDX-License-Identifier: MIT
// Sorts by total orders, so that no order of the input reaches a byte of the output.
#include "lockfile/order.h"

#include <stdlib.h>
#include <string.h>

size_t lock_sort_texts(struct slice *texts, size_t len)
{
	size_t kept = 0;
	if (len > 1)
		qsort(texts, len, sizeof(*texts), slice_order);
	for (size_t i = 0; i < len; i++)
		if (kept == 0 || !slice_eq(texts[kept - 1], texts[i]))
			texts[kept++] = texts[i];
	return kept;
}

static int compare_hashes(const void *a, const void *b)
{
	const struct lock_hash *left = a, *right = b;
	int order = slice_cmp(left->algorithm, right->algorithm);
	return order ? order : slice_cmp(left->hex, right->hex);
}

void lock_sort_hashes(struct lock_hash *hashes, size_t len)
{
	if (len > 1)
		qsort(hashes, len, sizeof(*hashes), compare_hashes);
}

struct slice lock_utc_text(struct arena *arena, struct slice text)
{
	if (text.ptr[10] == 'T' && text.ptr[text.len - 1] == 'Z')
		return text;
	bool zulu = to_lower(text.ptr[text.len - 1]) == 'z';
	struct slice clock =
		slice_range(text, 11, text.len - (zulu ? 1 : S("+00:00").len));
	return arena_printf(arena, "%.10sT%.*sZ", text.ptr, SLICE_ARG(clock));
}

static int compare_files(const void *a, const void *b)
{
	const struct lock_file *left = a, *right = b;
	int order = slice_cmp(left->name, right->name);
	if (order == 0)
		order = slice_cmp(left->url, right->url);
	if (order == 0)
		order = slice_cmp(left->path, right->path);
	return order ? order
		     : memcmp(&left->sha256, &right->sha256, sizeof(left->sha256));
}

void lock_sort_files(struct lock_file *files, size_t len)
{
	if (len > 1)
		qsort(files, len, sizeof(*files), compare_files);
}

static int compare_versions(struct arena *arena, struct slice a, struct slice b)
{
	struct version left, right;
	struct arena_mark mark = arena_mark(arena);
	int order = 0;
	if (version_parse(arena, a, &left) && version_parse(arena, b, &right))
		order = version_cmp(&left, &right);
	arena_rewind(arena, mark);
	return order ? order : slice_cmp(a, b);
}

// The text that tells two entries of one name, version and marker apart.
static struct slice source_text(const struct lock_package *package)
{
	if (package->has_vcs)
		return package->vcs.commit_id;
	if (package->has_directory)
		return package->directory.path;
	if (package->has_archive)
		return package->archive.url.len ? package->archive.url
						: package->archive.path;
	if (package->has_sdist)
		return package->sdist.name;
	struct slice least = S("");
	for (size_t i = 0; i < package->wheels_len; i++)
		if (i == 0 || slice_cmp(package->wheels[i].name, least) < 0)
			least = package->wheels[i].name;
	return least;
}

static int compare_packages(const void *a, const void *b, void *arena)
{
	const struct lock_package *left = *(const struct lock_package *const *)a;
	const struct lock_package *right = *(const struct lock_package *const *)b;
	int order = slice_cmp(left->name, right->name);
	if (order == 0)
		order = compare_versions(arena, left->version, right->version);
	if (order == 0)
		order = slice_cmp(left->marker_text, right->marker_text);
	return order ? order : slice_cmp(source_text(left), source_text(right));
}

const struct lock_package **lock_sorted_packages(struct arena *arena,
						 const struct lock_package *packages,
						 size_t len)
{
	const struct lock_package **sorted =
		arena_new_array(arena, const struct lock_package *, len);
	for (size_t i = 0; i < len; i++)
		sorted[i] = &packages[i];
	if (len > 1)
		qsort_r(sorted, len, sizeof(const struct lock_package *),
			compare_packages, arena);
	return sorted;
}

const struct lock_file *lock_sorted_wheels(struct arena *arena,
					   const struct lock_package *package)
{
	struct lock_file *copy =
		arena_new_array(arena, struct lock_file, package->wheels_len);
	if (package->wheels_len)
		memcpy(copy, package->wheels, package->wheels_len * sizeof(*copy));
	lock_sort_files(copy, package->wheels_len);
	return copy;
}

const struct slice *lock_sorted_texts(struct arena *arena, const struct slice *texts,
				      size_t len, size_t *ret_len)
{
	struct slice *copy = arena_new_array(arena, struct slice, len);
	if (len)
		memcpy(copy, texts, len * sizeof(*copy));
	*ret_len = lock_sort_texts(copy, len);
	return copy;
}

static int compare_requirements(const void *a, const void *b)
{
	const struct lock_requirement *left = a, *right = b;
	int order = slice_cmp(left->name, right->name);
	if (order == 0)
		order = slice_cmp(left->extras, right->extras);
	if (order == 0)
		order = slice_cmp(left->specifier, right->specifier);
	if (order == 0)
		order = slice_cmp(left->marker, right->marker);
	return order ? order : slice_cmp(left->file, right->file);
}

const struct lock_requirement *lock_sorted_requirements(struct arena *arena,
							const struct lock *lock,
							size_t *ret_len)
{
	size_t len = lock->requirements_len, kept = 0;
	struct lock_requirement *copy =
		arena_new_array(arena, struct lock_requirement, len);
	if (len)
		memcpy(copy, lock->requirements, len * sizeof(*copy));
	if (len > 1)
		qsort(copy, len, sizeof(*copy), compare_requirements);
	for (size_t i = 0; i < len; i++)
		if (kept == 0 || compare_requirements(&copy[kept - 1], &copy[i]) != 0)
			copy[kept++] = copy[i];
	*ret_len = kept;
	return copy;
}
