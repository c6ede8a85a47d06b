// SPDX-License-Identifier: MIT
// Layer keys: the vector of key.1, each input's effect, and the plan digest.
#include "base/zstd_frame.h"
#include "builder/layer/key.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;
static struct target target;
static struct bake_request request;
static struct lock_package package;
static struct lock_file file;
static struct lock_choice choice;
static const struct lock_choice *choices[] = { &choice };

static int prepare(void **state)
{
	(void)state;
	struct error err = { 0 };
	if (target_init(&arena, S("3.12.11"), S("linux/amd64"), &target, &err) < 0)
		return -1;
	request = (struct bake_request){
		.tree = { .prefix = S("/opt/venv"),
			  .interpreter = S("/usr/local/bin/python3.12"),
			  .target = &target },
		.mtime = 315532800,
	};
	package = (struct lock_package){ .name = S("requests"), .version = S("2.32.3") };
	file = (struct lock_file){ .kind = LOCK_WHEEL,
				   .name = S("requests-2.32.3-py3-none-any.whl") };
	choice = (struct lock_choice){ &package, &file };
	return sha256_parse_hex(
		       S("70761cfe03c773ceb22aa2f671b4757976145175cdfca038c02654d061d6dcc6"),
		       &file.sha256)
		       ? 0
		       : -1;
}

static struct plan_layer wheels(void)
{
	return (struct plan_layer){ .kind = PLAN_BUCKET,
				    .bucket = 13,
				    .name = S("bucket-13"),
				    .choices = choices,
				    .len = 1 };
}

static void assert_key(const struct sha256 *key, const char *hex)
{
	assert_string_equal(sha256_hex(&arena, key).ptr, hex);
}

static void test_key_1_vector(void **state)
{
	(void)state;
	struct plan_layer layer = wheels();
	struct sha256 key = layer_key(&layer, &request);
	assert_key(&key,
		   "f4af1b9e731ed9617ffecd90aa3c85fea812382ac3dc225665c306c21df51035");
}

static void test_key_1_skeleton_text(void **state)
{
	(void)state;
	struct plan_layer layer = { .kind = PLAN_SKELETON, .name = S("skeleton") };
	assert_string_equal(
		arena_c_string(&arena, layer_key_text(&layer, &request, &arena)),
		"pinbake-layer 1\nkind skeleton\nprefix /opt/venv\nsite lib/python3.12/site-packages\n"
		"owner 0:0\nmtime 315532800\ncoding gzip-members-1\nstrip none\n"
		"python /usr/local/bin/python3.12 3.12.11\n");
}

// A library's version is part of the key where it decides bytes (gz.14, gz.15).
static void test_key_1_codings(void **state)
{
	(void)state;
	struct plan_layer layer = wheels();
	struct bake_request changed = request;
	changed.coding = LAYER_ESTARGZ;
	assert_true(slice_contains(layer_key_text(&layer, &changed, &arena),
				   S("\ncoding estargz-2\nstrip none\n")));
	changed.coding = LAYER_ZSTD;
	changed.zstd_level = 7;
	struct slice line = arena_printf(&arena, "\ncoding zstd %.*s 7\nstrip none\n",
					 SLICE_ARG(zstd_version()));
	assert_true(slice_contains(layer_key_text(&layer, &changed, &arena), line));
	assert_true(zstd_version().len >= 5 && is_digit(zstd_version().ptr[0]));
}

static void test_key_1_skeleton_of_an_open_patch_release(void **state)
{
	(void)state;
	struct target open;
	struct error err = { 0 };
	assert_int_equal(target_init(&arena, S("3.12"), S("linux/amd64"), &open, &err),
			 0);
	struct bake_request changed = request;
	changed.tree.target = &open;
	struct plan_layer layer = { .kind = PLAN_SKELETON, .name = S("skeleton") };
	assert_true(slice_ends_with(layer_key_text(&layer, &changed, &arena),
				    S("python3.12 3.12\n")));
}

// With --system the scheme's name and the scripts' interpreter are lines of the key.
static void test_key_1_scheme_line(void **state)
{
	(void)state;
	struct plan_layer layer = wheels();
	struct bake_request changed = request;
	changed.tree.prefix = S("/usr/local");
	changed.tree.scheme = SCHEME_BASE;
	assert_true(slice_contains(layer_key_text(&layer, &changed, &arena),
				   S("strip none\nscheme base /usr/local/bin/python3.12\n"
				     "wheel requests ")));
	struct sha256 key = layer_key(&layer, &changed);
	changed.tree.interpreter = S("/usr/local/bin/python3");
	struct sha256 other = layer_key(&layer, &changed);
	assert_false(sha256_eq(&key, &other));
	changed.tree.scheme = SCHEME_DEBIAN;
	struct slice text = layer_key_text(&layer, &changed, &arena);
	assert_true(slice_contains(text, S("site lib/python3.12/dist-packages\n")));
	assert_true(slice_contains(text, S("scheme debian /usr/local/bin/python3\n")));
}

// Each input of the key changes it, everything else does not (chk.9).
static void test_key_2_inputs(void **state)
{
	(void)state;
	struct plan_layer layer = wheels();
	struct sha256 key = layer_key(&layer, &request), other;
	struct bake_request changed = request;
	changed.tree.prefix = S("/opt/other");
	other = layer_key(&layer, &changed);
	assert_false(sha256_eq(&key, &other));
	changed = request;
	changed.uid = 1;
	other = layer_key(&layer, &changed);
	assert_false(sha256_eq(&key, &other));
	changed = request;
	changed.mtime = 0;
	other = layer_key(&layer, &changed);
	assert_false(sha256_eq(&key, &other));
	changed = request;
	changed.jobs = 7;
	changed.tree.strict = changed.rehash = true;
	changed.tree.interpreter = S("/usr/bin/python3.12");
	layer.name = S("other");
	layer.packages = S("requests 9");
	other = layer_key(&layer, &changed);
	assert_true(sha256_eq(&key, &other));
}

static void test_plan_8_digest(void **state)
{
	(void)state;
	struct sha256 keys[2] = { 0 };
	struct sha256 digest = plan_digest(keys, 2), one = plan_digest(keys, 1);
	struct slice line =
		S("0000000000000000000000000000000000000000000000000000000000000000\n");
	struct sha256 expected =
		sha256_of(arena_printf(&arena, "%s%s", line.ptr, line.ptr));
	assert_true(sha256_eq(&digest, &expected));
	assert_false(sha256_eq(&digest, &one));
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_1_vector),
		cmocka_unit_test(test_key_1_skeleton_text),
		cmocka_unit_test(test_key_1_codings),
		cmocka_unit_test(test_key_1_skeleton_of_an_open_patch_release),
		cmocka_unit_test(test_key_1_scheme_line),
		cmocka_unit_test(test_key_2_inputs),
		cmocka_unit_test(test_plan_8_digest),
	};
	return cmocka_run_group_tests(tests, prepare, release);
}
