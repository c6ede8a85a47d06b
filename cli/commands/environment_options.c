// SPDX-License-Identifier: MIT
// Values of the shared options, checked.
#include "cli/commands/environment_options.h"

#include "cli/commands/lock_options.h"

enum { JOBS_MAX = 256 };

static int jobs_of(const struct environment_values *values, unsigned *ret_jobs,
		   struct error *err)
{
	uint64_t jobs = 0;
	if (values->jobs && !slice_parse_u64(slice_from(values->jobs), JOBS_MAX, &jobs))
		return error_set(
			err, ERROR_USAGE,
			"'%s' is no value for --jobs: expected a number up to %d",
			values->jobs, JOBS_MAX);
	*ret_jobs = (unsigned)jobs;
	return 0;
}

int environment_request_of(struct cli *cli, const struct environment_values *values,
			   const struct text_list *arguments,
			   struct environment_request *ret_request, struct error *err)
{
	struct environment_request request = {
		.target = values->target,
		.prefix = values->prefix,
		.interpreter = values->interpreter,
		.bytecode = values->bytecode,
		.strict = values->strict,
		.no_build = values->no_build,
		.builds = { .network = values->build_network,
			    .unconfined = values->build_unconfined,
			    .python = values->python_bin,
			    .image = values->build_in,
			    .engine = values->build_engine },
	};
	// What the project's settings say of a lock's sources holds for what is taken for it later.
	struct lock_values settings = { .indexes = values->indexes,
					.source_include = values->source_include };
	if (lock_read_index_settings(cli, &settings, err) < 0 ||
	    index_request_of(cli, &settings.indexes, &values->wheelhouses,
			     &request.indexes, err) < 0)
		return -1;
	request.builds.source_include = slices_of(cli, &settings.source_include);
	request.releases.only_binary = slices_of(cli, &settings.only_binary);
	request.releases.no_binary = slices_of(cli, &settings.no_binary);
	if (jobs_of(values, &request.jobs, err) < 0 ||
	    (values->strip &&
	     strip_parse(slice_from(values->strip), &request.strip, err) < 0) ||
	    lock_argument(arguments, 0, &request.lock_path, err) < 0)
		return -1;
	*ret_request = request;
	return 0;
}

void environment_report(const struct cli *cli, uint64_t uncompiled,
			uint64_t stripped_files, uint64_t stripped_bytes, json_t *result)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (uncompiled)
		say(cli, "%llu module%s of another Python or no Python: no bytecode",
		    (unsigned long long)uncompiled, plural(uncompiled));
	if (stripped_files)
		say(cli, "left out %llu file%s, %.*s", (unsigned long long)stripped_files,
		    plural(stripped_files),
		    SLICE_ARG(human_size(&scratch, stripped_bytes)));
	json_object_set_new(result, "uncompiled", json_integer((json_int_t)uncompiled));
	json_object_set_new(result, "stripped_files",
			    json_integer((json_int_t)stripped_files));
	json_object_set_new(result, "stripped_bytes",
			    json_integer((json_int_t)stripped_bytes));
}
