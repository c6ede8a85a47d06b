// SPDX-License-Identifier: MIT
// Finds and checks the interpreter of a build.
#include "pinbake/builds/python.h"

#include "base/places.h"
#include "base/program.h"

int build_python_find(struct session *session, const struct target *target,
		      const char *option, struct build_python *ret_python,
		      struct error *err)
{
	const struct interpreter_places places = session_interpreters(session);
	struct slice path = slice_from(option);
	if (!path.len && interpreter_find_to_build(&places, target, "--python-bin",
						   session->arena, &path, err) < 0)
		return -1;
	const char *program =
		program_named(session->arena, session->config.search_path, path);
	if (!program)
		return error_set(err, ERROR_INPUT, "there is no interpreter '%.*s'",
				 SLICE_ARG(path));
	path = slice_from(program);
	struct slice real = path_real(session->arena, program);
	struct place place = place_look(real.ptr);
	*ret_python = (struct build_python){ .python.path = path,
					     .real = real,
					     .size = place.size,
					     .mtime_s = place.mtime_s };
	return 0;
}

static int wrong_python(const struct sdist_python *python, const struct target *target,
			struct slice who, struct error *err)
{
	return error_set(err, ERROR_INPUT,
			 "%.*s is Python %.*s%s, but the lock is for %.*s",
			 SLICE_ARG(who), SLICE_ARG(python->version),
			 python->free_threaded ? "t" : "", SLICE_ARG(target->name));
}

// What is linked to one C library finds no other.
static bool is_libc_of(const struct target *target, struct slice libc)
{
	switch (target->os) {
	case OS_LINUX_GLIBC: return slice_starts_with(libc, S("glibc "));
	case OS_LINUX_MUSL: return slice_eq(libc, S("musl"));
	case OS_MACOS:
	case OS_WINDOWS: break;
	}
	return true;
}

int build_python_fits(struct arena *arena, const struct sdist_python *python,
		      const struct target *target, struct slice who, struct error *err)
{
	struct slice wanted =
		arena_printf(arena, "%u.%u.", target->python_major, target->python_minor);
	if (!slice_starts_with(python->version, wanted) ||
	    python->free_threaded != target->free_threaded)
		return wrong_python(python, target, who, err);
	if (!is_libc_of(target, python->libc))
		return error_set(err, ERROR_INPUT,
				 "%.*s has %.*s, but the lock is for %.*s",
				 SLICE_ARG(who), SLICE_ARG(python->libc),
				 SLICE_ARG(target->name));
	return 0;
}

// What is built runs where it was built for: same Python, same processor, Linux with glibc.
int build_python_check(struct session *session, const struct target *target,
		       struct build_python *build_python, struct error *err)
{
	struct sdist_settings settings = { .cache_directory =
						   session->config.cache_directory,
					   .work = &session->config.work };
	struct sdist_python *python = &build_python->python;
	struct target host;
	if (python->version.len == 0 &&
	    sdist_look_at_python(&settings, python->path, session->arena, python, err) <
		    0)
		return -1;
	if (target_init(session->arena, S("3.12"), slice_from(session->config.platform),
			&host, err) < 0)
		return -1;
	if (target->os != host.os || target->arch != host.arch)
		return error_set(
			err, ERROR_INPUT,
			"source distributions for %.*s cannot be built on this machine",
			SLICE_ARG(target->name));
	struct slice who =
		arena_printf(session->arena, "'%.*s'", SLICE_ARG(python->path));
	if (build_python_fits(session->arena, python, target, who, err) < 0)
		return error_hint(err, "name another one with --python-bin");
	return 0;
}
