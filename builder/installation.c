// SPDX-License-Identifier: MIT
// Lock and prefix → open wheels and the trees that an environment there consists of.
#include "builder/installation.h"

#include "builder/layer/plan.h"

#include <unistd.h>

// A relative prefix is one of the current folder.
static int set_prefix(struct installation *run, struct error *err)
{
	enum { LONGEST = 4096 };
	char here[LONGEST];
	struct slice given = slice_from(run->options->prefix);
	while (given.len > 1 && slice_ends_with(given, S("/")))
		given.len--;
	if (!slice_starts_with(given, S("/"))) {
		while (slice_starts_with(given, S("./")))
			given = slice_skip(given, 2);
		if (!getcwd(here, sizeof(here)))
			return error_errno(err, ERROR_IO,
					   "cannot tell the current folder");
		given = arena_printf(run->arena, "%s/%.*s", here, SLICE_ARG(given));
	}
	run->prefix = arena_c_string(run->arena, given);
	return tree_check_prefix(given, err);
}

// In plan order, so that the same file wins as in the layers (env.10).
static int open_wheels(struct installation *run, const struct lock_selection *selection,
		       struct error *err)
{
	struct plan plan = { 0 };
	if (plan_make(selection, PLAN_UNKNOWN_BASE, run->arena, &plan, err) < 0)
		return -1;
	struct plan_order order = plan_order(&plan, run->arena);
	run->wheels = arena_new_array(run->arena, struct wheel_file, order.len);
	for (; run->len < order.len; run->len++)
		if (wheel_file_open(run->store, order.choices[run->len], run->arena,
				    &run->wheels[run->len], err) < 0)
			return -1;
	return 0;
}

int installation_make_trees(struct installation *run, struct slice interpreter,
			    struct error *err)
{
	struct tree_options options = {
		.prefix = slice_from(run->prefix),
		.interpreter = interpreter,
		.scheme = run->options->scheme,
		.target = run->options->target,
		.strict = run->options->strict,
	};
	if (tree_of_skeleton(&options, run->arena, &run->skeleton, err) < 0)
		return -1;
	return tree_of_wheels(&options, run->wheels, run->len, run->arena, &run->packages,
			      err);
}

int installation_open(struct installation *run, const struct lock_selection *selection,
		      struct error *err)
{
	if (set_prefix(run, err) < 0)
		return -1;
	return open_wheels(run, selection, err);
}

void installation_close(struct installation *run)
{
	for (size_t i = 0; i < run->len; i++)
		wheel_file_close(&run->wheels[i]);
	run->len = 0;
}
