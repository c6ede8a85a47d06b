// SPDX-License-Identifier: MIT
// pinbake lock: requirements → exact pins with hashes → pylock.toml; or several of them, where one will not do.
#include "cli/lock/lock_call.h"

#include <string.h>

struct run {
	struct cli *cli;
	const struct lock_values *values;
	const struct text_list *files;
	struct preferences preferred;
	json_t *result;
	bool is_several; // locks: each has its own part of the result
};

static int lock_unit(struct run *run, const struct lock_unit *unit, bool may_split,
		     struct error *err);

static int lock_units(struct run *run, const struct lock_plan *plan, bool may_split,
		      struct error *err)
{
	if (plan->len > 1 && run->values->output && strcmp(run->values->output, "-") == 0)
		return error_set(err, ERROR_USAGE,
				 "%zu locks are to be written, and stdout is one place",
				 plan->len);
	for (size_t i = 0; i < plan->len; i++)
		if (lock_unit(run, &plan->items[i], may_split, err) < 0)
			return -1;
	return 0;
}

// Of several locks each is an item of "locks"; what failed is told where that of one is.
static int put_part(struct run *run, json_t *part, int status)
{
	if (status == 0 && run->is_several) {
		json_t *locks = json_object_get(run->result, "locks");
		if (!locks) {
			locks = json_array();
			json_object_set_new(run->result, "locks", locks);
		}
		json_array_append_new(locks, part);
		return 0;
	}
	json_object_update(run->result, part);
	json_decref(part);
	return status;
}

static int lock_unit(struct run *run, const struct lock_unit *unit, bool may_split,
		     struct error *err)
{
	struct target_list targets = { 0 };
	bool wants_split = false;
	const struct lock_request request = { run->values,     run->files, unit,
					      &run->preferred, &targets,   &wants_split };
	json_t *part = json_object();
	int status = lock_call(run->cli, &request, part, err);
	if (!wants_split || !may_split)
		return put_part(run, part, status);
	struct lock_plan plan;
	json_decref(part);
	*err = (struct error){ 0 };
	run->is_several = true;
	lock_plan_targets(&run->cli->arena, unit, &targets, &plan);
	return lock_units(run, &plan, false, err);
}

static int complete_lock(struct cli *cli, void *values, struct text_list *arguments,
			 struct error *err)
{
	return lock_read_settings(cli, values, arguments, err);
}

static int run_lock(struct cli *cli, void *opaque, const struct text_list *files,
		    json_t *result, struct error *err)
{
	const struct lock_values *values = opaque;
	static const char *const formats[] = { "pylock", "requirements" };
	size_t format;
	struct lock_plan plan;
	struct run run = {
		.cli = cli, .values = values, .files = files, .result = result
	};
	preferences_init(&run.preferred, &cli->arena);
	if (option_choice("format", values->format, formats, 2, &format, err) < 0 ||
	    lock_plan_conflicts(cli, values, &plan, err) < 0)
		return -1;
	run.is_several = plan.len > 1;
	return lock_units(&run, &plan, true, err);
}

const struct command command_lock = {
	.name = "lock",
	.arguments = "[REQUIREMENTS…] [options]",
	.summary = "resolve requirements into exact pins with hashes (pylock.toml)",
	.examples =
		"  pinbake lock requirements.in\n"
		"  pinbake lock requirements.in --python 3.12 --platform linux/amd64\n"
		"  pinbake lock pyproject.toml --extra web --group test\n"
		"  pinbake lock app.in dev.in -c constraints.txt --offline\n",
	.options = &lock_option_table,
	.values_size = sizeof(struct lock_values),
	.complete = complete_lock,
	.run = run_lock,
};
