// SPDX-License-Identifier: MIT
// Filling .pinbake/: a name never gets other bytes (ctx.2), modes are forced (ctx.4),
// times are left alone (ctx.3).
#include "builder/image/stage.h"

#include "base/folder.h"
#include "base/limits.h"
#include "base/parallel.h"
#include "builder/image/content.h"
#include "builder/store/blobs.h"

#include <string.h>

enum { DIRECTORY_MODE = 0755, FILE_MODE = 0644 };

struct stage {
	struct arena arena;
	struct folder root;
	bool rehash;
	unsigned jobs;
	const struct work *work;
	const struct stage_parts *parts;
};

// BuildKit's cache key covers modes, so the umask may not decide them (ctx.4).
static int make_directory(struct stage *stage, const char *name, struct error *err)
{
	return folder_make(&stage->root, name, DIRECTORY_MODE, err);
}

// A file that is not ours alone, by another mode or a second name, is written anew: neither is touched.
static bool holds(struct stage *stage, const char *name, struct slice bytes)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	struct error ignored = { 0 };
	struct place place = folder_look(&stage->root, name);
	return place.kind == PLACE_FILE && place.size == bytes.len &&
	       place.mode == FILE_MODE && place.links == 1 &&
	       folder_map(&stage->root, name, &map, &ignored) == 0 &&
	       slice_eq(map.bytes, bytes);
}

// Not durable: a later bake compares and repairs, and an fsync would wait for the blobs
// too.
static int write_text(struct stage *stage, const char *name, struct slice bytes,
		      struct error *err)
{
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	if (folder_create(&stage->root, name, FILE_MODE, &writer, err) < 0 ||
	    file_append(&writer, bytes, err) < 0)
		return -1;
	return file_commit(&writer, false, err);
}

static int place_text(struct stage *stage, const char *name, struct slice bytes,
		      struct error *err)
{
	return holds(stage, name, bytes) ? 0 : write_text(stage, name, bytes, err);
}

// A hard link of the store's blob needs no second reading: that was looked at before.
static bool is_intact(const struct stage *stage, const char *name,
		      const struct layer *layer, struct place stored)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	struct error ignored = { 0 };
	struct place staged = folder_look(&stage->root, name);
	bool is_store = staged.inode == stored.inode && staged.device == stored.device;
	if (staged.kind != PLACE_FILE || staged.size != layer->size ||
	    staged.mode != FILE_MODE)
		return false;
	if (is_store && !stage->rehash)
		return true;
	if (folder_map(&stage->root, name, &map, &ignored) < 0)
		return false;
	struct sha256 digest = sha256_of(map.bytes);
	return sha256_eq(&digest, &layer->digest);
}

// What pinbake makes are files: a folder in such a place is somebody else's.
static int not_removed(const struct folder *root, const char *name, struct error *err)
{
	error_set(err, ERROR_IO, "cannot remove '%s/%s': it is no file of pinbake's",
		  root->path, name);
	return error_hint(err, "move it away");
}

static int place_blob(struct stage *stage, const char *name, size_t index,
		      struct error *err)
{
	AUTO(folder_close) struct folder store = { .fd = -1 };
	const struct layer *layer = &stage->parts->result->layers[index];
	const char *blob = stage->parts->blobs[index], *blob_name;
	if (is_intact(stage, name, layer, place_look(blob)))
		return 0;
	// Only what is wrong is removed: another process may be placing the same name now.
	if (!folder_remove(&stage->root, name))
		return not_removed(&stage->root, name, err);
	if (folder_open_parent(blob, &store, &blob_name, err) < 0 ||
	    folder_link_or_copy(&store, blob_name, &stage->root, name, err) < 0)
		return -1;
	return folder_set_mode(&stage->root, name, FILE_MODE, err);
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
	const char *hex = hex_of(stage, &layer->digest);
	const char *directory = arena_printf(&stage->arena, "layers/%s", hex).ptr;
	const char *staged = arena_printf(&stage->arena, "layers/%s/layer.tar.%s", hex,
					  stage_suffix(result))
				     .ptr;
	const char *in_layout =
		arena_printf(&stage->arena, "oci/blobs/sha256/%s", hex).ptr;
	if (make_directory(stage, directory, err) < 0 ||
	    place_blob(stage, staged, index, err) < 0)
		return -1;
	return place_blob(stage, in_layout, index, err);
}

// The RUN form unpacks whatever archives the folder has.
static int check_group(struct stage *stage, const char *directory, size_t len,
		       struct error *err)
{
	struct name_list names = { 0 };
	if (folder_names(&stage->root, directory, &stage->arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		struct slice name = names.items[i], number;
		uint64_t index = len;
		slice_cut(&name, '.', &number);
		bool ours = number.len == 2 && slice_eq(name, S("tar.gz")) &&
			    slice_parse_u64(number, len, &index) && index < len;
		if (ours || !slice_ends_with(names.items[i], S(".tar.gz")))
			continue;
		error_set(err, ERROR_INPUT,
			  "'%s/%s/%.*s' is not from pinbake, and the image would "
			  "unpack it",
			  stage->root.path, directory, SLICE_ARG(names.items[i]));
		return error_hint(err, "remove it");
	}
	return 0;
}

static int place_group(struct stage *stage, const struct stage_group *group,
		       struct error *err)
{
	const struct bake_result *result = stage->parts->result;
	const char *hex = hex_of(stage, &group->digest);
	const char *directory = arena_printf(&stage->arena, "groups/%s", hex).ptr;
	if (make_directory(stage, directory, err) < 0)
		return -1;
	for (size_t i = 0; i < group->len; i++) {
		const char *name = arena_printf(&stage->arena, "groups/%s/%02zu.tar.%s",
						hex, i, stage_suffix(result))
					   .ptr;
		size_t index = (size_t)(group->layers[i] - result->layers);
		if (place_blob(stage, name, index, err) < 0)
			return -1;
	}
	return check_group(stage, directory, group->len, err);
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
	static const char *const directories[] = { "layers", "groups", "oci", "oci/blobs",
						   "oci/blobs/sha256" };
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		if (make_directory(stage, directories[i], err) < 0)
			return -1;
	}
	return place_text(stage, ".gitignore", S("*\n"), err);
}

// --- layers of the store ---------------------------------------------------------------

// What is staged already is the store's own file, which was looked at, or is compared by its bytes.
static bool is_staged(struct stage *stage, size_t index)
{
	const struct layer *layer = &stage->parts->result->layers[index];
	const char *staged = arena_printf(&stage->arena, "layers/%s/layer.tar.%s",
					  hex_of(stage, &layer->digest),
					  stage_suffix(stage->parts->result))
				     .ptr;
	struct place there = folder_look(&stage->root, staged),
		     stored = place_look(stage->parts->blobs[index]);
	return there.kind == PLACE_FILE && there.inode == stored.inode &&
	       there.device == stored.device;
}

struct looking {
	const struct stage *stage;
	size_t *missing; // indexes of layers
	size_t len;
};

static int look_at_one(void *context, size_t index, unsigned worker, struct error *err)
{
	const struct looking *looking = context;
	const struct stage_parts *parts = looking->stage->parts;
	size_t layer = looking->missing[index];
	(void)worker;
	if (work_heed(looking->stage->work, err) < 0)
		return -1;
	return store_check_layer(parts->store, &parts->result->layers[layer].digest, err);
}

// A link brings no bytes along, so those of the layers that are to be placed are read here.
static int look_at_blobs(struct stage *stage, struct error *err)
{
	size_t count = stage->parts->result->len;
	struct looking looking = { .stage = stage };
	if (!stage->parts->store)
		return 0;
	looking.missing = arena_new_array(&stage->arena, size_t, count + 1);
	for (size_t i = 0; i < count; i++)
		if (!is_staged(stage, i))
			looking.missing[looking.len++] = i;
	return parallel_for(stage->jobs, looking.len, look_at_one, &looking, err);
}

static int write_all(struct stage *stage, struct error *err)
{
	const struct bake_result *result = stage->parts->result;
	struct stage_groups groups = stage_groups_of(result, &stage->arena);
	if (make_frame(stage, err) < 0 || look_at_blobs(stage, err) < 0)
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
	struct stage stage = { .root.fd = -1,
			       .rehash = request->rehash,
			       .jobs = request->jobs,
			       .work = request->work,
			       .parts = parts };
	int status = folder_open_output(request->directory, &stage.root, err);
	if (status == 0)
		status = write_all(&stage, err);
	folder_close(&stage.root);
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
	struct stage_parts parts = { &described, &documents, blobs, store };
	if (stage_write(request, &parts, err) < 0)
		return -1;
	*result = described;
	return 0;
}

// --- what earlier bakes left -----------------------------------------------------------

struct sweep {
	struct folder root;
	struct arena scratch;
	struct arena *arena; // of the result
	struct image_foreign *foreign;
};

// What a killed bake leaves beside a name of ours: "layer.tar.gz.4k2jw0x1ab.part".
static struct slice without_ending(struct slice name)
{
	enum { RANDOM = 10 };
	struct slice rest = name;
	if (!slice_ends_with(rest, S(".part")))
		return name;
	rest.len -= S(".part").len;
	if (rest.len < RANDOM + 2 || rest.ptr[rest.len - RANDOM - 1] != '.')
		return name;
	rest.len -= RANDOM + 1;
	return rest;
}

// "layer.tar.gz" in layers/, "07.tar.gz" in groups/; zst in the place of gz.
static bool is_our_file(struct slice name)
{
	struct slice stem = without_ending(name);
	if (!slice_ends_with(stem, S(".tar.gz")) && !slice_ends_with(stem, S(".tar.zst")))
		return false;
	stem = slice_range(stem, 0, slice_find_byte(stem, '.'));
	return slice_eq(stem, S("layer")) ||
	       (stem.len == 2 && is_digit(stem.ptr[0]) && is_digit(stem.ptr[1]));
}

static void keep(struct sweep *sweep, const char *name)
{
	if (sweep->foreign->len++ == 0)
		sweep->foreign->first =
			arena_dup(sweep->arena,
				  slice_from(path_join(&sweep->scratch, sweep->root.path,
						       slice_from(name))));
}

static bool is_listed(const struct sha256 *digest, const struct sha256 *digests,
		      size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (sha256_eq(digest, &digests[i]))
			return true;
	return false;
}

// A folder of a digest: our files in it go, and the folder with them unless somebody else has put something there.
static int remove_layer(struct sweep *sweep, const char *folder, struct error *err)
{
	struct name_list names = { 0 };
	size_t kept = 0;
	if (folder_names(&sweep->root, folder, &sweep->scratch, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		const char *path = path_join(&sweep->scratch, folder, names.items[i]);
		bool ours = is_our_file(names.items[i]) &&
			    folder_look(&sweep->root, path).kind != PLACE_DIRECTORY;
		if (!ours)
			keep(sweep, path);
		if (ours && !folder_remove(&sweep->root, path))
			return not_removed(&sweep->root, path, err);
		kept += !ours;
	}
	return kept ? 0 : folder_remove_tree(&sweep->root, folder, err);
}

static int remove_name(struct sweep *sweep, const char *path, struct slice name,
		       bool is_layer, struct error *err)
{
	struct sha256 digest;
	enum place_kind kind = folder_look(&sweep->root, path).kind;
	bool named = sha256_parse_hex(without_ending(name), &digest);
	if (named && is_layer && kind == PLACE_DIRECTORY)
		return remove_layer(sweep, path, err);
	if (!named || kind == PLACE_DIRECTORY) {
		keep(sweep, path);
		return 0;
	}
	return folder_remove(&sweep->root, path) ? 0
						 : not_removed(&sweep->root, path, err);
}

static int remove_others(struct sweep *sweep, const char *folder,
			 const struct sha256 *digests, size_t len, struct error *err)
{
	struct name_list names;
	bool is_layer = !slice_starts_with(slice_from(folder), S("oci/"));
	if (folder_names(&sweep->root, folder, &sweep->scratch, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		struct sha256 digest;
		const char *path = path_join(&sweep->scratch, folder, names.items[i]);
		if (sha256_parse_hex(names.items[i], &digest) &&
		    is_listed(&digest, digests, len))
			continue;
		if (remove_name(sweep, path, names.items[i], is_layer, err) < 0)
			return -1;
	}
	return 0;
}

static int remove_all(struct sweep *sweep, const struct bake_result *result,
		      struct error *err)
{
	struct stage_groups groups = stage_groups_of(result, &sweep->scratch);
	struct sha256 *blobs =
		arena_new_array(&sweep->scratch, struct sha256, result->len + 2);
	struct sha256 group_digests[STAGE_GROUPS];
	for (size_t i = 0; i < result->len; i++)
		blobs[i] = result->layers[i].digest;
	for (size_t i = 0; i < groups.len; i++)
		group_digests[i] = groups.items[i].digest;
	blobs[result->len] = result->config_digest;
	blobs[result->len + 1] = result->manifest_digest;
	if (remove_others(sweep, "layers", blobs, result->len, err) < 0 ||
	    remove_others(sweep, "groups", group_digests, groups.len, err) < 0)
		return -1;
	return remove_others(sweep, "oci/blobs/sha256", blobs, result->len + 2, err);
}

int image_remove_stale(const char *out_directory, const struct bake_result *result,
		       struct arena *arena, struct image_foreign *ret_foreign,
		       struct error *err)
{
	struct image_foreign foreign = { 0 };
	struct sweep sweep = { .root.fd = -1, .arena = arena, .foreign = &foreign };
	int status = folder_open_output(out_directory, &sweep.root, err);
	if (status == 0)
		status = remove_all(&sweep, result, err);
	folder_close(&sweep.root);
	arena_release(&sweep.scratch);
	*ret_foreign = foreign;
	return status;
}
