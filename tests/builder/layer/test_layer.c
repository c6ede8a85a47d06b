// SPDX-License-Identifier: MIT
// Baking: members of wheel files, fallbacks, integrity, records, and that bytes depend on
// the key alone.
#include "base/places.h"
#include "builder/layer/layer_task.h"
#include "builder/layer/layer_writer.h"
#include "tests/builder/builder_test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;

static struct test_folder folder;
static unsigned folder_names;

static const char *fresh_path(void)
{
	return test_path(&folder, arena_printf(&arena, "%u", folder_names++).ptr);
}

static struct wheel_file wheel_of(const struct made_entry *entries, size_t len)
{
	struct wheel_file wheel = { .name = S("demo"),
				    .file_name = S("demo-1-py3-none-any.whl") };
	struct error err = { 0 };
	uint64_t need;
	wheel.map.bytes = test_map(made_zip(&arena, entries, len));
	if (zip_read_directory(&arena, wheel.map.bytes, wheel.map.bytes.len,
			       &wheel.directory, &need, &err) < 0)
		fail_msg("%s", err.cause);
	return wheel;
}

// Writes all entries of the wheel as files "0", "1", …
static int write_wheel(const struct wheel_file *wheel, const char *path,
		       struct layer_numbers *ret_numbers, struct error *err)
{
	struct layer_values values = { .mtime = 315532800 };
	AUTO(layer_writer_cleanup) struct layer_writer *writer = NULL;
	assert_int_equal(layer_writer_new(path, &values, &writer, err), 0);
	for (size_t i = 0; i < wheel->directory.len; i++) {
		struct tree_entry entry = { .path = arena_printf(&arena, "%zu", i),
					    .kind = TREE_FILE_FROM_WHEEL,
					    .mode = 0644,
					    .zip = &wheel->directory.entries[i] };
		if (layer_write_entry(writer, &entry, wheel, err) < 0)
			return -1;
	}
	return layer_writer_commit(writer, ret_numbers, err);
}

// What gunzip makes of a blob of many members.
static struct slice gunzip(struct slice blob, size_t *ret_members)
{
	struct buf out = { .arena = &arena };
	static char window[1 << 16];
	*ret_members = 0;
	while (blob.len > 0) {
		z_stream stream = { .next_in = (Bytef *)(uintptr_t)blob.ptr,
				    .avail_in = (uInt)blob.len };
		assert_int_equal(inflateInit2(&stream, 31), Z_OK);
		int status = Z_OK;
		while (status == Z_OK) {
			stream.next_out = (Bytef *)window;
			stream.avail_out = sizeof(window);
			status = inflate(&stream, Z_NO_FLUSH);
			buf_append(&out,
				   (struct slice){ window,
						   sizeof(window) - stream.avail_out });
		}
		assert_int_equal(status, Z_STREAM_END);
		blob = slice_skip(blob, stream.total_in);
		inflateEnd(&stream);
		++*ret_members;
	}
	return buf_slice(&out);
}

static struct slice pattern(size_t len)
{
	char *bytes = arena_alloc(&arena, len + 1, 1);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * i >> 9);
	return (struct slice){ bytes, len };
}

static struct made_entry entry_of(struct slice name, struct slice content)
{
	return (struct made_entry){ .name = name,
				    .content = content,
				    .unix_mode = 0100644 };
}

static void test_gz_12_digest_and_diff_id_are_those_of_the_bytes(void **state)
{
	(void)state;
	struct made_entry entries[] = { entry_of(S("a"), pattern(3000000)),
					entry_of(S("b"), S("")),
					entry_of(S("c"), pattern(131070)),
					entry_of(S("d"), S("x")) };
	entries[2].stored = true;
	entries[3].data_descriptor = true;
	struct wheel_file wheel = wheel_of(entries, 4);
	struct layer_numbers numbers;
	struct error err = { 0 };
	const char *path = fresh_path();
	assert_int_equal(write_wheel(&wheel, path, &numbers, &err), 0);
	size_t members;
	struct slice blob = test_read(&arena, path), tar = gunzip(blob, &members);
	struct sha256 digest = sha256_of(blob), diff_id = sha256_of(tar);
	assert_true(sha256_eq(&digest, &numbers.digest));
	assert_true(sha256_eq(&diff_id, &numbers.diff_id));
	assert_int_equal(numbers.size, blob.len);
	assert_int_equal(numbers.tar_size, tar.len);
	assert_int_equal(numbers.entries, 4);
	// header | a | padding, headers of b and c | c | padding, header | d | padding,
	// end
	assert_int_equal(members, 7);
	assert_memory_equal(tar.ptr + 512, entries[0].content.ptr,
			    entries[0].content.len);
}

static void test_gz_5_a_wheels_stream_is_in_the_blob_verbatim(void **state)
{
	(void)state;
	struct slice content = pattern(500000), stream = made_deflate(&arena, content);
	struct made_entry entries[] = { entry_of(S("a"), content) };
	struct wheel_file wheel = wheel_of(entries, 1);
	struct layer_numbers numbers;
	struct error err = { 0 };
	const char *path = fresh_path();
	assert_int_equal(write_wheel(&wheel, path, &numbers, &err), 0);
	assert_true(slice_contains(test_read(&arena, path), stream));
}

static void test_gz_8_bytes_after_the_stream_make_it_part_of_the_run(void **state)
{
	(void)state;
	struct slice content = pattern(5000);
	struct made_entry entries[] = { entry_of(S("a"), content) };
	entries[0].tail = S("tail");
	struct wheel_file wheel = wheel_of(entries, 1);
	struct layer_numbers numbers;
	struct error err = { 0 };
	const char *path = fresh_path();
	size_t members;
	assert_int_equal(write_wheel(&wheel, path, &numbers, &err), 0);
	struct slice tar = gunzip(test_read(&arena, path), &members);
	struct sha256 diff_id = sha256_of(tar);
	assert_int_equal(members, 1);
	assert_true(sha256_eq(&diff_id, &numbers.diff_id));
	assert_memory_equal(tar.ptr + 512, content.ptr, content.len);
}

static void test_gz_8_wrong_numbers_are_an_integrity_error(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		struct made_entry entries[] = { entry_of(S("a"), pattern(5000)) };
		entries[0].stored = i & 1;
		entries[0].wrong_crc = i < 2;
		entries[0].short_size = i == 2 || i == 3;
		entries[0].flags = i > 3 ? 1 : 0; // encrypted
		struct wheel_file wheel = wheel_of(entries, 1);
		struct layer_numbers numbers;
		struct error err = { 0 };
		const char *path = fresh_path();
		assert_int_equal(write_wheel(&wheel, path, &numbers, &err), -1);
		assert_int_equal(err.kind, ERROR_INTEGRITY);
		assert_false(file_exists(path));
	}
}

// A store with the wheels `a` and `b`, and the bucket that holds both.
struct fixture {
	struct store *store;
	struct test_lock lock;
	const struct lock_choice *list[2];
	struct plan_layer plan;
	struct target target;
	struct bake_request request;
	struct layer_baker baker;
};

static void add_wheel(struct fixture *fixture, const char *name)
{
	struct wheel_maker maker = wheel_maker_new(&arena, name, "1.0");
	wheel_maker_add(&maker, arena_printf(&arena, "%s/__init__.py", name).ptr,
			pattern(40000));
	wheel_maker_add(&maker, "common/shared.txt", slice_from(name));
	struct slice bytes = wheel_maker_finish(&maker);
	struct lock_choice *choice = test_lock_add(&fixture->lock, &maker, bytes);
	test_write(store_file_path(fixture->store, &choice->file->sha256, &arena), bytes);
}

static struct fixture *fixture_new(void)
{
	struct fixture *fixture = arena_new(&arena, struct fixture);
	struct error err = { 0 };
	assert_int_equal(store_open(fresh_path(), &fixture->store, &err), 0);
	fixture->target = test_target(&arena);
	fixture->lock.arena = &arena;
	add_wheel(fixture, "a");
	add_wheel(fixture, "b");
	for (size_t i = 0; i < 2; i++)
		fixture->list[i] = &fixture->lock.selection.items[i];
	fixture->plan = (struct plan_layer){ .kind = PLAN_BUCKET,
					     .name = S("bucket-00"),
					     .packages = S("a 1.0, b 1.0"),
					     .choices = fixture->list,
					     .len = 2 };
	fixture->request = (struct bake_request){
		.tree = { .prefix = S("/opt/venv"),
			  .interpreter = S("/usr/local/bin/python3.12"),
			  .target = &fixture->target },
		.mtime = 315532800,
	};
	fixture->baker = (struct layer_baker){ .store = fixture->store,
					       .request = &fixture->request };
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	store_close(fixture->store);
}

static void test_key_2_record_is_found_again(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct layer_task task, again;
	struct error err = { 0 };
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_false(task.known);
	assert_int_equal(layer_bake(&f->baker, &task, &err), 0);
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &again, &err), 0);
	assert_true(again.known && again.present);
	assert_true(sha256_eq(&again.record.digest, &task.record.digest));
	assert_true(slice_eq(again.record.packages, S("a 1.0, b 1.0")));
	struct slice blob =
		test_read(&arena,
			  store_layer_path(f->store, &again.record.digest, &arena));
	struct sha256 digest = sha256_of(blob);
	assert_true(sha256_eq(&digest, &again.record.digest));
	arena_release(&task.arena);
	fixture_free(f);
}

static void test_env_10_collision_in_a_bucket_warns(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct layer_task task;
	struct error err = { 0 };
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_int_equal(layer_bake(&f->baker, &task, &err), 0);
	assert_int_equal(task.warnings_len, 1);
	assert_true(slice_contains(task.warnings[0], S("common/shared.txt")));
	arena_release(&task.arena);
	fixture_free(f);
}

static void test_key_2_a_pruned_blob_is_baked_to_the_same_digest(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct layer_task first, second;
	struct error err = { 0 };
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &first, &err), 0);
	assert_int_equal(layer_bake(&f->baker, &first, &err), 0);
	assert_int_equal(remove_tree(store_layer_path(f->store, &first.record.digest,
						      &arena),
				     &err),
			 0);
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &second, &err), 0);
	assert_true(second.known && !second.present);
	assert_int_equal(layer_bake(&f->baker, &second, &err), 0);
	assert_true(sha256_eq(&first.record.digest, &second.record.digest));
	arena_release(&first.arena);
	arena_release(&second.arena);
	fixture_free(f);
}

static void test_key_2_another_digest_than_before_is_an_integrity_error(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct layer_task task;
	struct error err = { 0 };
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	task.known = true;
	task.record.digest = sha256_of(S("other"));
	assert_int_equal(layer_bake(&f->baker, &task, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_true(slice_contains(slice_from(err.cause),
				   sha256_hex(&arena, &task.record.digest)));
	arena_release(&task.arena);
	fixture_free(f);
}

static void test_an_interrupted_bake_leaves_nothing(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct layer_task task;
	struct error err = { 0 };
	const volatile int interrupted = 1;
	const struct work work = { .interrupted = &interrupted };
	f->request.work = &work;
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_int_equal(layer_bake(&f->baker, &task, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	assert_false(file_exists(store_layer_work_path(f->store, &task.key, &arena)));
	fixture_free(f);
}

static void set_mtime(const char *path, uint64_t seconds)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   { .tv_sec = (time_t)seconds } };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_rehash_finds_a_damaged_blob(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct layer_task task;
	struct error err = { 0 };
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_int_equal(layer_bake(&f->baker, &task, &err), 0);
	arena_release(&task.arena);
	const char *path = store_layer_path(f->store, &task.record.digest, &arena);
	struct slice blob = test_read(&arena, path);
	char *damaged = arena_alloc(&arena, blob.len, 1);
	memcpy(damaged, blob.ptr, blob.len);
	damaged[blob.len / 2] ^= 1;
	assert_int_equal(file_write(path, (struct slice){ damaged, blob.len }, &err), 0);
	set_mtime(path, 1000); // older than its note
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_true(task.present);
	f->request.rehash = true;
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_false(task.present);
	assert_false(file_exists(path));
	assert_int_equal(store_lost(f->store), 1);
	fixture_free(f);
}

// A blob that is younger than its note is read, and stays if it is sound: its note is younger again then.
static void test_a_blob_that_was_written_to_is_read(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	struct layer_task task;
	struct error err = { 0 };
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_int_equal(layer_bake(&f->baker, &task, &err), 0);
	arena_release(&task.arena);
	const char *path = store_layer_path(f->store, &task.record.digest, &arena);
	uint64_t now = (uint64_t)place_look(path).mtime_s;
	assert_false(store_layer_looks_changed(f->store, &task.record));
	set_mtime(path, now + 1000);
	assert_true(store_layer_looks_changed(f->store, &task.record));
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_true(task.present);
	assert_int_equal(truncate(path, (off_t)task.record.size - 20), 0);
	assert_int_equal(truncate(path, (off_t)task.record.size), 0);
	set_mtime(path, now + 1000);
	assert_int_equal(layer_look_up(&f->baker, &f->plan, &arena, &task, &err), 0);
	assert_false(task.present);
	fixture_free(f);
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
		cmocka_unit_test(test_gz_12_digest_and_diff_id_are_those_of_the_bytes),
		cmocka_unit_test(test_gz_5_a_wheels_stream_is_in_the_blob_verbatim),
		cmocka_unit_test(
			test_gz_8_bytes_after_the_stream_make_it_part_of_the_run),
		cmocka_unit_test(test_gz_8_wrong_numbers_are_an_integrity_error),
		cmocka_unit_test(test_key_2_record_is_found_again),
		cmocka_unit_test(test_env_10_collision_in_a_bucket_warns),
		cmocka_unit_test(test_key_2_a_pruned_blob_is_baked_to_the_same_digest),
		cmocka_unit_test(
			test_key_2_another_digest_than_before_is_an_integrity_error),
		cmocka_unit_test(test_an_interrupted_bake_leaves_nothing),
		cmocka_unit_test(test_rehash_finds_a_damaged_blob),
		cmocka_unit_test(test_a_blob_that_was_written_to_is_read),
	};
	return cmocka_run_group_tests(tests, prepare, release);
}
