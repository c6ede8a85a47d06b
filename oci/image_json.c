// SPDX-License-Identifier: MIT
// Writes config, manifest and index as canonical JSON.
#include "oci/image_json.h"

#include "oci/canonical.h"

#include <jansson.h>

static json_t *digest_json(const struct sha256 *digest, struct arena *arena)
{
	return json_text(oci_digest(digest, arena));
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

static json_t *annotations_json(const struct oci_annotation *annotations, size_t len)
{
	json_t *value = json_object();
	for (size_t i = 0; i < len; i++)
		json_object_set_new(value, annotations[i].name,
				    json_text(annotations[i].value));
	return value;
}

// What a container needs to find the environment (oci.3), and the history (oci.4).
static struct slice make_config(const struct oci_content *content, struct arena *arena)
{
	struct slice created = oci_time(content->created, arena);
	json_t *config = platform_json(content->target), *environment = json_array(),
	       *diff_ids = json_array(), *history = json_array();
	for (size_t i = 0; i < content->environment_len; i++)
		json_array_append_new(environment, json_text(content->environment[i]));
	for (size_t i = 0; i < content->layers_len; i++) {
		const struct oci_layer *layer = &content->layers[i];
		json_array_append_new(diff_ids, digest_json(&layer->diff_id, arena));
		json_array_append_new(history, json_pack("{s:o, s:o}", "created",
							 json_text(created), "created_by",
							 json_text(layer->created_by)));
	}
	json_object_set_new(config, "created", json_text(created));
	json_object_set_new(config, "config", json_pack("{s:o}", "Env", environment));
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

static json_t *layer_descriptor(const struct oci_layer *layer, struct arena *arena)
{
	json_t *value = descriptor(layer->type, &layer->digest, layer->size, arena);
	json_object_set_new(value, "annotations",
			    annotations_json(layer->annotations, layer->annotations_len));
	return value;
}

static struct slice make_manifest(const struct oci_content *content,
				  const struct oci_documents *documents,
				  struct arena *arena)
{
	json_t *layers = json_array();
	for (size_t i = 0; i < content->layers_len; i++)
		json_array_append_new(layers,
				      layer_descriptor(&content->layers[i], arena));
	json_t *annotations =
		annotations_json(content->annotations, content->annotations_len);
	json_object_set_new(annotations, "org.opencontainers.image.created",
			    json_text(oci_time(content->created, arena)));
	json_t *manifest =
		json_pack("{s:i, s:s, s:o, s:o, s:o}", "schemaVersion", 2, "mediaType",
			  OCI_MANIFEST_TYPE, "config",
			  descriptor(OCI_CONFIG_TYPE, &documents->config_digest,
				     documents->config.len, arena),
			  "layers", layers, "annotations", annotations);
	return json_canonical(manifest, arena);
}

int oci_documents_make(const struct oci_content *content, struct arena *arena,
		       struct oci_documents *ret_documents, struct error *err)
{
	const struct target *target = content->target;
	struct oci_documents documents = { 0 };
	if (target->os != OS_LINUX_GLIBC && target->os != OS_LINUX_MUSL)
		return error_set(err, ERROR_USAGE, "layers are for Linux, not for '%.*s'",
				 SLICE_ARG(target->name));
	documents.config = make_config(content, arena);
	documents.config_digest = sha256_of(documents.config);
	documents.manifest = make_manifest(content, &documents, arena);
	documents.manifest_digest = sha256_of(documents.manifest);
	documents.platform = json_canonical(platform_json(target), arena);
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
