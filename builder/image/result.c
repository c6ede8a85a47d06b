// SPDX-License-Identifier: MIT
// bake.json: what bake left in its folder, for `dockerfile` and for people. It names no
// path, host or time (oci.13).
#include "builder/image/stage.h"

#include "base/display.h"
#include "base/files.h"
#include "base/limits.h"
#include "builder/wheel/tree.h"
#include "oci/canonical.h"
#include "packaging/name.h"

#include <jansson.h>
#include <string.h>

enum { LAYERS_MAX = 512 }; // overlayfs takes 128

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

// --- reading -------------------------------------------------------------------------------
// The folder may have come with a checkout, and what is read here gets into Dockerfiles and onto terminals: each member
// is held against what bake writes.

struct reader {
	struct arena *arena;
	const char *where; // "" or "layers[3]."
	struct error *err;
};

static int wrong(const struct reader *reader, const char *key)
{
	error_set(reader->err, ERROR_INPUT,
		  "'%s%s' in bake.json is nothing that 'pinbake bake' writes",
		  reader->where, key);
	return error_hint(reader->err, "run 'pinbake bake' again");
}

static int read_text(const struct reader *reader, const json_t *object, const char *key,
		     bool (*fits)(struct slice text), struct slice *ret_text)
{
	const json_t *value = json_object_get(object, key);
	struct slice text = { json_string_value(value), json_string_length(value) };
	if (!text.ptr || !fits(text))
		return wrong(reader, key);
	*ret_text = arena_dup(reader->arena, text);
	return 0;
}

static int read_digest(const struct reader *reader, const json_t *object, const char *key,
		       struct sha256 *ret_digest)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text && sha256_parse_hex(slice_from(text), ret_digest)
		       ? 0
		       : wrong(reader, key);
}

static int read_number(const struct reader *reader, const json_t *object, const char *key,
		       uint64_t max, uint64_t *ret_value)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > max)
		return wrong(reader, key);
	*ret_value = (uint64_t)json_integer_value(value);
	return 0;
}

static bool is_kind(struct slice text)
{
	return slice_eq(text, S("skeleton")) || slice_eq(text, S("wheels")) ||
	       slice_eq(text, S("pyc"));
}

// "a 1.0, b 2.0+cpu": names and versions, which are plain ASCII.
static bool is_package_list(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_alnum(text.ptr[i]) && !memchr(" ,.!+-_", text.ptr[i], 7))
			return false;
	return true;
}

static bool is_prefix(struct slice text)
{
	struct error ignored;
	return tree_check_prefix(text, &ignored) == 0 &&
	       display_find_unsafe(text) == SLICE_NONE;
}

static bool is_interpreter(struct slice text)
{
	struct error ignored;
	return tree_check_interpreter(text, &ignored) == 0 &&
	       display_find_unsafe(text) == SLICE_NONE;
}

static bool is_scheme(struct slice text)
{
	enum scheme ignored;
	return scheme_parse(text, &ignored);
}

static bool parse_coding(struct slice text, enum layer_coding *ret_coding)
{
	for (unsigned i = 0; i < sizeof(coding_names) / sizeof(coding_names[0]); i++) {
		if (!slice_eq(text, slice_from(coding_names[i])))
			continue;
		*ret_coding = (enum layer_coding)i;
		return true;
	}
	return false;
}

static bool is_coding(struct slice text)
{
	enum layer_coding ignored;
	return parse_coding(text, &ignored);
}

static int read_layer(const struct reader *reader, const json_t *item,
		      struct layer *ret_layer)
{
	uint64_t entries;
	if (read_text(reader, item, "name", name_is_normalized, &ret_layer->name) < 0 ||
	    read_text(reader, item, "kind", is_kind, &ret_layer->kind) < 0 ||
	    read_text(reader, item, "packages", is_package_list, &ret_layer->packages) <
		    0 ||
	    read_digest(reader, item, "key", &ret_layer->key) < 0 ||
	    read_digest(reader, item, "digest", &ret_layer->digest) < 0 ||
	    read_digest(reader, item, "diff_id", &ret_layer->diff_id) < 0 ||
	    read_number(reader, item, "size", INT64_MAX, &ret_layer->size) < 0 ||
	    read_number(reader, item, "tar_size", INT64_MAX, &ret_layer->tar_size) < 0 ||
	    read_number(reader, item, "entries", UINT32_MAX, &entries) < 0)
		return -1;
	ret_layer->entries = (uint32_t)entries;
	return json_object_get(item, "toc")
		       ? read_digest(reader, item, "toc", &ret_layer->toc)
		       : 0;
}

static int read_layers(const struct reader *reader, const json_t *root,
		       struct bake_result *result)
{
	const json_t *layers = json_object_get(root, "layers");
	size_t len = json_array_size(layers);
	if (!json_is_array(layers) || len > LAYERS_MAX)
		return wrong(reader, "layers");
	result->layers = arena_new_array(reader->arena, struct layer, len);
	result->cap = len;
	for (; result->len < len; result->len++) {
		struct slice where =
			arena_printf(reader->arena, "layers[%zu].", result->len);
		struct reader inner = { reader->arena, where.ptr, reader->err };
		if (read_layer(&inner, json_array_get(layers, result->len),
			       &result->layers[result->len]) < 0)
			return -1;
	}
	return 0;
}

// Older versions wrote no scheme and no coding: venv and gzip there.
static int read_forms(const struct reader *reader, const json_t *root,
		      struct bake_result *result)
{
	struct slice scheme = S("venv"), coding = S("gzip");
	if ((json_object_get(root, "scheme") &&
	     read_text(reader, root, "scheme", is_scheme, &scheme) < 0) ||
	    (json_object_get(root, "coding") &&
	     read_text(reader, root, "coding", is_coding, &coding) < 0))
		return -1;
	return scheme_parse(scheme, &result->scheme) &&
			       parse_coding(coding, &result->coding)
		       ? 0
		       : wrong(reader, "scheme");
}

static int read_result(const struct reader *reader, const json_t *root,
		       struct bake_result *result)
{
	if (read_forms(reader, root, result) < 0 ||
	    read_text(reader, root, "prefix", is_prefix, &result->prefix) < 0 ||
	    read_text(reader, root, "interpreter", is_interpreter, &result->interpreter) <
		    0 ||
	    read_digest(reader, root, "plan", &result->plan_digest) < 0 ||
	    read_digest(reader, root, "manifest", &result->manifest_digest) < 0 ||
	    read_digest(reader, root, "config", &result->config_digest) < 0 ||
	    read_number(reader, root, "heavy_threshold", INT64_MAX,
			&result->heavy_threshold) < 0)
		return -1;
	return read_layers(reader, root, result);
}

int stage_result_parse(struct slice text, struct arena *arena,
		       struct bake_result *ret_result, struct error *err)
{
	struct bake_result result = { 0 };
	const struct reader reader = { arena, "", err };
	json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	int status = root ? read_result(&reader, root, &result) : -1;
	if (!root) {
		error_set(err, ERROR_INPUT,
			  "bake.json is not what 'pinbake bake' writes");
		error_hint(err, "run 'pinbake bake' again");
	}
	json_decref(root);
	if (status == 0)
		*ret_result = result;
	return status;
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
