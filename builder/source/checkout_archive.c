// SPDX-License-Identifier: MIT
// Writes checkouts as tar archives.
#include "builder/source/checkout_archive.h"

#include "base/limits.h"
#include "base/tar.h"

enum { MTIME = 315532800 }; // the oldest time of zip: a wheel can be made of it

static const char zeros[TAR_END_BYTES];

int checkout_archive_begin(struct checkout_archive *archive, struct store *store,
			   const char *cache_directory, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *folder = path_join(&scratch, cache_directory, S("git"));
	*archive = (struct checkout_archive){ .store = store, .writer.fd = -1 };
	if (make_directories(folder, err) < 0 ||
	    file_create(path_join(&scratch, folder, S("tree")), 0600, &archive->writer,
			err) < 0)
		return -1;
	archive->hash = sha256_new();
	return 0;
}

void checkout_archive_abandon(struct checkout_archive *archive)
{
	file_abandon(&archive->writer);
	sha256_free(archive->hash);
	archive->hash = NULL;
}

static int put(struct checkout_archive *archive, struct slice bytes, struct error *err)
{
	sha256_update(archive->hash, bytes);
	return file_append(&archive->writer, bytes, err);
}

static int put_entry(struct checkout_archive *archive, const struct tar_entry *entry,
		     struct slice bytes, struct error *err)
{
	struct tar_header header;
	if (++archive->files > CHECKOUT_FILES_MAX ||
	    archive->writer.written + bytes.len > CHECKOUT_BYTES_MAX)
		return error_set(err, ERROR_INTEGRITY,
				 "the source tree has more than %d files or %llu bytes",
				 CHECKOUT_FILES_MAX,
				 (unsigned long long)CHECKOUT_BYTES_MAX);
	if (tar_header_write(entry, &header, err) < 0 ||
	    put(archive, (struct slice){ header.bytes, header.len }, err) < 0 ||
	    put(archive, bytes, err) < 0)
		return -1;
	return put(archive, (struct slice){ zeros, tar_padding(bytes.len) }, err);
}

static struct slice placed(struct arena *arena, struct slice path)
{
	return arena_printf(arena, "source/%.*s", SLICE_ARG(path));
}

int checkout_archive_file(struct checkout_archive *archive, struct slice path,
			  unsigned mode, struct slice bytes, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct tar_entry entry = { .type = TAR_FILE,
				   .path = placed(&scratch, path),
				   .mode = mode,
				   .size = bytes.len,
				   .mtime = MTIME };
	return put_entry(archive, &entry, bytes, err);
}

int checkout_archive_link(struct checkout_archive *archive, struct slice path,
			  struct slice target, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct tar_entry entry = { .type = TAR_SYMLINK,
				   .path = placed(&scratch, path),
				   .link = target,
				   .mode = 0777,
				   .mtime = MTIME };
	return put_entry(archive, &entry, S(""), err);
}

int checkout_archive_end(struct checkout_archive *archive, struct checkout *ret_checkout,
			 struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct checkout checkout;
	if (put(archive, (struct slice){ zeros, TAR_END_BYTES }, err) < 0)
		return -1;
	checkout.size = archive->writer.written;
	checkout.sha256 = sha256_finish(archive->hash);
	const char *path = store_file_path(archive->store, &checkout.sha256, &scratch);
	if (link_or_copy(archive->writer.temporary, path, err) < 0)
		return -1;
	*ret_checkout = checkout;
	return 0;
}
