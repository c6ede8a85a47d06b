// SPDX-License-Identifier: MIT
// Has wheels compiled, one process each, and reads what was made.
#include "builder/wheel/bytecode.h"

#include "base/inflate.h"
#include "base/limits.h"
#include "base/places.h"
#include "base/process.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "builder/store/blobs.h"
#include "builder/wheel/embedded.h"
#include "builder/wheel/scheme.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 3600, DESCRIBE_SECONDS = 60, ARGUMENTS_MAX = 12, PARTS_MAX = 8 };

static const char list_of_uncompiled[] = "uncompiled";

// --- the interpreter -------------------------------------------------------------------

struct python_job {
	const struct bytecode_interpreter *interpreter;
	const char *const *words; // for data/compile_wheel.py, ended by NULL
	const char *wheel;        // what it reads
	const char *folder;       // where it writes; absolute
	const struct work *work;
};

// Python gets no variables but the hash seed, and no site packages (pyc.4). -I and -E are
// not given, because they ignore the seed.
static const char *const environment[] = { "PYTHONHASHSEED=0", NULL };

static const char *const *arguments_of(struct slice python, const char *const *words,
				       struct arena *scratch)
{
	const struct slice program = { compile_wheel_py, compile_wheel_py_len };
	const char **arguments = arena_new_array(scratch, const char *, ARGUMENTS_MAX);
	size_t count = 0;
	arguments[count++] = arena_c_string(scratch, python);
	arguments[count++] = "-S";
	arguments[count++] = "-W";
	arguments[count++] = "ignore";
	arguments[count++] = "-c";
	arguments[count++] = arena_c_string(scratch, program);
	for (size_t i = 0; words[i]; i++)
		arguments[count++] = words[i];
	arguments[count] = NULL;
	return arguments;
}

static int check_exit(int exit_code, struct slice python, struct error *err)
{
	if (exit_code == 0)
		return 0;
	return error_set(err, ERROR_NO, "'%.*s' ended with %d", SLICE_ARG(python),
			 exit_code);
}

// What the user chose, and what it is asked is ours: it needs no walls.
static int ask_python(const struct bytecode_request *request, const char *answer,
		      struct arena *scratch, struct error *err)
{
	const char *words[] = { "describe", answer, NULL };
	const struct process_job job = { .arguments = arguments_of(request->path, words,
								   scratch),
					 .environment = environment,
					 .directory = "/",
					 .limit_seconds = DESCRIBE_SECONDS,
					 .work = request->work };
	int code;
	if (process_run(&job, &code, err) < 0)
		return -1;
	return check_exit(code, request->path, err);
}

static const struct sandbox_place *places_of(const struct python_job *wanted,
					     struct arena *scratch)
{
	const struct bytecode_interpreter *interpreter = wanted->interpreter;
	struct sandbox_place *places = arena_new_array(scratch, struct sandbox_place,
						       interpreter->parts_len + 3);
	size_t len = 0;
	for (size_t i = 0; i < interpreter->parts_len; i++)
		// One that holds the cache holds other things of its user as well.
		if (!path_lies_in(slice_from(wanted->folder), interpreter->parts[i]))
			places[len++] = (struct sandbox_place){
				arena_c_string(scratch, interpreter->parts[i]),
				SANDBOX_SHOW
			};
	places[len++] =
		(struct sandbox_place){ arena_c_string(scratch, interpreter->path),
					SANDBOX_SHOW };
	places[len++] = (struct sandbox_place){ wanted->folder, SANDBOX_WRITE };
	places[len] = (struct sandbox_place){ 0 };
	return places;
}

// No code of the wheel is run, but hostile source is read. Where no sandbox can be had, there still is no network.
static int run_python(const struct python_job *wanted, struct arena *scratch,
		      struct error *err)
{
	const struct bytecode_interpreter *interpreter = wanted->interpreter;
	struct sandbox_job job = { .arguments = arguments_of(interpreter->path,
							     wanted->words, scratch),
				   .environment = environment,
				   .directory = "/",
				   .input_path = wanted->wheel,
				   .log_path = "/dev/null",
				   .places = places_of(wanted, scratch),
				   .limit_seconds = LIMIT_SECONDS,
				   .work = wanted->work };
	struct sandbox_result result;
	if (sandbox_hand_over(wanted->folder, NULL, err) < 0)
		return -1;
	int status = sandbox_run(&job, &result, err);
	if (status < 0 && result.refused) {
		job.walls = SANDBOX_UNCONFINED;
		status = sandbox_run(&job, &result, err);
	}
	return status < 0 ? -1 : check_exit(result.exit_code, interpreter->path, err);
}

// cpython-312 for CPython 3.12; free-threaded builds have the tag cpython-313t.
static int check_interpreter(const struct bytecode_interpreter *interpreter,
			     const struct target *target, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice tag =
		arena_printf(&scratch, "cpython-%u%u%s", target->python_major,
			     target->python_minor, target->free_threaded ? "t" : "");
	bool old = target->python_major == 3 && target->python_minor < 7;
	if (old)
		return error_set(err, ERROR_INPUT,
				 "Python %u.%u knows no bytecode without times",
				 target->python_major, target->python_minor);
	if (slice_eq(interpreter->tag, tag) &&
	    (!target->python_patch_given ||
	     slice_eq(interpreter->version, target->python_full)))
		return 0;
	return error_set(err, ERROR_INPUT,
			 "'%.*s' is Python %.*s (%.*s), but the lock is for %.*s",
			 SLICE_ARG(interpreter->path), SLICE_ARG(interpreter->version),
			 SLICE_ARG(interpreter->tag), SLICE_ARG(target->name));
}

static bool read_answer(struct slice text, struct arena *arena,
			struct bytecode_interpreter *interpreter)
{
	struct slice banner = { 0 };
	if (!slice_cut(&text, '\n', &interpreter->tag) ||
	    !slice_cut(&text, '\n', &interpreter->magic) ||
	    !slice_cut(&text, '\n', &interpreter->version) ||
	    !slice_cut(&text, '\n', &banner))
		return false;
	interpreter->parts = arena_new_array(arena, struct slice, PARTS_MAX);
	while (text.len && interpreter->parts_len < PARTS_MAX)
		slice_cut(&text, '\n', &interpreter->parts[interpreter->parts_len++]);
	interpreter->banner = sha256_of(banner);
	return true;
}

int bytecode_look_at(const struct store *store, const struct bytecode_request *request,
		     struct arena *arena, struct bytecode_interpreter *ret_interpreter,
		     struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice path = request->path, text = { 0 };
	struct bytecode_interpreter interpreter = { .path = path };
	// Python runs in another folder, so the path has to be absolute.
	const char *work = store_bytecode_work_path(store, "describe", &scratch);
	struct slice folder = path_real(&scratch, path_directory(&scratch, work));
	const char *answer =
		path_join(&scratch, folder.ptr, slice_from(strrchr(work, '/') + 1));
	int status = ask_python(request, answer, &scratch, err);
	if (status == 0)
		status = file_read(answer, LIMIT_METADATA_BYTES, ERROR_IO, arena, &text,
				   err);
	(void)place_remove(answer);
	if (status < 0)
		return error_during(err, "asking '%.*s' what it is", SLICE_ARG(path));
	if (!read_answer(text, arena, &interpreter))
		return error_set(err, ERROR_INPUT, "'%.*s' does not say what it is",
				 SLICE_ARG(path));
	if (check_interpreter(&interpreter, request->target, err) < 0)
		return -1;
	*ret_interpreter = interpreter;
	return 0;
}

// --- compiling -------------------------------------------------------------------------

static struct slice bytecode_path(struct slice source, struct slice tag,
				  struct arena *arena)
{
	size_t slash = slice_find_last_byte(source, '/');
	size_t start = slash == SLICE_NONE ? 0 : slash + 1;
	struct slice name = slice_range(source, start, source.len - strlen(".py"));
	return arena_printf(arena, "%.*s__pycache__/%.*s.%.*s.pyc", (int)start,
			    source.ptr, SLICE_ARG(name), SLICE_ARG(tag));
}

static bool is_module(const struct installed_file *file, struct slice site)
{
	return file->zip && slice_ends_with(file->path, S(".py")) &&
	       slice_starts_with(file->path, site) &&
	       slice_find_byte(file->path, '\t') == SLICE_NONE;
}

static int by_walk(const void *left, const void *right)
{
	const struct installed_file *a = left, *b = right;
	return path_cmp_walk(a->path, b->path);
}

// The modules to compile, in the order of a file-system walk (pyc.4, tar.3).
static int list_sources(const struct bytecode_settings *settings,
			const struct wheel_file *wheel, struct arena *scratch,
			struct slice *ret_list, struct error *err)
{
	const struct tree_options *tree = settings->tree;
	struct slice site = scheme_site_directory(tree->scheme, tree->target, scratch);
	struct installed_wheel installed = { 0 };
	struct buf text = { .arena = scratch };
	if (installed_wheel_of(wheel, tree, scratch, &installed, err) < 0)
		return -1;
	if (installed.len)
		qsort(installed.files, installed.len, sizeof(*installed.files), by_walk);
	for (size_t i = 0; i < installed.len; i++) {
		const struct installed_file *file = &installed.files[i];
		if (is_module(file, site))
			buf_printf(&text, "%.*s\t%.*s/%.*s\t%.*s\n",
				   SLICE_ARG(file->zip->name),
				   SLICE_ARG(settings->tree->prefix),
				   SLICE_ARG(file->path),
				   SLICE_ARG(bytecode_path(file->path,
							   settings->interpreter->tag,
							   scratch)));
	}
	*ret_list = buf_slice(&text);
	return 0;
}

// What was made belongs to who made it and is theirs to change, so it is copied.
static int take_archive(const char *from, const char *to, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	if (place_look(from).kind != PLACE_FILE)
		return error_set(err, ERROR_NO, "it made no file '%s'", from);
	if (file_map_open(from, ERROR_IO, &map, err) < 0 ||
	    file_create(to, 0644, &writer, err) < 0 ||
	    file_append(&writer, map.bytes, err) < 0)
		return -1;
	return file_commit(&writer, false, err);
}

static int compile_in(const struct bytecode_settings *settings,
		      const struct wheel_file *wheel, const char *folder,
		      const char *path, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice list = { 0 };
	const char *list_path = path_join(&scratch, folder, S("list")),
		   *archive = path_join(&scratch, folder, S("archive"));
	const char *words[] = { "compile", list_path, archive, NULL };
	const struct python_job job = {
		.interpreter = settings->interpreter,
		.words = words,
		.wheel = store_file_path(settings->store, &wheel->sha256, &scratch),
		.folder = folder,
		.work = settings->work
	};
	if (list_sources(settings, wheel, &scratch, &list, err) < 0 ||
	    file_write(list_path, list, err) < 0 || run_python(&job, &scratch, err) < 0)
		return -1;
	return take_archive(archive, path, err);
}

static int compile_wheel(const struct bytecode_settings *settings,
			 const struct wheel_file *wheel, const char *path,
			 struct arena *scratch, struct error *err)
{
	struct slice hex = sha256_hex(scratch, &wheel->sha256);
	const char *folder = store_bytecode_work_path(settings->store, hex.ptr, scratch);
	struct error ignored = { 0 };
	if (remove_tree(folder, err) < 0 || make_directories(folder, err) < 0)
		return -1;
	int status =
		compile_in(settings, wheel, path_real(scratch, folder).ptr, path, err);
	(void)!remove_tree(folder, &ignored);
	return status;
}

// --- reading ---------------------------------------------------------------------------

static uint64_t count_lines(struct slice text)
{
	uint64_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

// The entries are stored, so their bytes are used in place; a damaged one makes the
// archive as good as absent.
static bool read_archive(const char *path, struct arena *arena,
			 struct bytecode *ret_bytecode)
{
	struct bytecode bytecode = { 0 };
	struct error ignored = { 0 };
	uint64_t need;
	if (!file_exists(path) ||
	    file_map_open(path, ERROR_IO, &bytecode.map, &ignored) < 0)
		return false;
	bool sound = zip_read_directory(arena, bytecode.map.bytes, bytecode.map.bytes.len,
					&bytecode.directory, &need, &ignored) == 0;
	for (size_t i = 0; sound && i < bytecode.directory.len; i++) {
		const struct zip_entry *entry = &bytecode.directory.entries[i];
		struct slice bytes = { 0 };
		sound = entry->method == ZIP_STORED &&
			zip_entry_data(entry, bytecode.map.bytes, &bytes, &ignored) ==
				0 &&
			crc32_update(0, bytes) == entry->crc32;
		if (sound && slice_eq(entry->name, slice_from(list_of_uncompiled)))
			bytecode.uncompiled = count_lines(bytes);
	}
	if (!sound) {
		file_map_close(&bytecode.map);
		return false;
	}
	*ret_bytecode = bytecode;
	return true;
}

// The name under which the store keeps a wheel's bytecode: all that decides it (pyc.8).
static struct sha256 key_of(const struct bytecode_settings *settings,
			    const struct wheel_file *wheel, struct arena *scratch)
{
	struct buf text = { .arena = scratch };
	const struct tree_options *tree = settings->tree;
	buf_printf(&text, "pinbake-bytecode 1\nprefix %.*s\nsite %.*s\n",
		   SLICE_ARG(tree->prefix),
		   SLICE_ARG(scheme_site_directory(tree->scheme, tree->target, scratch)));
	buf_printf(&text, "strip %.*s\n",
		   SLICE_ARG(strip_rules_text(tree->strip, scratch)));
	buf_append(&text, bytecode_key_line(settings->interpreter, scratch));
	buf_printf(&text, "wheel %.*s\n", SLICE_ARG(sha256_hex(scratch, &wheel->sha256)));
	return sha256_of(buf_slice(&text));
}

struct slice bytecode_key_line(const struct bytecode_interpreter *interpreter,
			       struct arena *arena)
{
	return arena_printf(arena, "pyc %.*s %.*s %.*s %.*s\n",
			    SLICE_ARG(interpreter->tag), SLICE_ARG(interpreter->magic),
			    SLICE_ARG(interpreter->version),
			    SLICE_ARG(sha256_hex(arena, &interpreter->banner)));
}

int bytecode_open(const struct bytecode_settings *settings,
		  const struct wheel_file *wheel, struct arena *arena,
		  struct bytecode *ret_bytecode, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct sha256 key = key_of(settings, wheel, &scratch);
	const char *path = store_bytecode_path(settings->store, &key, &scratch);
	if (read_archive(path, arena, ret_bytecode)) {
		place_touch(path);
		return 0;
	}
	if (compile_wheel(settings, wheel, path, &scratch, err) < 0)
		return error_during(err, "compiling '%.*s'", SLICE_ARG(wheel->file_name));
	if (read_archive(path, arena, ret_bytecode))
		return 0;
	return error_set(err, ERROR_INTEGRITY, "'%s' is damaged", path);
}

void bytecode_close(struct bytecode *bytecode)
{
	file_map_close(&bytecode->map);
}
