// SPDX-License-Identifier: MIT
// pinbake install: a lock → an environment on disk, the same tree as the layers.
#include "cli/cli.h"
#include "cli/commands/install_report.h"
#include "cli/lock/interpreter.h"
#include "cli/lock/sdists.h"

struct install_values {
	const char *prefix, *interpreter, *target, *jobs, *index_url, *python_bin;
	bool strict, check, no_build, build_network;
};

#define AT(member) offsetof(struct install_values, member)
static const struct option OPTIONS[] = {
	{ "prefix", 0, OPTION_TEXT, AT(prefix), "DIR",
	  "environment to make or update (default .venv)", false },
	{ "interpreter", 0, OPTION_TEXT, AT(interpreter), "PATH",
	  "its Python (default: pythonX.Y on PATH)", false },
	{ "jobs", 'j', OPTION_TEXT, AT(jobs), "N", "threads (default: processors)",
	  false },
	{ "target", 0, OPTION_TEXT, AT(target), "NAME", "which of the lock's targets",
	  true },
	{ "index-url", 'i', OPTION_TEXT, AT(index_url), "URL",
	  "index to look files up in, by name and hash", true },
	{ "check", 0, OPTION_FLAG, AT(check), NULL,
	  "change nothing: does the environment equal the lock?", false },
	{ "strict", 0, OPTION_FLAG, AT(strict), NULL,
	  "files of two packages that differ are an error", true },
	{ "no-build", 0, OPTION_FLAG, AT(no_build), NULL,
	  "refuse source distributions instead of building them", false },
	{ "python-bin", 0, OPTION_TEXT, AT(python_bin), "PATH",
	  "the interpreter that builds (default: the one of --interpreter)", true },
	{ "build-network", 0, OPTION_FLAG, AT(build_network), NULL,
	  "let builds reach the network", true },
};

enum { JOBS_MAX = 256 };

static int run_install(struct cli *cli, void *opaque, const struct text_list *arguments,
		       json_t *result, struct error *err)
{
	const struct install_values *values = opaque;
	uint64_t started_ms = clock_ms(), jobs = 0;
	struct opened_lock opened;
	struct install_result installed = { 0 };
	struct text_list index_urls = { 0 };
	AUTO(store_cleanup) struct store *store = NULL;
	if (arguments->len > 1)
		return error_set(err, ERROR_USAGE,
				 "one lock at a time, but %zu were named",
				 arguments->len);
	if (values->jobs && !slice_parse_u64(slice_from(values->jobs), JOBS_MAX, &jobs))
		return error_set(
			err, ERROR_USAGE,
			"'%s' is no value for --jobs: expected a number up to %d",
			values->jobs, JOBS_MAX);
	if (open_lock(cli, arguments->len ? arguments->items[0] : "pylock.toml",
		      values->target, &opened, err) < 0)
		return -1;
	struct install_options options = {
		.prefix = values->prefix ? values->prefix : ".venv",
		.interpreter = slice_from(values->interpreter),
		.target = &opened.target,
		.jobs = (unsigned)jobs,
		.strict = values->strict,
		.arena = &cli->arena,
	};
	if (!values->interpreter && !values->check &&
	    find_interpreter(cli, &opened.target, "--interpreter", &options.interpreter,
			     err) < 0)
		return -1;
	if (open_store(cli, &store, err) < 0)
		return -1;
	collect_locator_indexes(cli, values->index_url, &index_urls);
	struct sdist_options builds = {
		.no_build = values->no_build,
		.network = values->build_network,
		.python = values->python_bin ? values->python_bin : values->interpreter,
		.index_url = values->index_url,
	};
	if (build_sdists(cli, store, &opened, &builds, err) < 0 ||
	    fetch_files(cli, store, &opened, &opened.selection, &index_urls, err) < 0)
		return error_during(err, "installing '%s' into '%s'", opened.path,
				    options.prefix);
	if (values->check)
		return run_install_check(cli, store, &opened, &options, result, err);
	if (install(store, &opened.selection, &options, &cli->progress, &installed, err) <
	    0)
		return error_during(err, "installing '%s' into '%s'", opened.path,
				    options.prefix);
	progress_done(cli);
	report_install(cli, &options, &installed, clock_ms() - started_ms, result);
	return 0;
}

static const struct option_table TABLE = { OPTIONS, sizeof(OPTIONS) / sizeof(*OPTIONS) };

const struct command command_install = {
	.name = "install",
	.arguments = "[LOCK] [options]",
	.summary = "make or update an environment on disk from a lock",
	.examples = "  pinbake install --prefix .venv\n"
		    "  pinbake install --check\n"
		    "  pinbake install pylock.toml --interpreter /usr/bin/python3.12\n",
	.options = &TABLE,
	.values_size = sizeof(struct install_values),
	.run = run_install,
};
