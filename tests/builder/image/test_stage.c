// SPDX-License-Identifier: MIT
// What config, manifest and index of our images hold, the staged folder, and the hybrid archive's text.
#include "builder/image/content.h"
#include "builder/image/stage.h"
#include "oci/canonical.h"
#include "tests/builder/builder_test.h"

static struct arena arena;
static struct target target;
static struct layer layers[3];
static struct image_request request;
static struct bake_result result;
static struct test_folder folder;

static struct layer layer_of(const char *name, const char *kind, const char *packages)
{
	return (struct layer){
		.name = slice_from(name),
		.kind = slice_from(kind),
		.packages = slice_from(packages),
		.key = sha256_of(arena_printf(&arena, "key %s", name)),
		.digest = sha256_of(slice_from(name)),
		.diff_id = sha256_of(arena_printf(&arena, "diff %s", name)),
		.size = strlen(name),
		.tar_size = 10240,
		.entries = 3,
	};
}

static int prepare(void **state)
{
	(void)state;
	folder = test_folder_make();
	target = test_target(&arena);
	layers[0] = layer_of("skeleton", "skeleton", "");
	layers[1] = layer_of("torch", "wheels", "torch 2.9.0");
	layers[2] = layer_of("bucket-03", "wheels", "a 1.0, b 2.0");
	request =
		(struct image_request){ .target = &target, .lock_digest_hex = S("abcd") };
	result = (struct bake_result){ .layers = layers,
				       .len = 3,
				       .plan_digest = sha256_of(S("plan")),
				       .prefix = S("/opt/venv"),
				       .interpreter = S("/usr/local/bin/python3.12"),
				       .heavy_threshold = 8388608 };
	return 0;
}

static struct oci_documents documents_of(const struct image_request *used)
{
	struct oci_documents documents = { 0 };
	struct error err = { 0 };
	if (image_documents_make(used, &result, &arena, &documents, &err) < 0)
		fail_msg("%s", err.cause);
	return documents;
}

static void expect_in(struct slice text, const char *piece)
{
	if (!slice_contains(text, slice_from(piece)))
		fail_msg("'%s' is not in '%.*s'", piece, SLICE_ARG(text));
}

static void test_oci_3_config(void **state)
{
	(void)state;
	struct slice config = documents_of(&request).config;
	assert_true(slice_starts_with(
		config, S("{\"architecture\":\"amd64\",\"config\":{\"Env\":[")));
	expect_in(
		config,
		"[\"PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\","
		"\"VIRTUAL_ENV=/opt/venv\"]");
	expect_in(config, "\"created\":\"1970-01-01T00:00:00Z\"");
	expect_in(config, "\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"sha256:");
	expect_in(config, "\"type\":\"layers\"}}");
}

static void test_oci_4_history(void **state)
{
	(void)state;
	struct slice config = documents_of(&request).config;
	expect_in(config, "\"created_by\":\"pinbake skeleton\"");
	expect_in(config, "\"created_by\":\"pinbake torch 2.9.0\"");
	expect_in(config, "\"created_by\":\"pinbake bucket 3: a 1.0, b 2.0\"");
}

static void test_oci_5_created(void **state)
{
	(void)state;
	struct image_request dated = request;
	dated.created = 1735689599;
	expect_in(documents_of(&dated).manifest,
		  "\"org.opencontainers.image.created\":\"2024-12-31T23:59:59Z\"");
}

static void test_oci_6_manifest(void **state)
{
	(void)state;
	struct oci_documents documents = documents_of(&request);
	struct slice manifest = documents.manifest;
	const char *config = oci_digest(&documents.config_digest, &arena).ptr;
	expect_in(
		manifest,
		arena_printf(&arena,
			     "\"config\":{\"digest\":\"%s\",\"mediaType\":"
			     "\"application/vnd.oci.image.config.v1+json\",\"size\":%zu}",
			     config, documents.config.len)
			.ptr);
	expect_in(
		manifest,
		"\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"size\":5}");
	expect_in(manifest, "\"dev.pinbake.layer.packages\":\"a 1.0, b 2.0\"");
	expect_in(manifest, "\"dev.pinbake.lock\":\"abcd\"");
	expect_in(manifest, "\"schemaVersion\":2}");
	struct sha256 digest = sha256_of(manifest);
	assert_true(sha256_eq(&digest, &documents.manifest_digest));
}

static void test_oci_3_architectures(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "linux/arm64",
		  "{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"}" },
		{ "linux/arm/v7",
		  "{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\"}" },
		{ "linux/386", "{\"architecture\":\"386\",\"os\":\"linux\"}" }
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct target other;
		struct error err = { 0 };
		struct image_request used = request;
		used.target = &other;
		assert_int_equal(target_init(&arena, S("3.12"), slice_from(cases[i][0]),
					     &other, &err),
				 0);
		assert_string_equal(arena_c_string(&arena, documents_of(&used).platform),
				    cases[i][1]);
	}
}

static void test_oci_layers_are_for_linux(void **state)
{
	(void)state;
	struct target other;
	struct error err = { 0 };
	struct oci_documents documents;
	struct image_request used = request;
	used.target = &other;
	assert_int_equal(target_init(&arena, S("3.12"), S("windows/amd64"), &other, &err),
			 0);
	assert_int_equal(image_documents_make(&used, &result, &arena, &documents, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_USAGE);
}

static void test_oci_8_index(void **state)
{
	(void)state;
	struct oci_documents documents = documents_of(&request);
	struct slice index =
		oci_index(&documents, S("docker.io/library/x:dev"), S("dev"), &arena);
	expect_in(
		index,
		"\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/x:dev\","
		"\"org.opencontainers.image.ref.name\":\"dev\"}");
	expect_in(index, "\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}");
}

// Stages the three layers, whose contents are their names.
static void stage_all(const char *out)
{
	struct error err = { 0 };
	const char *blobs[3];
	for (size_t i = 0; i < 3; i++) {
		blobs[i] = test_path(&folder, arena_printf(&arena, "blob-%zu", i).ptr);
		test_write(blobs[i], layers[i].name);
	}
	struct oci_documents documents = documents_of(&request);
	result.config_digest = documents.config_digest;
	result.manifest_digest = documents.manifest_digest;
	struct image_request staged = { .directory = out, .rehash = true };
	struct stage_parts parts = { &result, &documents, blobs, NULL };
	if (stage_write(&staged, &parts, &err) < 0)
		fail_msg("%s", err.cause);
}

static void test_ctx_1_staged_result_is_read_back(void **state)
{
	(void)state;
	const char *out = test_path(&folder, "staged");
	struct bake_result back = { 0 };
	struct error err = { 0 };
	stage_all(out);
	assert_int_equal(image_result_read(out, &arena, &back, &err), 0);
	assert_true(slice_eq(stage_result_text(&back, &arena),
			     stage_result_text(&result, &arena)));
	assert_string_equal(
		test_read(&arena, path_join(&arena, out, S(".gitignore"))).ptr, "*\n");
	for (size_t i = 0; i < 3; i++) {
		const char *hex = sha256_hex(&arena, &layers[i].digest).ptr;
		struct slice bytes = test_read(
			&arena,
			arena_printf(&arena, "%s/layers/%s/layer.tar.gz", out, hex).ptr);
		assert_true(slice_eq(bytes, layers[i].name));
	}
}

static void test_ctx_2_a_name_never_keeps_other_bytes(void **state)
{
	(void)state;
	const char *out = test_path(&folder, "repaired");
	stage_all(out);
	const char *hex = sha256_hex(&arena, &layers[1].digest).ptr;
	const char *staged =
		arena_printf(&arena, "%s/layers/%s/layer.tar.gz", out, hex).ptr;
	test_write(staged, S("wrong"));
	stage_all(out);
	assert_string_equal(test_read(&arena, staged).ptr, "torch");
}

static void test_ctx_6_stale_layers_go_when_asked(void **state)
{
	(void)state;
	const char *out = test_path(&folder, "stale");
	struct error err = { 0 };
	struct name_list names;
	struct image_foreign foreign = { 0 };
	stage_all(out);
	struct bake_result fewer = result;
	fewer.len = 2;
	assert_int_equal(image_remove_stale(out, &fewer, &arena, &foreign, &err), 0);
	assert_int_equal(foreign.len, 0);
	assert_int_equal(directory_names(path_join(&arena, out, S("layers")), &arena,
					 &names, &err),
			 0);
	assert_int_equal(names.len, 2);
	assert_int_equal(directory_names(path_join(&arena, out, S("oci/blobs/sha256")),
					 &arena, &names, &err),
			 0);
	assert_int_equal(names.len, 4);
}

static void test_result_of_another_program_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "{}", "[]", "{\"layers\":3}",
					     "{\"layers\":[{}]}" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error err = { 0 };
		struct bake_result back;
		assert_int_equal(stage_result_parse(slice_from(texts[i]), &arena, &back,
						    &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
	struct error err = { 0 };
	struct bake_result back;
	assert_int_equal(image_result_read(test_path(&folder, "nowhere"), &arena, &back,
					   &err),
			 -1);
	assert_true(slice_contains(slice_from(err.hint), S("pinbake bake")));
}

// The staged text with the value of a member, where it stands first, replaced.
static struct slice with_value(const char *key, const char *value)
{
	struct slice text = stage_result_text(&result, &arena);
	struct slice found = arena_printf(&arena, "\"%s\":", key);
	size_t at = slice_find(text, found) + found.len, end = at;
	while (text.ptr[end] != ',' && text.ptr[end] != '}' &&
	       (text.ptr[at] != '[' || text.ptr[end] != ']'))
		end += 1;
	end += text.ptr[at] == '[';
	return arena_printf(&arena, "%.*s%s%.*s", (int)at, text.ptr, value,
			    SLICE_ARG(slice_skip(text, end)));
}

static void test_forged_results_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *key, *value, *says;
	} cases[] = {
		{ "prefix", "\"/opt/venv\\nRUN evil\"", "'prefix'" },
		{ "prefix", "\"/opt/../etc\"", "'prefix'" },
		{ "prefix", "\"opt\"", "'prefix'" },
		{ "prefix", "\"/opt/$(x)\"", "'prefix'" },
		{ "prefix", "\"/opt/a:/evil\"", "'prefix'" },
		{ "prefix", "\"/opt/\\u202e\"", "'prefix'" },
		{ "prefix", "\"/opt/\\u2028RUN\"", "'prefix'" },
		{ "prefix", "7", "'prefix'" },
		{ "interpreter", "\"/usr/bin/python3.12\\u0085\"", "'interpreter'" },
		{ "interpreter", "\"/usr/bin/python3.12\\nRUN evil\"", "'interpreter'" },
		{ "interpreter", "\"python3.12\"", "'interpreter'" },
		{ "scheme", "\"venv\\n\"", "'scheme'" },
		{ "coding", "\"gz\\nip\"", "'coding'" },
		{ "coding", "[\"gzip\"]", "'coding'" },
		{ "name", "\"a/b\"", "'layers[0].name'" },
		{ "name", "\"\\u001b[2J\"", "'layers[0].name'" },
		{ "name", "\"\"", "'layers[0].name'" },
		{ "kind", "\"wheels\\nRUN\"", "'layers[0].kind'" },
		{ "packages", "\"a 1.0\\nRUN\"", "'layers[0].packages'" },
		{ "packages", "\"a \\u202e\"", "'layers[0].packages'" },
		{ "digest", "\"../../etc\"", "'layers[0].digest'" },
		{ "digest", "\"\"", "'layers[0].digest'" },
		{ "diff_id", "null", "'layers[0].diff_id'" },
		{ "key", "\"x\"", "'layers[0].key'" },
		{ "size", "-1", "'layers[0].size'" },
		{ "size", "1.5", "'layers[0].size'" },
		{ "entries", "4294967296", "'layers[0].entries'" },
		{ "plan", "\"x\"", "'plan'" },
		{ "manifest", "\"x\"", "'manifest'" },
		{ "config", "\"x\"", "'config'" },
		{ "heavy_threshold", "-1", "'heavy_threshold'" },
		{ "heavy_threshold", "\"x\"", "'heavy_threshold'" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { 0 };
		struct bake_result back;
		struct slice text = with_value(cases[i].key, cases[i].value);
		if (stage_result_parse(text, &arena, &back, &err) == 0)
			fail_msg("case %zu is taken: %.*s", i, SLICE_ARG(text));
		assert_int_equal(err.kind, ERROR_INPUT);
		if (!slice_contains(slice_from(err.cause), slice_from(cases[i].says)))
			fail_msg("case %zu says %s", i, err.cause);
		assert_true(slice_contains(slice_from(err.hint), S("pinbake bake")));
	}
}

static void test_load_1_archive(void **state)
{
	(void)state;
	const char *out = test_path(&folder, "for-archive"),
		   *path = test_path(&folder, "image.tar");
	struct error err = { 0 };
	stage_all(out);
	if (image_write_archive(out, &result, S("example/app"), path, &err) < 0)
		fail_msg("%s", err.cause);
	struct slice tar = test_read(&arena, path);
	assert_int_equal(tar.len % 512, 0);
	assert_memory_equal(tar.ptr, "blobs/\0", 7);
	expect_in(tar, "\"RepoTags\":[\"example/app:latest\"]}]");
	expect_in(tar, "\"io.containerd.image.name\":\"docker.io/example/app:latest\"");
	expect_in(
		tar,
		arena_printf(
			&arena,
			"[{\"Config\":\"blobs/sha256/%s\",\"Layers\":[\"blobs/sha256/%s\"",
			sha256_hex(&arena, &result.config_digest).ptr,
			sha256_hex(&arena, &layers[0].digest).ptr)
			.ptr);
}

static void test_load_1_references(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "a:", ":b", "a/", "a@sha256:00", "a b" };
	const char *out = test_path(&folder, "references"),
		   *path = test_path(&folder, "never.tar");
	stage_all(out);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };
		assert_int_equal(image_write_archive(out, &result, slice_from(bad[i]),
						     path, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_USAGE);
	}
	assert_false(file_exists(path));
}

static int release(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oci_3_config),
		cmocka_unit_test(test_oci_4_history),
		cmocka_unit_test(test_oci_5_created),
		cmocka_unit_test(test_oci_6_manifest),
		cmocka_unit_test(test_oci_3_architectures),
		cmocka_unit_test(test_oci_layers_are_for_linux),
		cmocka_unit_test(test_oci_8_index),
		cmocka_unit_test(test_ctx_1_staged_result_is_read_back),
		cmocka_unit_test(test_ctx_2_a_name_never_keeps_other_bytes),
		cmocka_unit_test(test_ctx_6_stale_layers_go_when_asked),
		cmocka_unit_test(test_result_of_another_program_is_refused),
		cmocka_unit_test(test_forged_results_are_refused),
		cmocka_unit_test(test_load_1_archive),
		cmocka_unit_test(test_load_1_references),
	};
	return cmocka_run_group_tests(tests, prepare, release);
}
