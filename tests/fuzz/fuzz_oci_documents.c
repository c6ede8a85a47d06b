// SPDX-License-Identifier: MIT
// Index, manifest, docker's manifest.json and config: whatever the input, names stay inside the bundle.
#include "tests/fuzz/fuzz.h"

#include "oci/documents.h"

static void check_inside(struct slice name)
{
	CHECK(name.len > 0 && name.ptr[0] != '/');
	CHECK(!slice_starts_with(name, S("../")) && !slice_contains(name, S("/../")));
	CHECK(slice_find_byte(name, '\0') == SLICE_NONE);
}

static void check_manifest(const struct manifest *manifest)
{
	check_inside(manifest->config.file);
	CHECK(manifest->layers.len <= LAYERS_MAX);
	for (size_t i = 0; i < manifest->layers.len; i++)
		check_inside(manifest->layers.items[i].file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size);
	struct descriptor_list index;
	struct manifest manifest;
	struct manifest_list docker;
	struct image_config config;
	struct error err = { 0 };
	if (documents_read_index(text, &arena, &index, &err) == 0)
		for (size_t i = 0; i < index.len; i++)
			check_inside(index.items[i].file);
	if (documents_read_manifest(text, &arena, &manifest, &err) == 0)
		check_manifest(&manifest);
	if (documents_read_docker(text, &arena, &docker, &err) == 0)
		for (size_t i = 0; i < docker.len; i++)
			check_manifest(&docker.items[i]);
	if (documents_read_config(text, &arena, &config, &err) == 0)
		CHECK(config.os.len <= size);
	return 0;
}
