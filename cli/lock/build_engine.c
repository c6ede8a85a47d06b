// SPDX-License-Identifier: MIT
// Finds the engine, what it may see, the image, and the image's interpreter.
#include "cli/lock/build_engine.h"

#include "base/program.h"
#include "cli/lock/build_python.h"

#include <string.h>
#include <unistd.h>

// What docker and podman find their daemon, their store and their certificates by.
static const char *const passed[] = {
	"PATH",
	"HOME",
	"USER",
	"XDG_RUNTIME_DIR",
	"XDG_CONFIG_HOME",
	"XDG_DATA_HOME",
	"TMPDIR",
	"DOCKER_HOST",
	"DOCKER_CONFIG",
	"DOCKER_CONTEXT",
	"DOCKER_TLS_VERIFY",
	"DOCKER_CERT_PATH",
	"CONTAINER_HOST",
	"CONTAINERS_CONF",
	"CONTAINERS_STORAGE_CONF",
	"http_proxy",
	"https_proxy",
	"no_proxy",
};

enum { PASSED = sizeof(passed) / sizeof(*passed) };

static const char *const *engine_environment(struct cli *cli)
{
	const char **items = arena_new_array(&cli->arena, const char *, PASSED + 1);
	size_t len = 0;
	for (size_t i = 0; i < PASSED; i++)
		if (setting(passed[i]))
			items[len++] = arena_printf(&cli->arena, "%s=%s", passed[i],
						    setting(passed[i]))
					       .ptr;
	items[len] = NULL;
	return items;
}

static const char *find_program(struct cli *cli, const char *name)
{
	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? name : NULL;
	return program_find(&cli->arena, search_path(cli), slice_from(name));
}

static int find_engine(struct cli *cli, const char *named, const char **ret_path,
		       struct error *err)
{
	const char *path = find_program(cli, named ? named : "docker");
	if (!path && !named)
		path = find_program(cli, "podman");
	if (!path && named)
		return error_set(err, ERROR_INPUT, "there is no '%s' to build with",
				 named);
	if (!path)
		return error_set(err, ERROR_INPUT,
				 "there is neither docker nor podman on PATH");
	*ret_path = path;
	return 0;
}

int build_engine_open(struct cli *cli, const char *image, const char *engine,
		      struct container *ret_container, struct error *err)
{
	struct container container = { .environment = engine_environment(cli),
				       .image = image,
				       .offline = cli->common.offline,
				       .work = &cli->progress };
	const char *folder =
		path_join(&cli->arena, cache_directory(cli),
			  arena_printf(&cli->arena, "built/engine-%ld", (long)getpid()));
	struct slice id;
	struct error ignored = { 0 };
	if (*image == '-') // the engine would take it for an option
		return error_set(err, ERROR_USAGE, "'%s' is no image", image);
	if (find_engine(cli, engine, &container.engine, err) < 0 ||
	    make_directories(folder, err) < 0)
		return -1;
	int status = container_find_image(&container, folder, &cli->arena, &id, err);
	(void)!remove_tree(folder, &ignored);
	if (status < 0)
		return error_during(err, "looking for the image to build in");
	container.image = arena_c_string(&cli->arena, id);
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

int build_engine_python(struct cli *cli, const struct target *target,
			const struct container *container,
			struct sdist_python *ret_python, struct error *err)
{
	struct sdist_settings settings = { .cache_directory = cache_directory(cli),
					   .container = container,
					   .work = &cli->progress };
	struct sdist_python python;
	struct slice wanted = arena_printf(&cli->arena, "%u.%u", target->python_major,
					   target->python_minor);
	struct slice name = arena_printf(&cli->arena, "python%.*s%s", SLICE_ARG(wanted),
					 target->free_threaded ? "t" : "");
	if (sdist_look_at_python(&settings, name, &cli->arena, &python, err) < 0)
		return -1;
	if (!is_platform_of(target, python.platform))
		return error_set(err, ERROR_INPUT,
				 "the image is for %.*s, but the lock is for %.*s",
				 SLICE_ARG(python.platform), SLICE_ARG(target->name));
	if (build_python_fits(&cli->arena, &python, target, S("the image"), err) < 0)
		return -1;
	*ret_python = python;
	return 0;
}
