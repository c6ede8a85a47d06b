// SPDX-License-Identifier: MIT
// Asks an interpreter for its version.
#include "builder/sdist/workplace.h"

#include "base/files.h"
#include "base/limits.h"
#include "builder/sdist/causes.h"

// Besides the folders that it consists of.
enum { LINES = 6, LIMIT_SECONDS = 60 };

static int read_lines(const struct line_list *lines, struct slice path,
		      struct sdist_python *ret_python, struct error *err)
{
	if (lines->len < LINES)
		return error_set(err, ERROR_INPUT, "'%.*s' does not say what it is",
				 SLICE_ARG(path));
	if (!slice_eq(lines->items[2], S("CPython")))
		return error_set(err, ERROR_INPUT, "'%.*s' is %.*s: expected CPython",
				 SLICE_ARG(path), SLICE_ARG(lines->items[2]));
	*ret_python = (struct sdist_python){
		.path = path,
		.version = lines->items[0],
		.free_threaded = slice_eq(lines->items[1], S("free")),
		.platform = lines->items[3],
		.libc = lines->items[4],
		.folders = lines->items + LINES,
		.folders_len = lines->len - LINES,
	};
	return 0;
}

// The last line that it printed says why it did not answer.
static void explain(const struct workplace *place, struct error *err)
{
	struct slice log = { 0 };
	struct error ignored = { 0 };
	if (err->kind == ERROR_NO &&
	    file_read(place->log_path, LIMIT_TEXT_FILE_BYTES, ERROR_IO, place->arena,
		      &log, &ignored) == 0 &&
	    slice_trim(log).len) {
		struct slice last = build_log_tail(log, 1);
		error_set(err, ERROR_INPUT, "%.*s", SLICE_ARG(last));
	}
}

static int describe(const struct sdist_settings *settings, struct slice path,
		    struct arena *arena, struct line_list *ret_lines, struct error *err)
{
	AUTO(workplace_close) struct workplace place = { 0 };
	struct workplace_step step = { .name = "describe",
				       .python = arena_c_string(arena, path),
				       .directory = "",
				       .is_trusted = true };
	struct slice who = path;
	if (settings->container)
		who = arena_printf(arena, "%.*s in %s", SLICE_ARG(path),
				   settings->container->image);
	struct sha256 name = sha256_of(who);
	struct slice folder =
		arena_printf(arena, "python-%.16s", sha256_hex(arena, &name).ptr);
	if (workplace_open(settings, folder, arena, &place, err) < 0)
		return -1;
	place.log_path = workplace_path(&place, "log");
	if (workplace_run(&place, &step, ret_lines, err) < 0) {
		explain(&place, err);
		return -1;
	}
	return 0;
}

int sdist_look_at_python(const struct sdist_settings *settings, struct slice path,
			 struct arena *arena, struct sdist_python *ret_python,
			 struct error *err)
{
	const struct sdist_settings asking = { .cache_directory =
						       settings->cache_directory,
					       .container = settings->container,
					       .limit_seconds = LIMIT_SECONDS,
					       .work = settings->work };
	struct line_list lines = { 0 };
	if (describe(&asking, path, arena, &lines, err) < 0 ||
	    read_lines(&lines, path, ret_python, err) < 0)
		return error_during(err, "asking '%.*s'%s for its version",
				    SLICE_ARG(path),
				    asking.container ? " of the image" : "");
	if (asking.container) {
		ret_python->path = lines.items[LINES - 1];
		ret_python->folders_len = 0;
		return 0;
	}
	// The links to it as well: its name and path say which environment it belongs to.
	ret_python->folders = arena_new_array(arena, struct slice, lines.len - LINES + 1);
	for (size_t i = LINES; i < lines.len; i++)
		ret_python->folders[i - LINES] = lines.items[i];
	ret_python->folders[ret_python->folders_len++] = path;
	return 0;
}
