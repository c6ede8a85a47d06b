// SPDX-License-Identifier: MIT
// A lock to an environment on disk, or compared with one.
#include "pinbake/staging.h"
#include "pinbake/files/fetch.h"

// The interpreter that a check compares with may be left open: it is then the environment's own.
static int complete(const struct pinbake_install_request *request,
		    const struct staging *staging, bool is_check,
		    struct install_request *ret_request, struct error *err)
{
	const struct environment_request *environment = &request->environment;
	const struct interpreter_places places = session_interpreters(staging->session);
	struct install_request wanted = {
		.prefix = environment->prefix ? environment->prefix : ".venv",
		.interpreter = slice_from(environment->interpreter),
		.bytecode = staging->bytecode,
		.strip = environment->strip,
		.target = &staging->opened.target,
		.jobs = environment->jobs,
		.strict = environment->strict,
		.link_mode = request->link_mode,
		.selection = &staging->opened.selection,
		.work = &staging->session->config.work,
	};
	if (!environment->interpreter && !is_check &&
	    interpreter_find(&places, wanted.target, "--interpreter",
			     staging->session->arena, &wanted.interpreter, err) < 0)
		return -1;
	*ret_request = wanted;
	return 0;
}

static int prepare(struct session *session, const struct pinbake_install_request *request,
		   bool is_check, struct staging *staging,
		   struct install_request *ret_request, struct error *err)
{
	if (staging_open(staging, session, &request->environment, err) < 0 ||
	    complete(request, staging, is_check, ret_request, err) < 0)
		return -1;
	if (staging_build(staging, true, request->environment.interpreter, err) < 0 ||
	    fetch_files(session, &staging->supply, staging->opened.path,
			&staging->opened.selection, err) < 0)
		return error_during(err, "installing '%s' into '%s'",
				    staging->opened.path, ret_request->prefix);
	return 0;
}

static int install_once(struct session *session,
			const struct pinbake_install_request *request,
			struct install_result *ret_result, struct error *err)
{
	AUTO(staging_release) struct staging staging = { 0 };
	struct install_request wanted;
	if (prepare(session, request, false, &staging, &wanted, err) < 0)
		return -1;
	if (install(staging.store, &wanted, session->arena, ret_result, err) < 0)
		return error_during(err, "installing '%s' into '%s'", staging.opened.path,
				    wanted.prefix);
	return 0;
}

int pinbake_install(struct session *session,
		    const struct pinbake_install_request *request, struct arena *arena,
		    struct install_result *ret_result, struct diagnostics *diagnostics,
		    struct error *err)
{
	struct staging_tries tries = { 0 };
	session->arena = arena;
	session->diagnostics = diagnostics;
	while (staging_tries_again(session, &tries))
		tries.status = install_once(session, request, ret_result, &tries.error);
	return staging_tries_end(&tries, err);
}

static int check_once(struct session *session,
		      const struct pinbake_install_request *request,
		      struct install_check_result *ret_result, struct error *err)
{
	AUTO(staging_release) struct staging staging = { 0 };
	struct install_request wanted;
	if (prepare(session, request, true, &staging, &wanted, err) < 0)
		return -1;
	return install_check(staging.store, &wanted, session->arena, ret_result, err);
}

int pinbake_check_install(struct session *session,
			  const struct pinbake_install_request *request,
			  struct arena *arena, struct install_check_result *ret_result,
			  struct diagnostics *diagnostics, struct error *err)
{
	struct staging_tries tries = { 0 };
	session->arena = arena;
	session->diagnostics = diagnostics;
	while (staging_tries_again(session, &tries))
		tries.status = check_once(session, request, ret_result, &tries.error);
	return staging_tries_end(&tries, err);
}
