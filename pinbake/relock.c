// SPDX-License-Identifier: MIT
// Compares what is to be locked with what a lock has vouched for.
#include "pinbake/relock.h"

#include "base/text.h"
#include "net/url.h"
#include "packaging/filename.h"
#include "packaging/name.h"

struct vouched_file {
	struct slice package, version, name;
	struct lock_file file;
};

// What is compared, of a lock's file or an index's.
struct seen_file {
	struct slice package, name;
	struct sha256 sha256; // zero where it is not known
	const struct lock_hash *hashes;
	size_t hashes_len;
	bool has_size;
	uint64_t size;
};

// --- names -----------------------------------------------------------------------------------------------------------

// "1.0.0" and "1" are the same version.
static struct slice normal_version(struct arena *arena, struct slice text)
{
	struct version version;
	if (!version_parse(arena, text, &version))
		return text;
	struct slice normal = version_normal(arena, &version);
	bool is_plain = true;
	for (size_t i = 0; i < normal.len; i++)
		is_plain &= is_digit(normal.ptr[i]) || normal.ptr[i] == '.';
	while (is_plain && slice_ends_with(normal, S(".0")))
		normal.len -= 2;
	return normal;
}

// Names of files that are read as the same one, "Lib-1.0.tar.gz" and "lib-1.0.0.tar.gz", have one text.
static struct slice identity_of(struct arena *arena, struct slice package,
				struct slice name)
{
	struct wheel_name wheel;
	struct sdist_name sdist;
	if (wheel_name_parse(name, &wheel) == FILENAME_OK)
		return arena_printf(arena, "%.*s %.*s %.*s %.*s %.*s %.*s",
				    SLICE_ARG(package),
				    SLICE_ARG(normal_version(arena, wheel.version)),
				    SLICE_ARG(wheel.build), SLICE_ARG(wheel.python),
				    SLICE_ARG(wheel.abi), SLICE_ARG(wheel.platform));
	if (sdist_name_parse(name, package, &sdist) == FILENAME_OK)
		return arena_printf(arena, "%.*s %.*s %s", SLICE_ARG(package),
				    SLICE_ARG(normal_version(arena, sdist.version)),
				    sdist.zip ? "zip" : "tar");
	return arena_printf(arena, "%.*s %.*s", SLICE_ARG(package), SLICE_ARG(name));
}

// --- what is vouched for ---------------------------------------------------------------------------------------------

void relock_init(struct relock *relock, struct arena *arena,
		 struct diagnostics *diagnostics)
{
	*relock = (struct relock){ .arena = arena,
				   .at.arena = arena,
				   .diagnostics = diagnostics };
}

static void add_file(struct relock *relock, const struct lock_package *package,
		     const struct lock_file *file)
{
	struct arena *arena = relock->arena;
	struct slice name = lock_file_name(arena, file);
	struct slice key = identity_of(arena, package->name, name);
	if (map_insert(&relock->at, key, (uint32_t)relock->files.len, NULL))
		*array_push(arena, &relock->files) =
			(struct vouched_file){ package->name, package->version, name,
					       *file };
}

// A record of an index that is no longer asked is made anew, and vouches for nothing.
static bool is_outdated(const struct relock *relock, const struct lock_package *package,
			bool is_of_build)
{
	return is_of_build && package->index.len && relock->supply &&
	       !supply_admits(relock->supply, package->name, package->index);
}

static void add_packages(struct relock *relock, const struct lock_package *packages,
			 size_t len, bool are_of_build)
{
	for (size_t i = 0; i < len; i++) {
		const struct lock_package *package = &packages[i];
		if (is_outdated(relock, package, are_of_build))
			continue;
		for (size_t j = 0; j < package->wheels_len; j++)
			add_file(relock, package, &package->wheels[j]);
		if (package->has_sdist)
			add_file(relock, package, &package->sdist);
		if (package->has_archive)
			add_file(relock, package, &package->archive);
		for (size_t j = 0; j < package->builds_len; j++)
			add_packages(relock, package->builds[j].packages,
				     package->builds[j].len, true);
	}
}

void relock_add(struct relock *relock, const struct lock *lock)
{
	add_packages(relock, lock->packages, lock->len, false);
	*array_push(relock->arena, &relock->locks) = lock;
}

static const struct vouched_file *find(const struct relock *relock, struct slice package,
				       struct slice name)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	uint32_t at;
	if ((relock->released && names_have(relock->released, package)) ||
	    !map_find(&relock->at, identity_of(&scratch, package, name), &at))
		return NULL;
	return &relock->files.items[at];
}

// --- comparing -------------------------------------------------------------------------------------------------------

static bool other_hash_differs(const struct vouched_file *known,
			       const struct seen_file *seen)
{
	for (size_t i = 0; i < known->file.hashes_len; i++)
		for (size_t j = 0; j < seen->hashes_len; j++)
			if (slice_eq(known->file.hashes[i].algorithm,
				     seen->hashes[j].algorithm) &&
			    !slice_eq(known->file.hashes[i].hex, seen->hashes[j].hex))
				return true;
	return false;
}

static bool sha256_differs(const struct vouched_file *known, const struct seen_file *seen)
{
	return !sha256_is_zero(&known->file.sha256) && !sha256_is_zero(&seen->sha256) &&
	       !sha256_eq(&known->file.sha256, &seen->sha256);
}

static bool size_differs(const struct vouched_file *known, const struct seen_file *seen)
{
	return known->file.has_size && seen->has_size && known->file.size != seen->size;
}

// Does a requirement name the package with this very digest?
static bool is_wanted(const struct relock *relock, const struct seen_file *seen)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice hex = sha256_hex(&scratch, &seen->sha256);
	for (size_t i = 0; relock->set && i < relock->set->len; i++) {
		const struct requirement_entry *entry = &relock->set->entries[i];
		if (!slice_eq(entry->requirement.name, seen->package))
			continue;
		if (slice_eq_ignore_case(url_fragment(entry->requirement.url,
						      S("sha256")),
					 hex))
			return true;
		for (size_t j = 0; j < entry->hashes_len; j++)
			if (slice_eq(entry->hashes[j].hex, hex))
				return true;
	}
	return false;
}

static int refuse(const struct vouched_file *known, const struct seen_file *seen,
		  struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice before = sha256_hex(&scratch, &known->file.sha256),
		     after = sha256_hex(&scratch, &seen->sha256);
	if (sha256_differs(known, seen))
		error_set(
			err, ERROR_INTEGRITY,
			"'%.*s' is another file than the one that is locked: its SHA-256 was %.*s and is %.*s now",
			SLICE_ARG(seen->name), SLICE_ARG(before), SLICE_ARG(after));
	else if (size_differs(known, seen))
		error_set(
			err, ERROR_INTEGRITY,
			"'%.*s' (SHA-256 %.*s) is another file than the one that is locked: it had %llu bytes and has %llu now",
			SLICE_ARG(seen->name), SLICE_ARG(before),
			(unsigned long long)known->file.size,
			(unsigned long long)seen->size);
	else
		error_set(
			err, ERROR_INTEGRITY,
			"'%.*s' (SHA-256 %.*s) is another file than the one that is locked: another digest of it differs",
			SLICE_ARG(seen->name), SLICE_ARG(before));
	return error_hint(
		err,
		"a release's files do not change: ask who serves it why; where it was meant to, -P %.*s locks the new one",
		SLICE_ARG(seen->package));
}

static int compare(const struct relock *relock, const struct seen_file *seen,
		   struct error *err)
{
	const struct vouched_file *known = find(relock, seen->package, seen->name);
	if (!known || is_wanted(relock, seen) ||
	    !(sha256_differs(known, seen) || size_differs(known, seen) ||
	      other_hash_differs(known, seen)))
		return 0;
	return refuse(known, seen, err);
}

// --- files of the new lock -------------------------------------------------------------------------------------------

static int compare_file(const struct relock *relock, const struct lock_package *package,
			const struct lock_file *file, struct error *err)
{
	const struct seen_file seen = {
		.package = package->name,
		.name = lock_file_name(relock->arena, file),
		.sha256 = file->sha256,
		.hashes = file->hashes,
		.hashes_len = file->hashes_len,
		.has_size = file->has_size,
		.size = file->size,
	};
	return compare(relock, &seen, err);
}

// A file that the user names by its path is theirs to change, as a folder is; but it is said.
static int compare_archive(const struct relock *relock,
			   const struct lock_package *package, struct error *err)
{
	struct error changed = { 0 };
	if (compare_file(relock, package, &package->archive, &changed) == 0)
		return 0;
	if (!package->archive.path.len || package->named_by_len) {
		*err = changed;
		return -1;
	}
	struct error *warning =
		diagnostics_warn(relock->diagnostics, "%s", changed.cause);
	error_hint(warning, "it is locked as it is now, since you name it by its path");
	return 0;
}

static int compare_packages(const struct relock *relock,
			    const struct lock_package *packages, size_t len,
			    struct error *err)
{
	for (size_t i = 0; i < len; i++) {
		const struct lock_package *package = &packages[i];
		for (size_t j = 0; j < package->wheels_len; j++)
			if (compare_file(relock, package, &package->wheels[j], err) < 0)
				return -1;
		if ((package->has_sdist &&
		     compare_file(relock, package, &package->sdist, err) < 0) ||
		    (package->has_archive && compare_archive(relock, package, err) < 0))
			return -1;
		for (size_t j = 0; j < package->builds_len; j++)
			if (compare_packages(relock, package->builds[j].packages,
					     package->builds[j].len, err) < 0)
				return -1;
	}
	return 0;
}

// --- commits ---------------------------------------------------------------------------------------------------------

static int compare_commit(const struct relock *relock, const struct lock_package *known,
			  const struct lock_package *now, struct error *err)
{
	const struct lock_vcs *before = &known->vcs, *after = &now->vcs;
	bool is_released = relock->released && names_have(relock->released, now->name);
	if (!known->has_vcs || !now->has_vcs || is_released ||
	    !slice_eq(known->name, now->name) || !slice_eq(before->url, after->url) ||
	    !slice_eq(before->requested_revision, after->requested_revision) ||
	    !slice_eq(before->subdirectory, after->subdirectory) ||
	    slice_eq(before->commit_id, after->commit_id))
		return 0;
	error_set(err, ERROR_INTEGRITY,
		  "'%.*s' of '%.*s' was locked as commit %.*s and is %.*s now",
		  SLICE_ARG(after->requested_revision), SLICE_ARG(after->url),
		  SLICE_ARG(before->commit_id), SLICE_ARG(after->commit_id));
	return error_hint(err, "-P %.*s locks the new one", SLICE_ARG(now->name));
}

static int compare_commits(const struct relock *relock, const struct lock *known,
			   const struct lock *now, struct error *err)
{
	for (size_t i = 0; i < now->len; i++)
		for (size_t j = 0; now->packages[i].has_vcs && j < known->len; j++)
			if (compare_commit(relock, &known->packages[j], &now->packages[i],
					   err) < 0)
				return -1;
	return 0;
}

int relock_check(const struct relock *relock, const struct lock *lock, struct error *err)
{
	if (compare_packages(relock, lock->packages, lock->len, err) < 0)
		return -1;
	for (size_t i = 0; i < relock->locks.len; i++)
		if (compare_commits(relock, relock->locks.items[i], lock, err) < 0)
			return -1;
	return 0;
}

// --- files of the index ----------------------------------------------------------------------------------------------

int relock_check_file(const struct relock *relock, struct slice package,
		      const struct project_file *file, struct error *err)
{
	struct slice hex = file->other_hash, algorithm = S("");
	struct lock_hash other = { S(""), S("") };
	if (slice_cut(&hex, '=', &algorithm))
		other = (struct lock_hash){ algorithm, hex };
	const struct seen_file seen = {
		.package = package,
		.name = file->name,
		.sha256 = file->sha256,
		.hashes = &other,
		.hashes_len = algorithm.len != 0,
		.has_size = file->has_size,
		.size = file->size,
	};
	return compare(relock, &seen, err);
}

static bool admits(const struct requirement_set *set, struct slice name,
		   const struct version *version)
{
	for (size_t i = 0; set && i < set->len; i++)
		if (slice_eq(set->entries[i].requirement.name, name) &&
		    !specifier_set_contains(&set->entries[i].requirement.specifiers,
					    version))
			return false;
	return true;
}

// A pin that the requirements moved is no longer vouched for; one that moved by itself may have been driven out by the
// very file that was changed.
static bool still_counts(const struct relock *relock, const struct vouched_file *known,
			 const struct pin_list *pins)
{
	const struct pin *pin = pins ? pins_find(pins, known->package) : NULL;
	struct version version;
	if (!version_parse(relock->arena, known->version, &version))
		return false;
	if (pin && version_cmp(&pin->release->version, &version) == 0)
		return true;
	return (!pins || pin) && admits(relock->set, known->package, &version);
}

static const struct project_file *file_of(const struct project *project,
					  const struct vouched_file *known)
{
	for (uint32_t rank = 0; rank < project->release_len; rank++) {
		if (!slice_eq(project_version_text(project, rank), known->version))
			continue;
		const struct release *release = project_release(project, rank);
		for (uint32_t i = 0; i < release->file_len; i++) {
			const struct project_file *file =
				project_file_get(project, release->first_file + i);
			if (slice_eq(file->name, known->name))
				return file;
		}
	}
	return NULL;
}

int relock_check_index(const struct relock *relock, const struct index *index,
		       const struct pin_list *pins, struct error *err)
{
	for (size_t i = 0; i < relock->files.len; i++) {
		const struct vouched_file *known = &relock->files.items[i];
		const struct project *project = index_project(index, known->package);
		if (!project || project->state != PROJECT_FOUND ||
		    !still_counts(relock, known, pins))
			continue;
		const struct project_file *file = file_of(project, known);
		if (file && relock_check_file(relock, known->package, file, err) < 0)
			return -1;
	}
	return 0;
}
