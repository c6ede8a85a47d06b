// SPDX-License-Identifier: MIT
// Makes a build's folder and environment, runs steps in it, and clears it away.
#include "builder/sdist/workplace.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/places.h"
#include "builder/sdist/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 32, WAIT_US = 100 * 1000 };

const char *workplace_path(const struct workplace *place, const char *below)
{
	return *below ? path_join(place->arena, place->root, slice_from(below))
		      : place->root;
}

// --- the folder ------------------------------------------------------------------------

static int take_lock(const struct workplace *place, const char *path, int *ret_fd,
		     struct error *err)
{
	const volatile int *interrupted = place->settings->interrupted;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(err, ERROR_IO, "cannot open '%s'", path);
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK && !(interrupted && *interrupted)) {
			usleep(WAIT_US);
			continue;
		}
		int why = errno;
		fd_close(&fd);
		if (interrupted && *interrupted)
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		errno = why;
		return error_errno(err, ERROR_IO, "cannot lock '%s'", path);
	}
	*ret_fd = fd;
	return 0;
}

static int fill(const struct workplace *place, struct error *err)
{
	struct slice driver = { build_wheel_py, build_wheel_py_len };
	return remove_tree(place->root, err) < 0 ||
			       make_directories(workplace_path(place, "home"), err) < 0 ||
			       make_directories(workplace_path(place, "tmp"), err) < 0 ||
			       file_write(workplace_path(place, "build_wheel.py"), driver,
					  err) < 0
		       ? -1
		       : 0;
}

// Backends write the paths they work in into what they make, so builds take place at one
// path on every machine, where this one lets them: the folder is ours alone, and what is
// compiled there may run there.
static const char *common_folder(void)
{
	static const char *const path = "/var/tmp/pinbake-build";
	struct stat found;
	struct statvfs system;
	if ((mkdir(path, 0700) != 0 && errno != EEXIST) || lstat(path, &found) != 0 ||
	    !S_ISDIR(found.st_mode) || found.st_uid != geteuid() ||
	    (found.st_mode & 0077) != 0 || statvfs(path, &system) != 0 ||
	    (system.f_flag & (ST_NOEXEC | ST_RDONLY)) != 0)
		return NULL;
	return path;
}

static int choose_folder(const struct sdist_settings *settings, struct arena *arena,
			 const char **ret_path, struct error *err)
{
	const char *path = common_folder();
	if (!path) {
		path = path_join(arena, settings->cache_directory, S("built/work"));
		if (make_directories(path, err) < 0)
			return -1;
	}
	*ret_path = path_real(arena, path).ptr;
	return 0;
}

int workplace_open(const struct sdist_settings *settings, struct slice name,
		   const char *log_path, struct arena *arena, struct workplace *ret_place,
		   struct error *err)
{
	struct workplace place = { .settings = settings, .arena = arena, .lock = -1 };
	const char *works;
	if (choose_folder(settings, arena, &works, err) < 0)
		return -1;
	place.root = path_join(arena, works, name);
	place.log_path = log_path;
	const char *lock_path =
		arena_printf(arena, "%s/%.*s.lock", works, SLICE_ARG(name)).ptr;
	if (take_lock(&place, lock_path, &place.lock, err) < 0)
		return -1;
	if (fill(&place, err) < 0) {
		fd_close(&place.lock);
		return -1;
	}
	*ret_place = place;
	return 0;
}

// The lock's file stays: removing it would let two processes hold two of that name.
void workplace_close(struct workplace *place)
{
	struct error ignored = { 0 };
	if (!place->root)
		return;
	(void)!remove_tree(place->root, &ignored);
	fd_close(&place->lock);
	place->root = NULL;
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
	const char *map =
		arena_printf(place->arena, "-ffile-prefix-map=%s=/build", place->root)
			.ptr;
	if (has_space(place->root))
		return;
	add(variables, "CFLAGS", map);
	add(variables, "CXXFLAGS", map);
}

// Nothing of the user's environment but what is said here.
static struct variables environment_of(const struct workplace *place, const char *python)
{
	struct variables variables = { .arena = place->arena };
	const char *bin = path_directory(place->arena, python);
	add(&variables, "PATH",
	    arena_printf(place->arena, "%s:/usr/local/bin:/usr/bin:/bin", bin).ptr);
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
		.interrupted = place->settings->interrupted,
	};
	place_remove(answer);
	if (sandbox_run(&job, &place->last, err) < 0)
		return -1;
	if (place->last.exit_code > 128)
		return error_set(err, ERROR_NO, "it was ended by signal %d",
				 place->last.exit_code - 128);
	if (place->last.exit_code != 0)
		return error_set(err, ERROR_NO, "the build failed");
	if (!file_exists(answer))
		return error_set(err, ERROR_NO, "the build ended without an answer");
	return read_answer(place, answer, ret_lines, err);
}
