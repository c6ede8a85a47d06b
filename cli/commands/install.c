// SPDX-License-Identifier: MIT
// pinbake install: a lock → an environment on disk, the same tree as the layers.
#include "cli/cli.h"
#include "cli/commands/environment_options.h"
#include "cli/commands/install_report.h"

struct install_values {
	struct environment_values environment;
	const char *link_mode;
	bool check;
};

#define AT(member) offsetof(struct install_values, member)
static const struct option OPTIONS[] = {
	{ "prefix", 0, OPTION_TEXT, ENVIRONMENT_AT(struct install_values, prefix), "DIR",
	  "environment to make or update (default .venv)", false },
	{ "interpreter", 0, OPTION_TEXT,
	  ENVIRONMENT_AT(struct install_values, interpreter), "PATH",
	  "its Python (default: pythonX.Y on PATH)", false },
	{ "check", 0, OPTION_FLAG, AT(check), NULL,
	  "change nothing: does the environment equal the lock?", false },
	{ "link-mode", 0, OPTION_TEXT, AT(link_mode), "MODE",
	  "auto, clone, copy, hardlink or inflate files of wheels", true },
	ENVIRONMENT_OPTIONS(struct install_values),
};

static int check(struct cli *cli, const struct pinbake_install_request *request,
		 json_t *result, struct error *err)
{
	struct install_check_result checked = { 0 };
	int status = pinbake_check_install(cli->session, request, &cli->arena, &checked,
					   &cli->diagnostics, err);
	progress_done(cli);
	return status < 0 ? -1
			  : report_install_check(cli, request, &checked, result, err);
}

static int run_install(struct cli *cli, void *opaque, const struct text_list *arguments,
		       json_t *result, struct error *err)
{
	const struct install_values *values = opaque;
	uint64_t started_ms = clock_ms();
	struct pinbake_install_request request = { 0 };
	struct install_result installed = { 0 };
	if (environment_request_of(cli, &values->environment, arguments,
				   &request.environment, err) < 0 ||
	    (values->link_mode && link_mode_parse(slice_from(values->link_mode),
						  &request.link_mode, err) < 0) ||
	    open_session(cli, err) < 0)
		return -1;
	if (!request.environment.prefix)
		request.environment.prefix = ".venv";
	if (values->check)
		return check(cli, &request, result, err);
	int status = pinbake_install(cli->session, &request, &cli->arena, &installed,
				     &cli->diagnostics, err);
	progress_done(cli);
	if (status < 0)
		return -1;
	environment_report(cli, installed.uncompiled, installed.stripped_files,
			   installed.stripped_bytes, result);
	report_install(cli, request.environment.prefix, &installed,
		       clock_ms() - started_ms, result);
	return 0;
}

static const struct option_rule RULES[] = {
	ENVIRONMENT_RULES,
	{ "link-mode", OPTION_EXCLUDES, "check", NULL, NULL },
};

static const struct option_table TABLE = OPTION_TABLE(OPTIONS, RULES);

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
