// SPDX-License-Identifier: MIT
// Opens wheels out of the store, and says from a lock where a package came from (PEP
// 610).
#include "builder/wheel/wheel.h"

#include "net/url.h"

#include <jansson.h>
#include <stdlib.h>

static int damaged(const struct wheel_file *wheel, const struct lock_file *file,
		   struct error *err)
{
	error_set(err, ERROR_INTEGRITY,
		  "'%.*s' has %zu bytes in the store, but the lock says %llu",
		  SLICE_ARG(wheel->file_name), wheel->map.bytes.len,
		  (unsigned long long)file->size);
	return error_hint(err, "'pinbake cache verify --remove' deletes what is damaged");
}

int wheel_file_check(const struct store *store, const struct wheel_file *wheel,
		     struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *path = store_file_path(store, &wheel->sha256, &scratch);
	if (store_check_bytes(store, &wheel->sha256, path, wheel->map.bytes, err) < 0)
		return error_during(err, "opening '%.*s' in the store",
				    SLICE_ARG(wheel->file_name));
	return 0;
}

static int open_file(const struct store *store, const struct lock_choice *choice,
		     struct arena *arena, struct wheel_file *wheel, struct error *err)
{
	if (!choice->file || choice->file->kind == LOCK_SDIST)
		return error_set(err, ERROR_INPUT, "'%.*s' is locked without a wheel",
				 SLICE_ARG(wheel->name));
	wheel->file_name = lock_file_name(arena, choice->file);
	wheel->direct_url = wheel_direct_url(choice, arena);
	wheel->sha256 = choice->file->sha256;
	if (file_map_open(store_file_path(store, &wheel->sha256, arena), ERROR_IO,
			  &wheel->map, err) < 0)
		return error_during(err, "opening '%.*s' in the store",
				    SLICE_ARG(wheel->file_name));
	return 0;
}

static int open_wheel(const struct store *store, const struct lock_choice *choice,
		      bool check, struct arena *arena, struct wheel_file *ret_wheel,
		      struct error *err)
{
	AUTO(wheel_file_close)
	struct wheel_file wheel = { .name = choice->package->name,
				    .version = choice->package->version };
	uint64_t need;
	if (open_file(store, choice, arena, &wheel, err) < 0 ||
	    (check && wheel_file_check(store, &wheel, err) < 0))
		return -1;
	if (choice->file->has_size && wheel.map.bytes.len != choice->file->size)
		return damaged(&wheel, choice->file, err);
	if (zip_read_directory(arena, wheel.map.bytes, wheel.map.bytes.len,
			       &wheel.directory, &need, err) < 0) {
		struct error malformed = *err;
		if (wheel_file_check(store, &wheel, err) < 0)
			return -1;
		*err = malformed;
		return error_during(err, "reading wheel '%.*s'",
				    SLICE_ARG(wheel.file_name));
	}
	*ret_wheel = wheel;
	wheel.map = (struct file_map){ 0 };
	return 0;
}

int wheel_file_open(const struct store *store, const struct lock_choice *choice,
		    struct arena *arena, struct wheel_file *ret_wheel, struct error *err)
{
	return open_wheel(store, choice, true, arena, ret_wheel, err);
}

int wheel_file_open_unchecked(const struct store *store, const struct lock_choice *choice,
			      struct arena *arena, struct wheel_file *ret_wheel,
			      struct error *err)
{
	return open_wheel(store, choice, false, arena, ret_wheel, err);
}

void wheel_file_close(struct wheel_file *wheel)
{
	file_map_close(&wheel->map);
}

// --- direct_url.json -------------------------------------------------------------------

static json_t *text(struct slice s)
{
	return json_stringn(s.ptr, s.len);
}

// Canonical JSON (oci.1): sorted keys, no blanks.
static struct slice canonical(json_t *root, struct arena *arena)
{
	char *dumped = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(root);
	if (!dumped)
		return S("");
	struct slice copy = arena_dup(arena, slice_from(dumped));
	free(dumped);
	return copy;
}

static json_t *archive_info(const struct lock_file *file, struct arena *arena)
{
	json_t *hashes = json_object();
	if (!sha256_is_zero(&file->sha256))
		json_object_set_new(hashes, "sha256",
				    text(sha256_hex(arena, &file->sha256)));
	for (size_t i = 0; i < file->hashes_len; i++)
		json_object_setn_new(hashes, file->hashes[i].algorithm.ptr,
				     file->hashes[i].algorithm.len,
				     text(file->hashes[i].hex));
	json_t *info = json_object();
	json_object_set_new(info, "hashes", hashes);
	return info;
}

static json_t *vcs_info(const struct lock_vcs *vcs)
{
	json_t *info = json_object();
	json_object_set_new(info, "vcs", text(vcs->type));
	json_object_set_new(info, "commit_id", text(vcs->commit_id));
	if (vcs->requested_revision.len)
		json_object_set_new(info, "requested_revision",
				    text(vcs->requested_revision));
	return info;
}

static struct slice direct_url(struct slice url, const char *kind, json_t *info,
			       struct slice subdirectory, struct arena *arena)
{
	json_t *root = json_object();
	json_object_set_new(root, "url", text(url_redact(arena, url)));
	json_object_set_new(root, kind, info);
	if (subdirectory.len)
		json_object_set_new(root, "subdirectory", text(subdirectory));
	return canonical(root, arena);
}

static bool is_remote(struct slice url)
{
	return url.len && !slice_starts_with(url, S("file:"));
}

// Where a wheel was built from an archive, the archive is the lock's, and the file is its
// wheel.
static const struct lock_file *archive_of(const struct lock_choice *choice)
{
	if (choice->file && choice->file->kind == LOCK_ARCHIVE)
		return choice->file;
	return choice->package->has_archive ? &choice->package->archive : NULL;
}

// An editable folder is named by an absolute path only where it is installed on its own
// host.
static bool is_editable(const struct lock_directory *directory)
{
	return directory->editable && slice_starts_with(directory->path, S("/"));
}

// What came from a URL or from git says so (610.1); for a local file that would name a path
// of the building host, so nothing is written (env.9).
struct slice wheel_direct_url(const struct lock_choice *choice, struct arena *arena)
{
	const struct lock_package *package = choice->package;
	if (package->has_vcs && is_remote(package->vcs.url))
		return direct_url(package->vcs.url, "vcs_info", vcs_info(&package->vcs),
				  package->vcs.subdirectory, arena);
	if (package->has_directory && is_editable(&package->directory))
		return direct_url(url_from_path(arena,
						arena_c_string(arena,
							       package->directory.path)),
				  "dir_info", json_pack("{s:b}", "editable", 1),
				  package->directory.subdirectory, arena);
	const struct lock_file *archive = archive_of(choice);
	if (archive && is_remote(archive->url))
		return direct_url(archive->url, "archive_info",
				  archive_info(archive, arena), archive->subdirectory,
				  arena);
	return S("");
}
