// SPDX-License-Identifier: MIT
// Makes a build's folder and environment, runs steps in it, and clears it away.
#include "builder/sdist/workplace.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/places.h"
#include "base/text.h"
#include "builder/sdist/embedded.h"

#include <unistd.h>

enum { ENVIRONMENT_MAX = 32 };

const char *workplace_path(const struct workplace *place, const char *below)
{
	return *below ? path_join(place->arena, place->room.path, slice_from(below))
		      : place->room.path;
}

bool workplace_has_file(const struct workplace *place, const char *path)
{
	struct slice room = slice_from(place->room.path);
	struct slice real = path_real(place->arena, path);
	return path_lies_in(real, room) && place_look(real.ptr).kind == PLACE_FILE;
}

// --- the folder ------------------------------------------------------------------------

static int fill(const struct workplace *place, struct error *err)
{
	struct slice driver = { build_wheel_py, build_wheel_py_len };
	return make_directories(workplace_path(place, "home"), err) < 0 ||
			       make_directories(workplace_path(place, "tmp"), err) < 0 ||
			       file_write(workplace_path(place, "build_wheel.py"), driver,
					  err) < 0
		       ? -1
		       : 0;
}

int workplace_open(const struct sdist_settings *settings, struct slice name,
		   struct arena *arena, struct workplace *ret_place, struct error *err)
{
	struct workplace place = { .settings = settings,
				   .arena = arena,
				   .log_path = "/dev/null" };
	if (room_enter(settings, name, arena, &place.room, err) < 0)
		return -1;
	if (fill(&place, err) < 0) {
		room_leave(&place.room);
		return -1;
	}
	// A container of that name can only be left of a crash, because the room is ours.
	// Other users of the same daemon have rooms of their own.
	place.container_name = arena_printf(arena, "pinbake-build-%u-%.*s",
					    (unsigned)geteuid(), SLICE_ARG(name))
				       .ptr;
	if (settings->container)
		container_remove(settings->container, place.container_name);
	*ret_place = place;
	return 0;
}

void workplace_close(struct workplace *place)
{
	room_leave(&place->room);
}

// --- steps -----------------------------------------------------------------------------

struct variables {
	struct arena *arena;
	const char *items[ENVIRONMENT_MAX];
	size_t len;
};

static void add(struct variables *variables, const char *name, const char *value)
{
	variables->items[variables->len++] =
		arena_printf(variables->arena, "%s=%s", name, value).ptr;
}

static bool has_space(const char *path)
{
	for (; *path; path++)
		if (is_space(*path))
			return true;
	return false;
}

// Compilers write the paths they work in into debug information and __FILE__.
static void add_flags(const struct workplace *place, struct variables *variables)
{
	const char *map = arena_printf(place->arena, "-ffile-prefix-map=%s=/build",
				       place->room.path)
				  .ptr;
	if (has_space(place->room.path))
		return;
	add(variables, "CFLAGS", map);
	add(variables, "CXXFLAGS", map);
}

// A program without a folder is looked up on the PATH of the image: nobody knows its path
// yet.
static bool is_looked_up(const char *python)
{
	return slice_find_byte(slice_from(python), '/') == SLICE_NONE;
}

// The build sees nothing of the user's environment but what is said here.
static struct variables environment_of(const struct workplace *place, const char *python)
{
	struct variables variables = { .arena = place->arena };
	const char *bin = path_directory(place->arena, python);
	if (!is_looked_up(python))
		add(&variables, "PATH",
		    arena_printf(place->arena, "%s:" BUILD_PATH, bin).ptr);
	add(&variables, "HOME", workplace_path(place, "home"));
	add(&variables, "TMPDIR", workplace_path(place, "tmp"));
	add(&variables, "LANG", "C.UTF-8");
	add(&variables, "LC_ALL", "C.UTF-8");
	add(&variables, "TZ", "UTC");
	add(&variables, "SOURCE_DATE_EPOCH", "315532800"); // the oldest time of zip
	add(&variables, "PYTHONHASHSEED", "0");
	add(&variables, "PYTHONNOUSERSITE", "1");
	add(&variables, "PYTHONDONTWRITEBYTECODE", "1");
	add(&variables, "PYTHONIOENCODING", "utf-8");
	add_flags(place, &variables);
	return variables;
}

static int read_answer(const struct workplace *place, const char *path,
		       struct line_list *ret_lines, struct error *err)
{
	struct slice text = { 0 }, line;
	struct line_list lines = { 0 };
	if (file_read(path, LIMIT_METADATA_BYTES, ERROR_IO, place->arena, &text, err) < 0)
		return -1;
	while (text.len) {
		slice_cut(&text, '\n', &line);
		*array_push(place->arena, &lines) = line;
	}
	*ret_lines = lines;
	return 0;
}

static const char **arguments_of(const struct workplace *place,
				 const struct workplace_step *step, const char *answer)
{
	enum { BEFORE = 5 };
	const char **all =
		arena_new_array(place->arena, const char *, step->len + BEFORE + 1);
	size_t len = 0;
	all[len++] = step->python;
	all[len++] = "-s";
	all[len++] = workplace_path(place, "build_wheel.py");
	all[len++] = step->name;
	all[len++] = answer;
	for (size_t i = 0; i < step->len; i++)
		all[len++] = step->arguments[i];
	return all;
}

// Mounts the room, and read-only what the step reads and the environment, once it is
// there.
static const char *const *container_arguments(const struct workplace *place,
					      const struct workplace_step *step,
					      const struct sandbox_job *job)
{
	enum { READ_ONLY = 2 };
	const char *read_only[READ_ONLY + 1] = { NULL };
	const char *environment = workplace_path(place, "env");
	size_t len = 0;
	if (path_is_directory(environment))
		read_only[len++] = environment;
	if (step->reads)
		read_only[len++] = step->reads;
	struct container_run run = {
		.name = place->container_name,
		.room = place->room.path,
		.project = place->settings->editable,
		.read_only = read_only,
		.directory = job->directory,
		.environment = job->environment,
		.arguments = job->arguments,
		.keeps_environment = is_looked_up(step->python),
		.network = job->network,
	};
	return container_command(place->settings->container, &run, place->arena);
}

// The engine needs its daemon, so the container is what has no network.
static int run_contained(struct workplace *place, const struct workplace_step *step,
			 const struct sandbox_job *inner, struct error *err)
{
	const struct container *container = place->settings->container;
	struct sandbox_job job = *inner;
	job.arguments = container_arguments(place, step, inner);
	job.environment = container->environment;
	job.directory = place->room.path;
	job.network = true;
	int status = sandbox_run(&job, &place->last, err);
	place->last.net = inner->network ? SANDBOX_NET_OPEN : SANDBOX_NET_CUT;
	if (status < 0)
		container_remove(container, place->container_name);
	else if (place->last.exit_code == CONTAINER_FAILED)
		status = error_set(err, ERROR_NO, "'%s' could not run the build",
				   container->engine);
	else if (place->last.exit_code == CONTAINER_NO_PROGRAM &&
		 is_looked_up(step->python))
		status = error_set(err, ERROR_INPUT, "the image has no %s on its PATH",
				   step->python);
	return status;
}

int workplace_run(struct workplace *place, const struct workplace_step *step,
		  struct line_list *ret_lines, struct error *err)
{
	const char *answer = workplace_path(place, "answer");
	struct variables variables = environment_of(place, step->python);
	struct sandbox_job job = {
		.arguments = arguments_of(place, step, answer),
		.environment = variables.items,
		.directory = *step->directory == '/'
				     ? step->directory
				     : workplace_path(place, step->directory),
		.log_path = place->log_path,
		.network = place->settings->network,
		.limit_seconds = place->settings->limit_seconds,
		.work = place->settings->work,
	};
	place_remove(answer);
	int status = place->settings->container ? run_contained(place, step, &job, err)
						: sandbox_run(&job, &place->last, err);
	if (status < 0)
		return -1;
	if (place->last.exit_code > 128)
		return error_set(err, ERROR_NO, "it was ended by signal %d",
				 place->last.exit_code - 128);
	if (place->last.exit_code != 0)
		return error_set(err, ERROR_NO, "the build failed");
	if (!workplace_has_file(place, answer))
		return error_set(err, ERROR_NO, "the build ended without an answer");
	return read_answer(place, answer, ret_lines, err);
}
