// SPDX-License-Identifier: MIT
// Finds the images of a bundle and reads each one's config and layers.
#include "oci/oci.h"

#include "base/digest.h"
#include "base/files.h"
#include "oci/bundle.h"
#include "oci/documents.h"
#include "oci/rootfs.h"

#include <limits.h>

enum { INDEX_DEPTH_MAX = 4, IMAGES_MAX = 64 };

struct search {
	struct bundle bundle;
	struct arena *arena;
	struct slice tag; // wanted; "" for any
	struct manifest_list manifests;
};

// --- manifests -------------------------------------------------------------------------------------------------------

static int read_document(struct search *search, const struct descriptor *descriptor,
			 struct slice *ret_text, struct error *err)
{
	if (bundle_read(&search->bundle, descriptor->file, ret_text, err) < 0)
		return -1;
	struct sha256 digest = sha256_of(*ret_text);
	struct slice hex = sha256_hex(search->arena, &digest);
	if (descriptor->digest.len && !slice_eq(hex, descriptor->digest))
		return error_set(err, ERROR_INTEGRITY,
				 "'%.*s' in '%s' has the SHA-256 %.*s",
				 SLICE_ARG(descriptor->file), search->bundle.path,
				 SLICE_ARG(hex));
	return 0;
}

static bool is_complete(const struct search *search, const struct manifest *manifest)
{
	bool complete = bundle_has(&search->bundle, manifest->config.file);
	for (size_t i = 0; complete && i < manifest->layers.len; i++)
		complete = bundle_has(&search->bundle, manifest->layers.items[i].file);
	return complete;
}

static bool fits_tag(const struct search *search, struct slice tag)
{
	return search->tag.len == 0 || slice_eq(search->tag, tag) ||
	       (slice_ends_with(tag, search->tag) &&
		tag.ptr[tag.len - search->tag.len - 1] == ':');
}

static int add_manifest(struct search *search, const struct manifest *manifest,
			struct error *err)
{
	if (!fits_tag(search, manifest->tag) || !is_complete(search, manifest))
		return 0;
	if (search->manifests.len == IMAGES_MAX)
		return error_set(err, ERROR_INPUT, "'%s' has more than %d images",
				 search->bundle.path, IMAGES_MAX);
	*array_push(search->arena, &search->manifests) = *manifest;
	return 0;
}

static int walk_index(struct search *search, struct slice text, struct slice tag,
		      unsigned depth, struct error *err);

// A multi-platform layout may name platforms whose blobs it does not hold; they are
// passed over.
static int walk_descriptor(struct search *search, const struct descriptor *descriptor,
			   struct slice tag, unsigned depth, struct error *err)
{
	struct manifest manifest;
	struct slice text;
	if ((!descriptor->is_index && !descriptor->is_image) ||
	    !bundle_has(&search->bundle, descriptor->file))
		return 0;
	if (read_document(search, descriptor, &text, err) < 0)
		return -1;
	if (descriptor->is_index)
		return walk_index(search, text, tag, depth + 1, err);
	if (documents_read_manifest(text, search->arena, &manifest, err) < 0)
		return -1;
	manifest.tag = tag;
	return add_manifest(search, &manifest, err);
}

static int walk_index(struct search *search, struct slice text, struct slice tag,
		      unsigned depth, struct error *err)
{
	struct descriptor_list list;
	if (depth == INDEX_DEPTH_MAX)
		return error_set(err, ERROR_INPUT,
				 "indexes in '%s' are nested too deeply",
				 search->bundle.path);
	if (documents_read_index(text, search->arena, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.len; i++) {
		const struct descriptor *item = &list.items[i];
		if (walk_descriptor(search, item, item->tag.len ? item->tag : tag, depth,
				    err) < 0)
			return -1;
	}
	return 0;
}

static int walk_docker(struct search *search, struct slice text, struct error *err)
{
	struct manifest_list list;
	if (documents_read_docker(text, search->arena, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.len; i++)
		if (add_manifest(search, &list.items[i], err) < 0)
			return -1;
	return 0;
}

static int find_manifests(struct search *search, struct error *err)
{
	struct slice text;
	if (bundle_has(&search->bundle, S("index.json")))
		return bundle_read(&search->bundle, S("index.json"), &text, err) < 0
			       ? -1
			       : walk_index(search, text, S(""), 0, err);
	if (bundle_has(&search->bundle, S("manifest.json")))
		return bundle_read(&search->bundle, S("manifest.json"), &text, err) < 0
			       ? -1
			       : walk_docker(search, text, err);
	error_set(err, ERROR_INPUT,
		  "'%s' is no image: it has neither index.json nor manifest.json",
		  search->bundle.path);
	return error_hint(
		err, "'docker save IMAGE -o FILE' or 'skopeo copy … oci:DIR' makes one");
}

// --- one image -------------------------------------------------------------------------------------------------------

static void take_file(void *context, struct slice path, struct slice content)
{
	rootfs_add(context, path, content);
}

static int read_layers(struct search *search, const struct manifest *manifest,
		       struct rootfs *rootfs, struct error *err)
{
	const struct layer_reader reader = { rootfs_wants_content, take_file, rootfs };
	for (size_t i = 0; i < manifest->layers.len; i++) {
		rootfs_next_layer(rootfs);
		if (bundle_read_layer(&search->bundle, manifest->layers.items[i].file,
				      &reader, err) < 0)
			return error_during(err, "reading layer %zu of the image", i + 1);
	}
	return 0;
}

// The version of the environment ("3.12.11") if the file system has that Python; else the one that the file system has.
static struct slice python_of(struct arena *arena, const struct rootfs *rootfs,
			      struct slice version)
{
	struct slice rest = version, major, minor;
	uint64_t number;
	const struct rootfs_file *python = NULL;
	slice_cut(&rest, '.', &major);
	slice_cut(&rest, '.', &minor);
	bool named = slice_eq(major, S("3")) && slice_parse_u64(minor, 99, &number);
	if (named)
		python = rootfs_python(rootfs, (unsigned)number);
	if (!python)
		python = rootfs_python(rootfs, UINT_MAX);
	if (python)
		return arena_printf(arena, "3.%u%s", python->minor,
				    python->free_threaded ? "t" : "");
	return named ? arena_printf(arena, "3.%llu", (unsigned long long)number) : S("");
}

static int read_image(struct search *search, const struct manifest *manifest,
		      struct image_list *images, struct error *err)
{
	struct slice text;
	struct image_config config;
	struct rootfs rootfs = { .arena = search->arena };
	if (read_document(search, &manifest->config, &text, err) < 0 ||
	    documents_read_config(text, search->arena, &config, err) < 0)
		return -1;
	if (!config.is_image)
		return 0;
	if (read_layers(search, manifest, &rootfs, err) < 0)
		return -1;
	const struct rootfs_file *libc = rootfs_libc(&rootfs);
	*array_push(search->arena, images) = (struct image){
		.tag = manifest->tag,
		.os = config.os,
		.architecture = config.architecture,
		.variant = config.variant,
		.python = python_of(search->arena, &rootfs, config.python_version),
		.libc = !libc                        ? LIBC_NONE
			: libc->kind == ROOTFS_GLIBC ? LIBC_GLIBC
						     : LIBC_MUSL,
		.libc_major = libc ? libc->major : 0,
		.libc_minor = libc ? libc->minor : 0,
	};
	return 0;
}

// --- the interface ---------------------------------------------------------------------------------------------------

static struct slice without_transport(struct slice ref)
{
	static const char *const transports[] = { "oci:", "oci-archive:",
						  "docker-archive:" };
	for (size_t i = 0; i < sizeof(transports) / sizeof(*transports); i++)
		if (slice_starts_with(ref, slice_from(transports[i])))
			return slice_skip(ref, slice_from(transports[i]).len);
	return ref;
}

// Splits "dir:tag" and "a.tar:name:tag" at the last or first colon, unless the whole is a path.
static const char *split_ref(struct arena *arena, struct slice ref, struct slice *ret_tag)
{
	struct slice path = without_transport(ref), head;
	const char *whole = arena_c_string(arena, path);
	*ret_tag = S("");
	if (file_exists(whole) || path_is_directory(whole))
		return whole;
	if (!slice_cut(&path, ':', &head))
		return whole;
	const char *before = arena_c_string(arena, head);
	if (!file_exists(before) && !path_is_directory(before))
		return whole;
	*ret_tag = path;
	return before;
}

static int refuse_twins(const struct image_list *images, const char *path,
			struct error *err)
{
	for (size_t i = 0; i < images->len; i++)
		for (size_t j = i + 1; j < images->len; j++) {
			const struct image *a = &images->items[i], *b = &images->items[j];
			if (!slice_eq(a->architecture, b->architecture) ||
			    !slice_eq(a->os, b->os) || !slice_eq(a->variant, b->variant))
				continue;
			error_set(
				err, ERROR_INPUT,
				"'%s' has several images for %.*s/%.*s: '%.*s' and '%.*s'",
				path, SLICE_ARG(a->os), SLICE_ARG(a->architecture),
				SLICE_ARG(a->tag), SLICE_ARG(b->tag));
			return error_hint(err, "name one of them: %s:%.*s", path,
					  SLICE_ARG(a->tag));
		}
	return 0;
}

int oci_read_images(struct slice ref, struct arena *arena, struct image_list *ret_images,
		    struct error *err)
{
	struct search search = { .arena = arena };
	struct image_list images = { 0 };
	const char *path = split_ref(arena, ref, &search.tag);
	if (!file_exists(path) && !path_is_directory(path)) {
		error_set(err, ERROR_INPUT, "there is no image file or directory '%s'",
			  path);
		return error_hint(
			err,
			"'docker save IMAGE -o FILE' or 'skopeo copy … oci:DIR' makes one");
	}
	if (bundle_open(path, arena, &search.bundle, err) < 0 ||
	    find_manifests(&search, err) < 0)
		return -1;
	for (size_t i = 0; i < search.manifests.len; i++)
		if (read_image(&search, &search.manifests.items[i], &images, err) < 0)
			return -1;
	if (images.len == 0)
		return error_set(err, ERROR_INPUT,
				 "'%s' has no%s image with all of its layers", path,
				 search.tag.len ? " such" : "");
	if (refuse_twins(&images, path, err) < 0)
		return -1;
	*ret_images = images;
	return 0;
}
