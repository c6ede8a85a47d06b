// SPDX-License-Identifier: MIT
// The LMDB environment is opened once, with one long read transaction and short write
// transactions.
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

// The sizes to try for the map, which takes address space, not memory: the largest that
// the machine gives.
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

// What was looked at since the map's pages were last let go. Touching a page maps its
// surroundings, too, which over many keys and values becomes most of the file.
struct window {
	uintptr_t from, to; // of the values
	size_t bytes;       // mapped, about
};

#define WINDOW_BYTES (3 * MIB)
enum { LOOK_BYTES = 64 * 1024 }; // that the system maps around a page

struct index_store {
	struct window *window;
	const char *map; // of the file; NULL: not known, then values are read in it
	size_t map_len;  // that is in use
	int fd;          // of the file; -1 with that
	MDB_env *env;
	MDB_txn *reading;
	MDB_dbi tables[STORE_TABLES], about;
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

static int open_tables(struct index_store *store, MDB_txn *txn, unsigned flags)
{
	int code = mdb_dbi_open(txn, "about", flags, &store->about);
	for (size_t i = 0; i < STORE_TABLES && !code; i++)
		code = mdb_dbi_open(txn, TABLE_NAMES[i], flags, &store->tables[i]);
	return code;
}

// Makes the tables, empties those of another layout, and notes in the file that they are
// ours.
static int make_tables(struct index_store *store)
{
	MDB_txn *txn;
	int code = mdb_txn_begin(store->env, NULL, 0, &txn);
	if (code)
		return code;
	code = open_tables(store, txn, MDB_CREATE);
	if (!code && !has_our_layout(txn, store->about)) {
		for (size_t i = 0; i < STORE_TABLES && !code; i++)
			if (i != STORE_SEEN)
				code = mdb_drop(txn, store->tables[i], 0);
		if (!code)
			code = write_layout(txn, store->about);
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
	if (mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn))
		return false;
	bool in_order = open_tables(store, txn, 0) == MDB_SUCCESS &&
			has_our_layout(txn, store->about);
	if (!in_order) {
		mdb_txn_abort(txn);
		return false;
	}
	return mdb_txn_commit(txn) == MDB_SUCCESS; // a commit keeps the table handles
}

// Finds where LMDB's map begins, which it does not say. Each page of the file, and so of
// the map, begins with its number; if the file has the same page there, the place is
// right.
static void find_map(struct index_store *store, struct slice value)
{
	enum { PAGE_MAX = 65536 };
	MDB_stat about;
	uint64_t number;
	char page[PAGE_MAX];
	if (mdb_env_stat(store->env, &about) != MDB_SUCCESS || about.ms_psize > PAGE_MAX)
		return;
	const char *at = value.ptr - (uintptr_t)value.ptr % about.ms_psize;
	memcpy(&number, at, sizeof(number));
	int fd;
	if (number >= (uintptr_t)at / about.ms_psize ||
	    mdb_env_get_fd(store->env, &fd) != MDB_SUCCESS ||
	    pread(fd, page, about.ms_psize, (off_t)(number * about.ms_psize)) !=
		    (ssize_t)about.ms_psize ||
	    memcmp(page, at, about.ms_psize) != 0)
		return;
	store->map = at - number * about.ms_psize;
	store->fd = fd;
}

// Asks for small pages: a huge page of the system's cache would be mapped as a whole for
// one look at it.
static void map_small_pages(struct index_store *store)
{
	MDB_envinfo info;
	MDB_stat stat;
	if (!store->map || mdb_env_info(store->env, &info) != MDB_SUCCESS ||
	    mdb_env_stat(store->env, &stat) != MDB_SUCCESS)
		return;
	store->map_len = (info.me_last_pgno + 1) * stat.ms_psize;
	(void)madvise((void *)(uintptr_t)store->map, store->map_len, MADV_NOHUGEPAGE);
}

static int open_store(struct index_store *store)
{
	MDB_val key = to_val(S("layout")), value;
	int code = open_largest_env(store);
	if (!code && !tables_are_in_order(store))
		code = make_tables(store);
	if (!code)
		code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->reading);
	if (!code && mdb_get(store->reading, store->about, &key, &value) == MDB_SUCCESS)
		find_map(store, from_val(value));
	map_small_pages(store);
	return code;
}

static void close_env(struct index_store *store)
{
	if (store->reading)
		mdb_txn_abort(store->reading);
	if (store->env)
		mdb_env_close(store->env);
	store->reading = NULL;
	store->env = NULL;
	store->map = NULL;
	store->fd = -1;
}

int index_store_open(const char *directory, struct index_store **ret_store,
		     struct error *err)
{
	if (make_directories(directory, err) < 0)
		return -1;
	struct index_store *store = mem_alloc(sizeof(*store));
	store->window = arena_new(&store->arena, struct window);
	store->fd = -1;
	store->path = path_join(&store->arena, directory, S("index.mdb"));
	int code = open_store(store);
	if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
	    code == MDB_CORRUPTED) {
		// It is no store of ours, or a broken one. Since it is a cache, it is
		// made anew.
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

// Lets the map's pages go. They stay in the system's cache, and come back when they are
// looked at.
static void let_go(const struct index_store *store)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	struct window *window = store->window;
	uintptr_t from = store->map ? (uintptr_t)store->map : window->from / page * page;
	uintptr_t to = store->map ? from + store->map_len : window->to;
	if (to > from)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
	*window = (struct window){ 0 };
}

static void note_value(struct window *window, struct slice value)
{
	uintptr_t from = (uintptr_t)value.ptr, to = from + value.len;
	if (window->from == 0 || from < window->from)
		window->from = from;
	if (to > window->to)
		window->to = to;
	window->bytes += value.len;
}

// To be called before each look: lets pages go if too many are mapped.
static void make_room(const struct index_store *store)
{
	struct window *window = store->window;
	if (window->bytes > WINDOW_BYTES)
		let_go(store);
	window->bytes += LOOK_BYTES;
}

static bool get(const struct index_store *store, enum store_table table, struct slice key,
		struct slice *ret_value)
{
	MDB_val name = to_val(key), value;
	make_room(store);
	if (key.len == 0 || key.len > STORE_KEY_MAX ||
	    mdb_get(store->reading, store->tables[table], &name, &value) != MDB_SUCCESS)
		return false;
	*ret_value = from_val(value);
	return true;
}

bool index_store_find(const struct index_store *store, enum store_table table,
		      struct slice key, struct slice *ret_value)
{
	if (!get(store, table, key, ret_value))
		return false;
	note_value(store->window, *ret_value);
	return true;
}

bool index_store_place(const struct index_store *store, enum store_table table,
		       struct slice key, struct value *ret_value)
{
	if (!store->map) {
		*ret_value = value_of(S(""));
		return index_store_find(store, table, key, &ret_value->bytes);
	}
	ret_value->fd = store->fd;
	if (!get(store, table, key, &ret_value->bytes))
		return false;
	ret_value->offset = (uint64_t)(ret_value->bytes.ptr - store->map);
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
