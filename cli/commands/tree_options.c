// SPDX-License-Identifier: MIT
// Values of the shared options, checked.
#include "cli/commands/tree_options.h"

enum { JOBS_MAX = 256 };

int tree_jobs(const struct tree_values *values, unsigned *ret_jobs, struct error *err)
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

// env.1
int tree_place(const struct tree_values *values, const struct target *target,
	       struct slice interpreter, enum scheme *scheme, struct slice *prefix,
	       struct error *err)
{
	if (!values->system)
		return 0;
	if (values->prefix) {
		error_set(err, ERROR_USAGE, "--prefix has no meaning with --system");
		return error_hint(err, "the prefix is that of --interpreter");
	}
	return scheme_of_system(interpreter, target, scheme, prefix, err);
}

struct sdist_options tree_builds(const struct tree_values *values, const char *python)
{
	return (struct sdist_options){
		.no_build = values->no_build,
		.network = values->build_network,
		.python = values->python_bin ? values->python_bin : python,
		.image = values->build_in,
		.engine = values->build_engine,
		.index_url = values->index_url,
	};
}

int tree_open_lock(struct cli *cli, const struct tree_values *values,
		   const struct text_list *arguments, struct opened_lock *ret_opened,
		   struct error *err)
{
	if (arguments->len > 1)
		return error_set(err, ERROR_USAGE,
				 "one lock at a time, but %zu were named",
				 arguments->len);
	return open_lock(cli, arguments->len ? arguments->items[0] : "pylock.toml",
			 values->target, ret_opened, err);
}
