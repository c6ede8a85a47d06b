// SPDX-License-Identifier: MIT
// Asks an interpreter for its version.
#include "builder/sdist/workplace.h"

#include "base/files.h"

enum { LINES = 5, LIMIT_SECONDS = 60 };

static int read_lines(const struct line_list *lines, struct slice path,
		      struct sdist_python *ret_python, struct error *err)
{
	if (lines->len != LINES)
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
	};
	return 0;
}

int sdist_look_at_python(const char *cache_directory, struct slice path,
			 const volatile int *interrupted, struct arena *arena,
			 struct sdist_python *ret_python, struct error *err)
{
	AUTO(workplace_close) struct workplace place = { 0 };
	struct sdist_settings settings = { .cache_directory = cache_directory,
					   .limit_seconds = LIMIT_SECONDS,
					   .interrupted = interrupted };
	const char *python = arena_c_string(arena, path);
	struct workplace_step step = { .name = "describe",
				       .python = python,
				       .directory = "" };
	struct sha256 name = sha256_of(path);
	struct slice folder =
		arena_printf(arena, "python-%.16s", sha256_hex(arena, &name).ptr);
	struct line_list lines;
	if (workplace_open(&settings, folder, arena, &place, err) < 0 ||
	    workplace_run(&place, &step, &lines, err) < 0 ||
	    read_lines(&lines, path, ret_python, err) < 0)
		return error_during(err, "asking '%s' for its version", python);
	return 0;
}
