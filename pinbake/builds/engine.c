// SPDX-License-Identifier: MIT
// Finds the engine, what it may see, the image, and the image's interpreter.
#include "pinbake/builds/engine.h"

#include "pinbake/builds/python.h"

#include "base/program.h"

#include <unistd.h>

static const char *find_named(struct session *session, const char *name)
{
	return program_named(session->arena, session->config.search_path,
			     slice_from(name));
}

static int find_engine(struct session *session, const char *named, const char **ret_path,
		       struct error *err)
{
	const char *path = find_named(session, named ? named : "docker");
	if (!path && !named)
		path = find_named(session, "podman");
	if (!path && named)
		return error_set(err, ERROR_INPUT, "there is no '%s' to build with",
				 named);
	if (!path)
		return error_set(err, ERROR_INPUT,
				 "there is neither docker nor podman on PATH");
	*ret_path = path;
	return 0;
}

int build_engine_open(struct session *session, const char *image, const char *engine,
		      struct container *ret_container, struct error *err)
{
	static const char *const nothing[] = { NULL };
	struct container container = {
		.environment = session->config.engine_environment
				       ? session->config.engine_environment
				       : nothing,
		.image = image,
		.offline = session->config.offline,
		.work = &session->config.work,
	};
	const char *folder = path_join(session->arena, session->config.cache_directory,
				       arena_printf(session->arena, "built/engine-%ld",
						    (long)getpid()));
	struct slice id;
	struct error ignored = { 0 };
	if (!program_takes(slice_from(image)))
		return error_set(err, ERROR_USAGE, "'%s' is no image", image);
	if (find_engine(session, engine, &container.engine, err) < 0 ||
	    make_directories(folder, err) < 0)
		return -1;
	int status = container_find_image(&container, folder, session->arena, &id, err);
	(void)!remove_tree(folder, &ignored);
	if (status < 0)
		return error_during(err, "looking for the image to build in");
	container.image = arena_c_string(session->arena, id);
	*ret_container = container;
	return 0;
}

// "linux-x86_64", as Python calls it.
static bool is_platform_of(const struct target *target, struct slice platform)
{
	struct slice system;
	return slice_cut(&platform, '-', &system) &&
	       slice_eq(system, target->sys_platform) &&
	       slice_eq(platform, target->platform_machine);
}

int build_engine_python(struct session *session, const struct target *target,
			const struct container *container,
			struct sdist_python *ret_python, struct error *err)
{
	struct sdist_settings settings = { .cache_directory =
						   session->config.cache_directory,
					   .container = container,
					   .work = &session->config.work };
	struct sdist_python python;
	struct slice wanted = arena_printf(session->arena, "%u.%u", target->python_major,
					   target->python_minor);
	struct slice name =
		arena_printf(session->arena, "python%.*s%s", SLICE_ARG(wanted),
			     target->free_threaded ? "t" : "");
	if (sdist_look_at_python(&settings, name, session->arena, &python, err) < 0)
		return -1;
	if (!is_platform_of(target, python.platform))
		return error_set(err, ERROR_INPUT,
				 "the image is for %.*s, but the lock is for %.*s",
				 SLICE_ARG(python.platform), SLICE_ARG(target->name));
	if (build_python_fits(session->arena, &python, target, S("the image"), err) < 0)
		return -1;
	*ret_python = python;
	return 0;
}
