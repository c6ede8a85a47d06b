// SPDX-License-Identifier: MIT
// The folder of one build, and the steps of data/build_wheel.py that run in it.
//
//	WORK/build_wheel.py  answer  sdist  src/  env/  home/  tmp/  wheel/
#pragma once

#include "builder/sdist/room.h"
#include "builder/sdist/sdist.h"

// Where builds look for programs after their own environment, as PATH has it.
#define BUILD_PATH "/usr/local/bin:/usr/bin:/bin"

struct workplace {
	const struct sdist_settings *settings;
	struct arena *arena;
	struct room room;
	const char *log_path;       // absolute; /dev/null until it is set
	const char *container_name; // where settings have a container
};

// Waits while another process builds the same. An older folder is emptied.
NODISCARD int workplace_open(const struct sdist_settings *settings, struct slice name,
			     struct arena *arena, struct workplace *ret_place,
			     struct error *err);
void workplace_close(struct workplace *place); // removes it; fine on a zeroed struct

const char *workplace_path(const struct workplace *place, const char *below);

// Copies a file into it, for the build to do with what it likes.
NODISCARD int workplace_copy(const struct workplace *place, const char *from,
			     const char *to, struct error *err);

// Is it a file of the build's own? What a build leaves is looked at by this process: a link
// could lead to a file that its container does not show, a pipe would keep it waiting.
bool workplace_has_file(const struct workplace *place, const char *path);

// Runs `python build_wheel.py STEP ANSWER arguments…` in WORK/below and reads the answer's
// lines. ERROR_NO where the step failed: the log says why.
struct workplace_step {
	const char *name;      // "wheel"
	const char *python;    // path
	const char *directory; // absolute, or below the root, "" for itself
	const char **arguments;
	size_t len;
	bool is_trusted; // no code of a package takes part in it
};
struct line_list {
	struct slice *items;
	size_t len, cap;
};
NODISCARD int workplace_run(struct workplace *place, const struct workplace_step *step,
			    struct line_list *ret_lines, struct error *err);
