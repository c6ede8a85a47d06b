// SPDX-License-Identifier: MIT
// Config, manifest and index as JSON values, dumped in jansson's compact sorted form,
// which is the canonical one (oci.1).
#include "builder/image/oci.h"

#include "base/limits.h"

#include <jansson.h>

static const char default_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct slice json_canonical(json_t *value, struct arena *arena)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	if (!text)
		BUG("a document is not JSON");
	struct slice copy = arena_dup(arena, slice_from(text));
	mem_free(text);
	json_decref(value);
	return copy;
}

json_t *json_text(struct slice text)
{
	return json_stringn(text.ptr, text.len);
}

struct slice oci_digest(const struct sha256 *digest, struct arena *arena)
{
	return arena_printf(arena, "sha256:%.*s", SLICE_ARG(sha256_hex(arena, digest)));
}

static json_t *digest_json(const struct sha256 *digest, struct arena *arena)
{
	return json_text(oci_digest(digest, arena));
}

// Days since 1970 to a date of the Gregorian calendar, by eras of 400 years that begin in
// March.
static void date_of_days(uint64_t days, unsigned *ret_year, unsigned *ret_month,
			 unsigned *ret_day)
{
	enum {
		DAYS_TO_1970 = 719468,
		ERA = 146097,
		YEAR = 365,
		FOUR = 1461,
		CENTURY = 36524
	};
	uint64_t since = days + DAYS_TO_1970, in_era = since % ERA;
	uint64_t year =
		(in_era - in_era / (FOUR - 1) + in_era / CENTURY - in_era / (ERA - 1)) /
		YEAR;
	uint64_t in_year = in_era - (YEAR * year + year / 4 - year / 100);
	uint64_t march_month = (5 * in_year + 2) / 153;
	*ret_day = (unsigned)(in_year - (153 * march_month + 2) / 5 + 1);
	*ret_month = (unsigned)(march_month < 10 ? march_month + 3 : march_month - 9);
	*ret_year = (unsigned)(year + 400 * (since / ERA) + (*ret_month <= 2));
}

struct slice oci_time(uint64_t seconds, struct arena *arena)
{
	unsigned year, month, day;
	date_of_days(seconds / 86400, &year, &month, &day);
	unsigned rest = (unsigned)(seconds % 86400);
	return arena_printf(arena, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
			    rest / 3600, rest / 60 % 60, rest % 60);
}

struct platform {
	const char *architecture, *variant; // variant may be NULL
};

static struct platform platform_of(enum target_arch arch)
{
	switch (arch) {
	case ARCH_AMD64: return (struct platform){ "amd64", NULL };
	case ARCH_ARM64: return (struct platform){ "arm64", "v8" };
	case ARCH_I686: return (struct platform){ "386", NULL };
	case ARCH_ARMV7L: return (struct platform){ "arm", "v7" };
	case ARCH_PPC64LE: return (struct platform){ "ppc64le", NULL };
	case ARCH_S390X: return (struct platform){ "s390x", NULL };
	case ARCH_RISCV64: return (struct platform){ "riscv64", NULL };
	}
	BUG("an architecture without a name");
}

static json_t *platform_json(const struct target *target)
{
	struct platform platform = platform_of(target->arch);
	json_t *value = json_pack("{s:s, s:s}", "architecture", platform.architecture,
				  "os", "linux");
	if (platform.variant)
		json_object_set_new(value, "variant", json_string(platform.variant));
	return value;
}

// The variables by which a container finds the environment (oci.3).
static json_t *runtime_config(const struct bake_options *options, struct arena *arena)
{
	struct slice prefix = options->prefix;
	if (options->scheme != SCHEME_VENV)
		return json_pack("{s:[o]}", "Env",
				 json_text(arena_printf(arena, "PATH=%s", default_path)));
	struct slice path =
		arena_printf(arena, "PATH=%.*s/bin:%s", SLICE_ARG(prefix), default_path);
	struct slice venv = arena_printf(arena, "VIRTUAL_ENV=%.*s", SLICE_ARG(prefix));
	return json_pack("{s:[o, o]}", "Env", json_text(path), json_text(venv));
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

static struct slice make_config(const struct bake_options *options,
				const struct bake_result *result, struct arena *arena)
{
	struct slice created = oci_time(options->created, arena);
	json_t *config = platform_json(options->target), *diff_ids = json_array(),
	       *history = json_array();
	for (size_t i = 0; i < result->len; i++) {
		const struct layer *layer = &result->layers[i];
		json_array_append_new(diff_ids, digest_json(&layer->diff_id, arena));
		json_array_append_new(history,
				      json_pack("{s:o, s:o}", "created",
						json_text(created), "created_by",
						json_text(created_by(layer, arena))));
	}
	json_object_set_new(config, "created", json_text(created));
	json_object_set_new(config, "config", runtime_config(options, arena));
	json_object_set_new(config, "rootfs",
			    json_pack("{s:s, s:o}", "type", "layers", "diff_ids",
				      diff_ids));
	json_object_set_new(config, "history", history);
	return json_canonical(config, arena);
}

static json_t *descriptor(const char *type, const struct sha256 *digest, uint64_t size,
			  struct arena *arena)
{
	return json_pack("{s:s, s:o, s:I}", "mediaType", type, "digest",
			 digest_json(digest, arena), "size", (json_int_t)size);
}

static json_t *layer_descriptor(const struct layer *layer, enum layer_coding coding,
				struct arena *arena)
{
	const char *type = coding == LAYER_ZSTD ? OCI_ZSTD_TYPE : OCI_GZIP_TYPE;
	json_t *value = descriptor(type, &layer->digest, layer->size, arena);
	json_t *annotations =
		json_pack("{s:o, s:o}", OCI_OURS "layer.key",
			  json_text(sha256_hex(arena, &layer->key)),
			  OCI_OURS "layer.diffid", digest_json(&layer->diff_id, arena));
	if (layer->packages.len)
		json_object_set_new(annotations, OCI_OURS "layer.packages",
				    json_text(layer->packages));
	if (!sha256_is_zero(&layer->toc))
		json_object_set_new(annotations, OCI_TOC_DIGEST,
				    digest_json(&layer->toc, arena));
	json_object_set_new(value, "annotations", annotations);
	return value;
}

static struct slice make_manifest(const struct bake_options *options,
				  const struct bake_result *result,
				  const struct oci_documents *documents,
				  struct arena *arena)
{
	json_t *layers = json_array();
	for (size_t i = 0; i < result->len; i++)
		json_array_append_new(layers, layer_descriptor(&result->layers[i],
							       result->coding, arena));
	json_t *annotations =
		json_pack("{s:o, s:o}", "org.opencontainers.image.created",
			  json_text(oci_time(options->created, arena)), OCI_OURS "plan",
			  json_text(sha256_hex(arena, &result->plan_digest)));
	if (options->lock_digest_hex.len)
		json_object_set_new(annotations, OCI_OURS "lock",
				    json_text(options->lock_digest_hex));
	json_t *manifest =
		json_pack("{s:i, s:s, s:o, s:o, s:o}", "schemaVersion", 2, "mediaType",
			  OCI_MANIFEST_TYPE, "config",
			  descriptor(OCI_CONFIG_TYPE, &documents->config_digest,
				     documents->config.len, arena),
			  "layers", layers, "annotations", annotations);
	return json_canonical(manifest, arena);
}

int oci_documents_make(const struct bake_options *options,
		       const struct bake_result *result, struct arena *arena,
		       struct oci_documents *ret_documents, struct error *err)
{
	struct oci_documents documents = { 0 };
	if (options->target->os != OS_LINUX_GLIBC && options->target->os != OS_LINUX_MUSL)
		return error_set(err, ERROR_USAGE, "layers are for Linux, not for '%.*s'",
				 SLICE_ARG(options->target->name));
	documents.config = make_config(options, result, arena);
	documents.config_digest = sha256_of(documents.config);
	documents.manifest = make_manifest(options, result, &documents, arena);
	documents.manifest_digest = sha256_of(documents.manifest);
	documents.platform = json_canonical(platform_json(options->target), arena);
	*ret_documents = documents;
	return 0;
}

struct slice oci_index(const struct oci_documents *documents, struct slice reference,
		       struct slice tag, struct arena *arena)
{
	json_t *manifest = descriptor(OCI_MANIFEST_TYPE, &documents->manifest_digest,
				      documents->manifest.len, arena);
	json_t *annotations =
		json_pack("{s:o}", "org.opencontainers.image.ref.name", json_text(tag));
	if (reference.len)
		json_object_set_new(annotations, "io.containerd.image.name",
				    json_text(reference));
	json_object_set_new(manifest, "annotations", annotations);
	json_object_set_new(manifest, "platform",
			    json_loadb(documents->platform.ptr, documents->platform.len,
				       0, NULL));
	return json_canonical(json_pack("{s:i, s:s, s:[o]}", "schemaVersion", 2,
					"mediaType", OCI_INDEX_TYPE, "manifests",
					manifest),
			      arena);
}
