// SPDX-License-Identifier: MIT
// Answers questions about the record of a build.
#include "lockfile/order.h"

#include "base/limits.h"

struct lock_build *lock_build_find(const struct lock_package *package,
				   struct slice target)
{
	for (size_t i = 0; i < package->builds_len; i++)
		for (size_t j = 0; j < package->builds[i].targets_len; j++)
			if (slice_eq(package->builds[i].targets[j], target))
				return &package->builds[i];
	return NULL;
}

struct lock_package *lock_own_package(struct lock *lock,
				      const struct lock_package *package)
{
	for (size_t i = 0; i < lock->len; i++)
		if (&lock->packages[i] == package)
			return &lock->packages[i];
	BUG("the package is of another lock");
}

static void add_file(struct buf *text, const struct lock_file *file)
{
	buf_printf(text, "file %.*s %.*s\n", SLICE_ARG(file->name),
		   SLICE_ARG(sha256_hex(text->arena, &file->sha256)));
	if (file->subdirectory.len)
		buf_printf(text, "below %.*s\n", SLICE_ARG(file->subdirectory));
}

// Adds the commit, since a repository moves on without a new version.
static void add_commit(struct buf *text, const struct lock_vcs *vcs)
{
	buf_printf(text, "commit %.*s %.*s\n", SLICE_ARG(vcs->commit_id),
		   SLICE_ARG(vcs->subdirectory));
}

// Adds a record, and those in it, no deeper than records can be read.
static void add_build(struct buf *text, const struct lock_build *build, unsigned depth)
{
	const struct lock_package **sorted =
		lock_sorted_packages(text->arena, build->packages, build->len);
	if (depth == LIMIT_BUILD_DEPTH)
		BUG("records of builds are nested too deep");
	for (size_t i = 0; i < build->len; i++) {
		const struct lock_package *package = sorted[i];
		buf_printf(text, "package %.*s %.*s\n", SLICE_ARG(package->name),
			   SLICE_ARG(package->version));
		for (size_t j = 0; j < package->wheels_len; j++)
			add_file(text, &package->wheels[j]);
		if (package->has_sdist)
			add_file(text, &package->sdist);
		if (package->has_archive)
			add_file(text, &package->archive);
		if (package->has_vcs)
			add_commit(text, &package->vcs);
		for (size_t j = 0; j < package->builds_len; j++)
			add_build(text, &package->builds[j], depth + 1);
	}
	buf_append(text, S("end\n"));
}

struct sha256 lock_build_digest(const struct lock_build *build)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	add_build(&text, build, 0);
	return sha256_of(buf_slice(&text));
}
