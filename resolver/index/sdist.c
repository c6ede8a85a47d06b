// SPDX-License-Identifier: MIT
// Reads the entries of a source distribution up to what is looked for.
#include "resolver/index/sdist.h"

#include "base/libarchive.h"
#include "base/limits.h"
#include "resolver/index/index.h"

// So much may be inflated: several times the largest real source distribution.
#define SDIST_UNPACKED_MAX (4 * GIB)
#define SDIST_ENTRIES_MAX  1000000

static void archive_cleanup(struct archive **archive)
{
	archive_read_free(*archive);
}

static enum sdist_result broken(struct archive *archive, struct error *err)
{
	const char *why = archive_error_string(archive);
	error_set(err, ERROR_INTEGRITY, "the source distribution cannot be unpacked: %s",
		  why ? why : "malformed");
	return SDIST_BROKEN;
}

// libarchive says "truncated" in many ways. It is not damage if all bytes were used.
static enum sdist_result stopped(struct archive *archive, struct slice bytes,
				 struct error *err)
{
	int64_t used = archive_filter_bytes(archive, -1);
	if (used >= 0 && (uint64_t)used >= bytes.len)
		return SDIST_TRUNCATED;
	return broken(archive, err);
}

static enum sdist_result read_entry(struct archive *archive, struct slice bytes,
				    struct slice path, struct arena *arena,
				    struct slice *ret_text, struct error *err)
{
	struct buf text = { .arena = arena };
	const void *block;
	size_t len;
	la_int64_t offset;
	for (;;) {
		int code = archive_read_data_block(archive, &block, &len, &offset);
		if (code == ARCHIVE_EOF)
			break;
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return stopped(archive, bytes, err);
		if (offset < 0 || (size_t)offset != text.len ||
		    len > LIMIT_METADATA_BYTES - text.len) {
			error_set(err, ERROR_INTEGRITY,
				  "'%.*s' is larger than %llu bytes", SLICE_ARG(path),
				  (unsigned long long)LIMIT_METADATA_BYTES);
			return SDIST_BROKEN;
		}
		buf_append(&text, (struct slice){ block, len });
	}
	*ret_text = buf_slice(&text);
	return SDIST_FOUND;
}

// The entry's path if it is a plain file that is wanted, else "".
static struct slice wanted_path(struct archive_entry *entry,
				const struct sdist_search *search)
{
	struct slice path = slice_from(archive_entry_pathname(entry));
	if (slice_starts_with(path, S("./")))
		path = slice_skip(path, 2);
	if (archive_entry_filetype(entry) != AE_IFREG || path.len == 0 ||
	    !search->wants(search->context, path))
		return S("");
	return path;
}

// What is passed over is unpacked as well, so its size counts before that.
static bool unpacks_to_much(struct archive *archive, struct archive_entry *entry)
{
	int64_t left = (int64_t)SDIST_UNPACKED_MAX - archive_filter_bytes(archive, 0);
	return left < 0 || archive_entry_size(entry) > left;
}

static enum sdist_result walk_entries(struct archive *archive, struct slice bytes,
				      const struct sdist_search *search,
				      struct arena *arena, struct error *err)
{
	struct archive_entry *entry;
	for (unsigned count = 0; count < SDIST_ENTRIES_MAX; count++) {
		int code = archive_read_next_header(archive, &entry);
		if (code == ARCHIVE_EOF)
			return SDIST_ABSENT;
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return stopped(archive, bytes, err);
		if (unpacks_to_much(archive, entry))
			break;
		struct slice path = wanted_path(entry, search), text = S("");
		if (path.len == 0)
			continue;
		enum sdist_result result =
			read_entry(archive, bytes, path, arena, &text, err);
		if (result != SDIST_FOUND || search->take(search->context, path, text))
			return result;
	}
	error_set(
		err, ERROR_INTEGRITY,
		"the source distribution unpacks to more than a million files or %llu bytes",
		(unsigned long long)SDIST_UNPACKED_MAX);
	return SDIST_BROKEN;
}

enum sdist_result sdist_walk(struct slice bytes, const struct sdist_search *search,
			     struct arena *arena, struct error *err)
{
	AUTO(archive_cleanup) struct archive *archive = archive_read_new();
	if (!archive)
		BUG("libarchive gives no handle");
	archive_read_support_filter_gzip(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_zip(archive);
	if (archive_read_open_memory(archive, bytes.ptr, bytes.len) != ARCHIVE_OK)
		return broken(archive, err);
	return walk_entries(archive, bytes, search, arena, err);
}

// --- files of the top folder ---------------------------------------------------------

struct top_file {
	struct slice name, text;
};

// "name-1.0/PKG-INFO"
static bool is_top_file(void *context, struct slice path)
{
	const struct top_file *file = context;
	struct slice top;
	return slice_cut(&path, '/', &top) && top.len && slice_eq(path, file->name);
}

static bool take_top_file(void *context, struct slice path, struct slice text)
{
	(void)path;
	((struct top_file *)context)->text = text;
	return true;
}

enum sdist_result sdist_top_file(struct slice bytes, struct slice name,
				 struct arena *arena, struct slice *ret_text,
				 struct error *err)
{
	struct top_file file = { name, S("") };
	struct sdist_search search = { &file, is_top_file, take_top_file };
	enum sdist_result result = sdist_walk(bytes, &search, arena, err);
	if (result == SDIST_FOUND)
		*ret_text = file.text;
	return result;
}

enum sdist_result sdist_pkg_info(struct slice bytes, struct arena *arena,
				 struct slice *ret_text, struct error *err)
{
	return sdist_top_file(bytes, S("PKG-INFO"), arena, ret_text, err);
}

int index_sdist_text(struct slice bytes, struct slice name, struct arena *arena,
		     struct slice *ret_text, struct error *err)
{
	*ret_text = S("");
	switch (sdist_top_file(bytes, name, arena, ret_text, err)) {
	case SDIST_FOUND:
	case SDIST_ABSENT: return 0;
	case SDIST_TRUNCATED:
		return error_set(err, ERROR_INTEGRITY,
				 "the source distribution ends too early");
	case SDIST_BROKEN: break;
	}
	return -1;
}
