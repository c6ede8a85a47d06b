// SPDX-License-Identifier: MIT
// Merges the pins of all targets into lock entries: for each project and version the files that will be installed, and
// a marker where not every target has them.
#include "pinbake/merge.h"

#include "base/text.h"
#include "base/files.h"
#include "packaging/name.h"
#include "net/url.h"
#include "packaging/target_cover.h"

#include <stdlib.h>
#include <string.h>

// One project at one version, in the targets of `mask`.
struct entry {
	const struct pin *pin; // of the first target
	uint64_t mask;
	size_t order; // of first sight: keeps the order total
	struct {
		struct lock_file *items;
		size_t len, cap;
	} wheels;
	const struct pin *sdist; // NULL: every target has a wheel
	struct {
		struct slice *items;
		size_t len, cap;
	} dependencies, named_by;
	bool requires_python_differs;
};

struct merge {
	struct arena *arena;
	struct map at; // "name version" → entry
	struct {
		struct entry *items;
		size_t len, cap;
	} entries;
	struct map names; // of all pins
	const char *lock_path;
};

// --- what comes from one place --------------------------------------------------------------------------------------------------------

// The path from the folder to the file, both absolute: "../wheels/x.whl".
static struct slice relative_path(struct arena *arena, struct slice folder,
				  struct slice file)
{
	size_t common = 0;
	struct buf path = { .arena = arena };
	for (size_t i = 0; i <= folder.len && i < file.len; i++) {
		bool folder_ends = i == folder.len || folder.ptr[i] == '/';
		if (folder_ends && file.ptr[i] == '/')
			common = i + 1;
		if (i == folder.len || folder.ptr[i] != file.ptr[i])
			break;
	}
	struct slice left = slice_skip(folder, common), part;
	while (left.len) {
		slice_cut(&left, '/', &part);
		buf_append(&path, S("../"));
	}
	buf_append(&path, slice_skip(file, common));
	return buf_slice(&path);
}

static struct slice path_from_lock(struct arena *arena, const char *lock_path,
				   const char *path)
{
	return relative_path(arena, path_real(arena, path_directory(arena, lock_path)),
			     slice_from(path));
}

// "." for the folder itself.
static struct slice relative_folder(struct arena *arena, struct slice folder,
				    const char *path)
{
	struct slice inner = arena_printf(arena, "%s/", path);
	struct slice relative = relative_path(arena, folder, inner);
	while (slice_ends_with(relative, S("/")))
		relative.len--;
	return relative.len ? relative : S(".");
}

static struct lock_file archive_entry(const struct direct_file *file,
				      struct slice relative)
{
	return (struct lock_file){
		.kind = LOCK_ARCHIVE,
		.name = file->file.name,
		.url = file->url,
		.path = relative,
		.sha256 = file->file.sha256,
		.has_size = true,
		.size = file->file.size,
		.subdirectory = file->subdirectory,
	};
}

static void put_direct(struct arena *arena, const struct direct_file *file,
		       const char *lock_path, struct lock_package *package)
{
	struct slice folder = path_real(arena, path_directory(arena, lock_path));
	struct slice path = slice_from(file->path);
	switch (file->kind) {
	case DIRECT_ARCHIVE:
		package->has_archive = true;
		package->archive =
			archive_entry(file, path.len ? relative_path(arena, folder, path)
						     : S(""));
		break;
	case DIRECT_VCS:
		package->has_vcs = true;
		package->vcs = file->vcs;
		break;
	case DIRECT_DIRECTORY:
		package->has_directory = true;
		package->version = S("");
		package->directory = (struct lock_directory){
			.path = relative_folder(arena, folder, file->path),
			.subdirectory = file->subdirectory,
			.editable = file->editable,
		};
		break;
	}
}

// --- files -----------------------------------------------------------------------------------------------------------

// A file of this machine stands by its path from the lock, so that the two may move together (751.6).
static void put_place(const struct merge *merge, const struct project_file *file,
		      struct lock_file *place)
{
	const char *path;
	if (url_file_path(merge->arena, file->url, &path))
		place->path =
			path_from_lock(merge->arena, merge->lock_path,
				       arena_c_string(merge->arena,
						      path_real(merge->arena, path)));
	else
		place->url = url_redact(merge->arena, file->url);
}

static struct lock_file lock_file_of(const struct merge *merge, const struct pin *pin)
{
	struct arena *arena = merge->arena;
	const struct project_file *file = pin->file;
	struct lock_hash *hashes =
		arena_new_array(arena, struct lock_hash, pin->hashes_len);
	for (size_t i = 0; i < pin->hashes_len; i++)
		hashes[i] = pin->hashes[i];
	struct lock_file made = {
		.hashes = hashes,
		.hashes_len = pin->hashes_len,
		.kind = file->kind == FILE_WHEEL ? LOCK_WHEEL : LOCK_SDIST,
		.name = file->name,
		.sha256 = pin->sha256,
		.has_size = pin->has_size,
		.size = pin->size,
		.upload_time = file->upload_time,
	};
	put_place(merge, file, &made);
	return made;
}

// --- collecting ------------------------------------------------------------------------------------------------------

static struct entry *entry_of(struct merge *merge, const struct pin *pin)
{
	uint32_t index = (uint32_t)merge->entries.len;
	struct slice key =
		arena_printf(merge->arena, "%.*s %.*s %p", SLICE_ARG(pin->project->name),
			     SLICE_ARG(pin->release->version_text),
			     (const void *)pin->direct);
	if (map_insert(&merge->at, key, index, &index)) {
		struct entry *entry = array_push(merge->arena, &merge->entries);
		entry->pin = pin;
		entry->order = index;
		map_insert(&merge->names, pin->project->name, 0, NULL);
	}
	return &merge->entries.items[index];
}

static void add_file(struct merge *merge, struct entry *entry, const struct pin *pin)
{
	if (pin->direct)
		return;
	if (pin->file->kind == FILE_SDIST) {
		entry->sdist = pin;
		return;
	}
	for (size_t i = 0; i < entry->wheels.len; i++)
		if (slice_eq(entry->wheels.items[i].name, pin->file->name))
			return;
	*array_push(merge->arena, &entry->wheels) = lock_file_of(merge, pin);
}

static void add_dependencies(struct merge *merge, struct entry *entry,
			     const struct pin *pin)
{
	for (size_t i = 0; i < pin->dependencies_len; i++)
		if (!slices_have(entry->dependencies.items, entry->dependencies.len,
				 pin->dependencies[i]))
			*array_push(merge->arena, &entry->dependencies) =
				pin->dependencies[i];
	for (size_t i = 0; i < pin->named_by_len; i++)
		if (!slices_have(entry->named_by.items, entry->named_by.len,
				 pin->named_by[i]))
			*array_push(merge->arena, &entry->named_by) = pin->named_by[i];
}

static void add_pins(struct merge *merge, const struct pin_list *pins, uint64_t bit)
{
	for (size_t i = 0; i < pins->len; i++) {
		const struct pin *pin = &pins->items[i];
		struct entry *entry = entry_of(merge, pin);
		entry->mask |= bit;
		entry->requires_python_differs |=
			!slice_eq(entry->pin->file->requires_python,
				  pin->file->requires_python);
		add_file(merge, entry, pin);
		add_dependencies(merge, entry, pin);
	}
}

// --- writing ---------------------------------------------------------------------------------------------------------

static int by_name(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = slice_cmp(a->pin->project->name, b->pin->project->name);
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

static int by_file_name(const void *a, const void *b)
{
	return slice_cmp(((const struct lock_file *)a)->name,
			 ((const struct lock_file *)b)->name);
}

// Only names that are in the lock: what another target alone would need is not.
static void put_dependencies(const struct merge *merge, struct entry *entry,
			     struct lock_package *package)
{
	size_t kept = 0;
	for (size_t i = 0; i < entry->dependencies.len; i++)
		if (map_has(&merge->names, entry->dependencies.items[i]))
			entry->dependencies.items[kept++] = entry->dependencies.items[i];
	if (kept)
		qsort(entry->dependencies.items, kept, sizeof(*entry->dependencies.items),
		      slice_order);
	package->dependencies = entry->dependencies.items;
	package->dependencies_len = kept;
}

// A file of this machine whose project is an index's, or no index's at all; or one that a page of this machine links to,
// which is no URL of an index either.
static bool is_of_find_links(const struct pin *pin)
{
	struct slice place = pin->project->index_url;
	return !slice_contains(place, S("://")) ||
	       (url_is_file(pin->file->url) && !url_is_file(place));
}

static void put_entry(const struct merge *merge, struct entry *entry,
		      struct lock_package *package)
{
	const struct pin *pin = entry->pin;
	package->name = pin->project->name;
	package->version = pin->release->version_text;
	if (pin->direct)
		put_direct(merge->arena, pin->direct, merge->lock_path, package);
	else if (!is_of_find_links(pin))
		// A page of links may be a file of this machine, which is no index of a lock
		package->index = slice_contains(pin->project->index_url, S("://"))
					 ? pin->project->index_url
					 : S("");
	if (!entry->requires_python_differs)
		package->requires_python = pin->file->requires_python;
	put_dependencies(merge, entry, package);
	if (entry->wheels.len)
		qsort(entry->wheels.items, entry->wheels.len,
		      sizeof(*entry->wheels.items), by_file_name);
	package->named_by = entry->named_by.items;
	package->named_by_len = entry->named_by.len;
	package->wheels = entry->wheels.items;
	package->wheels_len = entry->wheels.len;
	package->has_sdist = entry->sdist != NULL;
	if (entry->sdist)
		package->sdist = lock_file_of(merge, entry->sdist);
}

static int put_marker(struct arena *arena, const struct target_list *targets,
		      const struct entry *entry, struct lock_package *package,
		      struct error *err)
{
	if (targets_marker(arena, targets->items, targets->len, entry->mask,
			   &package->marker_text))
		return 0;
	return error_set(err, ERROR_NO,
			 "no marker tells apart the targets that take %.*s %.*s",
			 SLICE_ARG(package->name), SLICE_ARG(package->version));
}

static void put_targets(struct arena *arena, const struct target *targets, size_t len,
			struct lock *lock)
{
	unsigned minor = targets[0].python_minor;
	lock->environments = arena_new_array(arena, struct slice, len);
	lock->targets = arena_new_array(arena, struct slice, len);
	for (size_t i = 0; i < len; i++) {
		struct slice marker = target_marker(arena, &targets[i]);
		lock->targets[lock->targets_len++] = targets[i].name;
		if (!slices_have(lock->environments, lock->environments_len, marker))
			lock->environments[lock->environments_len++] = marker;
		if (targets[i].python_minor < minor)
			minor = targets[i].python_minor;
	}
	lock->requires_python =
		arena_printf(arena, ">=%u.%u", targets[0].python_major, minor);
}

// Sorted by name already.
static void put_package_cutoffs(struct arena *arena, const struct resolve_policy *policy,
				struct lock *lock)
{
	size_t len = policy->package_cutoffs_len;
	lock->package_cutoffs = arena_new_array(arena, struct lock_cutoff, len);
	lock->package_cutoffs_len = len;
	if (len)
		memcpy(lock->package_cutoffs, policy->package_cutoffs,
		       len * sizeof(*lock->package_cutoffs));
}

static struct slice joined(struct arena *arena, const struct slice *items, size_t len)
{
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < len; i++)
		buf_printf(&text, "%s%.*s", i ? "," : "", SLICE_ARG(items[i]));
	return buf_slice(&text);
}

// A name that means something to others than this machine; "" for any other.
static struct slice shared_file_name(struct slice name)
{
	while (slice_starts_with(name, S("./")))
		name = slice_skip(name, 2);
	bool is_shared = !slice_eq(name, S("standard input")) &&
			 !slice_eq(name, S("command line")) &&
			 !slice_contains(name, S("://")) && !lock_path_escapes(name) &&
			 slice_find_bad_utf8(name) == SLICE_NONE;
	for (size_t i = 0; i < name.len; i++)
		is_shared &= (unsigned char)name.ptr[i] >= 0x20 && name.ptr[i] != 0x7f;
	return is_shared ? name : S("");
}

static void put_requirements(struct arena *arena, const struct requirement_set *set,
			     struct lock *lock)
{
	lock->requirements = arena_new_array(arena, struct lock_requirement, set->len);
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		const struct requirement *asked = &entry->requirement;
		if (entry->is_constraint || entry->is_override || asked->name.len == 0)
			continue;
		lock->requirements[lock->requirements_len++] = (struct lock_requirement){
			.name = asked->name,
			.extras = joined(arena, asked->extras, asked->extras_len),
			.specifier = specifier_set_text(arena, &asked->specifiers),
			.marker =
				asked->marker ? marker_text(arena, asked->marker) : S(""),
			.file = shared_file_name(entry->span.source->name),
		};
	}
}

// --- overrides and excludes, with their places ------------------------------------------------------------------------------------------------------

// "overrides.txt:3", or the name alone where there are no lines.
static struct slice place_text(struct arena *arena, struct span span)
{
	struct slice name = span.source->name;
	if (slice_eq(name, S("command line")))
		return name;
	return arena_printf(arena, "%.*s:%zu", SLICE_ARG(name), span_position(span).line);
}

static struct slice scoped_text(struct arena *arena, struct slice parent,
				struct slice text)
{
	return parent.len ? arena_printf(arena, "%.*s:%.*s", SLICE_ARG(parent),
					 SLICE_ARG(text))
			  : text;
}

static void put_policies(struct arena *arena, const struct requirement_set *set,
			 struct lock *lock)
{
	lock->overrides = arena_new_array(arena, struct lock_policy, set->len);
	lock->excludes = arena_new_array(arena, struct lock_policy, set->excludes_len);
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (entry->is_override)
			lock->overrides[lock->overrides_len++] = (struct lock_policy){
				scoped_text(arena, entry->parent,
					    requirement_text(arena, &entry->requirement)),
				place_text(arena, entry->span),
			};
	}
	for (size_t i = 0; i < set->excludes_len; i++) {
		const struct requirement_exclude *exclude = &set->excludes[i];
		lock->excludes[lock->excludes_len++] = (struct lock_policy){
			scoped_text(arena, exclude->parent, exclude->name),
			place_text(arena, exclude->span),
		};
	}
}

// --- the lock --------------------------------------------------------------------------------------------------------

int merge_pins(struct arena *arena, const struct solution *solution, const char *path,
	       struct lock *ret_lock, struct error *err)
{
	const struct resolve_request *request = solution_request(solution);
	const struct target_list *targets = &request->targets;
	struct merge merge = { .arena = arena,
			       .at.arena = arena,
			       .names.arena = arena,
			       .lock_path = path ? path : "pylock.toml" };
	struct lock lock = { .lock_version = S("1.0"),
			     .created_by = S("pinbake"),
			     .exclude_newer = request->policy.exclude_newer };
	put_package_cutoffs(arena, &request->policy, &lock);
	for (size_t i = 0; i < targets->len; i++)
		add_pins(&merge, solution_pins(solution, i), (uint64_t)1 << i);
	if (merge.entries.len)
		qsort(merge.entries.items, merge.entries.len,
		      sizeof(*merge.entries.items), by_name);
	put_targets(arena, targets->items, targets->len, &lock);
	put_policies(arena, request->requirements, &lock);
	put_requirements(arena, request->requirements, &lock);
	lock.packages = arena_new_array(arena, struct lock_package, merge.entries.len);
	for (size_t i = 0; i < merge.entries.len; i++) {
		struct lock_package *package = &lock.packages[lock.len++];
		put_entry(&merge, &merge.entries.items[i], package);
		if (put_marker(arena, targets, &merge.entries.items[i], package, err) < 0)
			return -1;
	}
	*ret_lock = lock;
	return 0;
}
