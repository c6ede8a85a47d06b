// SPDX-License-Identifier: MIT
// Notes what was built from what. A note is text, one "name value" a line, closed by the
// SHA-256 of the lines before it: half of one counts as none.
#include "builder/sdist/sdist.h"

#include "base/files.h"

enum { NOTE_BYTES_MAX = 64 * 1024 };

static void add_line(struct buf *text, const char *name, struct slice value)
{
	buf_printf(text, "%s %.*s\n", name, SLICE_ARG(value));
}

static void add_digest(struct buf *text, const char *name, const struct sha256 *digest)
{
	add_line(text, name, sha256_hex(text->arena, digest));
}

struct sha256 built_key(const struct built_request *request)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	add_line(&text, "pinbake-build", S("1"));
	add_digest(&text, "sdist", &request->sdist);
	add_line(&text, "target", request->target);
	add_line(&text, "exclude-newer", request->exclude_newer);
	add_line(&text, "interpreter", request->interpreter);
	buf_printf(&text, "interpreter-file %llu %lld\n",
		   (unsigned long long)request->interpreter_size,
		   (long long)request->interpreter_mtime_s);
	add_line(&text, "network", request->network ? S("open") : S("cut"));
	return sha256_of(buf_slice(&text));
}

static const char *note_path(const char *cache_directory, const struct sha256 *key,
			     struct arena *arena)
{
	return arena_printf(arena, "%s/built/key/%.*s", cache_directory,
			    SLICE_ARG(sha256_hex(arena, key)))
		.ptr;
}

static bool take_line(struct slice *text, const char *name, struct slice *ret_value)
{
	struct slice line = { 0 }, want = slice_from(name);
	if (!slice_cut(text, '\n', &line) || !slice_starts_with(line, want) ||
	    line.len <= want.len || line.ptr[want.len] != ' ')
		return false;
	*ret_value = slice_skip(line, want.len + 1);
	return true;
}

static bool take_digest(struct slice *text, const char *name, struct sha256 *ret_digest)
{
	struct slice value = { 0 };
	return take_line(text, name, &value) && sha256_parse_hex(value, ret_digest);
}

static bool sum_is_right(struct slice text)
{
	struct sha256 said, sum;
	size_t tail = sizeof("sum \n") - 1 + SHA256_HEX;
	if (text.len < tail)
		return false;
	struct slice last = slice_skip(text, text.len - tail);
	sum = sha256_of(slice_range(text, 0, text.len - tail));
	return take_digest(&last, "sum", &said) && sha256_eq(&sum, &said);
}

static bool parse_note(struct slice text, struct built_wheel *ret_wheel)
{
	struct built_wheel wheel = { 0 };
	struct slice version = { 0 }, size = { 0 };
	if (!sum_is_right(text) || !take_line(&text, "pinbake-built", &version) ||
	    !slice_eq(version, S("1")) || !take_line(&text, "name", &wheel.name) ||
	    !take_digest(&text, "sha256", &wheel.sha256) ||
	    !take_line(&text, "size", &size) ||
	    !slice_parse_u64(size, UINT64_MAX, &wheel.size) ||
	    !take_digest(&text, "requires", &wheel.requires))
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
	add_line(&text, "pinbake-built", S("1"));
	add_line(&text, "name", wheel->name);
	add_digest(&text, "sha256", &wheel->sha256);
	buf_printf(&text, "size %llu\n", (unsigned long long)wheel->size);
	add_digest(&text, "requires", &wheel->requires);
	struct sha256 sum = sha256_of(buf_slice(&text));
	add_digest(&text, "sum", &sum);
	if (make_directories(path_directory(&scratch, path), err) < 0)
		return -1;
	return file_write(path, buf_slice(&text), err);
}
