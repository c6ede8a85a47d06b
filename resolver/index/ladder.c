// SPDX-License-Identifier: MIT
// The rungs of the ladder: what to ask for next, and what an answer means for the file
// and for its host.
#include "resolver/index/ladder.h"

#include "base/headers.h"
#include "base/limits.h"
#include "net/content_range.h"
#include "net/refusal.h"
#include "net/url.h"
#include "packaging/name.h"
#include "resolver/index/sdist_egg.h"
#include "resolver/index/static_project.h"

#include <string.h>

enum {
	// What a tail must hold grows with the wheel: directory, RECORD and METADATA of
	// 80 well-known wheels took from 2 KiB to 0.5 MiB. A tail of size/48 between
	// these bounds held them for four in five (zip.3).
	TAIL_BYTES = 32 * 1024,
	TAIL_BYTES_MAX = 256 * 1024,
	TAIL_SHARE = 48,
	HEAD_BYTES = 256 * 1024, // of an sdist: setuptools writes PKG-INFO early
	// A whole file below this size costs no more than a range.
	SMALL_FILE_BYTES = 512 * 1024,
	// So many requests for .metadata fail before a host counts as one that serves
	// none.
	PROBES = 3,
	LOCAL_HEADER_BYTES = 30, // without name and extra field
	LOCAL_EXTRA_MAX = 64 * 1024,
};
// The largest file that is fetched as a whole, on the last rung; it is held in memory.
// Source distributions with jars in them have 320 MiB.
#define WHOLE_FILE_MAX GIB

// --- asking --------------------------------------------------------------------------

// An absent key proves nothing (idx.1), but a range is as good an answer, and a proxy
// takes long to look for a file that it lacks. So .metadata that the index does not
// announce is asked of hosts without ranges alone, until one has refused a few times; for
// ever once it served one.
static bool may_have_metadata_file(const struct ladder *ladder)
{
	const struct file_host *host = ladder->host;
	return ladder->file->kind == FILE_WHEEL && !ladder->asked_metadata_file &&
	       (host->metadata_served > 0 || host->metadata_missing < PROBES);
}

static void ask_for_metadata_file(struct ladder *ladder)
{
	ladder->step = LADDER_METADATA_FILE;
	ladder->asked_metadata_file = true;
}

static void go_without_ranges(struct ladder *ladder)
{
	if (may_have_metadata_file(ladder))
		ask_for_metadata_file(ladder);
	else
		ladder->step = LADDER_WHOLE;
}

static void go_to_ranges(struct ladder *ladder)
{
	bool wheel = ladder->file->kind == FILE_WHEEL;
	bool gzip = slice_ends_with(ladder->file->name, S(".gz"));
	bool small = ladder->size > 0 &&
		     ladder->size <= (wheel ? TAIL_BYTES : SMALL_FILE_BYTES);
	if (small || (!wheel && !gzip))
		ladder->step = LADDER_WHOLE;
	else if (ladder->host->no_ranges)
		go_without_ranges(ladder);
	else
		ladder->step = wheel ? LADDER_TAIL : LADDER_HEAD;
}

static uint64_t first_tail(uint64_t size)
{
	uint64_t tail = size / TAIL_SHARE;
	if (tail < TAIL_BYTES)
		return TAIL_BYTES;
	return tail < TAIL_BYTES_MAX ? tail : TAIL_BYTES_MAX;
}

void ladder_begin(struct ladder *ladder, const struct project_file *file,
		  struct file_host *host, struct arena *arena)
{
	*ladder = (struct ladder){ .file = file, .host = host, .arena = arena };
	ladder->size = file->has_size ? file->size : 0;
	ladder->tail = first_tail(ladder->size);
	if (file->has_core_metadata)
		ask_for_metadata_file(ladder);
	else
		go_to_ranges(ladder);
}

// The address of .metadata: the suffix comes before query and fragment (658.2).
static struct slice metadata_url(struct arena *arena, struct slice url)
{
	size_t query = slice_find_byte(url, '?');
	size_t end = query == SLICE_NONE ? url.len : query;
	return arena_printf(arena, "%.*s.metadata%.*s",
			    SLICE_ARG(slice_range(url, 0, end)),
			    SLICE_ARG(slice_skip(url, end)));
}

static void ask_for_range(struct net_request *request, uint64_t from, uint64_t to)
{
	uint64_t len = to - from + 1;
	request->has_range = true;
	request->range_from = from;
	request->range_to = to;
	// There is room for a server that knows no ranges and answers with the whole of a
	// small file.
	request->max_bytes = len > SMALL_FILE_BYTES ? len : SMALL_FILE_BYTES;
}

// Where the tail begins, once the size of the file is known.
static uint64_t start_of_tail(const struct ladder *ladder)
{
	return ladder->size > ladder->tail ? ladder->size - ladder->tail : 0;
}

static void ask_for_tail(const struct ladder *ladder, struct net_request *request)
{
	if (ladder->size) {
		ask_for_range(request, start_of_tail(ladder), ladder->size - 1);
		return;
	}
	ask_for_range(request, 0, ladder->tail - 1);
	request->range_last = ladder->tail;
}

static bool is_too_large(const struct ladder *ladder)
{
	return ladder->step == LADDER_WHOLE && ladder->size > WHOLE_FILE_MAX;
}

void ladder_request(const struct ladder *ladder, struct net_request *ret_request)
{
	// If the file is known to be too large, the first byte ends the transfer.
	struct net_request request = { .url = ladder->file->url,
				       .max_bytes = is_too_large(ladder)
							    ? 0
							    : WHOLE_FILE_MAX };
	switch (ladder->step) {
	case LADDER_METADATA_FILE:
		request.url = metadata_url(ladder->arena, ladder->file->url);
		request.max_bytes = LIMIT_METADATA_BYTES;
		break;
	case LADDER_TAIL: ask_for_tail(ladder, &request); break;
	case LADDER_ENTRY: ask_for_range(&request, ladder->from, ladder->to); break;
	case LADDER_HEAD: ask_for_range(&request, 0, HEAD_BYTES - 1); break;
	case LADDER_WHOLE: break;
	}
	*ret_request = request;
}

// --- wheels --------------------------------------------------------------------------

// Finds "name-version.dist-info/METADATA" at the top; if there are several, the wheel's
// own.
static const struct zip_entry *find_metadata(const struct zip_directory *directory,
					     const struct project_file *file)
{
	const struct zip_entry *found = NULL;
	for (size_t i = 0; i < directory->len; i++) {
		struct slice rest = directory->entries[i].name, top, name;
		if (!slice_cut(&rest, '/', &top) || !slice_eq(rest, S("METADATA")) ||
		    !slice_ends_with(top, S(".dist-info")))
			continue;
		slice_cut(&top, '-', &name);
		if (!found || name_eq(name, file->wheel.name))
			found = &directory->entries[i];
	}
	return found;
}

// Where the next member or the directory begins: the entry lies before it.
static uint64_t end_of_entry(const struct zip_directory *directory,
			     const struct zip_entry *entry)
{
	uint64_t end = directory->directory_offset;
	for (size_t i = 0; i < directory->len; i++) {
		uint64_t offset = directory->entries[i].header_offset;
		if (offset > entry->header_offset && offset < end)
			end = offset;
	}
	uint64_t longest = entry->header_offset + LOCAL_HEADER_BYTES + entry->name.len +
			   LOCAL_EXTRA_MAX + entry->compressed_size;
	return end < longest ? end : longest;
}

static enum ladder_result read_piece(struct ladder *ladder, const struct zip_entry *entry,
				     const struct zip_piece *piece,
				     struct slice *ret_text, struct error *err)
{
	if (zip_entry_read_piece(entry, piece, LIMIT_METADATA_BYTES, ladder->arena,
				 ret_text, err) < 0) {
		error_during(err, "reading METADATA of '%.*s'",
			     SLICE_ARG(ladder->file->name));
		return LADDER_UNUSABLE;
	}
	return LADDER_FOUND;
}

static enum ladder_result unusable(const struct ladder *ladder, struct error *err,
				   const char *what)
{
	error_set(err, ERROR_SOURCE, "'%.*s' %s", SLICE_ARG(ladder->file->name), what);
	return LADDER_UNUSABLE;
}

// Reads the METADATA that the last bytes of a wheel hold or point to.
static enum ladder_result read_tail(struct ladder *ladder, struct slice tail,
				    struct slice *ret_text, struct error *err)
{
	struct zip_directory directory = { 0 };
	uint64_t need = 0;
	if (zip_read_directory(ladder->arena, tail, ladder->size, &directory, &need,
			       err) < 0) {
		if (need <= tail.len || tail.len == ladder->size ||
		    need > LIMIT_REMOTE_DIRECTORY_BYTES) {
			error_during(err, "reading the directory of '%.*s'",
				     SLICE_ARG(ladder->file->name));
			return LADDER_UNUSABLE;
		}
		// RECORD and METADATA lie before the directory, and RECORD is about as
		// long as that.
		ladder->tail = 2 * need + TAIL_BYTES;
		return LADDER_AGAIN;
	}
	const struct zip_entry *entry = find_metadata(&directory, ladder->file);
	if (!entry)
		return unusable(ladder, err, "has no METADATA");
	uint64_t start = ladder->size - tail.len;
	if (entry->header_offset >= start)
		return read_piece(ladder, entry, &(struct zip_piece){ tail, start },
				  ret_text, err);
	uint64_t end = end_of_entry(&directory, entry);
	if (entry->compressed_size > LIMIT_METADATA_BYTES || end <= entry->header_offset)
		return unusable(ladder, err, "has a METADATA that is too large");
	ladder->step = LADDER_ENTRY;
	ladder->from = entry->header_offset;
	ladder->to = end - 1;
	ladder->entry = *entry;
	ladder->entry.name = arena_dup(ladder->arena, entry->name);
	return LADDER_AGAIN;
}

// --- source distributions ------------------------------------------------------------

// Reads the egg-info. If there is none, the PKG-INFO is judged as it is.
static enum ladder_result read_egg_info(struct ladder *ladder, struct slice bytes,
					struct slice *ret_text)
{
	struct error ignored;
	ladder->from_egg_info = sdist_egg_info(bytes, *ret_text, ladder->arena, ret_text,
					       &ignored) == SDIST_FOUND;
	return LADDER_FOUND;
}

// Reads [project], which is written for all, before the egg-info, which is what the
// author's machine said.
static bool read_static_project(struct ladder *ladder, struct slice bytes,
				struct slice pkg_info, struct slice *ret_text)
{
	struct header_block block = { 0 };
	struct slice pyproject = S(""), why;
	struct error ignored;
	struct static_known known = { S(""), S("") };
	if (pkg_info.len && headers_parse(ladder->arena, pkg_info, &block, &ignored) == 0)
		known = (struct static_known){ headers_get(&block, S("Name")),
					       headers_get(&block, S("Version")) };
	return sdist_top_file(bytes, S("pyproject.toml"), ladder->arena, &pyproject,
			      &ignored) == SDIST_FOUND &&
	       static_project_headers(pyproject, &known, ladder->arena, ret_text, &why);
}

static enum ladder_result needs_build(struct ladder *ladder, struct error *err)
{
	ladder->needs_build = true;
	return unusable(
		ladder, err,
		"has no PKG-INFO; a build would be needed to know its dependencies");
}

static enum ladder_result read_sdist(struct ladder *ladder, struct slice bytes,
				     bool whole, struct slice *ret_text,
				     struct error *err)
{
	struct error why;
	struct slice text = S("");
	enum sdist_result result = sdist_pkg_info(bytes, ladder->arena, &text, &why);
	bool is_old = result == SDIST_FOUND && pkg_info_is_old(text);
	if (result == SDIST_FOUND && !is_old) {
		*ret_text = text;
		return LADDER_FOUND;
	}
	if (!whole) {
		ladder->step = LADDER_WHOLE;
		return LADDER_AGAIN;
	}
	if ((is_old || result == SDIST_ABSENT) &&
	    read_static_project(ladder, bytes, text, ret_text))
		return LADDER_FOUND;
	if (is_old) {
		*ret_text = text;
		return read_egg_info(ladder, bytes, ret_text);
	}
	if (result == SDIST_ABSENT)
		return needs_build(ladder, err);
	if (result == SDIST_TRUNCATED)
		return unusable(ladder, err, "ends too early");
	*err = why;
	error_during(err, "reading '%.*s'", SLICE_ARG(ladder->file->name));
	return LADDER_UNUSABLE;
}

enum ladder_result ladder_take_whole(struct ladder *ladder, struct slice bytes,
				     struct slice *ret_text, struct error *err)
{
	const struct project_file *file = ladder->file;
	const struct sha256 digest = sha256_of(bytes);
	if (!sha256_is_zero(&file->sha256) && !sha256_eq(&digest, &file->sha256)) {
		error_set(err, ERROR_INTEGRITY,
			  "'%.*s' does not have the hash that the index gives",
			  SLICE_ARG(file->name));
		return LADDER_FAILED;
	}
	ladder->size = bytes.len;
	if (file->kind == FILE_SDIST)
		return read_sdist(ladder, bytes, true, ret_text, err);
	return read_tail(ladder, bytes, ret_text, err);
}

// --- answers -------------------------------------------------------------------------

static enum ladder_result failed(const struct ladder *ladder,
				 const struct net_response *response, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (response->failed)
		*err = response->error;
	else if (response->status == 401 || response->status == 403)
		refusal_explain(ladder->file->url, response, err);
	else
		error_set(err, ERROR_SOURCE, "'%.*s' was answered with HTTP status %u",
			  SLICE_ARG(url_redact(&scratch, ladder->file->url)),
			  response->status);
	return LADDER_FAILED;
}

static enum ladder_result take_metadata_file(struct ladder *ladder,
					     const struct net_response *response,
					     struct slice *ret_text, struct error *err)
{
	const struct sha256 *promised = &ladder->file->metadata_sha256;
	if (response->failed && response->error.kind == ERROR_INTERRUPTED)
		return failed(ladder, response, err);
	if (response->failed || response->status != 200) {
		// Whatever it was, the next rung may succeed; if not, its failure is the
		// one to report.
		ladder->host->metadata_missing += !response->failed;
		go_to_ranges(ladder);
		return LADDER_AGAIN;
	}
	const struct sha256 digest = sha256_of(response->body);
	if (!sha256_is_zero(promised) && !sha256_eq(promised, &digest)) {
		error_set(
			err, ERROR_INTEGRITY,
			"the metadata of '%.*s' does not have the hash that the index gives",
			SLICE_ARG(ladder->file->name));
		return LADDER_FAILED;
	}
	ladder->host->metadata_served++;
	ladder->unverified = sha256_is_zero(promised);
	*ret_text = response->body;
	return LADDER_FOUND;
}

void ladder_reject(struct ladder *ladder)
{
	ladder->host->metadata_served--;
	ladder->host->metadata_missing++;
	ladder->unverified = false;
	go_to_ranges(ladder);
}

// Does the answer hold exactly the bytes that were asked for? Learns the size of the
// file.
static bool range_is_right(struct ladder *ladder, const struct net_response *response)
{
	struct content_range range;
	if (!content_range_parse(response->content_range, &range) || !range.has_size ||
	    response->body.len != range.to - range.from + 1 ||
	    (ladder->size && ladder->size != range.size))
		return false;
	ladder->size = range.size;
	switch (ladder->step) {
	// A tail that is shorter than asked for is refused: it could come again and
	// again.
	case LADDER_TAIL:
		return range.to == range.size - 1 && range.from <= start_of_tail(ladder);
	case LADDER_ENTRY: return range.from == ladder->from && range.to == ladder->to;
	case LADDER_HEAD: return range.from == 0;
	case LADDER_METADATA_FILE:
	case LADDER_WHOLE: break;
	}
	return false;
}

static enum ladder_result take_range(struct ladder *ladder,
				     const struct net_response *response,
				     struct slice *ret_text, struct error *err)
{
	if (response->failed || response->status == 404)
		return failed(ladder, response, err);
	if (response->status == 200 && response->body.len)
		return ladder_take_whole(ladder, response->body, ret_text, err);
	if (response->status != 206 || !range_is_right(ladder, response)) {
		ladder->host->no_ranges |= response->status == 200;
		go_without_ranges(ladder);
		return LADDER_AGAIN;
	}
	if (ladder->step == LADDER_HEAD)
		return read_sdist(ladder, response->body,
				  response->body.len == ladder->size, ret_text, err);
	if (ladder->step == LADDER_ENTRY)
		return read_piece(ladder, &ladder->entry,
				  &(struct zip_piece){ response->body, ladder->from },
				  ret_text, err);
	return read_tail(ladder, response->body, ret_text, err);
}

enum ladder_result ladder_take(struct ladder *ladder, const struct net_response *response,
			       struct slice *ret_text, struct error *err)
{
	switch (ladder->step) {
	case LADDER_METADATA_FILE:
		return take_metadata_file(ladder, response, ret_text, err);
	case LADDER_TAIL:
	case LADDER_ENTRY:
	case LADDER_HEAD: return take_range(ladder, response, ret_text, err);
	case LADDER_WHOLE: break;
	}
	// The release cannot be used, like others; there may be better ones.
	if (is_too_large(ladder))
		return unusable(ladder, err,
				"is too large to be read whole for its metadata");
	if (response->failed || response->status != 200)
		return failed(ladder, response, err);
	return ladder_take_whole(ladder, response->body, ret_text, err);
}
