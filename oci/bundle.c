// SPDX-License-Identifier: MIT
// Reads through libarchive: a tar file on disk, and a layer inside it as a tar file in a tar file.
#include "oci/bundle.h"

#include "base/files.h"
#include "base/libarchive.h"
#include "base/limits.h"

enum {
	BLOCK_BYTES = 256 * 1024,
	// The entries of a bundle; those of layers are not kept, so there may be any
	// number.
	ENTRIES_MAX = 1 << 20,
	LINKS_MAX = 8,
};
#define DOCUMENT_BYTES_MAX (4 * MIB) // what registries take for a manifest
#define CONTENT_BYTES_MAX  (8 * MIB) // libc.so.6 has 2 MB

static void archive_cleanup(struct archive **archive)
{
	if (*archive)
		archive_read_free(*archive);
}

static struct archive *new_reader(void)
{
	struct archive *archive = archive_read_new();
	if (!archive)
		BUG("libarchive gives no reader");
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_tar(archive);
	return archive;
}

static int unreadable(struct archive *archive, const char *path, struct error *err)
{
	const char *why = archive_error_string(archive);
	return error_set(err, ERROR_INPUT, "cannot read '%s' as a tar file: %s", path,
			 why ? why : "damaged");
}

// Returns 1 for an entry, 0 at the end.
static int next_entry(struct archive *archive, const char *path,
		      struct archive_entry **ret_entry, struct error *err)
{
	int status = archive_read_next_header(archive, ret_entry);
	if (status == ARCHIVE_EOF)
		return 0;
	return status < ARCHIVE_WARN ? unreadable(archive, path, err) : 1;
}

static struct slice name_of(struct archive_entry *entry)
{
	struct slice name = slice_from(archive_entry_pathname(entry));
	return slice_starts_with(name, S("./")) ? slice_skip(name, 2) : name;
}

static int read_content(struct archive *archive, const char *path, uint64_t max,
			struct buf *out, struct error *err)
{
	char block[4096];
	for (;;) {
		la_ssize_t got = archive_read_data(archive, block, sizeof(block));
		if (got < 0)
			return unreadable(archive, path, err);
		if (got == 0)
			return 0;
		if (out->len + (size_t)got > max)
			return error_set(err, ERROR_INPUT,
					 "a file in '%s' is larger than %llu bytes", path,
					 (unsigned long long)max);
		buf_append(out, (struct slice){ block, (size_t)got });
	}
}

// --- the bundle ------------------------------------------------------------------------------------------------------

// Resolves a link like "../abc/layer.tar" in "def/layer.tar": docker wrote equal layers
// so.
static struct slice link_target(struct arena *arena, struct slice name,
				struct archive_entry *entry)
{
	struct slice hard = slice_from(archive_entry_hardlink(entry)),
		     target = slice_from(archive_entry_symlink(entry));
	if (hard.len)
		return arena_dup(arena, hard);
	if (target.len == 0)
		return S("");
	size_t slash = slice_find_last_byte(name, '/');
	struct slice folder = slash == SLICE_NONE ? S("") : slice_range(name, 0, slash);
	while (slice_starts_with(target, S("../"))) {
		size_t up = slice_find_last_byte(folder, '/');
		folder = up == SLICE_NONE ? S("") : slice_range(folder, 0, up);
		target = slice_skip(target, 3);
	}
	return arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(folder), folder.len ? "/" : "",
			    SLICE_ARG(target));
}

// It is read more than once, and libarchive would wait for a pipe.
static int open_archive(struct archive *archive, const char *path, struct error *err)
{
	if (file_check_kind(path, ERROR_INPUT, err) < 0)
		return -1;
	return archive_read_open_filename(archive, path, BLOCK_BYTES) != ARCHIVE_OK
		       ? unreadable(archive, path, err)
		       : 0;
}

static int list_names(struct bundle *bundle, struct error *err)
{
	AUTO(archive_cleanup) struct archive *archive = new_reader();
	struct archive_entry *entry;
	int more;
	if (open_archive(archive, bundle->path, err) < 0)
		return -1;
	while ((more = next_entry(archive, bundle->path, &entry, err)) > 0) {
		if (bundle->links.len == ENTRIES_MAX)
			return error_set(err, ERROR_INPUT,
					 "'%s' has more than %d entries", bundle->path,
					 ENTRIES_MAX);
		struct slice name = arena_dup(bundle->arena, name_of(entry));
		if (map_insert(&bundle->names, name, (uint32_t)bundle->links.len, NULL))
			*array_push(bundle->arena, &bundle->links) =
				link_target(bundle->arena, name, entry);
	}
	return more;
}

int bundle_open(const char *path, struct arena *arena, struct bundle *ret_bundle,
		struct error *err)
{
	*ret_bundle = (struct bundle){ .arena = arena,
				       .path = path,
				       .is_directory = path_is_directory(path),
				       .names.arena = arena };
	return ret_bundle->is_directory ? 0 : list_names(ret_bundle, err);
}

// Follows links to the name of the file itself; false if there is none.
static bool resolve_name(const struct bundle *bundle, struct slice *name)
{
	uint32_t at;
	for (int hops = 0; hops < LINKS_MAX; hops++) {
		if (!map_find(&bundle->names, *name, &at))
			return false;
		if (bundle->links.items[at].len == 0)
			return true;
		*name = bundle->links.items[at];
	}
	return false;
}

bool bundle_has(const struct bundle *bundle, struct slice name)
{
	if (bundle->is_directory)
		return file_exists(path_join(bundle->arena, bundle->path, name));
	return resolve_name(bundle, &name);
}

static int seek(const struct bundle *bundle, struct archive *archive, struct slice name,
		struct error *err)
{
	struct archive_entry *entry;
	int more = 0;
	if (!resolve_name(bundle, &name))
		return error_set(err, ERROR_INPUT, "'%s' has no '%.*s'", bundle->path,
				 SLICE_ARG(name));
	if (open_archive(archive, bundle->path, err) < 0)
		return -1;
	while ((more = next_entry(archive, bundle->path, &entry, err)) > 0)
		if (slice_eq(name_of(entry), name))
			return 0;
	return more < 0 ? -1
			: error_set(err, ERROR_INPUT, "'%s' changed while it was read",
				    bundle->path);
}

int bundle_read(const struct bundle *bundle, struct slice name, struct slice *ret_text,
		struct error *err)
{
	struct buf out = { .arena = bundle->arena };
	if (bundle->is_directory)
		return file_read(path_join(bundle->arena, bundle->path, name),
				 DOCUMENT_BYTES_MAX, ERROR_INPUT, bundle->arena, ret_text,
				 err);
	AUTO(archive_cleanup) struct archive *archive = new_reader();
	if (seek(bundle, archive, name, err) < 0 ||
	    read_content(archive, bundle->path, DOCUMENT_BYTES_MAX, &out, err) < 0)
		return -1;
	*ret_text = buf_slice(&out);
	return 0;
}

// --- layers ----------------------------------------------------------------------------------------------------------

// A window on the outer archive's entry, through which the inner archive is read.
struct window {
	struct archive *outer;
	char block[BLOCK_BYTES];
};

static la_ssize_t read_window(struct archive *inner, void *context,
			      const void **ret_block)
{
	struct window *window = context;
	(void)inner;
	*ret_block = window->block;
	return archive_read_data(window->outer, window->block, sizeof(window->block));
}

static int take_entries(struct archive *archive, const char *path,
			const struct layer_reader *reader, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct archive_entry *entry;
	int more;
	while ((more = next_entry(archive, path, &entry, err)) > 0) {
		struct arena_mark mark = arena_mark(&scratch);
		struct buf content = { .arena = &scratch };
		struct slice name = arena_dup(&scratch, name_of(entry));
		if (archive_entry_filetype(entry) == AE_IFREG &&
		    !archive_entry_hardlink(entry) && reader->wants(name) &&
		    read_content(archive, path, CONTENT_BYTES_MAX, &content, err) < 0)
			return -1;
		reader->take(reader->context, name, buf_slice(&content));
		arena_rewind(&scratch, mark);
	}
	return more;
}

int bundle_read_layer(const struct bundle *bundle, struct slice name,
		      const struct layer_reader *reader, struct error *err)
{
	AUTO(archive_cleanup) struct archive *outer = NULL;
	AUTO(archive_cleanup) struct archive *inner = new_reader();
	if (bundle->is_directory) {
		const char *path = path_join(bundle->arena, bundle->path, name);
		if (open_archive(inner, path, err) < 0)
			return -1;
		return take_entries(inner, path, reader, err);
	}
	struct window *window = arena_new(bundle->arena, struct window);
	outer = window->outer = new_reader();
	if (seek(bundle, outer, name, err) < 0)
		return -1;
	if (archive_read_open(inner, window, NULL, read_window, NULL) != ARCHIVE_OK)
		return unreadable(inner, bundle->path, err);
	return take_entries(inner, bundle->path, reader, err);
}
