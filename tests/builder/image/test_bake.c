// SPDX-License-Identifier: MIT
// bake as a whole: what it opens, what it reuses, what it warns of, what it leaves.
#include "builder/image/image.h"
#include "builder/store/blobs.h"
#include "tests/builder/builder_test.h"

#include <signal.h>
#include <sys/resource.h>

static struct arena arena;
static struct test_folder folder;
static unsigned folder_names;

static const char *fresh_path(void)
{
	return test_path(&folder, arena_printf(&arena, "%u", folder_names++).ptr);
}

// A store, a lock of some wheels and how they are baked.
struct fixture {
	struct store *store;
	struct test_lock lock;
	struct target target;
	struct bake_request request;
	const char *cache, *out;
	size_t asked; // wheels that `ensure` was called for
};

static int note_missing(void *context, const struct lock_selection *missing,
			struct error *err)
{
	(void)err;
	((struct fixture *)context)->asked += missing->len;
	return 0;
}

static struct fixture fixture_new(void)
{
	struct fixture fixture = { .lock = { .arena = &arena },
				   .target = test_target(&arena) };
	struct error err = { 0 };
	fixture.cache = fresh_path();
	assert_int_equal(store_open(fixture.cache, &fixture.store, &err), 0);
	fixture.out = fresh_path();
	fixture.request = (struct bake_request){
		.tree = { .prefix = S("/opt/venv"),
			  .interpreter = S("/usr/local/bin/python3.12") },
		.mtime = 315532800,
		.jobs = 3,
	};
	return fixture;
}

static void add_wheel(struct fixture *f, const char *name, const char *path,
		      const char *content)
{
	struct wheel_maker maker = wheel_maker_new(&arena, name, "1.0");
	wheel_maker_add(&maker, path, slice_from(content));
	wheel_maker_add(&maker, "nvidia/__init__.py", S("# the same in all\n"));
	struct slice bytes = wheel_maker_finish(&maker);
	struct lock_choice *choice = test_lock_add(&f->lock, &maker, bytes);
	test_write(store_file_path(f->store, &choice->file->sha256, &arena), bytes);
}

// The layers, and the folder of them.
static int bake_with(struct fixture *f, const struct bake_request *request,
		     struct bake_result *ret_result, struct error *err)
{
	struct image_request image = { .directory = f->out, .target = &f->target };
	if (bake(f->store, request, &arena, ret_result, err) < 0)
		return -1;
	return image_stage(f->store, &image, ret_result, err);
}

static int try_bake(struct fixture *f, struct bake_result *ret_result, struct error *err)
{
	struct bake_request request = f->request;
	request.selection = &f->lock.selection;
	request.tree.target = &f->target;
	request.ensure = note_missing;
	request.context = f;
	f->asked = 0;
	return bake_with(f, &request, ret_result, err);
}

static struct bake_result bake_it(struct fixture *f)
{
	struct bake_result result = { 0 };
	struct error err = { 0 };
	if (try_bake(f, &result, &err) < 0)
		fail_msg("%s", err.cause);
	return result;
}

static size_t count_baked(const struct bake_result *result)
{
	size_t count = 0;
	for (size_t i = 0; i < result->len; i++)
		count += result->layers[i].baked;
	return count;
}

static void remove_wheels(struct fixture *f)
{
	struct error err = { 0 };
	for (size_t i = 0; i < f->lock.selection.len; i++) {
		const struct sha256 *digest = &f->lock.selection.items[i].file->sha256;
		assert_int_equal(remove_tree(store_file_path(f->store, digest, &arena),
					     &err),
				 0);
	}
}

static void test_key_2_nothing_changed_opens_no_wheel(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "jinja2", "jinja2/a.py", "a = 1\n");
	add_wheel(&f, "requests", "requests/b.py", "b = 1\n");
	struct bake_result first = bake_it(&f);
	assert_int_equal(first.len, 3);
	assert_int_equal(count_baked(&first), 3);
	assert_int_equal(f.asked, 2);
	remove_wheels(&f);
	struct bake_result second = bake_it(&f);
	assert_int_equal(count_baked(&second), 0);
	assert_int_equal(f.asked, 0);
	assert_true(sha256_eq(&first.manifest_digest, &second.manifest_digest));
	assert_true(sha256_eq(&first.plan_digest, &second.plan_digest));
	store_close(f.store);
}

static void test_key_2_a_pruned_layer_is_baked_again(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "jinja2", "jinja2/a.py", "a = 1\n");
	struct bake_result first = bake_it(&f), again;
	struct error err = { 0 };
	assert_int_equal(remove_tree(store_layer_path(f.store, &first.layers[1].digest,
						      &arena),
				     &err),
			 0);
	again = bake_it(&f);
	assert_int_equal(count_baked(&again), 1);
	assert_true(sha256_eq(&first.manifest_digest, &again.manifest_digest));
	store_close(f.store);
}

static void test_chk_1_jobs_and_order_reach_no_byte(void **state)
{
	(void)state;
	struct sha256 manifests[3];
	for (unsigned i = 0; i < 3; i++) {
		struct fixture f = fixture_new();
		static const char *const names[] = { "jinja2", "numpy", "requests",
						     "transformers" };
		for (size_t k = 0; k < 4; k++)
			add_wheel(&f, names[k],
				  arena_printf(&arena, "%s/a.py", names[k]).ptr,
				  names[k]);
		f.request.jobs = i * 4 + 1;
		manifests[i] = bake_it(&f).manifest_digest;
		store_close(f.store);
	}
	assert_true(sha256_eq(&manifests[0], &manifests[1]));
	assert_true(sha256_eq(&manifests[0], &manifests[2]));
}

// numpy is in bucket 15, requests in 13: the upper layer's file wins whatever the names say.
static void test_env_10_collision_between_layers_warns(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "numpy", "shared/x.py", "x = 1\n");
	add_wheel(&f, "requests", "shared/x.py", "x = 2\n");
	struct bake_result result = bake_it(&f);
	assert_int_equal(result.warnings_len, 1);
	struct slice text = result.warnings[0];
	assert_true(slice_starts_with(
		text,
		S("'/opt/venv/lib/python3.12/site-packages/shared/x.py' is in 'requests' "
		  "and 'numpy'; that of 'numpy' is taken")));
	assert_int_equal(bake_it(&f).warnings_len, 0);
	store_close(f.store);
}

// What a layer brings is remembered under its key: a changed pin opens no other wheel.
static void test_env_10_collisions_with_a_known_layer_open_no_wheel_of_it(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "numpy", "shared/x.py", "x = 1\n");
	add_wheel(&f, "requests", "shared/x.py", "x = 2\n");
	assert_int_equal(bake_it(&f).warnings_len, 1);
	f.lock.selection.len = 1;
	remove_wheels(&f);
	add_wheel(&f, "requests", "shared/x.py", "x = 3\n");
	struct bake_result result = bake_it(&f);
	assert_int_equal(count_baked(&result), 1);
	assert_int_equal(result.warnings_len, 1);
	f.lock.selection.len = 1;
	add_wheel(&f, "requests", "shared/x.py", "x = 1\n");
	assert_int_equal(bake_it(&f).warnings_len, 0);
	store_close(f.store);
}

static void test_env_10_a_damaged_list_of_paths_counts_as_none(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	struct name_list names;
	struct error err = { 0 };
	add_wheel(&f, "numpy", "shared/x.py", "x = 1\n");
	(void)bake_it(&f);
	const char *paths = path_join(&arena, f.cache, S("layers/paths"));
	assert_int_equal(directory_names(paths, &arena, &names, &err), 0);
	assert_int_equal(names.len, 1);
	const char *list = path_join(&arena, paths, names.items[0]);
	struct slice text = test_read(&arena, list);
	struct slice other = arena_dup(&arena, text);
	((char *)(uintptr_t)other.ptr)[text.len / 2] ^= 1;
	test_write(list, other);
	add_wheel(&f, "requests", "shared/x.py", "x = 2\n");
	assert_int_equal(bake_it(&f).warnings_len, 1);
	assert_true(slice_eq(test_read(&arena, list), text));
	store_close(f.store);
}

// "shared.py" stands between the file and what lies below it in the order of bytes.
static void test_env_10_file_against_a_directory_of_a_known_layer(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	struct bake_result result;
	struct error err = { 0 };
	add_wheel(&f, "numpy", "shared/deep/x.py", "x = 1\n");
	add_wheel(&f, "jinja2", "shared.py", "x = 1\n");
	(void)bake_it(&f);
	add_wheel(&f, "requests", "shared", "a file\n");
	assert_int_equal(try_bake(&f, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_non_null(
		strstr(err.cause, "a file in 'requests' and a directory in 'numpy'"));
	store_close(f.store);
}

static void test_env_10_strict_finds_collisions_of_known_layers(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "numpy", "shared/x.py", "x = 1\n");
	add_wheel(&f, "requests", "shared/x.py", "x = 2\n");
	(void)bake_it(&f);
	struct bake_result result;
	struct error err = { 0 };
	f.request.tree.strict = true;
	assert_int_equal(try_bake(&f, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(f.asked, 2);
	store_close(f.store);
}

static void test_env_10_file_against_directory(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "numpy", "shared", "a file\n");
	add_wheel(&f, "requests", "shared/x.py", "x = 2\n");
	struct bake_result result;
	struct error err = { 0 };
	assert_int_equal(try_bake(&f, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	store_close(f.store);
}

static void test_plan_2_a_bump_changes_one_layer(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "jinja2", "jinja2/a.py", "a = 1\n");
	add_wheel(&f, "requests", "requests/b.py", "b = 1\n");
	struct bake_result before = bake_it(&f);
	f.lock.selection.len = 1;
	add_wheel(&f, "requests", "requests/b.py", "b = 2\n");
	struct bake_result after = bake_it(&f);
	assert_int_equal(count_baked(&after), 1);
	for (size_t i = 0; i < before.len; i++)
		assert_int_equal(sha256_eq(&before.layers[i].digest,
					   &after.layers[i].digest),
				 !after.layers[i].baked);
	store_close(f.store);
}

static void test_a_missing_wheel_is_named(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	add_wheel(&f, "jinja2", "jinja2/a.py", "a = 1\n");
	remove_wheels(&f);
	struct bake_result result;
	struct error err = { 0 };
	assert_int_equal(try_bake(&f, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
	assert_false(file_exists(f.out));
	store_close(f.store);
}

static void test_env_1_refused_options(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	struct bake_result result;
	f.request.tree.prefix = S("opt/venv");
	assert_int_equal(try_bake(&f, &result, &(struct error){ 0 }), -1);
	f.request.tree.prefix = S("/opt/venv");
	f.request.uid = 2097152;
	assert_int_equal(try_bake(&f, &result, &(struct error){ 0 }), -1);
	store_close(f.store);
}

// A disk that is full after so many bytes: the error is one, nothing half-written counts, and
// with room again the bytes are the same (chk.12).
static void test_chk_12_full_disk(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	struct rlimit before;
	add_wheel(&f, "jinja2", "jinja2/a.py", "a = 1\n");
	struct sha256 manifest = bake_it(&f).manifest_digest;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t room = 0; room < 4096; room += 97) {
		struct error err = { 0 };
		struct bake_result result;
		const char *layers = path_join(&arena, f.cache, S("layers"));
		assert_int_equal(remove_tree(layers, &err), 0);
		assert_int_equal(remove_tree(f.out, &err), 0);
		store_close(f.store);
		assert_int_equal(store_open(f.cache, &f.store, &err), 0);
		struct rlimit small = { room, before.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		int status = try_bake(&f, &result, &err);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_true(status == 0 || err.kind == ERROR_IO);
		struct bake_result after = bake_it(&f);
		assert_true(sha256_eq(&after.manifest_digest, &manifest));
		assert_int_equal(store_verify(f.store, false, NULL, &(uint64_t){ 0 },
					      &err),
				 0);
	}
	store_close(f.store);
}

struct seen {
	uint64_t total, last;
	unsigned calls;
};

static void see_stage(void *context, const char *what, uint64_t total)
{
	(void)what;
	((struct seen *)context)->total = total;
}

static void see_advance(void *context, uint64_t done, struct slice item)
{
	(void)item;
	struct seen *seen = context;
	assert_true(done >= seen->last);
	seen->last = done;
	seen->calls++;
}

static void test_progress_ends_at_the_total(void **state)
{
	(void)state;
	struct fixture f = fixture_new();
	struct bake_result result;
	struct error err = { 0 };
	struct seen seen = { 0 };
	struct work work = { .stage = see_stage,
			     .advance = see_advance,
			     .context = &seen };
	add_wheel(&f, "jinja2", "jinja2/a.py", "a = 1\n");
	f.request.selection = &f.lock.selection;
	f.request.tree.target = &f.target;
	f.request.work = &work;
	assert_int_equal(bake_with(&f, &f.request, &result, &err), 0);
	assert_int_equal(seen.total, 2);
	assert_int_equal(seen.last, 2);
	assert_true(seen.calls > 0);
	store_close(f.store);
}

static int prepare(void **state)
{
	(void)state;
	folder = test_folder_make();
	return 0;
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
		cmocka_unit_test(test_key_2_nothing_changed_opens_no_wheel),
		cmocka_unit_test(test_key_2_a_pruned_layer_is_baked_again),
		cmocka_unit_test(test_chk_1_jobs_and_order_reach_no_byte),
		cmocka_unit_test(test_env_10_collision_between_layers_warns),
		cmocka_unit_test(
			test_env_10_collisions_with_a_known_layer_open_no_wheel_of_it),
		cmocka_unit_test(test_env_10_a_damaged_list_of_paths_counts_as_none),
		cmocka_unit_test(test_env_10_file_against_a_directory_of_a_known_layer),
		cmocka_unit_test(test_env_10_strict_finds_collisions_of_known_layers),
		cmocka_unit_test(test_env_10_file_against_directory),
		cmocka_unit_test(test_plan_2_a_bump_changes_one_layer),
		cmocka_unit_test(test_a_missing_wheel_is_named),
		cmocka_unit_test(test_env_1_refused_options),
		cmocka_unit_test(test_chk_12_full_disk),
		cmocka_unit_test(test_progress_ends_at_the_total),
	};
	return cmocka_run_group_tests(tests, prepare, release);
}
