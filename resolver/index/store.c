// SPDX-License-Identifier: MIT
// The LMDB environment: opened once, one long read transaction, short write transactions.
#include "resolver/index/store.h"

#include "base/files.h"
#include "base/limits.h"
#include "resolver/index/freshness.h"
#include "resolver/index/record.h"

#include <errno.h>
#include <lmdb.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The map is address space, not memory: as much as the machine lets us have.
static const uint64_t MAP_BYTES[] = { 64 * GIB, 4 * GIB, 512 * MIB };

static const char *const TABLE_NAMES[STORE_TABLES] = { "pages", "fresh", "metadata",
						       "seen" };

enum { READERS_MAX = 1024 }; // runs at once

// What is kept of a file's metadata: 3 is what resolving needs of it.
enum { METADATA_LAYOUT = 3 };

// Named by the layouts of all values, so that a change of any of them empties the store.
enum { LAYOUT = METADATA_LAYOUT * 10000 + RECORD_LAYOUT * 100 + FRESHNESS_LAYOUT };

struct put {
	enum store_table table;
	struct slice key, value;
};

// Where the values lie that were found since the map's pages were last let go. Touching a
// value maps its surroundings, too, and over many projects that becomes most of the file.
struct window {
	uintptr_t from, to;
	size_t bytes; // of the values
};

#define WINDOW_BYTES (2 * MIB)

struct index_store {
	struct window *window;
	MDB_env *env;
	MDB_txn *reading;
	MDB_dbi tables[STORE_TABLES];
	const char *path;
	struct arena arena;
	struct arena pending_arena;
	ARRAY_OF(struct put) pending;
	size_t pending_bytes;
};

static int store_error(const struct index_store *store, int code, const char *doing,
		       struct error *err)
{
	error_set(err, ERROR_IO, "cannot %s the store '%s': %s", doing, store->path,
		  mdb_strerror(code));
	if (code == ENOSPC)
		return error_hint(
			err,
			"make room on that disk, or name another place with --cache-dir");
	return -1;
}

static MDB_val to_val(struct slice s)
{
	return (MDB_val){ .mv_size = s.len, .mv_data = (void *)(uintptr_t)s.ptr };
}

static struct slice from_val(MDB_val val)
{
	return (struct slice){ val.mv_data, val.mv_size };
}

// --- opening -------------------------------------------------------------------------

static int open_env(struct index_store *store, uint64_t map_bytes)
{
	int code = mdb_env_create(&store->env);
	if (code)
		return code;
	mdb_env_set_maxdbs(store->env, STORE_TABLES + 1);
	mdb_env_set_maxreaders(store->env, READERS_MAX);
	code = mdb_env_set_mapsize(store->env, map_bytes);
	if (!code)
		code = mdb_env_open(store->env, store->path,
				    MDB_NOSUBDIR | MDB_NOTLS | MDB_NOMETASYNC, 0644);
	if (code) {
		mdb_env_close(store->env);
		store->env = NULL;
	}
	return code;
}

static int open_largest_env(struct index_store *store)
{
	int code = ENOMEM;
	for (size_t i = 0; i < sizeof(MAP_BYTES) / sizeof(*MAP_BYTES) && code == ENOMEM;
	     i++)
		code = open_env(store, MAP_BYTES[i]);
	if (!code) {
		int dead;
		mdb_reader_check(store->env, &dead); // slots of killed processes
	}
	return code;
}

static bool has_our_layout(MDB_txn *txn, MDB_dbi about)
{
	MDB_val key = to_val(S("layout")), value;
	uint32_t layout;
	if (mdb_get(txn, about, &key, &value) != MDB_SUCCESS ||
	    value.mv_size != sizeof(layout))
		return false;
	memcpy(&layout, value.mv_data, sizeof(layout));
	return layout == LAYOUT;
}

static int write_layout(MDB_txn *txn, MDB_dbi about)
{
	const uint32_t layout = LAYOUT;
	MDB_val key = to_val(S("layout"));
	MDB_val value = to_val((struct slice){ (const char *)&layout, sizeof(layout) });
	return mdb_put(txn, about, &key, &value, 0);
}

static int open_tables(struct index_store *store, MDB_txn *txn, unsigned flags,
		       MDB_dbi *ret_about)
{
	int code = mdb_dbi_open(txn, "about", flags, ret_about);
	for (size_t i = 0; i < STORE_TABLES && !code; i++)
		code = mdb_dbi_open(txn, TABLE_NAMES[i], flags, &store->tables[i]);
	return code;
}

// Makes the tables, empties those of another layout, and says in the file that they are
// ours.
static int make_tables(struct index_store *store)
{
	MDB_txn *txn;
	MDB_dbi about;
	int code = mdb_txn_begin(store->env, NULL, 0, &txn);
	if (code)
		return code;
	code = open_tables(store, txn, MDB_CREATE, &about);
	if (!code && !has_our_layout(txn, about)) {
		for (size_t i = 0; i < STORE_TABLES && !code; i++)
			if (i != STORE_SEEN)
				code = mdb_drop(txn, store->tables[i], 0);
		if (!code)
			code = write_layout(txn, about);
	}
	if (code) {
		mdb_txn_abort(txn);
		return code;
	}
	return mdb_txn_commit(txn);
}

// A store that is in order is only read at opening: a run that learns nothing new takes
// no write lock.
static bool tables_are_in_order(struct index_store *store)
{
	MDB_txn *txn;
	MDB_dbi about;
	if (mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn))
		return false;
	bool in_order = open_tables(store, txn, 0, &about) == MDB_SUCCESS &&
			has_our_layout(txn, about);
	if (!in_order) {
		mdb_txn_abort(txn);
		return false;
	}
	return mdb_txn_commit(txn) == MDB_SUCCESS; // a commit keeps the table handles
}

static int open_store(struct index_store *store)
{
	int code = open_largest_env(store);
	if (!code && !tables_are_in_order(store))
		code = make_tables(store);
	return code ? code : mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->reading);
}

static void close_env(struct index_store *store)
{
	if (store->reading)
		mdb_txn_abort(store->reading);
	if (store->env)
		mdb_env_close(store->env);
	store->reading = NULL;
	store->env = NULL;
}

int index_store_open(const char *directory, struct index_store **ret_store,
		     struct error *err)
{
	if (make_directories(directory, err) < 0)
		return -1;
	struct index_store *store = mem_alloc(sizeof(*store));
	store->window = arena_new(&store->arena, struct window);
	store->path = path_join(&store->arena, directory, S("index.mdb"));
	int code = open_store(store);
	if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
	    code == MDB_CORRUPTED) {
		// No store of ours, or a broken one: it is a cache, so it is made anew.
		close_env(store);
		code = remove_tree(store->path, err) < 0 ? EIO : open_store(store);
	}
	if (code) {
		store_error(store, code, "open", err);
		index_store_close(store);
		return -1;
	}
	*ret_store = store;
	return 0;
}

void index_store_close(struct index_store *store)
{
	if (!store)
		return;
	close_env(store);
	arena_release(&store->pending_arena);
	arena_release(&store->arena);
	mem_free(store);
}

// --- reading -------------------------------------------------------------------------

// The pages stay in the system's cache, and come back when they are looked at.
static void let_go(struct window *window)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = window->from / page * page;
	(void)madvise((void *)from, window->to - from, MADV_DONTNEED);
	*window = (struct window){ 0 };
}

static void note_value(struct window *window, struct slice value)
{
	uintptr_t from = (uintptr_t)value.ptr, to = from + value.len;
	if (window->bytes > WINDOW_BYTES)
		let_go(window);
	if (window->bytes == 0 || from < window->from)
		window->from = from;
	if (to > window->to)
		window->to = to;
	window->bytes += value.len;
}

bool index_store_find(const struct index_store *store, enum store_table table,
		      struct slice key, struct slice *ret_value)
{
	MDB_val name = to_val(key), value;
	if (key.len == 0 || key.len > STORE_KEY_MAX)
		return false;
	if (mdb_get(store->reading, store->tables[table], &name, &value) != MDB_SUCCESS)
		return false;
	*ret_value = from_val(value);
	note_value(store->window, *ret_value);
	return true;
}

void index_store_each(const struct index_store *store, enum store_table table,
		      bool (*visit)(void *context, struct slice key, struct slice value),
		      void *context)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	if (mdb_cursor_open(store->reading, store->tables[table], &cursor) != MDB_SUCCESS)
		return;
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS)
		if (!visit(context, from_val(key), from_val(value)))
			break;
	mdb_cursor_close(cursor);
}

// --- writing -------------------------------------------------------------------------

void index_store_put(struct index_store *store, enum store_table table, struct slice key,
		     struct slice value)
{
	if (key.len == 0 || key.len > STORE_KEY_MAX)
		return;
	*array_push(&store->pending_arena, &store->pending) =
		(struct put){ table, key, value };
	store->pending_bytes += key.len + value.len;
}

size_t index_store_pending_bytes(const struct index_store *store)
{
	return store->pending_bytes;
}

static void forget_pending(struct index_store *store)
{
	arena_release(&store->pending_arena);
	store->pending.items = NULL;
	store->pending.len = store->pending.cap = 0;
	store->pending_bytes = 0;
}

static int write_pending(struct index_store *store)
{
	MDB_txn *txn;
	int code = mdb_txn_begin(store->env, NULL, 0, &txn);
	if (code)
		return code;
	for (size_t i = 0; i < store->pending.len && !code; i++) {
		const struct put *put = &store->pending.items[i];
		MDB_val key = to_val(put->key), value = to_val(put->value);
		code = mdb_put(txn, store->tables[put->table], &key, &value, 0);
	}
	if (!code)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return code;
}

int index_store_flush(struct index_store *store, struct error *err)
{
	if (store->pending.len == 0)
		return 0;
	int code = write_pending(store);
	forget_pending(store);
	return code ? store_error(store, code, "write", err) : 0;
}
