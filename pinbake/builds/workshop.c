// SPDX-License-Identifier: MIT
// Chooses where builds run.
#include "pinbake/builds/workshop.h"

#include "pinbake/builds/engine.h"

int workshop_find(struct session *session, const struct target *target,
		  const struct build_request *request, struct workshop *ret_workshop,
		  struct error *err)
{
	*ret_workshop = (struct workshop){ .request = request };
	if (request->image)
		return build_engine_open(session, request->image, request->engine,
					 &ret_workshop->container, err);
	return build_python_find(session, target, request->python, &ret_workshop->python,
				 err);
}

// An image is what its id says, so its interpreter needs no more telling apart.
void workshop_describe(const struct workshop *workshop, struct built_request *request)
{
	const struct build_python *python = &workshop->python;
	if (workshop->request->image) {
		request->interpreter = slice_from(workshop->container.image);
		return;
	}
	request->interpreter = python->real;
	request->interpreter_size = python->size;
	request->interpreter_mtime_s = python->mtime_s;
	request->toolchain = toolchain_digest();
}

static int check_walls(struct session *session, const struct build_request *request,
		       struct error *err)
{
	if (!request->unconfined)
		return sandbox_try(err) < 0 ? sdist_say_ways_out(err) : 0;
	session_warn(
		session,
		"--build-unconfined: the code of packages that are built can read and "
		"change what you can, your files and passwords among it");
	return 0;
}

int workshop_open(struct session *session, const struct target *target,
		  struct workshop *workshop, struct sdist_settings *settings,
		  struct error *err)
{
	const struct build_request *request = workshop->request;
	int status =
		request->image
			? build_engine_python(session, target, &workshop->container,
					      &settings->python, err)
			: build_python_check(session, target, &workshop->python, err);
	if (status < 0)
		return -1;
	if (request->image) {
		settings->container = &workshop->container;
		return 0;
	}
	settings->python = workshop->python.python;
	settings->unconfined = request->unconfined;
	workshop->is_refused = check_walls(session, request, err) < 0;
	return workshop->is_refused ? -1 : 0;
}
