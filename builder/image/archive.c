// SPDX-License-Identifier: MIT
// The hybrid archive (load.1): one canonical tar that is an OCI layout and has Docker's
// manifest.json as well, so that dockerd, podman and containerd all load it.
#include "builder/image/stage.h"

#include "base/display.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/tar.h"
#include "oci/canonical.h"

#include <jansson.h>
#include <stdlib.h>

enum { ARCHIVE_MTIME = 315532800, COPY_BYTES = 1024 * 1024 };

// A file of the archive: given as text, or by the path of a blob on disk.
struct member {
	struct slice name;
	struct slice text;
	const char *path; // or NULL
	uint64_t size;
	struct sha256 digest; // of what is at the path
};

struct archive {
	struct arena *arena;
	struct file_writer file;
	ARRAY_OF(struct member) members;
};

static int put_header(struct archive *archive, const struct tar_entry *entry,
		      struct error *err)
{
	struct tar_header header;
	if (tar_header_write(entry, &header, err) < 0)
		return -1;
	return file_append(&archive->file, (struct slice){ header.bytes, header.len },
			   err);
}

static int put_directory(struct archive *archive, struct slice name, struct error *err)
{
	struct tar_entry entry = {
		.type = TAR_DIRECTORY, .path = name, .mode = 0755, .mtime = ARCHIVE_MTIME
	};
	return put_header(archive, &entry, err);
}

static int not_named(const char *path, struct error *err)
{
	error_set(err, ERROR_INTEGRITY, "'%s' does not hold what its name says", path);
	return error_hint(err, "'pinbake bake --rehash' puts right what is staged");
}

static int put_blob(struct archive *archive, const struct member *member,
		    struct error *err)
{
	struct file_map map = { 0 };
	AUTO(sha256_cleanup) struct sha256_state *state = sha256_new();
	if (file_map_open(member->path, ERROR_IO, &map, err) < 0)
		return -1;
	int status = 0;
	if (map.bytes.len != member->size)
		status = error_set(err, ERROR_INTEGRITY,
				   "'%s' has not the size that was baked", member->path);
	for (size_t at = 0; status == 0 && at < map.bytes.len; at += COPY_BYTES) {
		struct slice piece = slice_range(map.bytes, at, at + COPY_BYTES);
		sha256_update(state, piece);
		status = file_append(&archive->file, piece, err);
		file_map_done_with(&map, at, COPY_BYTES);
	}
	file_map_close(&map);
	struct sha256 found = sha256_finish(state);
	return status == 0 && !sha256_eq(&found, &member->digest)
		       ? not_named(member->path, err)
		       : status;
}

static int put_member(struct archive *archive, const struct member *member,
		      struct error *err)
{
	static const char zeros[TAR_BLOCK_BYTES];
	struct tar_entry entry = { .type = TAR_FILE,
				   .path = member->name,
				   .mode = 0644,
				   .mtime = ARCHIVE_MTIME,
				   .size = member->size };
	if (put_header(archive, &entry, err) < 0)
		return -1;
	int status = member->path ? put_blob(archive, member, err)
				  : file_append(&archive->file, member->text, err);
	if (status < 0)
		return -1;
	return file_append(&archive->file,
			   (struct slice){ zeros, tar_padding(member->size) }, err);
}

static void add_text(struct archive *archive, struct slice name, struct slice text)
{
	*array_push(archive->arena, &archive->members) =
		(struct member){ .name = name, .text = text, .size = text.len };
}

static struct slice blob_name(struct archive *archive, const struct sha256 *digest)
{
	return arena_printf(archive->arena, "blobs/sha256/%.*s",
			    SLICE_ARG(sha256_hex(archive->arena, digest)));
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct member *)a)->name,
			 ((const struct member *)b)->name);
}

static int read_document(const char *out_directory, const struct sha256 *digest,
			 struct arena *arena, struct slice *ret_text, struct error *err)
{
	const char *hex = sha256_hex(arena, digest).ptr;
	const char *path =
		arena_printf(arena, "%s/oci/blobs/sha256/%s", out_directory, hex).ptr;
	if (file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_IO, arena, ret_text, err) < 0)
		return -1;
	struct sha256 found = sha256_of(*ret_text);
	if (!sha256_eq(&found, digest))
		return not_named(path, err);
	return 0;
}

// The platform stands in the config already; the index repeats it.
static struct slice platform_of_config(struct slice config, struct arena *arena)
{
	static const char *const keys[] = { "architecture", "os", "variant" };
	json_t *root = json_loadb(config.ptr, config.len, 0, NULL),
	       *platform = json_object();
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *value = json_object_get(root, keys[i]);
		if (value)
			json_object_set(platform, keys[i], value);
	}
	json_decref(root);
	return json_canonical(platform, arena);
}

// The text of manifest.json, by which Docker finds config and layers (load.2).
static struct slice docker_manifest(struct archive *archive,
				    const struct bake_result *result,
				    struct slice reference)
{
	json_t *layers = json_array();
	for (size_t i = 0; i < result->len; i++)
		json_array_append_new(layers,
				      json_text(blob_name(archive,
							  &result->layers[i].digest)));
	return json_canonical(
		json_pack("[{s:o, s:o, s:[o]}]", "Config",
			  json_text(blob_name(archive, &result->config_digest)), "Layers",
			  layers, "RepoTags", json_text(reference)),
		archive->arena);
}

// "app" → "docker.io/library/app:latest": the full form that containerd files images
// under.
static struct slice full_reference(struct slice reference, struct arena *arena)
{
	struct slice rest = reference, host;
	bool has_host = slice_cut(&rest, '/', &host) &&
			(slice_find_byte(host, '.') != SLICE_NONE ||
			 slice_find_byte(host, ':') != SLICE_NONE ||
			 slice_eq(host, S("localhost")));
	if (has_host)
		return reference;
	const char *library =
		slice_find_byte(reference, '/') == SLICE_NONE ? "library/" : "";
	return arena_printf(arena, "docker.io/%s%.*s", library, SLICE_ARG(reference));
}

// "name:tag", with ":latest" where none is given.
static int parse_reference(struct slice reference, struct arena *arena,
			   struct slice *ret_reference, struct slice *ret_tag,
			   struct error *err)
{
	size_t slash = slice_find_last_byte(reference, '/'),
	       from = slash == SLICE_NONE ? 0 : slash + 1;
	struct slice last = slice_skip(reference, from);
	size_t colon = slice_find_byte(last, ':');
	if (last.len == 0 || colon == 0 || colon == last.len - 1 ||
	    slice_find_byte(reference, '@') != SLICE_NONE ||
	    slice_find_byte(reference, ' ') != SLICE_NONE ||
	    display_find_unsafe(reference) != SLICE_NONE ||
	    slice_find_byte(reference, '\n') != SLICE_NONE)
		return error_set(
			err, ERROR_USAGE,
			"'%.*s' is no image name for an archive: expected name:tag",
			SLICE_ARG(reference));
	*ret_tag = colon == SLICE_NONE ? S("latest") : slice_skip(last, colon + 1);
	*ret_reference = colon == SLICE_NONE ? arena_printf(arena, "%.*s:latest",
							    SLICE_ARG(reference))
					     : reference;
	return 0;
}

static int add_documents(struct archive *archive, const char *out_directory,
			 const struct bake_result *result, struct slice reference,
			 struct error *err)
{
	struct slice full, tag;
	struct oci_documents documents = { .config_digest = result->config_digest,
					   .manifest_digest = result->manifest_digest };
	if (parse_reference(reference, archive->arena, &full, &tag, err) < 0 ||
	    read_document(out_directory, &result->config_digest, archive->arena,
			  &documents.config, err) < 0 ||
	    read_document(out_directory, &result->manifest_digest, archive->arena,
			  &documents.manifest, err) < 0)
		return -1;
	documents.platform = platform_of_config(documents.config, archive->arena);
	struct slice named = full_reference(full, archive->arena);
	add_text(archive, blob_name(archive, &result->config_digest), documents.config);
	add_text(archive, blob_name(archive, &result->manifest_digest),
		 documents.manifest);
	add_text(archive, S("index.json"),
		 oci_index(&documents, named, tag, archive->arena));
	add_text(archive, S("manifest.json"), docker_manifest(archive, result, full));
	add_text(archive, S("oci-layout"), S(OCI_LAYOUT_TEXT));
	return 0;
}

static void add_layers(struct archive *archive, const char *out_directory,
		       const struct bake_result *result)
{
	for (size_t i = 0; i < result->len; i++) {
		const struct layer *layer = &result->layers[i];
		struct slice name = blob_name(archive, &layer->digest);
		const char *path = arena_printf(archive->arena, "%s/oci/%.*s",
						out_directory, SLICE_ARG(name))
					   .ptr;
		*array_push(archive->arena, &archive->members) =
			(struct member){ .name = name,
					 .path = path,
					 .size = layer->size,
					 .digest = layer->digest };
	}
}

static int write_members(struct archive *archive, struct error *err)
{
	static const char zeros[TAR_END_BYTES];
	struct slice before = S("");
	qsort(archive->members.items, archive->members.len,
	      sizeof(*archive->members.items), by_name);
	if (put_directory(archive, S("blobs"), err) < 0 ||
	    put_directory(archive, S("blobs/sha256"), err) < 0)
		return -1;
	for (size_t i = 0; i < archive->members.len; i++) {
		const struct member *member = &archive->members.items[i];
		if (slice_eq(member->name, before))
			continue; // two layers with the same bytes
		if (put_member(archive, member, err) < 0)
			return -1;
		before = member->name;
	}
	return file_append(&archive->file, (struct slice){ zeros, sizeof(zeros) }, err);
}

int image_write_archive(const char *out_directory, const struct bake_result *result,
			struct slice reference, const char *archive_path,
			struct error *err)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct archive archive = { .arena = &arena, .file = { .fd = -1 } };
	add_layers(&archive, out_directory, result);
	if (add_documents(&archive, out_directory, result, reference, err) < 0 ||
	    file_create(archive_path, 0644, &archive.file, err) < 0)
		return -1;
	int status = write_members(&archive, err);
	if (status == 0)
		status = file_commit(&archive.file, false, err);
	file_abandon(&archive.file);
	return status;
}
