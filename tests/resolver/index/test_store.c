// SPDX-License-Identifier: MIT
#include "resolver/index/store.h"

#include "base/files.h"

#include <lmdb.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <cmocka.h>

static char directory[64];

static struct index_store *open_store(void)
{
	struct index_store *store = NULL;
	struct error err;
	if (index_store_open(directory, &store, &err) < 0)
		fail_msg("%s", err.cause);
	return store;
}

static void put_and_flush(struct index_store *store, struct slice key, struct slice value)
{
	struct error err;
	index_store_put(store, STORE_PAGES, key, value);
	assert_int_equal(index_store_pending_bytes(store), key.len + value.len);
	assert_int_equal(index_store_flush(store, &err), 0);
	assert_int_equal(index_store_pending_bytes(store), 0);
}

static void test_what_is_put_is_found_by_the_next_run(void **state)
{
	(void)state;
	struct slice value;
	struct index_store *store = open_store();
	assert_false(index_store_find(store, STORE_PAGES, S("key"), &value));
	put_and_flush(store, S("key"), S("value"));
	index_store_close(store);
	store = open_store();
	assert_true(index_store_find(store, STORE_PAGES, S("key"), &value));
	assert_true(slice_eq(value, S("value")));
	assert_false(index_store_find(store, STORE_FRESH, S("key"), &value));
	index_store_close(store);
}

static void test_values_stay_while_others_write(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice value;
	struct index_store *store = open_store();
	put_and_flush(store, S("key"), S("first"));
	index_store_close(store);
	store = open_store();
	assert_true(index_store_find(store, STORE_PAGES, S("key"), &value));
	for (int i = 0; i < 100; i++)
		put_and_flush(store, S("key"), arena_printf(&arena, "value %d", i));
	assert_true(slice_eq(value, S("first")));
	index_store_close(store);
}

// Large values have pages of their own in the file, small ones share a page. All are found
// in it although LMDB does not say where its map begins.
static void test_values_are_read_in_parts_from_the_file(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf large = { .arena = &arena };
	struct value value;
	for (int i = 0; i < 20000; i++)
		buf_printf(&large, "%d,", i);
	struct index_store *store = open_store();
	put_and_flush(store, S("large one"), buf_slice(&large));
	put_and_flush(store, S("small one"), S("0123456789"));
	index_store_close(store);
	store = open_store();
	assert_false(index_store_place(store, STORE_PAGES, S("no such"), &value));
	for (int again = 0; again < 200; again++) { // the pages are let go meanwhile
		assert_true(
			index_store_place(store, STORE_PAGES, S("large one"), &value));
		assert_true(value.fd >= 0);
		assert_int_equal(value.bytes.len, large.len);
		assert_memory_equal(value_read(&value, 50001, 4000, 8, &arena),
				    large.ptr + 50001, 4000);
		assert_true(
			index_store_place(store, STORE_PAGES, S("small one"), &value));
		assert_int_equal(value.bytes.len, 10);
		put_and_flush(store, S("small one"), S("another"));
		assert_memory_equal(value_read(&value, 1, 9, 1, &arena), "123456789", 9);
	}
	index_store_close(store);
}

static void test_what_was_not_flushed_is_gone(void **state)
{
	(void)state;
	struct slice value;
	struct index_store *store = open_store();
	index_store_put(store, STORE_METADATA, S("lost"), S("value"));
	index_store_close(store);
	store = open_store();
	assert_false(index_store_find(store, STORE_METADATA, S("lost"), &value));
	index_store_close(store);
}

static void test_keys_of_no_or_too_great_length_are_not_kept(void **state)
{
	(void)state;
	static char long_key[STORE_KEY_MAX + 1];
	struct slice value;
	struct error err;
	struct index_store *store = open_store();
	index_store_put(store, STORE_PAGES, S(""), S("x"));
	index_store_put(store, STORE_PAGES, (struct slice){ long_key, sizeof(long_key) },
			S("x"));
	index_store_put(store, STORE_PAGES, (struct slice){ long_key, STORE_KEY_MAX },
			S("x"));
	assert_int_equal(index_store_flush(store, &err), 0);
	index_store_close(store);
	store = open_store();
	assert_false(index_store_find(store, STORE_PAGES, S(""), &value));
	assert_false(index_store_find(store, STORE_PAGES,
				      (struct slice){ long_key, sizeof(long_key) },
				      &value));
	assert_true(index_store_find(store, STORE_PAGES,
				     (struct slice){ long_key, STORE_KEY_MAX }, &value));
	index_store_close(store);
}

static bool collect(void *context, struct slice key, struct slice value)
{
	struct buf *out = context;
	buf_append(out, key);
	buf_append(out, value);
	return out->len < 4;
}

static void test_each_visits_in_key_order_until_told_to_stop(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf seen = { .arena = &arena };
	struct error err;
	struct index_store *store = open_store();
	index_store_put(store, STORE_FRESH, S("c"), S("3"));
	index_store_put(store, STORE_FRESH, S("a"), S("1"));
	index_store_put(store, STORE_FRESH, S("b"), S("2"));
	assert_int_equal(index_store_flush(store, &err), 0);
	index_store_close(store);
	store = open_store();
	index_store_each(store, STORE_FRESH, collect, &seen);
	assert_true(slice_eq(buf_slice(&seen), S("a1b2")));
	index_store_close(store);
}

static void test_a_file_that_is_no_store_is_made_anew(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice value;
	struct error err;
	char junk[8192] = "this is no store";
	const char *path = path_join(&arena, directory, S("index.mdb"));
	assert_int_equal(file_write(path, (struct slice){ junk, sizeof(junk) }, &err), 0);
	struct index_store *store = open_store();
	assert_false(index_store_find(store, STORE_PAGES, S("key"), &value));
	put_and_flush(store, S("key"), S("value"));
	index_store_close(store);
}

// Full disk, as a limit of the process on file sizes.
static void test_failed_write_is_an_io_error_and_breaks_nothing(void **state)
{
	(void)state;
	static char large[1 << 20];
	struct rlimit before, small;
	struct slice value;
	struct error err;
	struct index_store *store = open_store();
	put_and_flush(store, S("kept"), S("value"));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 128 * 1024;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	index_store_put(store, STORE_PAGES, S("large"),
			(struct slice){ large, sizeof(large) });
	assert_int_equal(index_store_flush(store, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err.kind, ERROR_IO);
	assert_int_equal(index_store_pending_bytes(store), 0);
	put_and_flush(store, S("more"), S("value"));
	index_store_close(store);
	store = open_store();
	assert_true(index_store_find(store, STORE_PAGES, S("kept"), &value));
	assert_true(index_store_find(store, STORE_PAGES, S("more"), &value));
	assert_false(index_store_find(store, STORE_PAGES, S("large"), &value));
	index_store_close(store);
}

static void set_layout(uint32_t layout)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi about;
	MDB_val key = { 6, (char[]){ "layout" } }, value = { sizeof(layout), &layout };
	const char *path = path_join(&arena, directory, S("index.mdb"));
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 4), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOSUBDIR, 0644), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "about", MDB_CREATE, &about), 0);
	assert_int_equal(mdb_put(txn, about, &key, &value, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void test_store_of_another_layout_is_emptied(void **state)
{
	(void)state;
	struct slice value;
	struct index_store *store = open_store();
	put_and_flush(store, S("old"), S("value"));
	index_store_close(store);
	set_layout(99999);
	store = open_store();
	assert_false(index_store_find(store, STORE_PAGES, S("old"), &value));
	put_and_flush(store, S("new"), S("value"));
	index_store_close(store);
	store = open_store();
	assert_true(index_store_find(store, STORE_PAGES, S("new"), &value));
	index_store_close(store);
}

static void test_unusable_place_is_an_io_error(void **state)
{
	(void)state;
	struct index_store *store;
	struct error err;
	assert_int_equal(index_store_open("/dev/null/store", &store, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
}

static int make_directory(void **state)
{
	(void)state;
	static const char pattern[] = "/tmp/pinbake-store-XXXXXX";
	for (size_t i = 0; i < sizeof(pattern); i++)
		directory[i] = pattern[i];
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	struct error err;
	return remove_tree(directory, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_put_is_found_by_the_next_run),
		cmocka_unit_test(test_values_stay_while_others_write),
		cmocka_unit_test(test_values_are_read_in_parts_from_the_file),
		cmocka_unit_test(test_what_was_not_flushed_is_gone),
		cmocka_unit_test(test_keys_of_no_or_too_great_length_are_not_kept),
		cmocka_unit_test(test_each_visits_in_key_order_until_told_to_stop),
		cmocka_unit_test(test_a_file_that_is_no_store_is_made_anew),
		cmocka_unit_test(test_failed_write_is_an_io_error_and_breaks_nothing),
		cmocka_unit_test(test_store_of_another_layout_is_emptied),
		cmocka_unit_test(test_unusable_place_is_an_io_error),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
