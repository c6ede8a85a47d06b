// SPDX-License-Identifier: MIT
// A bake's result → the content of an image.
#include "builder/image/content.h"

#include "oci/canonical.h"

// The prefix of our annotations (oci.8).
#define OURS "dev.pinbake."
// What a snapshotter holds an eStargz layer's table of contents against (gz.14).
#define TOC_DIGEST "containerd.io/snapshot/stargz/toc.digest"

enum { ENVIRONMENT_MAX = 2, ANNOTATIONS_MAX = 4 };

static const char default_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// The variables by which a container finds the environment (oci.3).
static size_t environment_of(const struct bake_result *result, struct arena *arena,
			     struct slice ret_environment[static ENVIRONMENT_MAX])
{
	struct slice prefix = result->prefix;
	if (result->scheme != SCHEME_VENV) {
		ret_environment[0] = arena_printf(arena, "PATH=%s", default_path);
		return 1;
	}
	ret_environment[0] =
		arena_printf(arena, "PATH=%.*s/bin:%s", SLICE_ARG(prefix), default_path);
	ret_environment[1] = arena_printf(arena, "VIRTUAL_ENV=%.*s", SLICE_ARG(prefix));
	return 2;
}

// History names no version of this program, so that an upgrade changes no image (oci.4).
static struct slice created_by(const struct layer *layer, struct arena *arena)
{
	struct slice bucket = layer->name;
	if (slice_eq(layer->kind, S("skeleton")))
		return S("pinbake skeleton");
	if (slice_eq(layer->kind, S("pyc")))
		return arena_printf(arena, "pinbake bytecode %.*s: %.*s",
				    SLICE_ARG(slice_skip(bucket, sizeof("pyc-") - 1)),
				    SLICE_ARG(layer->packages));
	if (!slice_starts_with(bucket, S("bucket-")))
		return arena_printf(arena, "pinbake %.*s", SLICE_ARG(layer->packages));
	bucket = slice_skip(bucket, sizeof("bucket-") - 1);
	if (bucket.len == 2 && bucket.ptr[0] == '0')
		bucket = slice_skip(bucket, 1);
	return arena_printf(arena, "pinbake bucket %.*s: %.*s", SLICE_ARG(bucket),
			    SLICE_ARG(layer->packages));
}

static struct oci_layer describe(const struct layer *layer, enum layer_coding coding,
				 struct arena *arena)
{
	struct oci_annotation *annotations =
		arena_new_array(arena, struct oci_annotation, ANNOTATIONS_MAX);
	size_t len = 0;
	annotations[len++] = (struct oci_annotation){ OURS "layer.key",
						      sha256_hex(arena, &layer->key) };
	annotations[len++] =
		(struct oci_annotation){ OURS "layer.diffid",
					 oci_digest(&layer->diff_id, arena) };
	if (layer->packages.len)
		annotations[len++] =
			(struct oci_annotation){ OURS "layer.packages", layer->packages };
	if (!sha256_is_zero(&layer->toc))
		annotations[len++] =
			(struct oci_annotation){ TOC_DIGEST,
						 oci_digest(&layer->toc, arena) };
	return (struct oci_layer){
		.type = coding == LAYER_ZSTD ? OCI_ZSTD_TYPE : OCI_GZIP_TYPE,
		.digest = layer->digest,
		.diff_id = layer->diff_id,
		.size = layer->size,
		.created_by = created_by(layer, arena),
		.annotations = annotations,
		.annotations_len = len,
	};
}

int image_documents_make(const struct image_request *request,
			 const struct bake_result *result, struct arena *arena,
			 struct oci_documents *ret_documents, struct error *err)
{
	struct slice environment[ENVIRONMENT_MAX];
	struct oci_layer *layers = arena_new_array(arena, struct oci_layer, result->len);
	for (size_t i = 0; i < result->len; i++)
		layers[i] = describe(&result->layers[i], result->coding, arena);
	struct oci_annotation annotations[] = {
		{ OURS "plan", sha256_hex(arena, &result->plan_digest) },
		{ OURS "lock", request->lock_digest_hex },
	};
	struct oci_content content = {
		.target = request->target,
		.created = request->created,
		.environment = environment,
		.environment_len = environment_of(result, arena, environment),
		.layers = layers,
		.layers_len = result->len,
		.annotations = annotations,
		.annotations_len = request->lock_digest_hex.len ? 2 : 1,
	};
	return oci_documents_make(&content, arena, ret_documents, err);
}
