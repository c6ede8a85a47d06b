// SPDX-License-Identifier: MIT
// Filling .pinbake/: a name never gets other bytes (ctx.2), modes are forced (ctx.4),
// times are left alone (ctx.3).
#include "builder/image/stage.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/places.h"
#include "builder/image/content.h"
#include "builder/store/blobs.h"

#include <string.h>
#include <sys/stat.h>

enum { DIRECTORY_MODE = 0755, FILE_MODE = 0644 };

struct stage {
	struct arena arena;
	const char *root;
	bool rehash;
	const struct stage_parts *parts;
};

// BuildKit's cache key covers modes, so the umask may not decide them (ctx.4).
static int force_mode(const char *path, unsigned mode, struct error *err)
{
	struct stat info;
	if (stat(path, &info) < 0 ||
	    ((info.st_mode & 07777) != mode && chmod(path, mode) < 0))
		return error_errno(err, ERROR_IO, "cannot set the mode of '%s'", path);
	return 0;
}

static int make_directory(const char *path, struct error *err)
{
	if (make_directories(path, err) < 0)
		return -1;
	return force_mode(path, DIRECTORY_MODE, err);
}

static bool holds(struct stage *stage, const char *path, struct slice bytes)
{
	struct error ignored = { 0 };
	struct slice present;
	uint64_t size;
	return file_size(path, &size) && size == bytes.len &&
	       file_read(path, size, ERROR_IO, &stage->arena, &present, &ignored) == 0 &&
	       slice_eq(present, bytes);
}

// Not durable: a later bake compares and repairs, and an fsync would wait for the blobs
// too.
static int write_text(const char *path, struct slice bytes, struct error *err)
{
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	if (file_create(path, FILE_MODE, &writer, err) < 0 ||
	    file_append(&writer, bytes, err) < 0)
		return -1;
	return file_commit(&writer, false, err);
}

static int place_text(struct stage *stage, const char *name, struct slice bytes,
		      struct error *err)
{
	const char *path = path_join(&stage->arena, stage->root, slice_from(name));
	if (!holds(stage, path, bytes))
		return write_text(path, bytes, err);
	return force_mode(path, FILE_MODE, err);
}

// A hard link of the store's blob needs no second reading: that was read before.
static bool is_intact(const char *path, const struct layer *layer, const char *blob,
		      bool rehash)
{
	struct file_map map = { 0 };
	struct error ignored = { 0 };
	struct place staged = place_look(path), stored = place_look(blob);
	if (staged.kind != PLACE_FILE || staged.size != layer->size)
		return false;
	if (!rehash || (staged.inode == stored.inode && staged.device == stored.device))
		return true;
	if (file_map_open(path, ERROR_IO, &map, &ignored) < 0)
		return false;
	struct sha256 digest = sha256_of(map.bytes);
	file_map_close(&map);
	return sha256_eq(&digest, &layer->digest);
}

static int place_blob(struct stage *stage, const char *name, const struct layer *layer,
		      const char *blob, struct error *err)
{
	const char *path = path_join(&stage->arena, stage->root, slice_from(name));
	if (is_intact(path, layer, blob, stage->rehash))
		return force_mode(path, FILE_MODE, err);
	// Only what is wrong is removed: another process may be placing the same name now.
	if (place_look(path).kind != PLACE_ABSENT && remove_tree(path, err) < 0)
		return -1;
	if (link_or_copy(blob, path, err) < 0)
		return -1;
	return force_mode(path, FILE_MODE, err);
}

const char *stage_suffix(const struct bake_result *result)
{
	return result->coding == LAYER_ZSTD ? "zst" : "gz";
}

static const char *hex_of(struct stage *stage, const struct sha256 *digest)
{
	return sha256_hex(&stage->arena, digest).ptr;
}

static int place_layer(struct stage *stage, size_t index, struct error *err)
{
	const struct bake_result *result = stage->parts->result;
	const struct layer *layer = &result->layers[index];
	const char *blob = stage->parts->blobs[index];
	const char *hex = hex_of(stage, &layer->digest);
	const char *directory =
		arena_printf(&stage->arena, "%s/layers/%s", stage->root, hex).ptr;
	const char *staged = arena_printf(&stage->arena, "layers/%s/layer.tar.%s", hex,
					  stage_suffix(result))
				     .ptr;
	const char *in_layout =
		arena_printf(&stage->arena, "oci/blobs/sha256/%s", hex).ptr;
	if (make_directory(directory, err) < 0 ||
	    place_blob(stage, staged, layer, blob, err) < 0)
		return -1;
	return place_blob(stage, in_layout, layer, blob, err);
}

static int place_group(struct stage *stage, const struct stage_group *group,
		       struct error *err)
{
	const struct bake_result *result = stage->parts->result;
	const char *hex = hex_of(stage, &group->digest);
	const char *directory =
		arena_printf(&stage->arena, "%s/groups/%s", stage->root, hex).ptr;
	if (make_directory(directory, err) < 0)
		return -1;
	for (size_t i = 0; i < group->len; i++) {
		const char *name = arena_printf(&stage->arena, "groups/%s/%02zu.tar.%s",
						hex, i, stage_suffix(result))
					   .ptr;
		const char *blob = stage->parts->blobs[group->layers[i] - result->layers];
		if (place_blob(stage, name, group->layers[i], blob, err) < 0)
			return -1;
	}
	return 0;
}

static int place_documents(struct stage *stage, struct error *err)
{
	const struct bake_result *result = stage->parts->result;
	const struct oci_documents *documents = stage->parts->documents;
	static const char blobs[] = "oci/blobs/sha256/";
	const char *config = arena_printf(&stage->arena, "%s%s", blobs,
					  hex_of(stage, &documents->config_digest))
				     .ptr;
	const char *manifest = arena_printf(&stage->arena, "%s%s", blobs,
					    hex_of(stage, &documents->manifest_digest))
				       .ptr;
	struct slice tag =
		slice_range(sha256_hex(&stage->arena, &result->plan_digest), 0, 12);
	if (place_text(stage, config, documents->config, err) < 0 ||
	    place_text(stage, manifest, documents->manifest, err) < 0 ||
	    place_text(stage, "oci/oci-layout", S(OCI_LAYOUT_TEXT), err) < 0 ||
	    place_text(stage, "oci/index.json",
		       oci_index(documents, S(""), tag, &stage->arena), err) < 0)
		return -1;
	return place_text(stage, "bake.json", stage_result_text(result, &stage->arena),
			  err);
}

static int make_frame(struct stage *stage, struct error *err)
{
	static const char *const directories[] = {
		"", "layers", "groups", "oci", "oci/blobs", "oci/blobs/sha256"
	};
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		if (make_directory(path_join(&stage->arena, stage->root,
					     slice_from(directories[i])),
				   err) < 0)
			return -1;
	}
	return place_text(stage, ".gitignore", S("*\n"), err);
}

static int write_all(struct stage *stage, struct error *err)
{
	const struct bake_result *result = stage->parts->result;
	struct stage_groups groups = stage_groups_of(result, &stage->arena);
	if (make_frame(stage, err) < 0)
		return -1;
	for (size_t i = 0; i < result->len; i++)
		if (place_layer(stage, i, err) < 0)
			return -1;
	for (size_t i = 0; i < groups.len; i++)
		if (place_group(stage, &groups.items[i], err) < 0)
			return -1;
	return place_documents(stage, err);
}

int stage_write(const struct image_request *request, const struct stage_parts *parts,
		struct error *err)
{
	struct stage stage = { .root = request->directory,
			       .rehash = request->rehash,
			       .parts = parts };
	int status = write_all(&stage, err);
	arena_release(&stage.arena);
	return status < 0 ? error_during(err, "filling '%s'", request->directory) : 0;
}

int image_stage(const struct store *store, const struct image_request *request,
		struct bake_result *result, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct oci_documents documents;
	const char **blobs = arena_new_array(&scratch, const char *, result->len);
	if (image_documents_make(request, result, &scratch, &documents, err) < 0)
		return -1;
	struct bake_result described = *result;
	described.config_digest = documents.config_digest;
	described.manifest_digest = documents.manifest_digest;
	for (size_t i = 0; i < result->len; i++)
		blobs[i] = store_layer_path(store, &result->layers[i].digest, &scratch);
	struct stage_parts parts = { &described, &documents, blobs };
	if (stage_write(request, &parts, err) < 0)
		return -1;
	*result = described;
	return 0;
}

static bool is_listed(struct slice name, const struct sha256 *digests, size_t len)
{
	struct sha256 digest;
	if (!sha256_parse_hex(name, &digest))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (sha256_eq(&digest, &digests[i]))
			return true;
	}
	return false;
}

static int remove_others(struct arena *scratch, const char *directory,
			 const struct sha256 *digests, size_t len, struct error *err)
{
	struct name_list names;
	if (directory_names(directory, scratch, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		if (!is_listed(names.items[i], digests, len) &&
		    remove_tree(path_join(scratch, directory, names.items[i]), err) < 0)
			return -1;
	}
	return 0;
}

int image_remove_stale(const char *out_directory, const struct bake_result *result,
		       struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct stage_groups groups = stage_groups_of(result, &scratch);
	struct sha256 *blobs = arena_new_array(&scratch, struct sha256, result->len + 2);
	struct sha256 group_digests[STAGE_GROUPS];
	for (size_t i = 0; i < result->len; i++)
		blobs[i] = result->layers[i].digest;
	for (size_t i = 0; i < groups.len; i++)
		group_digests[i] = groups.items[i].digest;
	blobs[result->len] = result->config_digest;
	blobs[result->len + 1] = result->manifest_digest;
	if (remove_others(&scratch, path_join(&scratch, out_directory, S("layers")),
			  blobs, result->len, err) < 0 ||
	    remove_others(&scratch, path_join(&scratch, out_directory, S("groups")),
			  group_digests, groups.len, err) < 0)
		return -1;
	return remove_others(&scratch,
			     path_join(&scratch, out_directory, S("oci/blobs/sha256")),
			     blobs, result->len + 2, err);
}
