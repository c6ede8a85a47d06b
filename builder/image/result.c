// SPDX-License-Identifier: MIT
// bake.json: what bake left in its folder, for `dockerfile` and for people. It names no
// path, host or time (oci.13).
#include "builder/image/stage.h"

#include "base/files.h"
#include "base/limits.h"
#include "oci/canonical.h"

#include <jansson.h>
#include <string.h>

static json_t *hex_json(const struct sha256 *digest, struct arena *arena)
{
	return json_text(sha256_hex(arena, digest));
}

static json_t *layer_json(const struct layer *layer, struct arena *arena)
{
	json_t *value = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "name",
				  json_text(layer->name), "kind", json_text(layer->kind),
				  "packages", json_text(layer->packages), "key",
				  hex_json(&layer->key, arena), "digest",
				  hex_json(&layer->digest, arena), "diff_id",
				  hex_json(&layer->diff_id, arena), "size",
				  (json_int_t)layer->size, "tar_size",
				  (json_int_t)layer->tar_size, "entries",
				  (json_int_t)layer->entries);
	if (!sha256_is_zero(&layer->toc))
		json_object_set_new(value, "toc", hex_json(&layer->toc, arena));
	return value;
}

static const char *const coding_names[] = {
	[LAYER_GZIP] = "gzip",
	[LAYER_ESTARGZ] = "estargz",
	[LAYER_ZSTD] = "zstd",
};

struct slice stage_result_text(const struct bake_result *result, struct arena *arena)
{
	json_t *layers = json_array();
	for (size_t i = 0; i < result->len; i++)
		json_array_append_new(layers, layer_json(&result->layers[i], arena));
	return json_canonical(
		json_pack("{s:i, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:I}", "schema",
			  1, "coding", coding_names[result->coding], "layers", layers,
			  "prefix", json_text(result->prefix), "interpreter",
			  json_text(result->interpreter), "scheme",
			  scheme_name(result->scheme), "plan",
			  hex_json(&result->plan_digest, arena), "manifest",
			  hex_json(&result->manifest_digest, arena), "config",
			  hex_json(&result->config_digest, arena), "heavy_threshold",
			  (json_int_t)result->heavy_threshold),
		arena);
}

static bool get_text(const json_t *object, const char *key, struct arena *arena,
		     struct slice *ret_text)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return false;
	*ret_text = arena_dup(arena, (struct slice){ json_string_value(value),
						     json_string_length(value) });
	return true;
}

static bool get_digest(const json_t *object, const char *key, struct sha256 *ret_digest)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text && sha256_parse_hex(slice_from(text), ret_digest);
}

static bool get_number(const json_t *object, const char *key, uint64_t max,
		       uint64_t *ret_value)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > max)
		return false;
	*ret_value = (uint64_t)json_integer_value(value);
	return true;
}

// Older versions wrote no coding: it is gzip there.
static bool get_coding(const json_t *root, enum layer_coding *ret_coding)
{
	const json_t *value = json_object_get(root, "coding");
	*ret_coding = LAYER_GZIP;
	if (!value)
		return true;
	for (unsigned i = 0; i < sizeof(coding_names) / sizeof(coding_names[0]); i++) {
		if (!json_is_string(value) ||
		    strcmp(json_string_value(value), coding_names[i]) != 0)
			continue;
		*ret_coding = (enum layer_coding)i;
		return true;
	}
	return false;
}

static bool get_layer(const json_t *item, struct arena *arena, struct layer *ret_layer)
{
	uint64_t entries;
	if (!get_text(item, "name", arena, &ret_layer->name) ||
	    !get_text(item, "kind", arena, &ret_layer->kind) ||
	    !get_text(item, "packages", arena, &ret_layer->packages) ||
	    !get_digest(item, "key", &ret_layer->key) ||
	    !get_digest(item, "digest", &ret_layer->digest) ||
	    !get_digest(item, "diff_id", &ret_layer->diff_id) ||
	    !get_number(item, "size", INT64_MAX, &ret_layer->size) ||
	    !get_number(item, "tar_size", INT64_MAX, &ret_layer->tar_size) ||
	    !get_number(item, "entries", UINT32_MAX, &entries))
		return false;
	ret_layer->entries = (uint32_t)entries;
	if (json_object_get(item, "toc") && !get_digest(item, "toc", &ret_layer->toc))
		return false;
	return ret_layer->name.len > 0;
}

static bool get_result(const json_t *root, struct arena *arena,
		       struct bake_result *result)
{
	const json_t *layers = json_object_get(root, "layers");
	struct slice scheme = S("venv"); // that of older versions, which wrote none
	if (!json_is_array(layers) || !get_coding(root, &result->coding) ||
	    !get_text(root, "prefix", arena, &result->prefix) ||
	    !get_text(root, "interpreter", arena, &result->interpreter) ||
	    (json_object_get(root, "scheme") &&
	     !get_text(root, "scheme", arena, &scheme)) ||
	    !scheme_parse(scheme, &result->scheme) ||
	    !get_digest(root, "plan", &result->plan_digest) ||
	    !get_digest(root, "manifest", &result->manifest_digest) ||
	    !get_digest(root, "config", &result->config_digest) ||
	    !get_number(root, "heavy_threshold", INT64_MAX, &result->heavy_threshold))
		return false;
	size_t len = json_array_size(layers);
	result->layers = arena_new_array(arena, struct layer, len);
	result->cap = len;
	for (; result->len < len; result->len++) {
		if (!get_layer(json_array_get(layers, result->len), arena,
			       &result->layers[result->len]))
			return false;
	}
	return true;
}

int stage_result_parse(struct slice text, struct arena *arena,
		       struct bake_result *ret_result, struct error *err)
{
	struct bake_result result = { 0 };
	json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	bool fits = root && get_result(root, arena, &result);
	json_decref(root);
	if (!fits) {
		error_set(err, ERROR_INPUT,
			  "bake.json is not what 'pinbake bake' writes");
		return error_hint(err, "run 'pinbake bake' again");
	}
	*ret_result = result;
	return 0;
}

int image_result_read(const char *out_directory, struct arena *arena,
		      struct bake_result *ret_result, struct error *err)
{
	struct slice text;
	const char *path = path_join(arena, out_directory, S("bake.json"));
	if (!file_exists(path)) {
		error_set(err, ERROR_INPUT, "'%s' holds no baked layers", out_directory);
		return error_hint(err, "run 'pinbake bake' first");
	}
	if (file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT, arena, &text, err) < 0)
		return -1;
	if (stage_result_parse(text, arena, ret_result, err) < 0)
		return error_during(err, "reading '%s'", path);
	return 0;
}
