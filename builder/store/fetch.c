// SPDX-License-Identifier: MIT
// Brings the files of a lock into the store: many downloads at once, wheels checked by
// other threads meanwhile.
//
//	missing? ──▶ addresses ──▶ arrival: X.part, SHA-256 ──▶ admit ──▶ rename
//	               ▲ next        │ cut off: the rest by range
//	               └─────────────┘
#include "base/map.h"
#include "base/parallel.h"
#include "base/places.h"
#include "builder/store/arrival.h"
#include "builder/store/addresses.h"
#include "net/content_range.h"
#include "net/refusal.h"
#include "net/url.h"

#include <stdlib.h>
#include <time.h>

enum {
	RESUMES_MAX = 5,  // in a row, without a byte between them
	RESTARTS_MAX = 2, // of one address whose server cannot continue
	AT_ONCE = 32,     // downloads in flight; the net has a bound of its own
	COPY_STEP = 1 << 20,
};

struct download {
	struct fetch *fetch;
	const struct lock_choice *choice;
	struct addresses addresses;
	struct arrival arrival;
	uint64_t resumed_at; // bytes that were there when the running request began
	unsigned fruitless;  // resumes in a row that brought nothing
	unsigned restarts;   // of this address
	struct error last;   // why the last address failed
};

struct fetch {
	struct store *store;
	struct net *net;
	struct address_finder finder;
	const struct work *work;
	struct arena arena;
	struct crew *crew;
	struct download *downloads;
	size_t len, next, active;
	struct download **waiting; // for another process that loads the same
	size_t waiting_len;
	uint64_t done; // bytes
	bool failed;
	struct error error;
};

static void fail(struct fetch *fetch, const struct error *error)
{
	if (!fetch->failed)
		fetch->error = *error;
	fetch->failed = true;
}

// --- what is missing -------------------------------------------------------------------

// A file of another size was cut by something other than us, a crash of the system for
// instance: it is fetched again.
static bool is_stored(const char *path, const struct lock_file *file)
{
	struct place place = place_look(path);
	return place.kind == PLACE_FILE && (!file->has_size || place.size == file->size);
}

static int add_missing(struct fetch *fetch, const struct lock_choice *choice,
		       struct map *seen, struct error *err)
{
	const struct lock_file *file = choice->file;
	if (!file)
		return 0; // a checkout or a folder: who builds it will say so
	struct slice name = lock_file_name(&fetch->arena, file);
	if (sha256_is_zero(&file->sha256)) {
		error_set(err, ERROR_INPUT, "'%.*s' has no SHA-256 in the lock",
			  SLICE_ARG(name));
		return error_hint(err, "make the lock anew with 'pinbake lock'");
	}
	if (!map_insert(seen, sha256_hex(&fetch->arena, &file->sha256), 0, NULL))
		return 0;
	const char *path = store_file_path(fetch->store, &file->sha256, &fetch->arena);
	if (is_stored(path, file)) {
		place_touch(path);
		return 0;
	}
	struct download *download = &fetch->downloads[fetch->len++];
	*download = (struct download){ .fetch = fetch, .choice = choice };
	download->arrival = arrival_of(fetch->store, choice, name);
	download->arrival.admit = fetch->finder.request->admit;
	download->arrival.work = fetch->work;
	return 0;
}

// The largest files begin first, in the net and with the crew: they take longest.
static int largest_first(const void *left, const void *right)
{
	const struct download *a = left, *b = right;
	uint64_t size_a = a->choice->file->size, size_b = b->choice->file->size;
	if (size_a != size_b)
		return size_a > size_b ? -1 : 1;
	return slice_cmp(a->arrival.file_name, b->arrival.file_name);
}

static int list_missing(struct fetch *fetch, struct error *err)
{
	const struct fetch_request *request = fetch->finder.request;
	struct map seen = { .arena = &fetch->arena };
	fetch->downloads = arena_new_array(&fetch->arena, struct download, request->len);
	fetch->waiting = arena_new_array(&fetch->arena, struct download *, request->len);
	for (size_t i = 0; i < request->len; i++)
		if (add_missing(fetch, &request->choices[i], &seen, err) < 0)
			return -1;
	if (fetch->len)
		qsort(fetch->downloads, fetch->len, sizeof(*fetch->downloads),
		      largest_first);
	return 0;
}

// --- bytes -----------------------------------------------------------------------------

static void note_bytes(struct download *download, uint64_t bytes)
{
	struct fetch *fetch = download->fetch;
	fetch->done += bytes;
	work_advance(fetch->work, fetch->done, download->arrival.file_name);
}

static int take_bytes(void *context, struct slice bytes, struct error *err)
{
	struct download *download = context;
	if (arrival_take(&download->arrival, bytes, err) < 0)
		return -1;
	note_bytes(download, bytes.len);
	return 0;
}

static void start_over(struct download *download)
{
	download->fetch->done -= arrival_size(&download->arrival);
	download->resumed_at = 0;
	arrival_forget(&download->arrival);
}

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

// --- addresses ---------------------------------------------------------------------------

static struct file_address *address_of(struct download *download)
{
	return &download->addresses.items[download->addresses.at];
}

static struct slice shown_address(struct download *download)
{
	const struct file_address *address = address_of(download);
	return address->path ? slice_from(address->path)
			     : url_redact(&download->fetch->arena, address->url);
}

// All bytes are there: other threads take over, or the hash was wrong.
static void finish(struct download *download)
{
	struct fetch *fetch = download->fetch;
	struct error error = { 0 };
	if (arrival_check(&download->arrival, shown_address(download), &error) < 0)
		fail(fetch, &error);
	else
		crew_add(fetch->crew, arrival_enter, &download->arrival);
}

// The lock's hash is of the file as it lies at its server, so no content coding is
// wanted.
static void request(struct download *download)
{
	const struct lock_file *file = download->choice->file;
	uint64_t have = arrival_size(&download->arrival);
	struct net_request request = {
		.url = address_of(download)->url,
		.headers = { { S("Accept-Encoding"), S("identity") } },
		.header_len = 1,
		.has_range = have > 0,
		.range_from = have,
		.range_to = file->has_size ? file->size - 1 : INT64_MAX,
		.max_bytes = UINT64_MAX,
		.sink = take_bytes,
		.context = download,
		.owner = download->fetch,
	};
	download->resumed_at = have;
	download->fetch->active++;
	net_start(download->fetch->net, &request);
}

// Tries one address after the other, until a request is under way or a local file was
// taken.
static void try_addresses(struct download *download)
{
	struct fetch *fetch = download->fetch;
	const struct file_address *address;
	while ((address = addresses_get(&fetch->finder, download->choice,
					&download->addresses))) {
		struct error error = { 0 };
		if (!address->path) {
			request(download);
			return;
		}
		if (copy_local(download, address->path, &error) == 0) {
			finish(download);
			return;
		}
		start_over(download);
		download->last = error;
		if (error.kind != ERROR_SOURCE)
			break;
		download->addresses.at++;
	}
	if (download->last.kind == ERROR_NONE)
		error_set(&download->last, ERROR_SOURCE, "no index knows it");
	error_during(&download->last, "downloading '%.*s'",
		     SLICE_ARG(download->arrival.file_name));
	fail(fetch, &download->last);
}

static void try_next(struct download *download, const struct error *why)
{
	start_over(download);
	download->last = *why;
	download->addresses.at++;
	download->fruitless = download->restarts = 0;
	try_addresses(download);
}

// --- answers ---------------------------------------------------------------------------

// Did the server send the range we asked for, and not the whole file from its start?
static bool is_continuation(const struct download *download,
			    const struct net_response *response)
{
	struct content_range range;
	return response->status == 206 &&
	       content_range_parse(response->content_range, &range) &&
	       range.from == download->resumed_at;
}

// The server cannot continue a file that it cuts off: a few more tries, then the next
// address.
static void again_from_the_start(struct download *download)
{
	struct error why = { 0 };
	if (download->restarts++ < RESTARTS_MAX) {
		start_over(download);
		request(download);
		return;
	}
	error_set(&why, ERROR_SOURCE,
		  "'%.*s' comes incomplete, and its server does not continue it",
		  SLICE_ARG(shown_address(download)));
	try_next(download, &why);
}

// The transfer ended early. What is there stays, and the rest is asked for.
static void on_cut(struct download *download, const struct error *why)
{
	uint64_t have = arrival_size(&download->arrival);
	if (download->resumed_at && why->kind == ERROR_INTEGRITY) {
		again_from_the_start(download); // too many bytes: the range was ignored
		return;
	}
	if (why->kind != ERROR_SOURCE) {
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
	if (download->resumed_at) { // 416, or an error in the middle: whole, or not at all
		again_from_the_start(download);
		return;
	}
	if (response->status == 401 || response->status == 403)
		refusal_explain(address_of(download)->url, response, &why);
	else
		error_set(&why, ERROR_SOURCE, "cannot fetch '%.*s': HTTP status %u",
			  SLICE_ARG(shown_address(download)), response->status);
	try_next(download, &why);
}

static void on_response(struct fetch *fetch, const struct net_response *response)
{
	struct download *download = response->context;
	fetch->active--;
	if (response->failed)
		on_cut(download, &response->error);
	else if (response->status != 200 && response->status != 206)
		on_refusal(download, response);
	else if (download->resumed_at && !is_continuation(download, response))
		again_from_the_start(download);
	else
		finish(download);
}

// --- all of them -----------------------------------------------------------------------

static void start(struct download *download)
{
	struct fetch *fetch = download->fetch;
	struct error error = { 0 };
	if (addresses_find(&fetch->finder, download->choice, &download->addresses,
			   &error) == 0) {
		try_addresses(download);
		return;
	}
	error_during(&error, "looking for '%.*s'",
		     SLICE_ARG(download->arrival.file_name));
	fail(fetch, &error);
}

// Gives false where another process is loading the file. The file may have come since we
// looked.
static bool start_or_wait(struct download *download)
{
	struct fetch *fetch = download->fetch;
	struct arrival *arrival = &download->arrival;
	const struct lock_file *file = download->choice->file;
	if (!loading_begin(fetch->store, &file->sha256, &fetch->arena, &arrival->loading))
		return false;
	const char *path = store_file_path(fetch->store, &file->sha256, &fetch->arena);
	if (!is_stored(path, file)) {
		start(download);
		return true;
	}
	place_touch(path);
	loading_end(&arrival->loading);
	note_bytes(download, file->size);
	return true;
}

static bool has_room(const struct fetch *fetch)
{
	return !fetch->failed && fetch->active < AT_ONCE;
}

static void start_some(struct fetch *fetch)
{
	size_t kept = 0;
	for (size_t i = 0; i < fetch->waiting_len; i++)
		if (!has_room(fetch) || !start_or_wait(fetch->waiting[i]))
			fetch->waiting[kept++] = fetch->waiting[i];
	fetch->waiting_len = kept;
	while (has_room(fetch) && fetch->next < fetch->len) {
		struct download *download = &fetch->downloads[fetch->next++];
		if (!start_or_wait(download))
			fetch->waiting[fetch->waiting_len++] = download;
	}
}

// Nothing of our own is under way: a short sleep, then another look.
static void pause_for_others(struct fetch *fetch)
{
	static const struct timespec step = { .tv_nsec = 20 * 1000 * 1000 };
	struct error error = { 0 };
	nanosleep(&step, NULL);
	if (work_heed(fetch->work, &error) < 0)
		fail(fetch, &error);
}

static void drive(struct fetch *fetch)
{
	for (;;) {
		struct net_response response = { 0 };
		struct error error = { 0 };
		start_some(fetch);
		if (fetch->failed || crew_failed(fetch->crew) ||
		    (!fetch->active && !fetch->waiting_len))
			return;
		if (!fetch->active) {
			pause_for_others(fetch);
			continue;
		}
		if (net_wait_for(fetch->net, fetch, &response, &error) < 0) {
			fail(fetch, &error);
			return;
		}
		on_response(fetch, &response);
		net_response_release(&response);
	}
}

static void announce(const struct fetch *fetch)
{
	uint64_t total = 0;
	for (size_t i = 0; i < fetch->len; i++) {
		const struct lock_file *file = fetch->downloads[i].choice->file;
		total += file->has_size ? file->size : 0;
	}
	work_stage(fetch->work, "downloading", total);
}

// An interrupted run waits for nothing: checks that have not begun are dropped with the
// crew.
static int run(struct fetch *fetch, struct error *err)
{
	struct error crew_error = { 0 };
	fetch->crew = crew_new(0);
	drive(fetch);
	bool interrupted = fetch->failed && fetch->error.kind == ERROR_INTERRUPTED;
	if (!interrupted && crew_wait(fetch->crew, &crew_error) < 0) {
		*err = crew_error;
		return -1;
	}
	if (!fetch->failed)
		return 0;
	*err = fetch->error;
	return -1;
}

static void release(struct fetch *fetch)
{
	if (fetch->len > 0)
		net_cancel(fetch->net, fetch);
	crew_free(fetch->crew);
	for (size_t i = 0; i < fetch->len; i++)
		arrival_release(&fetch->downloads[i].arrival);
	arena_release(&fetch->arena);
}

int store_fetch(struct store *store, struct net *net, const struct fetch_request *request,
		const struct work *work, struct error *err)
{
	struct fetch fetch = { .store = store, .net = net, .work = work };
	if (!request->admit)
		BUG("nobody looks at what enters the store");
	fetch.finder = (struct address_finder){ request, &fetch.arena };
	int status = list_missing(&fetch, err);
	if (status == 0 && fetch.len > 0) {
		announce(&fetch);
		status = run(&fetch, err);
	}
	release(&fetch);
	return status;
}
