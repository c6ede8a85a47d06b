// SPDX-License-Identifier: MIT
// A project page, and a lock that pins each of its releases: whatever a page says of its
// files, the lock that is written of them can be read, and says the same.
#include "tests/fuzz/fuzz.h"

#include "lockfile/lockfile.h"
#include "net/url.h"
#include "tests/resolver/index/whole_pages.h"

enum { PACKAGES_MAX = 16 };

// As pinbake/merge.c does it. A digest that the page lacks is there before a lock is
// written.
static struct lock_file lock_file_of(struct arena *arena, const struct project_file *file)
{
	struct lock_file made = {
		.kind = file->kind == FILE_WHEEL ? LOCK_WHEEL : LOCK_SDIST,
		.name = file->name,
		.url = url_redact(arena, file->url),
		.sha256 = file->sha256,
		.has_size = file->has_size,
		.size = file->size,
		.upload_time = file->upload_time,
	};
	if (sha256_is_zero(&made.sha256))
		made.sha256 = sha256_of(S("found out"));
	return made;
}

static struct lock_package package_of(struct arena *arena, const struct project *project,
				      const struct release *release)
{
	const struct project_file *files = &project->files[release->first_file];
	struct lock_package package = {
		.name = project->name,
		.version = release->version_text,
		.requires_python = files[0].requires_python,
		.index = S("https://index.example/simple"),
		.wheels = arena_new_array(arena, struct lock_file, release->file_len),
	};
	for (uint32_t i = 0; i < release->file_len; i++) {
		struct lock_file file = lock_file_of(arena, &files[i]);
		if (file.kind == LOCK_WHEEL) {
			package.wheels[package.wheels_len++] = file;
		} else if (!package.has_sdist) {
			package.has_sdist = true;
			package.sdist = file;
		}
	}
	return package;
}

static void check_file(const struct lock_file *read, const struct lock_file *written)
{
	CHECK(slice_eq(read->name, written->name));
	CHECK(slice_eq(read->url, written->url));
	CHECK(sha256_eq(&read->sha256, &written->sha256));
	CHECK(read->has_size == written->has_size && read->size == written->size);
}

static void check_lock(struct arena *arena, struct lock_package *package)
{
	const struct lock lock = { .lock_version = S("1.0"),
				   .created_by = S("pinbake"),
				   .packages = package,
				   .len = 1 };
	struct source text = { S("pylock.toml"), lock_write(arena, &lock) };
	struct diagnostics diagnostics = { .arena = arena };
	struct lock read;
	int status = lock_read(&text, arena, &read, &diagnostics);
	if (status < 0)
		fprintf(stderr, "%s\n%.*s", diagnostics.items[0].error.cause,
			SLICE_ARG(text.text));
	CHECK(status == 0 && read.len == 1);
	CHECK(slice_eq(read.packages[0].name, package->name));
	CHECK(slice_eq(read.packages[0].version, package->version));
	CHECK(read.packages[0].wheels_len == package->wheels_len);
	for (size_t i = 0; i < package->wheels_len; i++)
		check_file(&read.packages[0].wheels[i], &package->wheels[i]);
	CHECK(read.packages[0].has_sdist == package->has_sdist);
	if (package->has_sdist)
		check_file(&read.packages[0].sdist, &package->sdist);
	CHECK(slice_eq(lock_write(arena, &read), text.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct project project;
	struct error err;
	const struct page_input input = { .body = fuzz_text(data, size),
					  .content_type = S(""),
					  .url = S("https://index.example/simple/foo/"),
					  .name = S("foo") };
	if (page_read(&input, &arena, &project, &err) < 0)
		return 0;
	for (size_t i = 0; i < project.release_len && i < PACKAGES_MAX; i++) {
		struct lock_package package =
			package_of(&arena, &project, &project.releases[i]);
		check_lock(&arena, &package);
	}
	return 0;
}
