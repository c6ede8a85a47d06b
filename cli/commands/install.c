// SPDX-License-Identifier: MIT
// pinbake install: a lock → an environment on disk, the same tree as the layers.
#include "cli/cli.h"
#include "cli/commands/install_report.h"
#include "cli/commands/tree_options.h"
#include "cli/lock/interpreter.h"

struct install_values {
	struct tree_values tree;
	const char *link_mode;
	bool check;
};

#define AT(member) offsetof(struct install_values, member)
static const struct option OPTIONS[] = {
	{ "prefix", 0, OPTION_TEXT, TREE_AT(struct install_values, prefix), "DIR",
	  "environment to make or update (default .venv)", false },
	{ "interpreter", 0, OPTION_TEXT, TREE_AT(struct install_values, interpreter),
	  "PATH", "its Python (default: pythonX.Y on PATH)", false },
	{ "check", 0, OPTION_FLAG, AT(check), NULL,
	  "change nothing: does the environment equal the lock?", false },
	{ "link-mode", 0, OPTION_TEXT, AT(link_mode), "MODE",
	  "auto, clone, copy, hardlink or inflate files of wheels", true },
	TREE_OPTIONS(struct install_values),
};

// The interpreter that --check compares with may be left open.
static int complete_request(struct cli *cli, const struct install_values *values,
			    const struct opened_lock *opened,
			    struct install_request *request, struct error *err)
{
	const struct tree_values *tree = &values->tree;
	request->prefix = tree->prefix ? tree->prefix : ".venv";
	request->interpreter = slice_from(tree->interpreter);
	request->target = &opened->target;
	request->strict = tree->strict;
	request->selection = &opened->selection;
	request->work = &cli->progress;
	if (values->link_mode &&
	    link_mode_parse(slice_from(values->link_mode), &request->link_mode, err) < 0)
		return -1;
	if (!tree->interpreter && !values->check &&
	    find_interpreter(cli, &opened->target, "--interpreter", &request->interpreter,
			     err) < 0)
		return -1;
	return 0;
}

static int run_install(struct cli *cli, void *opaque, const struct text_list *arguments,
		       json_t *result, struct error *err)
{
	const struct install_values *values = opaque;
	uint64_t started_ms = clock_ms();
	struct opened_lock opened;
	struct install_request request = { 0 };
	struct install_result installed = { 0 };
	struct places places;
	AUTO(store_cleanup) struct store *store = NULL;
	if (tree_jobs(&values->tree, &request.jobs, err) < 0 ||
	    tree_open_lock(cli, &values->tree, arguments, &opened, err) < 0 ||
	    complete_request(cli, values, &opened, &request, err) < 0 ||
	    tree_places(cli, &values->tree, &opened, &places, err) < 0 ||
	    open_store(cli, &store, err) < 0 ||
	    tree_contents(cli, &values->tree, store, &opened.target, &request.strip,
			  &request.bytecode, err) < 0)
		return -1;
	struct sdist_options builds =
		tree_builds(&values->tree, &places, values->tree.interpreter);
	builds.editable = true;
	if (build_sdists(cli, store, &opened, &builds, err) < 0 ||
	    fetch_files(cli, store, &opened, &opened.selection, &places, err) < 0)
		return error_during(err, "installing '%s' into '%s'", opened.path,
				    request.prefix);
	if (values->check)
		return run_install_check(cli, store, &opened, &request, result, err);
	if (install(store, &request, &cli->arena, &installed, err) < 0)
		return error_during(err, "installing '%s' into '%s'", opened.path,
				    request.prefix);
	progress_done(cli);
	tree_report(cli, installed.uncompiled, installed.stripped_files,
		    installed.stripped_bytes, result);
	report_install(cli, &request, &installed, clock_ms() - started_ms, result);
	return 0;
}

static const struct option_rule RULES[] = {
	TREE_RULES,
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
