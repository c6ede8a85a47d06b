// SPDX-License-Identifier: MIT
#include "oci/documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HEX "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_index(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct error err = { 0 };
	struct descriptor_list list;
	assert_int_equal(
		documents_read_index(
			S("{\"manifests\": [{\"mediaType\": \"application/vnd.oci.image.manifest.v1+json\", \"digest\": "
			  "\"sha256:" HEX
			  "\", \"annotations\": {\"org.opencontainers.image.ref.name\": \"x\"}}, "
			  "{\"mediaType\": \"application/vnd.oci.image.manifest.v1+json\", \"digest\": \"sha256:" HEX
			  "\", \"annotations\": {\"vnd.docker.reference.type\": \"attestation-manifest\"}}, "
			  "{\"mediaType\": \"application/vnd.oci.image.index.v1+json\", \"digest\": \"sha256:" HEX
			  "\"}]}"),
			&arena, &list, &err),
		0);
	assert_int_equal(list.len, 3);
	assert_true(slice_eq(list.items[0].file, S("blobs/sha256/" HEX)));
	assert_true(slice_eq(list.items[0].tag, S("x")) && list.items[0].is_image);
	assert_false(list.items[1].is_image || list.items[1].is_index);
	assert_true(list.items[2].is_index);
}

static void test_malformed_documents(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static const char *const bad[] = {
		"",
		"[",
		"{}",
		"[]x",
		"{\"manifests\": [{\"digest\": \"sha256:../../etc/passwd\"}]}",
		"{\"manifests\": [{\"digest\": \"md5:00\"}]}",
		"{\"config\": {}, \"layers\": []}",
		"[{\"Config\": \"../x\", \"Layers\": []}]",
		"[{\"Config\": \"x\", \"Layers\": [\"/etc/passwd\"]}]",
		"[{\"Config\": \"x\", \"Layers\": [\"a/../../b\"]}]",
		"[{\"Config\": \"x\"}]",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct error err = { 0 };
		struct descriptor_list list;
		struct manifest manifest;
		struct manifest_list docker;
		assert_int_equal(documents_read_index(slice_from(bad[i]), &arena, &list,
						      &err),
				 -1);
		assert_int_equal(documents_read_manifest(slice_from(bad[i]), &arena,
							 &manifest, &err),
				 -1);
		assert_int_equal(documents_read_docker(slice_from(bad[i]), &arena,
						       &docker, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

static void test_config(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct error err = { 0 };
	struct image_config config;
	assert_int_equal(
		documents_read_config(
			S("{\"os\": \"linux\", \"architecture\": \"arm\", \"variant\": \"v7\", "
			  "\"config\": {\"Env\": [\"PYTHON_VERSION=3.1\", \"X\", "
			  "\"PYTHON_VERSION=3.12.4\"]}, \"rootfs\": {}}"),
			&arena, &config, &err),
		0);
	assert_true(config.is_image && slice_eq(config.python_version, S("3.12.4")));
	assert_true(slice_eq(config.architecture, S("arm")) &&
		    slice_eq(config.variant, S("v7")));
	assert_int_equal(documents_read_config(S("{\"os\": 1, \"config\": []}"), &arena,
					       &config, &err),
			 0);
	assert_false(config.is_image);
	assert_int_equal(config.os.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_malformed_documents),
		cmocka_unit_test(test_config),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
