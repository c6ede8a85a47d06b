// SPDX-License-Identifier: MIT
// The steps from a locked source distribution to a wheel in the store.
#include "builder/sdist/sdist.h"

#include "base/sandbox.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/zip.h"
#include "builder/sdist/build_system.h"
#include "builder/sdist/causes.h"
#include "builder/sdist/wheel_writer.h"
#include "builder/sdist/workplace.h"
#include "builder/wheel/wheel.h"
#include "packaging/filename.h"
#include "packaging/name.h"

enum { TAIL_LINES = 12 };

struct build {
	struct store *store;
	const struct lock_choice *choice; // of the request, as are settings and host
	const struct sdist_settings *settings;
	const struct sdist_host *host;
	const struct sha256 *key;
	struct arena *arena;
	struct workplace place;
	struct build_system system;
	const char *project; // the folder of its pyproject.toml, absolute
	const char *python;  // of the build's environment
	struct built_wheel wheel;
	struct slice metadata;
};

static const char *c_string(struct build *build, struct slice text)
{
	return arena_c_string(build->arena, text);
}

// --- steps -----------------------------------------------------------------------------

// The cache is not to be seen, so the archive is copied. An editable project stays where it is.
static int unpack(struct build *build, struct error *err)
{
	const struct lock_file *file = build->choice->file;
	build->project = build->settings->editable;
	if (build->project)
		return 0;
	if (store_check_file(build->store, &file->sha256, err) < 0)
		return -1;
	const char *source = workplace_path(&build->place, "src");
	const char *archive = workplace_path(&build->place, "sdist");
	const char *arguments[] = { archive, source };
	struct workplace_step step = {
		.name = "unpack",
		.python = c_string(build, build->settings->python.path),
		.directory = "",
		.arguments = arguments,
		.len = sizeof(arguments) / sizeof(*arguments),
	};
	struct line_list ignored;
	const char *from = store_file_path(build->store, &file->sha256, build->arena);
	build->project = file->subdirectory.len
				 ? path_join(build->arena, source, file->subdirectory)
				 : source;
	if (workplace_copy(&build->place, from, archive, err) < 0)
		return -1;
	return workplace_run(&build->place, &step, &ignored, err);
}

// Reads which backend the project names; without pyproject.toml it is setuptools (517.1).
static int read_build_system(struct build *build, struct error *err)
{
	const char *path = path_join(build->arena, build->project, S("pyproject.toml"));
	struct slice text = S("");
	if (file_exists(path) && !build->settings->editable &&
	    !workplace_has_file(&build->place, path))
		return error_set(err, ERROR_INPUT, "its pyproject.toml is no file of it");
	if (file_exists(path) && file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT,
					   build->arena, &text, err) < 0)
		return -1;
	if (!text.len &&
	    !file_exists(path_join(build->arena, build->project, S("setup.py"))))
		return error_set(err, ERROR_INPUT,
				 "it has neither pyproject.toml nor setup.py");
	return build_system_read(text, build->arena, &build->system, err);
}

static int install_requirements(struct build *build, const struct slice *requirements,
				size_t len, struct error *err)
{
	const char *prefix = workplace_path(&build->place, "env");
	build->python = workplace_path(&build->place, "env/bin/python");
	if (path_is_directory(prefix) && sandbox_take_back(prefix, err) < 0)
		return -1;
	if (build->host->install(build->host->context, requirements, len,
				 &build->settings->python, prefix, &build->wheel.requires,
				 err) < 0)
		return error_during(err, "installing what it is built with");
	return 0;
}

// Runs a hook of the backend; `output` may be NULL.
static int run_hook(struct build *build, const char *hook, const char *output,
		    struct line_list *ret_lines, struct error *err)
{
	const struct build_system *system = &build->system;
	const char **arguments =
		arena_new_array(build->arena, const char *, system->paths_len + 2);
	size_t len = 0;
	arguments[len++] = c_string(build, system->backend);
	if (output)
		arguments[len++] = output;
	for (size_t i = 0; i < system->paths_len; i++)
		arguments[len++] = c_string(build, system->paths[i]);
	struct workplace_step step = { .name = hook,
				       .python = build->python,
				       .directory = build->project,
				       .arguments = arguments,
				       .len = len };
	return workplace_run(&build->place, &step, ret_lines, err);
}

static int prepare(struct build *build, struct error *err)
{
	const struct build_system *system = &build->system;
	struct line_list more;
	if (unpack(build, err) < 0 || read_build_system(build, err) < 0 ||
	    install_requirements(build, system->requires, system->requires_len, err) <
		    0 ||
	    run_hook(build, build->settings->editable ? "requires-editable" : "requires",
		     NULL, &more, err) < 0)
		return -1;
	if (more.len == 0)
		return 0;
	size_t len = system->requires_len;
	struct slice *all = arena_new_array(build->arena, struct slice, len + more.len);
	for (size_t i = 0; i < len; i++)
		all[i] = system->requires[i];
	for (size_t i = 0; i < more.len; i++)
		all[len++] = more.items[i];
	return install_requirements(build, all, len, err);
}

// --- the wheel -------------------------------------------------------------------------

// The backend may call the file what it likes, but it has to be a wheel of this release;
// where the lock says no version, of this project.
static int check_name(const struct build *build, struct slice name, struct error *err)
{
	const struct lock_package *package = build->choice->package;
	struct wheel_name parts;
	struct version built, locked;
	if (slice_find_byte(name, '/') != SLICE_NONE ||
	    wheel_name_parse(name, &parts) != FILENAME_OK)
		return error_set(err, ERROR_NO,
				 "the backend made '%.*s', which is no wheel",
				 SLICE_ARG(name));
	bool is_it = slice_eq(name_normalize(build->arena, parts.name), package->name) &&
		     version_parse(build->arena, parts.version, &built);
	if (is_it && package->version.len)
		is_it = version_parse(build->arena, package->version, &locked) &&
			version_cmp(&built, &locked) == 0;
	if (is_it)
		return 0;
	return error_set(err, ERROR_INTEGRITY,
			 "the backend made '%.*s', but the lock says %.*s %.*s",
			 SLICE_ARG(name), SLICE_ARG(package->name),
			 SLICE_ARG(package->version));
}

static int check_made(const struct build *build, const char *path, struct error *err)
{
	if (workplace_has_file(&build->place, path))
		return 0;
	return error_set(err, ERROR_NO, "the backend made no file '%s'", path);
}

static int enter_store(struct build *build, struct slice bytes, struct error *err)
{
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	struct built_wheel *wheel = &build->wheel;
	wheel->sha256 = sha256_of(bytes);
	wheel->size = bytes.len;
	const char *path = store_file_path(build->store, &wheel->sha256, build->arena);
	if (file_create(path, 0600, &writer, err) < 0 ||
	    file_append(&writer, bytes, err) < 0 ||
	    wheel_check_path(writer.temporary, build->choice->package->name, wheel->name,
			     build->settings->work, err) < 0)
		return -1;
	return file_commit(&writer, true, err);
}

static int make_wheel(struct build *build, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	const char *output = workplace_path(&build->place, "wheel");
	struct line_list lines;
	struct slice bytes = S("");
	const char *hook = build->settings->editable ? "editable" : "wheel";
	if (run_hook(build, hook, output, &lines, err) < 0)
		return -1;
	if (lines.len != 1)
		return error_set(err, ERROR_NO, "the backend did not say what it made");
	build->wheel.name = lines.items[0];
	const char *path = path_join(build->arena, output, build->wheel.name);
	if (check_name(build, build->wheel.name, err) < 0 ||
	    check_made(build, path, err) < 0 ||
	    file_map_open(path, ERROR_IO, &map, err) < 0 ||
	    wheel_normalise(map.bytes, build->wheel.name, build->arena, &bytes, err) < 0)
		return -1;
	return enter_store(build, bytes, err);
}

// --- when it fails ---------------------------------------------------------------------

static void explain(const struct build *build, struct sdist_outcome *outcome,
		    struct error *err)
{
	struct slice log = { 0 };
	struct error ignored = { 0 };
	if (err->kind != ERROR_NO ||
	    file_read(build->place.log_path, LIMIT_TEXT_FILE_BYTES, ERROR_IO,
		      build->arena, &log, &ignored) < 0)
		return;
	struct build_cause cause = build_cause_find(log);
	outcome->tail = build_log_tail(log, TAIL_LINES);
	if (cause.cause.len)
		error_set(err, ERROR_NO, "%.*s", SLICE_ARG(cause.cause));
	else if (cause.header.len)
		error_set(err, ERROR_NO, "the header '%.*s' is missing",
			  SLICE_ARG(cause.header));
	else if (cause.library.len)
		error_set(err, ERROR_NO,
			  "the library '%.*s' is missing, or what pkg-config knows of it",
			  SLICE_ARG(cause.library));
	if (cause.packages.len)
		error_hint(err, "on Debian: apt-get install %.*s; the whole log is %s",
			   SLICE_ARG(cause.packages), build->place.log_path);
	else
		error_hint(err, "the whole log is %s", build->place.log_path);
}

static const char *log_path_of(const struct build *build, struct error *err)
{
	const struct lock_package *package = build->choice->package;
	struct arena *arena = build->arena;
	const char *logs =
		path_join(arena, build->settings->cache_directory, S("built/logs"));
	if (make_directories(logs, err) < 0)
		return NULL;
	struct slice name =
		arena_printf(arena, "%.*s%s%.*s-%.12s.log", SLICE_ARG(package->name),
			     package->version.len ? "-" : "", SLICE_ARG(package->version),
			     sha256_hex(arena, build->key).ptr);
	const char *path = path_join(arena, path_real(arena, logs).ptr, name);
	return file_write(path, S(""), err) < 0 ? NULL : path;
}

static bool find_note(struct build *build)
{
	return built_find(build->store, build->settings->cache_directory, build->key,
			  build->arena, &build->wheel);
}

typedef int build_work(struct build *build, struct error *err);

static int run_logged(struct build *build, build_work *work,
		      struct sdist_outcome *outcome, struct error *err)
{
	outcome->log_path = log_path_of(build, err);
	if (!outcome->log_path)
		return -1;
	build->place.log_path = outcome->log_path;
	int status = prepare(build, err);
	if (status == 0)
		status = work(build, err);
	if (status < 0)
		explain(build, outcome, err);
	return status;
}

// Does the work in the build's folder. A wheel that another process noted under this key
// while we waited for the folder is the one that we would build now.
static int run_build(struct build *build, build_work *work,
		     struct sdist_outcome *ret_outcome, struct error *err)
{
	const struct sha256 *digest = &build->choice->file->sha256;
	struct slice folder =
		arena_printf(build->arena, "%.16s", sha256_hex(build->arena, digest).ptr);
	bool shares = work == make_wheel && !find_note(build);
	int status = 0;
	*ret_outcome = (struct sdist_outcome){ 0 };
	if (workplace_open(build->settings, folder, build->arena, &build->place, err) < 0)
		return -1;
	ret_outcome->by_another = shares && find_note(build);
	if (!ret_outcome->by_another)
		status = run_logged(build, work, ret_outcome, err);
	workplace_close(&build->place);
	ret_outcome->wheel = build->wheel;
	ret_outcome->metadata = build->metadata;
	return status;
}

static struct build build_of(struct store *store, const struct sdist_request *request,
			     struct arena *arena)
{
	return (struct build){ .store = store,
			       .choice = request->choice,
			       .settings = request->settings,
			       .host = request->host,
			       .key = &request->key,
			       .arena = arena };
}

int sdist_build(struct store *store, const struct sdist_request *request,
		struct arena *arena, struct sdist_outcome *ret_outcome, struct error *err)
{
	struct build build = build_of(store, request, arena);
	const struct sdist_settings *settings = request->settings;
	if (run_build(&build, make_wheel, ret_outcome, err) < 0)
		return -1;
	// The wheel of an editable is not noted: its folder may change tomorrow.
	if (!settings->editable && !ret_outcome->by_another &&
	    built_note(settings->cache_directory, build.key, &build.wheel, err) < 0)
		return -1;
	return 0;
}

// --- metadata --------------------------------------------------------------------------

// A backend without the hook has to make the whole wheel for the sake of one file, as PEP
// 517 says.
static int read_metadata_of_wheel(struct build *build, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	const char *output = workplace_path(&build->place, "wheel");
	struct zip_directory directory = { 0 };
	struct line_list lines;
	uint64_t need;
	if (run_hook(build, "wheel", output, &lines, err) < 0)
		return -1;
	if (lines.len != 1 || slice_find_byte(lines.items[0], '/') != SLICE_NONE)
		return error_set(err, ERROR_NO, "the backend did not say what it made");
	const char *path = path_join(build->arena, output, lines.items[0]);
	if (check_made(build, path, err) < 0 ||
	    file_map_open(path, ERROR_NO, &map, err) < 0 ||
	    zip_read_directory(build->arena, map.bytes, map.bytes.len, &directory, &need,
			       err) < 0)
		return -1;
	for (size_t i = 0; i < directory.len; i++) {
		struct slice rest = directory.entries[i].name, top;
		if (slice_cut(&rest, '/', &top) && slice_eq(rest, S("METADATA")) &&
		    slice_ends_with(top, S(".dist-info")))
			return zip_entry_read(&directory.entries[i], map.bytes,
					      LIMIT_METADATA_BYTES, build->arena,
					      &build->metadata, err);
	}
	return error_set(err, ERROR_NO, "the backend's wheel has no METADATA");
}

static int make_metadata(struct build *build, struct error *err)
{
	const char *output = workplace_path(&build->place, "metadata");
	struct line_list lines;
	if (run_hook(build, "metadata", output, &lines, err) < 0)
		return -1;
	if (lines.len == 0)
		return read_metadata_of_wheel(build, err);
	if (slice_find_byte(lines.items[0], '/') != SLICE_NONE)
		return error_set(err, ERROR_NO, "the backend did not say what it made");
	const char *path =
		path_join(build->arena, path_join(build->arena, output, lines.items[0]),
			  S("METADATA"));
	if (check_made(build, path, err) < 0)
		return -1;
	return file_read(path, LIMIT_METADATA_BYTES, ERROR_NO, build->arena,
			 &build->metadata, err);
}

int sdist_metadata(struct store *store, const struct sdist_request *request,
		   struct arena *arena, struct sdist_outcome *ret_outcome,
		   struct error *err)
{
	struct build build = build_of(store, request, arena);
	return run_build(&build, make_metadata, ret_outcome, err);
}
