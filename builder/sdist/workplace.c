// SPDX-License-Identifier: MIT
// Makes a build's folder and environment, runs steps in it, and clears it away.
#include "builder/sdist/workplace.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/places.h"
#include "base/process.h"
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

// To the user that the build runs as.
static int hand_over(const struct workplace *place, const char *path, struct error *err)
{
	const struct sdist_settings *settings = place->settings;
	return settings->container || settings->unconfined
		       ? 0
		       : sandbox_hand_over(path, settings->editable, err);
}

int workplace_copy(const struct workplace *place, const char *from, const char *to,
		   struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	if (file_map_open(from, ERROR_IO, &map, err) < 0 ||
	    file_create(to, 0644, &writer, err) < 0 ||
	    file_append(&writer, map.bytes, err) < 0 ||
	    file_commit(&writer, false, err) < 0)
		return -1;
	return hand_over(place, to, err);
}

int workplace_open(const struct sdist_settings *settings, struct slice name,
		   struct arena *arena, struct workplace *ret_place, struct error *err)
{
	struct workplace place = { .settings = settings,
				   .arena = arena,
				   .log_path = "/dev/null" };
	if (room_enter(settings, name, arena, &place.room, err) < 0)
		return -1;
	if (fill(&place, err) < 0 || hand_over(&place, place.room.path, err) < 0) {
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

int sdist_say_ways_out(struct error *err)
{
	return error_hint(err,
			  "build in an image with --build-in, or with --build-unconfined "
			  "let the code of packages do whatever you may");
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

// An editable project is built where it is. What git would run there one day is not for its build to write.
static const char *history_of(const struct workplace *place)
{
	const char *project = place->settings->editable;
	const char *path = project ? path_join(place->arena, project, S(".git")) : NULL;
	return path && place_look(path).kind != PLACE_ABSENT ? path : NULL;
}

// Mounts the room, and read-only its environment, once it is there.
static const char *const *container_arguments(const struct workplace *place,
					      const struct workplace_step *step,
					      const struct sandbox_job *job)
{
	const char *read_only[3] = { NULL };
	const char *environment = workplace_path(place, "env"),
		   *history = history_of(place);
	size_t len = 0;
	if (history)
		read_only[len++] = history;
	if (path_is_directory(environment))
		read_only[len++] = environment;
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
static int run_contained(const struct workplace *place, const struct workplace_step *step,
			 const struct sandbox_job *inner, int *ret_code,
			 struct error *err)
{
	const struct container *container = place->settings->container;
	const struct process_job job = {
		.arguments = container_arguments(place, step, inner),
		.environment = container->environment,
		.directory = place->room.path,
		.log_path = inner->log_path,
		.limit_seconds = inner->limit_seconds,
		.work = inner->work,
	};
	int status = process_run(&job, ret_code, err);
	if (status < 0 && err->kind == ERROR_SOURCE)
		err->kind =
			ERROR_NO; // it is the build that takes too long, or prints too much
	if (status < 0)
		container_remove(container, place->container_name);
	else if (*ret_code == CONTAINER_FAILED)
		status = error_set(err, ERROR_NO, "'%s' could not run the build",
				   container->engine);
	else if (*ret_code == CONTAINER_NO_PROGRAM && is_looked_up(step->python))
		status = error_set(err, ERROR_INPUT, "the image has no %s on its PATH",
				   step->python);
	return status;
}

// What the user chose to run, and what it is asked is ours.
static int run_trusted(const struct sandbox_job *inner, int *ret_code, struct error *err)
{
	const struct process_job job = {
		.arguments = inner->arguments,
		.environment = inner->environment,
		.directory = inner->directory,
		.log_path = inner->log_path,
		.limit_seconds = inner->limit_seconds,
		.work = inner->work,
	};
	return process_run(&job, ret_code, err);
}

struct place_list {
	struct sandbox_place *items;
	size_t len, cap;
};

static void add_place(const struct workplace *place, struct place_list *places,
		      const char *path, enum sandbox_how how)
{
	*array_push(place->arena, places) = (struct sandbox_place){ path, how };
}

// An editable project, but not the cache that may lie in it; the interpreter; the room. What the build is made with can be
// read only, since it is put in place from outside.
static const struct sandbox_place *places_of(const struct workplace *place)
{
	const struct sdist_settings *settings = place->settings;
	const struct sdist_python *python = &settings->python;
	const char *environment = workplace_path(place, "env");
	struct slice cache = path_real(place->arena, settings->cache_directory);
	struct place_list places = { 0 };
	if (settings->editable)
		add_place(place, &places, settings->editable, SANDBOX_WRITE);
	if (history_of(place))
		add_place(place, &places, history_of(place), SANDBOX_SHOW);
	add_place(place, &places, cache.ptr, SANDBOX_HIDE);
	for (size_t i = 0; i < python->folders_len; i++)
		if (!path_lies_in(cache, python->folders[i]))
			add_place(place, &places,
				  arena_c_string(place->arena, python->folders[i]),
				  SANDBOX_SHOW);
	add_place(place, &places, place->room.path, SANDBOX_WRITE);
	add_place(place, &places, workplace_path(place, "build_wheel.py"), SANDBOX_SHOW);
	if (path_is_directory(environment))
		add_place(place, &places, environment, SANDBOX_SHOW);
	add_place(place, &places, NULL, SANDBOX_HIDE);
	return places.items;
}

static int run_confined(const struct workplace *place, const struct sandbox_job *inner,
			int *ret_code, struct error *err)
{
	struct sandbox_job job = *inner;
	struct sandbox_result result;
	job.walls = place->settings->unconfined ? SANDBOX_UNCONFINED : SANDBOX_CONFINED;
	job.places = places_of(place);
	job.owner_of = place->settings->editable;
	int status = sandbox_run(&job, &result, err);
	*ret_code = result.exit_code;
	if (status < 0 && result.refused)
		return sdist_say_ways_out(err);
	return status;
}

static int run(const struct workplace *place, const struct workplace_step *step,
	       const struct sandbox_job *job, int *ret_code, struct error *err)
{
	if (place->settings->container)
		return run_contained(place, step, job, ret_code, err);
	return step->is_trusted ? run_trusted(job, ret_code, err)
				: run_confined(place, job, ret_code, err);
}

int workplace_run(struct workplace *place, const struct workplace_step *step,
		  struct line_list *ret_lines, struct error *err)
{
	const char *answer = workplace_path(place, "answer");
	const char *environment = workplace_path(place, "env");
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
	int code = 0;
	place_remove(answer);
	if (path_is_directory(environment) && hand_over(place, environment, err) < 0)
		return -1;
	if (run(place, step, &job, &code, err) < 0)
		return -1;
	if (code > 128)
		return error_set(err, ERROR_NO, "it was ended by signal %d", code - 128);
	if (code != 0)
		return error_set(err, ERROR_NO, "the build failed");
	if (!workplace_has_file(place, answer))
		return error_set(err, ERROR_NO, "the build ended without an answer");
	return read_answer(place, answer, ret_lines, err);
}
