// SPDX-License-Identifier: MIT
// Gets one file's metadata from the store, from a local file, or by the ladder; then
// parses it and checks it against the file.
#include "resolver/index/state.h"

#include "base/files.h"
#include "base/headers.h"
#include "net/url.h"
#include "packaging/name.h"

#include <string.h>

// The first byte of a stored value says what follows: the headers of the metadata; these
// with what an egg-info adds; why the file has none that can be used; or why it has none
// without a build.
enum {
	STORED_HEADERS = 'M',
	STORED_EGG_INFO = 'E',
	STORED_UNUSABLE = 'U',
	STORED_NEEDS_BUILD = 'B'
};

// The key is the file's digest, so that it has one entry whatever index serves it; or its
// address if the index gives no digest.
static struct slice store_key(struct arena *arena, const struct project_file *file)
{
	bool known = !sha256_is_zero(&file->sha256);
	struct sha256 digest = known ? file->sha256 : sha256_of(file->url);
	struct buf key = { .arena = arena };
	buf_byte(&key, known ? 'F' : 'A');
	buf_append(&key, (struct slice){ (const char *)digest.bytes, SHA256_BYTES });
	return buf_slice(&key);
}

// The header block without the description that follows it, which nobody here reads.
static struct slice headers_only(struct slice text)
{
	size_t unix_end = slice_find(text, S("\n\n")),
	       dos_end = slice_find(text, S("\r\n\r\n"));
	size_t end = unix_end < dos_end ? unix_end : dos_end;
	return end == SLICE_NONE ? text : slice_range(text, 0, end + 1);
}

static bool is_for_resolving(struct slice field)
{
	static const char *const names[] = { "Metadata-Version", "Name",
					     "Version",          "Requires-Python",
					     "Requires-Dist",    "Provides-Extra",
					     "Dynamic",          "License-Expression" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (slice_eq_ignore_case(field, slice_from(names[i])))
			return true;
	return false;
}

// The header block without the fields for people: they are most of it, and it is read in
// every run. A block that cannot be read is kept as a whole, to be refused when it is
// parsed.
static struct slice needed_headers(struct arena *arena, struct slice text)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct header_block block;
	struct error ignored;
	struct buf needed = { .arena = arena };
	text = headers_only(text);
	if (headers_parse(&scratch, text, &block, &ignored) < 0)
		return text;
	for (size_t i = 0; i < block.len; i++) {
		if (!is_for_resolving(block.fields[i].name))
			continue;
		// A value on several lines keeps the blanks that begin them.
		buf_append(&needed, block.fields[i].name);
		buf_append(&needed, S(": "));
		buf_append(&needed, block.fields[i].value);
		buf_byte(&needed, '\n');
	}
	return buf_slice(&needed);
}

static struct slice with_first_byte(struct arena *arena, char first, struct slice text)
{
	struct buf value = { .arena = arena };
	buf_byte(&value, first);
	buf_append(&value, text);
	return buf_slice(&value);
}

// --- ends ----------------------------------------------------------------------------

static void end(struct index *index, struct metadata_job *job, enum metadata_state state)
{
	job->answer.state = state;
	job->known = true;
	index->news++;
	arena_release(&job->scratch);
}

static void end_without(struct index *index, struct metadata_job *job,
			enum metadata_state state, const struct error *why)
{
	struct error *kept = arena_new(&index->arena, struct error);
	*kept = *why;
	job->answer.error = kept;
	index->is_unrepeatable |= state == METADATA_FAILED;
	end(index, job, state);
}

static struct slice file_version(const struct metadata_job *job)
{
	struct sdist_name sdist = { 0 };
	if (job->file->kind == FILE_WHEEL)
		return job->file->wheel.version;
	(void)sdist_name_parse(job->file->name, job->project_name, &sdist);
	return sdist.version;
}

static bool same_version(struct arena *arena, struct slice a, struct slice b)
{
	struct version left, right;
	return version_parse(arena, a, &left) && version_parse(arena, b, &right) &&
	       version_cmp(&left, &right) == 0;
}

// A file must be what its name says: otherwise a release would get the dependencies of
// another.
static int check_identity(const struct metadata_job *job, const struct metadata *metadata,
			  struct arena *arena, struct error *err)
{
	if (name_eq(metadata->name, job->project_name) &&
	    same_version(arena, metadata->version, file_version(job)))
		return 0;
	return error_set(err, ERROR_SOURCE,
			 "'%.*s' calls itself '%.*s' %.*s in its metadata",
			 SLICE_ARG(job->file->name), SLICE_ARG(metadata->name),
			 SLICE_ARG(metadata->version));
}

// An sdist's metadata is believed only where it is final (643.1).
static int check_static(const struct metadata_job *job, struct error *err)
{
	const struct metadata *metadata = &job->answer.metadata;
	if (job->file->kind != FILE_SDIST || job->answer.from_egg_info ||
	    metadata_is_static(metadata))
		return 0;
	if (metadata->version_major < 2 ||
	    (metadata->version_major == 2 && metadata->version_minor < 2))
		return error_set(
			err, ERROR_SOURCE,
			"its source distribution does not state its dependencies (metadata version %u.%u); "
			"a build would be needed",
			metadata->version_major, metadata->version_minor);
	return error_set(
		err, ERROR_SOURCE,
		"its source distribution does not state its dependencies (they are dynamic); "
		"a build would be needed");
}

static int read_headers(const struct metadata_job *job, struct slice text,
			struct arena *arena, struct metadata *ret_metadata,
			struct error *err)
{
	if (metadata_parse(arena, text, ret_metadata, err) < 0)
		return -1;
	return check_identity(job, ret_metadata, arena, err);
}

// text is the header block, in the index's arena or in the store's map.
static void conclude(struct index *index, struct metadata_job *job, struct slice text)
{
	struct error why;
	bool is_readable =
		read_headers(job, text, &index->arena, &job->answer.metadata, &why) == 0;
	job->answer.needs_build = is_readable && check_static(job, &why) < 0;
	if (!is_readable || job->answer.needs_build)
		end_without(index, job, METADATA_UNUSABLE, &why);
	else
		end(index, job, METADATA_FOUND);
}

static void take_found(struct index *index, struct metadata_job *job, struct slice text)
{
	job->answer.from_egg_info = job->ladder.from_egg_info;
	char first = job->answer.from_egg_info ? STORED_EGG_INFO : STORED_HEADERS;
	struct slice value = with_first_byte(&index->arena, first,
					     needed_headers(&job->scratch, text));
	index_store_put(index->store, STORE_METADATA, job->key, value);
	index->counts.metadata_fetched++;
	conclude(index, job, slice_skip(value, 1));
}

static void take_unusable(struct index *index, struct metadata_job *job,
			  const struct error *why)
{
	bool needs_build = job->ladder.needs_build;
	char first = needs_build ? STORED_NEEDS_BUILD : STORED_UNUSABLE;
	struct slice value =
		with_first_byte(&index->arena, first, slice_from(why->cause));
	job->answer.needs_build = needs_build;
	index_store_put(index->store, STORE_METADATA, job->key, value);
	end_without(index, job, METADATA_UNUSABLE, why);
}

// why is set unless the result is LADDER_FOUND.
static void take_end(struct index *index, struct metadata_job *job,
		     enum ladder_result result, struct slice text,
		     const struct error *why)
{
	switch (result) {
	case LADDER_FOUND: take_found(index, job, text); break;
	case LADDER_UNUSABLE: take_unusable(index, job, why); break;
	case LADDER_FAILED: end_without(index, job, METADATA_FAILED, why); break;
	case LADDER_AGAIN: BUG("the ladder asks for more of a whole file");
	}
}

// --- ways ----------------------------------------------------------------------------

static bool look_into_store(struct index *index, struct metadata_job *job)
{
	struct value value;
	// If there is no digest, the address may mean another file by now.
	if (index->config.refresh && sha256_is_zero(&job->file->sha256))
		return false;
	if (!index_store_place(index->store, STORE_METADATA, job->key, &value) ||
	    value.bytes.len == 0)
		return false;
	const char *kept = value_read(&value, 0, value.bytes.len, 1, &index->arena);
	if (!kept)
		return false;
	struct slice text = { kept + 1, value.bytes.len - 1 };
	index->counts.metadata_from_store++;
	job->answer.needs_build = kept[0] == STORED_NEEDS_BUILD;
	if (kept[0] != STORED_UNUSABLE && kept[0] != STORED_NEEDS_BUILD) {
		job->answer.from_egg_info = kept[0] == STORED_EGG_INFO;
		conclude(index, job, text);
		return true;
	}
	struct error why;
	error_set(&why, ERROR_SOURCE, "%.*s", SLICE_ARG(text));
	end_without(index, job, METADATA_UNUSABLE, &why);
	return true;
}

static void read_local(struct index *index, struct metadata_job *job, const char *path)
{
	struct file_map map;
	struct slice text = S("");
	struct error why = { 0 };
	if (file_map_open(path, ERROR_SOURCE, &map, &why) < 0) {
		end_without(index, job, METADATA_FAILED, &why);
		return;
	}
	enum ladder_result result =
		ladder_take_whole(&job->ladder, map.bytes, &text, &why);
	take_end(index, job, result, text, &why);
	file_map_close(&map);
}

static struct file_host *host_of(struct index *index, struct slice file_url)
{
	struct url url;
	url_parse(file_url, &url);
	struct slice origin = { file_url.ptr, (size_t)(url.path.ptr - file_url.ptr) };
	uint32_t number;
	if (map_find(&index->host_origins, origin, &number))
		return index->hosts.items[number];
	struct file_host *host = arena_new(&index->arena, struct file_host);
	host->origin = arena_dup(&index->arena, origin);
	map_insert(&index->host_origins, host->origin, (uint32_t)index->hosts.len, NULL);
	*array_push(&index->arena, &index->hosts) = host;
	return host;
}

static void request(struct index *index, struct metadata_job *job, size_t id)
{
	struct net_request request;
	ladder_request(&job->ladder, &request);
	index_send(index, &request, REQUEST_METADATA, id);
}

void metadata_job_begin(struct index *index, struct metadata_job *job, size_t id)
{
	const char *path;
	struct error why;
	if (job->file->url.len == 0) {
		error_set(&why, ERROR_SOURCE, "the stored page of '%.*s' is damaged",
			  SLICE_ARG(job->project_name));
		error_hint(&why, "--refresh fetches it again");
		end_without(index, job, METADATA_FAILED, &why);
		return;
	}
	job->key = store_key(&index->arena, job->file);
	index->is_unrepeatable |= sha256_is_zero(&job->file->sha256);
	if (look_into_store(index, job))
		return;
	ladder_begin(&job->ladder, job->file, host_of(index, job->file->url),
		     &job->scratch);
	if (url_file_path(&job->scratch, job->file->url, &path)) {
		read_local(index, job, path);
		return;
	}
	if (!index->config.offline) {
		request(index, job, id);
		return;
	}
	error_set(&why, ERROR_SOURCE,
		  "the metadata of '%.*s' is not in the store and --offline is set",
		  SLICE_ARG(job->file->name));
	end_without(index, job, METADATA_FAILED, &why);
}

// Metadata that came without a hash and does not fit the file is more likely some page of
// the server. The file itself is asked then.
static bool is_doubtful(struct metadata_job *job, struct slice text)
{
	struct metadata metadata = { 0 };
	struct error ignored;
	return job->ladder.unverified &&
	       read_headers(job, headers_only(text), &job->scratch, &metadata, &ignored) <
		       0;
}

void metadata_job_take(struct index *index, struct metadata_job *job, size_t id,
		       const struct net_response *response)
{
	struct slice text = S("");
	struct error why = { 0 };
	enum ladder_result result = ladder_take(&job->ladder, response, &text, &why);
	if (result == LADDER_FOUND && is_doubtful(job, text)) {
		ladder_reject(&job->ladder);
		result = LADDER_AGAIN;
	}
	if (result == LADDER_AGAIN)
		request(index, job, id);
	else
		take_end(index, job, result, text, &why);
}
