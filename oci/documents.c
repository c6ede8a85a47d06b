// SPDX-License-Identifier: MIT
// Index, manifest and config, read by jansson and checked as far as they are used.
#include "oci/documents.h"

#include "base/digest.h"
#include "base/text.h"

#include <jansson.h>

static struct slice text_of(struct arena *arena, const json_t *value)
{
	if (!json_is_string(value))
		return S("");
	return arena_dup(arena, (struct slice){ json_string_value(value),
						json_string_length(value) });
}

static struct slice member(struct arena *arena, const json_t *object, const char *key)
{
	return text_of(arena, json_object_get(object, key));
}

static int load(struct slice text, const char *what, json_t **ret_root, struct error *err)
{
	json_error_t why;
	*ret_root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &why);
	if (*ret_root)
		return 0;
	return error_set(err, ERROR_INPUT, "the image's %s is no JSON: line %d", what,
			 why.line);
}

static int malformed(const char *what, struct error *err)
{
	return error_set(err, ERROR_INPUT, "the image's %s is malformed", what);
}

static bool ends_with_any(struct slice type, struct slice a, struct slice b)
{
	return slice_ends_with(type, a) || slice_ends_with(type, b);
}

// Takes sha256 digests only, which is what all programs write. Their hex digits keep a name inside the bundle.
static bool read_descriptor(struct arena *arena, const json_t *value,
			    struct descriptor *ret_descriptor)
{
	struct descriptor descriptor = { 0 };
	struct sha256 digest;
	struct slice text = member(arena, value, "digest"),
		     type = member(arena, value, "mediaType");
	const json_t *annotations = json_object_get(value, "annotations");
	if (!slice_starts_with(text, S("sha256:")) ||
	    !sha256_parse_hex(slice_skip(text, 7), &digest))
		return false;
	descriptor.digest = sha256_hex(arena, &digest);
	descriptor.file =
		arena_printf(arena, "blobs/sha256/%.*s", SLICE_ARG(descriptor.digest));
	descriptor.tag = member(arena, annotations, "org.opencontainers.image.ref.name");
	descriptor.is_index = ends_with_any(type, S(".image.index.v1+json"),
					    S(".manifest.list.v2+json"));
	descriptor.is_image = ends_with_any(type, S(".image.manifest.v1+json"),
					    S(".distribution.manifest.v2+json"));
	if (json_object_get(annotations, "vnd.docker.reference.type"))
		descriptor.is_image = false; // an attestation about another one
	*ret_descriptor = descriptor;
	return true;
}

static bool read_descriptors(struct arena *arena, const json_t *values, size_t max,
			     struct descriptor_list *list)
{
	if (!json_is_array(values) || json_array_size(values) > max)
		return false;
	for (size_t i = 0; i < json_array_size(values); i++)
		if (!read_descriptor(arena, json_array_get(values, i),
				     array_push(arena, list)))
			return false;
	return true;
}

int documents_read_index(struct slice text, struct arena *arena,
			 struct descriptor_list *ret_list, struct error *err)
{
	struct descriptor_list list = { 0 };
	json_t *root;
	if (load(text, "index", &root, err) < 0)
		return -1;
	bool good = read_descriptors(arena, json_object_get(root, "manifests"),
				     DESCRIPTORS_MAX, &list);
	json_decref(root);
	if (!good)
		return malformed("index", err);
	*ret_list = list;
	return 0;
}

int documents_read_manifest(struct slice text, struct arena *arena,
			    struct manifest *ret_manifest, struct error *err)
{
	struct manifest manifest = { 0 };
	json_t *root;
	if (load(text, "manifest", &root, err) < 0)
		return -1;
	bool good = read_descriptor(arena, json_object_get(root, "config"),
				    &manifest.config) &&
		    read_descriptors(arena, json_object_get(root, "layers"), LAYERS_MAX,
				     &manifest.layers);
	json_decref(root);
	if (!good)
		return malformed("manifest", err);
	*ret_manifest = manifest;
	return 0;
}

// --- docker ----------------------------------------------------------------------------------------------------------

// Does the name stay inside the bundle?
static bool is_inside(struct slice name)
{
	return name.len && slice_find_byte(name, '\0') == SLICE_NONE &&
	       path_stays_below(name);
}

static bool read_docker_one(struct arena *arena, const json_t *value,
			    struct manifest *manifest)
{
	const json_t *layers = json_object_get(value, "Layers");
	manifest->config.file = member(arena, value, "Config");
	manifest->tag =
		text_of(arena, json_array_get(json_object_get(value, "RepoTags"), 0));
	if (!is_inside(manifest->config.file) || !json_is_array(layers) ||
	    json_array_size(layers) > LAYERS_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(layers); i++) {
		struct descriptor *layer = array_push(arena, &manifest->layers);
		layer->file = text_of(arena, json_array_get(layers, i));
		if (!is_inside(layer->file))
			return false;
	}
	return true;
}

int documents_read_docker(struct slice text, struct arena *arena,
			  struct manifest_list *ret_list, struct error *err)
{
	struct manifest_list list = { 0 };
	json_t *root;
	if (load(text, "manifest.json", &root, err) < 0)
		return -1;
	bool good = json_is_array(root) && json_array_size(root) <= DESCRIPTORS_MAX;
	for (size_t i = 0; good && i < json_array_size(root); i++)
		good = read_docker_one(arena, json_array_get(root, i),
				       array_push(arena, &list));
	json_decref(root);
	if (!good)
		return malformed("manifest.json", err);
	*ret_list = list;
	return 0;
}

// --- config ----------------------------------------------------------------------------------------------------------

// Of several variables with one name the last one counts, as for a process.
static struct slice variable(struct arena *arena, const json_t *environment,
			     struct slice name)
{
	struct slice value = S("");
	for (size_t i = 0; i < json_array_size(environment); i++) {
		struct slice rest = text_of(arena, json_array_get(environment, i)), head;
		if (slice_cut(&rest, '=', &head) && slice_eq(head, name))
			value = rest;
	}
	return value;
}

int documents_read_config(struct slice text, struct arena *arena,
			  struct image_config *ret_config, struct error *err)
{
	json_t *root;
	if (load(text, "config", &root, err) < 0)
		return -1;
	const json_t *environment =
		json_object_get(json_object_get(root, "config"), "Env");
	*ret_config = (struct image_config){
		.is_image = json_is_object(json_object_get(root, "rootfs")),
		.os = member(arena, root, "os"),
		.architecture = member(arena, root, "architecture"),
		.variant = member(arena, root, "variant"),
		.python_version = variable(arena, environment, S("PYTHON_VERSION")),
	};
	json_decref(root);
	return 0;
}
