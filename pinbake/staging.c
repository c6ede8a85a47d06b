// SPDX-License-Identifier: MIT
// From a lock to the files of one target.
#include "pinbake/staging.h"

#include "base/program.h"
#include "pinbake/builds/build.h"
#include "pinbake/supply.h"

static int look_at_bytecode(struct staging *staging, struct error *err)
{
	struct arena *arena = staging->session->arena;
	struct slice path = slice_from(staging->request->bytecode);
	struct session *session = staging->session;
	const char *program;
	struct bytecode_interpreter *interpreter =
		arena_new(arena, struct bytecode_interpreter);
	if (!staging->request->bytecode)
		return 0;
	program = program_named(arena, session->config.search_path, path);
	if (!program)
		return error_set(err, ERROR_INPUT, "there is no interpreter '%.*s'",
				 SLICE_ARG(path));
	path = slice_from(program);
	const struct bytecode_request request = { path, &staging->opened.target,
						  &session->config.work };
	if (bytecode_look_at(staging->store, &request, arena, interpreter, err) < 0)
		return -1;
	staging->bytecode = interpreter;
	return 0;
}

int staging_open(struct staging *staging, struct session *session,
		 const struct environment_request *request, struct error *err)
{
	struct loaded_lock *loaded = &staging->loaded;
	struct opened_lock *opened = &staging->opened;
	struct lock_select_options select = { .target = &opened->target };
	*staging = (struct staging){ .session = session, .request = request };
	session->source_include = request->builds.source_include;
	if (lock_load(request->lock_path, session->arena, loaded, session->diagnostics,
		      err) < 0 ||
	    lock_choose_target(loaded, request->target, session->arena, &opened->target,
			       err) < 0)
		return -1;
	opened->path = loaded->path;
	opened->lock = loaded->lock;
	if (lock_select(&opened->lock, &select, session->arena, &opened->selection, err) <
	    0)
		return error_during(err, "choosing the files of '%s' for %.*s",
				    loaded->path, SLICE_ARG(opened->target.name));
	if (supply_of_lock(session, request, opened, &staging->supply, err) < 0 ||
	    session_store(session, &staging->store, err) < 0)
		return -1;
	return look_at_bytecode(staging, err);
}

void staging_release(struct staging *staging)
{
	supply_release(&staging->supply);
}

bool staging_tries_again(struct session *session, struct staging_tries *tries)
{
	size_t lost = session->store ? store_lost(session->store) : 0;
	bool is_first = !tries->begun;
	bool changed = tries->begun && tries->status < 0 && lost > tries->lost;
	tries->begun = true;
	tries->lost = lost;
	if (is_first)
		return true;
	if (!changed || tries->error.kind != ERROR_INTEGRITY)
		return false;
	session_warn(session, "%s; it is made anew", tries->error.cause);
	tries->changed = tries->error;
	tries->error = (struct error){ 0 };
	return true;
}

// What cannot be had again was changed: that comes first.
int staging_tries_end(const struct staging_tries *tries, struct error *err)
{
	bool is_lost = tries->error.kind == ERROR_SOURCE && tries->changed.kind;
	if (tries->status < 0)
		*err = is_lost ? tries->changed : tries->error;
	return tries->status;
}

int staging_build(struct staging *staging, bool editable, const char *python,
		  struct error *err)
{
	struct build_request request = staging->request->builds;
	const struct build_options options = { .request = &request,
					       .supply = &staging->supply,
					       .editable = editable };
	if (!request.python)
		request.python = python;
	if (staging->request->no_build)
		return 0;
	return build_sdists(staging->session, &staging->opened, &options, err);
}
