// SPDX-License-Identifier: MIT
// Brings the files of a lock into the store: many downloads at once, digests taken while the bytes arrive, wheels
// checked by other threads meanwhile. A file gets its name only when everything was right.
//
//	missing? ──▶ sources: index by name and hash, url, path ──▶ X.part, SHA-256 ──▶ RECORD check ──▶ rename
//	                 ▲ next source        │ cut off: the rest by range
//	                 └────────────────────┘
#include "base/limits.h"
#include "base/map.h"
#include "base/parallel.h"
#include "base/places.h"
#include "builder/store/store.h"
#include "builder/wheel/check.h"
#include "net/url.h"

enum {
	SOURCES_MAX = 4,
	RESUMES_MAX = 5,  // in a row, without a byte between them
	RESTARTS_MAX = 2, // of one source whose server cannot continue
	AT_ONCE = 32,     // downloads in flight; the net has a bound of its own
	COPY_STEP = 1 << 20,
};

// Where no size is locked; the largest wheel on any index is below 4 GB.
#define UNKNOWN_SIZE_MAX (16 * GIB)

struct source_place {
	struct slice url; // "" for a local file
	const char *path; // NULL for a url
};

struct download {
	struct fetch *fetch;
	const struct lock_choice *choice;
	struct slice file_name;
	struct source_place sources[SOURCES_MAX];
	unsigned sources_len, source; // source: the one in use
	struct file_writer writer;
	struct sha256_state *hash;
	uint64_t resumed_at;          // bytes that were there when the running request began
	unsigned fruitless;           // resumes in a row that brought nothing
	unsigned restarts;            // of this source
	bool asked_last_resort;
	struct error last;            // why the last source failed
};

struct fetch {
	struct store *store;
	struct net *net;
	const char *lock_directory;
	const struct store_locator *locator;
	const struct progress *progress;
	struct arena arena;
	struct crew *crew;
	struct download *downloads;
	size_t len, next, active;
	uint64_t done; // bytes
	bool failed;   // a fatal error is known: sinks refuse further bytes
	struct error error;
};

static const struct lock_file *file_of(const struct download *download)
{
	return download->choice->file;
}

static void fail(struct fetch *fetch, const struct error *error)
{
	if (!fetch->failed)
		fetch->error = *error;
	fetch->failed = true;
}

// --- what is missing --------------------------------------------------------------------------------------------------

static struct slice name_of(const struct lock_file *file, struct arena *arena)
{
	if (file->name.len)
		return file->name;
	if (file->url.len)
		return url_file_name(arena, file->url);
	size_t slash = slice_find_last_byte(file->path, '/');
	return slash == SLICE_NONE ? file->path : slice_skip(file->path, slash + 1);
}

static void add_url(struct fetch *fetch, struct download *download, struct slice url)
{
	struct source_place *place = &download->sources[download->sources_len];
	if (!url.len)
		return;
	for (unsigned i = 0; i < download->sources_len; i++)
		if (slice_eq(download->sources[i].url, url))
			return;
	*place = (struct source_place){ .url = url };
	if (url_file_path(&fetch->arena, url, &place->path))
		place->url = S("");
	download->sources_len++;
}

// 751.6: a path is relative to the lock's folder.
static void add_path(struct fetch *fetch, struct download *download, struct slice path)
{
	if (!path.len)
		return;
	bool absolute = slice_starts_with(path, S("/"));
	download->sources[download->sources_len++].path =
		absolute ? arena_c_string(&fetch->arena, path) :
			   path_join(&fetch->arena, fetch->lock_directory, path);
}

// What a path names is this host's own; the index is not asked about it.
static int find_sources(struct fetch *fetch, struct download *download, struct error *err)
{
	const struct lock_file *file = file_of(download);
	const struct store_locator *locator = fetch->locator;
	bool local = file->path.len && !file->url.len;
	if (locator && locator->locate && !local && !locator->last_resort) {
		struct slice url = S("");
		if (locator->locate(locator->context, download->choice->package, file, &fetch->arena, &url,
				    &download->last) < 0 && !file->url.len) {
			*err = download->last;
			return error_during(err, "looking for '%.*s'", SLICE_ARG(download->file_name));
		}
		add_url(fetch, download, url);
	}
	add_url(fetch, download, file->url);
	add_path(fetch, download, file->path);
	if (download->sources_len)
		return 0;
	return error_set(err, ERROR_SOURCE, "nothing tells where '%.*s' can be had", SLICE_ARG(download->file_name));
}

static int add_missing(struct fetch *fetch, const struct lock_choice *choice, struct map *seen, struct error *err)
{
	const struct lock_file *file = choice->file;
	if (!file)
		return 0; // a checkout or a folder: nothing to download; who builds it will say so
	struct slice name = name_of(file, &fetch->arena);
	if (sha256_is_zero(&file->sha256)) {
		error_set(err, ERROR_INPUT, "'%.*s' has no SHA-256 in the lock", SLICE_ARG(name));
		return error_hint(err, "make the lock anew with 'pinbake lock'");
	}
	struct slice hex = sha256_hex(&fetch->arena, &file->sha256);
	if (!map_insert(seen, hex, 0, NULL))
		return 0;
	if (store_has_file(fetch->store, &file->sha256)) {
		place_touch(store_file_path(fetch->store, &file->sha256, &fetch->arena));
		return 0;
	}
	struct download *download = &fetch->downloads[fetch->len++];
	*download = (struct download){ .fetch = fetch, .choice = choice, .file_name = name, .writer.fd = -1 };
	return 0;
}

static int list_missing(struct fetch *fetch, const struct lock_selection *selection, struct error *err)
{
	struct map seen = { .arena = &fetch->arena };
	fetch->downloads = arena_new_array(&fetch->arena, struct download, selection->len);
	for (size_t i = 0; i < selection->len; i++)
		if (add_missing(fetch, &selection->items[i], &seen, err) < 0)
			return -1;
	return 0;
}

// --- bytes ------------------------------------------------------------------------------------------------------------

static int wrong_size(const struct download *download, uint64_t size, struct error *err)
{
	error_set(err, ERROR_INTEGRITY, "'%.*s' has %s%llu bytes, but the lock says %llu",
		  SLICE_ARG(download->file_name), size > file_of(download)->size ? "more than " : "",
		  (unsigned long long)(size > file_of(download)->size ? file_of(download)->size : size),
		  (unsigned long long)file_of(download)->size);
	return error_hint(err, "the file was replaced or cut at its source; try again, or make the lock anew");
}

static int begin_file(struct download *download, struct error *err)
{
	struct store *store = download->fetch->store;
	const char *path = store_file_path(store, &file_of(download)->sha256, &download->fetch->arena);
	if (download->writer.temporary)
		return 0;
	if (!download->hash)
		download->hash = sha256_new();
	return file_create(path, 0644, &download->writer, err);
}

static void report(struct fetch *fetch, struct slice item)
{
	const struct progress *progress = fetch->progress;
	if (progress && progress->advance)
		progress->advance(progress->context, fetch->done, item);
}

static int take_bytes(void *context, struct slice bytes, struct error *err)
{
	struct download *download = context;
	struct fetch *fetch = download->fetch;
	const struct lock_file *file = file_of(download);
	if (fetch->failed)
		return error_set(err, ERROR_INTERRUPTED, "given up");
	if (begin_file(download, err) < 0)
		return -1;
	uint64_t most = file->has_size ? file->size : UNKNOWN_SIZE_MAX;
	if (bytes.len > most - download->writer.written)
		return wrong_size(download, most + 1, err);
	sha256_update(download->hash, bytes);
	if (file_append(&download->writer, bytes, err) < 0)
		return -1;
	fetch->done += bytes.len;
	report(fetch, download->file_name);
	return 0;
}

// Forgets what was received.
static void start_over(struct download *download)
{
	download->fetch->done -= download->writer.temporary ? download->writer.written : 0;
	file_abandon(&download->writer);
	if (download->hash)
		(void)sha256_finish(download->hash);
	download->resumed_at = 0;
}

// --- the end of a file ------------------------------------------------------------------------------------------------

static bool is_wheel(const struct download *download)
{
	return file_of(download)->kind == LOCK_WHEEL || slice_ends_with(download->file_name, S(".whl"));
}

// Runs on another thread: nothing but this download is touched.
static int check_and_commit(void *context, struct error *err)
{
	struct download *download = context;
	if (is_wheel(download) && wheel_check_path(download->writer.temporary, download->choice->package->name,
						   download->file_name, err) < 0)
		return -1;
	return file_commit(&download->writer, true, err);
}

static int check_bytes(struct download *download, struct error *err)
{
	const struct lock_file *file = file_of(download);
	struct arena *arena = &download->fetch->arena;
	if (begin_file(download, err) < 0) // an empty body never came to the sink
		return -1;
	if (file->has_size && download->writer.written != file->size)
		return wrong_size(download, download->writer.written, err);
	struct sha256 digest = sha256_finish(download->hash);
	if (sha256_eq(&digest, &file->sha256))
		return 0;
	struct source_place *place = &download->sources[download->source];
	struct slice from = place->path ? slice_from(place->path) : url_redact(arena, place->url);
	error_set(err, ERROR_INTEGRITY, "'%.*s' has the SHA-256 %.*s, but the lock says %.*s (from '%.*s')",
		  SLICE_ARG(download->file_name), SLICE_ARG(sha256_hex(arena, &digest)),
		  SLICE_ARG(sha256_hex(arena, &file->sha256)), SLICE_ARG(from));
	return error_hint(err, "the file was replaced at its source, or somebody tampers with it: do not install it");
}

static void finish(struct download *download)
{
	struct fetch *fetch = download->fetch;
	struct error error = { 0 };
	if (check_bytes(download, &error) < 0)
		fail(fetch, &error);
	else
		crew_add(fetch->crew, check_and_commit, download);
}

// --- sources ----------------------------------------------------------------------------------------------------------

static int copy_local(struct download *download, const char *path, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	if (file_map_open(path, ERROR_SOURCE, &map, err) < 0)
		return -1;
	for (size_t at = 0; at < map.bytes.len; at += COPY_STEP) {
		struct slice step = slice_range(map.bytes, at, at + COPY_STEP);
		if (take_bytes(download, step, err) < 0)
			return -1;
		file_map_done_with(&map, at, step.len);
	}
	return 0;
}

static void request(struct download *download)
{
	struct net_request request = {
		.url = download->sources[download->source].url,
		.max_bytes = UINT64_MAX,
		.sink = take_bytes,
		.context = download,
		.headers = { { S("Accept-Encoding"), S("identity") } }, // hashes are of the file as it lies there
		.header_len = 1,
	};
	uint64_t have = download->writer.temporary ? download->writer.written : 0;
	const struct lock_file *file = file_of(download);
	download->resumed_at = have;
	if (have) {
		request.has_range = true;
		request.range_from = have;
		request.range_to = (file->has_size ? file->size : UNKNOWN_SIZE_MAX) - 1;
	}
	download->fetch->active++;
	net_start(download->fetch->net, &request);
}

// The lock's own addresses failed: does the index still know the file?
static bool add_last_resort(struct download *download)
{
	struct fetch *fetch = download->fetch;
	const struct store_locator *locator = fetch->locator;
	struct error ignored = { 0 };
	struct slice url = S("");
	unsigned before = download->sources_len;
	if (!locator || !locator->last_resort || download->asked_last_resort)
		return false;
	download->asked_last_resort = true;
	if (locator->locate(locator->context, download->choice->package, file_of(download), &fetch->arena, &url,
			    &ignored) < 0)
		return false; // why the addresses failed says more
	for (unsigned i = 0; i < before; i++)
		if (slice_eq(download->sources[i].url, url))
			return false;
	add_url(fetch, download, url);
	return download->sources_len > before;
}

// Tries sources from `download->source` on, until a request is under way or a local file was taken.
static void try_sources(struct download *download)
{
	for (; download->source < download->sources_len || add_last_resort(download); download->source++) {
		const char *path = download->sources[download->source].path;
		if (!path) {
			request(download);
			return;
		}
		struct error error = { 0 };
		if (copy_local(download, path, &error) == 0) {
			finish(download);
			return;
		}
		if (error.kind != ERROR_SOURCE) {
			fail(download->fetch, &error);
			return;
		}
		start_over(download);
		download->last = error;
	}
	error_during(&download->last, "downloading '%.*s'", SLICE_ARG(download->file_name));
	fail(download->fetch, &download->last);
}

static void try_next(struct download *download, const struct error *why)
{
	start_over(download);
	download->last = *why;
	download->source++;
	download->fruitless = download->restarts = 0;
	try_sources(download);
}

// --- answers ----------------------------------------------------------------------------------------------------------

// Did the server send the range we asked for, and not the whole file from its start?
static bool is_continuation(const struct download *download, const struct net_response *response)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice want = arena_printf(&scratch, "bytes %llu-", (unsigned long long)download->resumed_at);
	return response->status == 206 && slice_starts_with(response->content_range, want);
}

// The server cannot continue a file that it cuts off: a few more tries, then the next source.
static void again_from_the_start(struct download *download)
{
	struct error why = { 0 };
	if (download->restarts++ < RESTARTS_MAX) {
		start_over(download);
		request(download);
		return;
	}
	error_set(&why, ERROR_SOURCE, "'%.*s' comes incomplete, and its server does not continue it",
		  SLICE_ARG(url_redact(&download->fetch->arena, download->sources[download->source].url)));
	try_next(download, &why);
}

// The transfer ended early. What is there stays, and the rest is asked for; a server without ranges begins anew.
static void on_cut(struct download *download, const struct error *why)
{
	uint64_t have = download->writer.temporary ? download->writer.written : 0;
	bool fatal = why->kind != ERROR_SOURCE;
	if (download->resumed_at && fatal && why->kind == ERROR_INTEGRITY) {
		again_from_the_start(download); // too many bytes after a range: it was ignored
		return;
	}
	if (fatal) {
		fail(download->fetch, why);
		return;
	}
	download->fruitless = have > download->resumed_at ? 0 : download->fruitless + 1;
	if (have && download->fruitless < RESUMES_MAX)
		request(download);
	else
		try_next(download, why);
}

static void on_refusal(struct download *download, const struct net_response *response)
{
	struct error why = { 0 };
	struct slice url = url_redact(&download->fetch->arena, download->sources[download->source].url);
	if (download->resumed_at) { // 416 or an error page in the middle: whole, or not at all
		again_from_the_start(download);
		return;
	}
	error_set(&why, ERROR_SOURCE, "cannot fetch '%.*s': HTTP status %u", SLICE_ARG(url), response->status);
	try_next(download, &why);
}

static void on_response(struct fetch *fetch, const struct net_response *response)
{
	struct download *download = response->context;
	fetch->active--;
	if (fetch->failed)
		return;
	if (response->failed)
		on_cut(download, &response->error);
	else if (response->status != 200 && response->status != 206)
		on_refusal(download, response);
	else if (download->resumed_at && !is_continuation(download, response))
		again_from_the_start(download);
	else
		finish(download);
}

static int start_some(struct fetch *fetch, struct error *err)
{
	while (!fetch->failed && fetch->active < AT_ONCE && fetch->next < fetch->len) {
		struct download *download = &fetch->downloads[fetch->next++];
		if (find_sources(fetch, download, err) < 0)
			return -1;
		try_sources(download);
	}
	return 0;
}

// After a failure the transfers under way are still waited for: they write into memory that is ours.
static int drive(struct fetch *fetch, struct error *err)
{
	for (;;) {
		struct error error = { 0 };
		struct net_response response = { 0 };
		if (crew_failed(fetch->crew))
			fetch->failed = true; // crew_wait has the error
		if (start_some(fetch, &error) < 0)
			fail(fetch, &error);
		if (!fetch->active)
			return 0;
		if (net_wait(fetch->net, &response, err) < 0)
			return -1;
		on_response(fetch, &response);
		net_response_release(&response);
	}
}

// --------------------------------------------------------------------------------------------------------------------

static void announce(const struct fetch *fetch)
{
	uint64_t total = 0;
	for (size_t i = 0; i < fetch->len; i++)
		total += file_of(&fetch->downloads[i])->has_size ? file_of(&fetch->downloads[i])->size : 0;
	if (fetch->len && fetch->progress && fetch->progress->stage)
		fetch->progress->stage(fetch->progress->context, "downloading", total);
}

static int run(struct fetch *fetch, const struct lock_selection *selection, struct error *err)
{
	struct error crew_error = { 0 };
	if (list_missing(fetch, selection, err) < 0)
		return -1;
	if (fetch->len == 0)
		return 0;
	announce(fetch);
	fetch->crew = crew_new(0);
	if (drive(fetch, err) < 0)
		return -1; // interrupted: checks that have not begun are dropped with the crew
	int checked = crew_wait(fetch->crew, &crew_error);
	if (checked < 0)
		*err = crew_error;
	else if (fetch->failed)
		*err = fetch->error;
	return checked < 0 || fetch->failed ? -1 : 0;
}

int store_fetch(struct store *store, struct net *net, const struct lock_selection *selection,
		const char *lock_directory, const struct store_locator *locator, const struct progress *progress,
		struct error *err)
{
	struct fetch fetch = { .store = store, .net = net, .lock_directory = lock_directory, .locator = locator,
			       .progress = progress };
	int status = run(&fetch, selection, err);
	crew_free(fetch.crew);
	for (size_t i = 0; i < fetch.len; i++) {
		file_abandon(&fetch.downloads[i].writer);
		sha256_free(fetch.downloads[i].hash);
	}
	arena_release(&fetch.arena);
	return status;
}
