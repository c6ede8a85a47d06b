// SPDX-License-Identifier: MIT
// Fetches and measures a file, and makes it a project with one release.
#include "pinbake/files/direct.h"

#include "builder/wheel/wheel.h"
#include "pinbake/files/direct.h"

#include "base/limits.h"
#include "base/text.h"
#include "net/url.h"
#include "packaging/name.h"

#include <unistd.h>

// As the store has it: the largest wheel on any index is below 4 GB.
#define SIZE_MAX_BYTES (16 * GIB)

struct fetching {
	struct session *session;
	struct slice name; // of the file
	struct file_writer writer;
	struct sha256_state *hash;
};

// --- what the address says -------------------------------------------------------------------------------------------

// "sha256=…" and "subdirectory=…" of the fragment.
static int read_fragment(struct slice location, struct sha256 *ret_expected,
			 struct slice *ret_subdirectory, struct error *err)
{
	size_t hash = slice_find_byte(location, '#');
	struct slice rest = hash == SLICE_NONE ? S("") : slice_skip(location, hash + 1),
		     value, key;
	*ret_subdirectory = url_fragment(location, S("subdirectory"));
	if (lock_path_escapes(*ret_subdirectory))
		return error_set(err, ERROR_INPUT,
				 "'subdirectory' must lie inside the archive");
	while (rest.len) {
		slice_cut(&rest, '&', &value);
		slice_cut(&value, '=', &key);
		if (slice_eq(key, S("sha256")) &&
		    (!sha256_parse_hex(value, ret_expected) ||
		     sha256_is_zero(ret_expected)))
			return error_set(
				err, ERROR_INPUT,
				"'#sha256=' takes the 64 hexadecimal digits of a digest");
		else if (slice_eq(key, S("md5")) || slice_eq(key, S("sha1")) ||
			 slice_eq(key, S("sha512")) || slice_eq(key, S("sha384")))
			return error_set(err, ERROR_INPUT,
					 "'#%.*s=' is not checked here: give '#sha256='",
					 SLICE_ARG(key));
	}
	return 0;
}

// Name and version by the file's name, which must be the requirement's.
static int read_file_name(struct arena *arena, struct slice name,
			  struct direct_file *file, struct error *err)
{
	struct slice raw_name = S(""), raw_version = S("");
	struct sdist_name sdist;
	struct project_file *it = &file->file;
	if (wheel_name_parse(it->name, &it->wheel) == FILENAME_OK) {
		it->kind = FILE_WHEEL;
		raw_name = it->wheel.name;
		raw_version = it->wheel.version;
	} else if (sdist_name_parse(it->name, name, &sdist) == FILENAME_OK) {
		it->kind = FILE_SDIST;
		raw_name = sdist.name;
		raw_version = sdist.version;
	}
	if (!version_parse(arena, raw_version, &file->release.version)) {
		error_set(err, ERROR_INPUT,
			  "'%.*s' is named like no wheel or source distribution",
			  SLICE_ARG(it->name));
		return error_hint(
			err,
			"expected NAME-VERSION-…-PLATFORM.whl or NAME-VERSION.tar.gz");
	}
	file->name = name_normalize(arena, raw_name);
	file->release.version_text = version_normal(arena, &file->release.version);
	if (name.len && !slice_eq(name, file->name))
		return error_set(err, ERROR_INPUT,
				 "'%.*s' is a file of '%.*s', not of '%.*s'",
				 SLICE_ARG(it->name), SLICE_ARG(file->name),
				 SLICE_ARG(name));
	return 0;
}

static int check_digest(const struct direct_file *file, const struct sha256 *expected,
			struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (sha256_is_zero(expected) || sha256_eq(expected, &file->file.sha256))
		return 0;
	struct slice hex = sha256_hex(&scratch, &file->file.sha256);
	error_set(err, ERROR_INTEGRITY,
		  "'%.*s' is not the file that its '#sha256=' promises",
		  SLICE_ARG(file->file.name));
	return error_hint(err, "its SHA-256 is %.*s", SLICE_ARG(hex));
}

// --- local files -----------------------------------------------------------------------------------------------------

static int measure(const char *path, struct project_file *file, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	if (file_map_open(path, ERROR_INPUT, &map, err) < 0)
		return -1;
	file->sha256 = sha256_of(map.bytes);
	file->size = map.bytes.len;
	file->has_size = true;
	return 0;
}

static int take_local(struct session *session, struct slice path,
		      struct direct_file *file, struct error *err)
{
	const char *given = arena_c_string(session->arena, path);
	struct slice real = path_real(session->arena, given);
	if (real.len == 0)
		return error_set(err, ERROR_INPUT, "there is no file '%s'", given);
	file->path = arena_c_string(session->arena, real);
	file->file.url = url_from_path(session->arena, file->path);
	return measure(file->path, &file->file, err);
}

// --- files of others -------------------------------------------------------------------------------------------------

static int take_bytes(void *context, struct slice bytes, struct error *err)
{
	struct fetching *fetching = context;
	sha256_update(fetching->hash, bytes);
	work_status(&fetching->session->config.work, "fetching %.*s",
		    SLICE_ARG(fetching->name));
	return file_append(&fetching->writer, bytes, err);
}

static void fetching_end(struct fetching *fetching)
{
	file_abandon(&fetching->writer);
	sha256_free(fetching->hash);
}

static int receive(struct session *session, struct slice url, struct fetching *fetching,
		   struct error *err)
{
	struct net *net;
	struct net_request request = {
		.url = url_without_fragment(url),
		.max_bytes = SIZE_MAX_BYTES,
		.sink = take_bytes,
		.context = fetching,
		.owner = fetching,
	};
	struct net_response response;
	int status = 0;
	if (session_net(session, &net, err) < 0)
		return -1;
	net_start(net, &request);
	if (net_wait_for(net, fetching, &response, err) < 0) {
		net_cancel(net, fetching);
		return -1;
	}
	if (response.failed)
		*err = response.error, status = -1;
	else if (response.status != 200)
		status = error_set(err, ERROR_SOURCE,
				   "the server answered with HTTP status %u",
				   response.status);
	net_response_release(&response);
	return status < 0
		       ? error_during(err, "fetching '%.*s'", SLICE_ARG(fetching->name))
		       : 0;
}

// Into the store by its own door, where a wheel is checked.
static int enter_store(struct session *session, const char *path,
		       const struct direct_file *file, struct error *err)
{
	struct store *store;
	struct net *net;
	struct lock_file entry = {
		.kind = file->file.kind == FILE_WHEEL ? LOCK_WHEEL : LOCK_SDIST,
		.name = file->file.name,
		.url = url_from_path(session->arena, path),
		.sha256 = file->file.sha256,
		.has_size = true,
		.size = file->file.size,
	};
	struct lock_package package = { .name = file->name,
					.version = file->release.version_text };
	struct lock_choice choice = { &package, &entry };
	const struct fetch_request request = {
		.choices = &choice, .len = 1, .folder = ".", .admit = wheel_admit
	};
	if (session_store(session, &store, err) < 0 ||
	    session_net(session, &net, err) < 0)
		return -1;
	return store_fetch(store, net, &request, NULL, err);
}

static int download_into(const char *directory, struct session *session, struct slice url,
			 struct direct_file *file, struct error *err)
{
	const char *path = path_join(session->arena, directory, file->file.name);
	AUTO(fetching_end)
	struct fetching fetching = { .session = session,
				     .name = file->file.name,
				     .hash = sha256_new() };
	if (make_directories(directory, err) < 0 ||
	    file_create(path, 0644, &fetching.writer, err) < 0 ||
	    receive(session, url, &fetching, err) < 0)
		return -1;
	file->file.size = fetching.writer.written;
	file->file.has_size = true;
	file->file.sha256 = sha256_finish(fetching.hash);
	if (file_commit(&fetching.writer, false, err) < 0)
		return -1;
	return enter_store(session, path, file, err);
}

// In a folder of this process' own: another one may be fetching the same file.
static int download(struct session *session, struct slice url, struct direct_file *file,
		    struct error *err)
{
	struct sha256 key = sha256_of(url);
	struct slice folder =
		arena_printf(session->arena, "direct/%.32s-%ld",
			     sha256_hex(session->arena, &key).ptr, (long)getpid());
	const char *directory =
		path_join(session->arena, session->config.cache_directory, folder);
	int status = download_into(directory, session, url, file, err);
	struct error ignored;
	(void)!remove_tree(directory, &ignored);
	return status;
}

// A digest that the user gives and the store knows needs no server.
static bool is_in_store(struct session *session, const struct store *store,
			const struct sha256 *expected, struct project_file *file)
{
	struct error changed = { 0 };
	if (sha256_is_zero(expected) || !store_has_file(store, expected) ||
	    store_check_file(store, expected, &changed) < 0 ||
	    !file_size(store_file_path(store, expected, session->arena), &file->size))
		return false;
	file->sha256 = *expected;
	file->has_size = true;
	return true;
}

static int take_remote(struct session *session, struct slice url,
		       const struct sha256 *expected, struct direct_file *file,
		       struct error *err)
{
	struct store *store;
	file->url = url_redact(session->arena, url_without_fragment(url));
	if (session_store(session, &store, err) < 0)
		return -1;
	if (!is_in_store(session, store, expected, &file->file) &&
	    (download(session, url, file, err) < 0 ||
	     check_digest(file, expected, err) < 0))
		return -1;
	file->file.url =
		url_from_path(session->arena,
			      store_file_path(store, &file->file.sha256, session->arena));
	return 0;
}

static bool is_remote(struct slice location)
{
	struct url url;
	url_parse(location, &url);
	return slice_eq_ignore_case(url.scheme, S("https")) ||
	       slice_eq_ignore_case(url.scheme, S("http"));
}

int direct_take_archive(struct session *session, const struct direct_request *request,
			struct direct_file *ret_file, struct error *err)
{
	struct arena *arena = session->arena;
	struct sha256 expected = { 0 };
	struct direct_file *file = ret_file;
	struct slice location = request->location, bare = url_without_fragment(location);
	bool remote = is_remote(location);
	*file = (struct direct_file){ .subdirectory = S("") };
	if (read_fragment(location, &expected, &file->subdirectory, err) < 0)
		return -1;
	file->file.name = url_file_name(arena, bare);
	if (!remote)
		file->file.name = slice_from(arena_c_string(
			arena, slice_skip(bare, slice_find_last_byte(bare, '/') + 1)));
	if (read_file_name(arena, request->name, file, err) < 0)
		return -1;
	if (remote)
		return take_remote(session, location, &expected, file, err);
	return take_local(session, bare, file, err) < 0
		       ? -1
		       : check_digest(file, &expected, err);
}
