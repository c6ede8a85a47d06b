// SPDX-License-Identifier: MIT
// A lock to layers.
#include "pinbake/staging.h"
#include "pinbake/files/fetch.h"

static int fetch_missing(void *context, const struct lock_selection *missing,
			 struct error *err)
{
	const struct staging *staging = context;
	return fetch_files(staging->session, &staging->supply, staging->opened.path,
			   missing, err);
}

static struct slice interpreter_of_image(struct arena *arena, const struct target *target)
{
	return arena_printf(arena, "/usr/local/bin/python%u.%u%s", target->python_major,
			    target->python_minor, target->free_threaded ? "t" : "");
}

// What is asked of the builder: layers in the store, and a folder of them.
struct stages {
	struct bake_request bake;
	struct image_request image;
};

static int complete(const struct pinbake_bake_request *request, struct staging *staging,
		    struct stages *ret_stages, struct error *err)
{
	const struct environment_request *environment = &request->environment;
	const struct target *target = &staging->opened.target;
	struct arena *arena = staging->session->arena;
	struct sha256 digest = sha256_of(staging->loaded.source.text);
	struct tree_options tree = {
		.prefix = environment->prefix ? slice_from(environment->prefix)
					      : S("/opt/venv"),
		.interpreter = environment->interpreter
				       ? slice_from(environment->interpreter)
				       : interpreter_of_image(arena, target),
		.target = target,
		.strip = environment->strip,
		.strict = environment->strict,
	};
	if (request->system && scheme_of_system(tree.interpreter, target, &tree.scheme,
						&tree.prefix, err) < 0)
		return -1;
	*ret_stages = (struct stages){
		.bake = { .selection = &staging->opened.selection,
			  .tree = tree,
			  .bytecode = staging->bytecode,
			  .uid = request->uid,
			  .gid = request->gid,
			  .mtime = request->mtime,
			  .coding = request->coding,
			  .zstd_level = request->zstd_level,
			  .jobs = environment->jobs,
			  .rehash = request->rehash,
			  .ensure = fetch_missing,
			  .context = staging,
			  .work = &staging->session->config.work },
		.image = { .directory = request->out_directory,
			   .target = target,
			   .created = request->created,
			   .lock_digest_hex = sha256_hex(arena, &digest),
			   .rehash = request->rehash,
			   .jobs = environment->jobs,
			   .work = &staging->session->config.work },
	};
	return 0;
}

int pinbake_archive(const struct pinbake_archive_request *request, struct arena *arena,
		    struct slice *ret_tag, struct error *err)
{
	struct slice plan = sha256_hex(arena, &request->baked->plan_digest);
	struct slice name = request->tag
				    ? slice_from(request->tag)
				    : arena_printf(arena, "pinbake/deps:%.12s", plan.ptr);
	if (image_write_archive(request->staged, request->baked, name, request->path,
				err) < 0)
		return error_during(err, "writing the image archive");
	*ret_tag = name;
	return 0;
}

static int bake_once(struct session *session, const struct pinbake_bake_request *request,
		     struct bake_result *ret_result, struct error *err)
{
	AUTO(staging_release) struct staging staging = { 0 };
	struct stages stages;
	if (staging_open(&staging, session, &request->environment, err) < 0 ||
	    complete(request, &staging, &stages, err) < 0)
		return -1;
	if (staging_build(&staging, false, NULL, err) < 0 ||
	    bake(staging.store, &stages.bake, session->arena, ret_result, err) < 0 ||
	    image_stage(staging.store, &stages.image, ret_result, err) < 0)
		return error_during(err, "baking '%s'", staging.opened.path);
	return 0;
}

int pinbake_bake(struct session *session, const struct pinbake_bake_request *request,
		 struct arena *arena, struct bake_result *ret_result,
		 struct diagnostics *diagnostics, struct error *err)
{
	struct staging_tries tries = { 0 };
	session->arena = arena;
	session->diagnostics = diagnostics;
	while (staging_tries_again(session, &tries))
		tries.status = bake_once(session, request, ret_result, &tries.error);
	return staging_tries_end(&tries, err);
}
