// SPDX-License-Identifier: MIT
// Notes what was built from what, each as a sealed text.
#include "builder/sdist/sdist.h"

#include "base/files.h"
#include "base/sealed.h"

enum { NOTE_BYTES_MAX = 64 * 1024 };

struct sha256 built_key(const struct built_request *request)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	sealed_put(&text, "pinbake-build", S("3"));
	sealed_put_digest(&text, "sdist", &request->sdist);
	sealed_put(&text, "target", request->target);
	sealed_put(&text, "exclude-newer", request->exclude_newer);
	for (size_t i = 0; i < request->package_cutoffs_len; i++) {
		const struct lock_cutoff *cutoff = &request->package_cutoffs[i];
		sealed_put(&text, "exclude-newer-package", cutoff->name);
		sealed_put(&text, "exclude-newer", cutoff->moment);
	}
	sealed_put_digest(&text, "requires", &request->requires);
	if (!sha256_is_zero(&request->places))
		sealed_put_digest(&text, "places", &request->places);
	sealed_put_digest(&text, "toolchain", &request->toolchain);
	sealed_put(&text, "interpreter", request->interpreter);
	buf_printf(&text, "interpreter-file %llu %lld\n",
		   (unsigned long long)request->interpreter_size,
		   (long long)request->interpreter_mtime_s);
	sealed_put(&text, "network", request->network ? S("open") : S("cut"));
	return sha256_of(buf_slice(&text));
}

static const char *note_path(const char *cache_directory, const struct sha256 *key,
			     struct arena *arena)
{
	return arena_printf(arena, "%s/built/key/%.*s", cache_directory,
			    SLICE_ARG(sha256_hex(arena, key)))
		.ptr;
}

static bool parse_note(struct slice text, struct built_wheel *ret_wheel)
{
	struct built_wheel wheel = { 0 };
	struct slice version = { 0 };
	if (!sealed_open(&text) || !sealed_take(&text, "pinbake-built", &version) ||
	    !slice_eq(version, S("1")) || !sealed_take(&text, "name", &wheel.name) ||
	    !sealed_take_digest(&text, "sha256", &wheel.sha256) ||
	    !sealed_take_number(&text, "size", UINT64_MAX, &wheel.size) ||
	    !sealed_take_digest(&text, "requires", &wheel.requires))
		return false;
	*ret_wheel = wheel;
	return true;
}

bool built_find(const struct store *store, const char *cache_directory,
		const struct sha256 *key, struct arena *arena,
		struct built_wheel *ret_wheel)
{
	struct slice text = { 0 };
	struct error ignored = { 0 };
	struct built_wheel wheel;
	const char *path = note_path(cache_directory, key, arena);
	uint64_t size;
	if (!file_exists(path) ||
	    file_read(path, NOTE_BYTES_MAX, ERROR_IO, arena, &text, &ignored) < 0 ||
	    !parse_note(text, &wheel) ||
	    !file_size(store_file_path(store, &wheel.sha256, arena), &size) ||
	    size != wheel.size)
		return false;
	*ret_wheel = wheel;
	return true;
}

int built_note(const char *cache_directory, const struct sha256 *key,
	       const struct built_wheel *wheel, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	const char *path = note_path(cache_directory, key, &scratch);
	sealed_put(&text, "pinbake-built", S("1"));
	sealed_put(&text, "name", wheel->name);
	sealed_put_digest(&text, "sha256", &wheel->sha256);
	sealed_put_number(&text, "size", wheel->size);
	sealed_put_digest(&text, "requires", &wheel->requires);
	sealed_close(&text);
	if (make_directories(path_directory(&scratch, path), err) < 0)
		return -1;
	return file_write(path, buf_slice(&text), err);
}
