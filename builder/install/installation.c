// SPDX-License-Identifier: MIT
// Lock and prefix → open wheels and the trees that an environment there consists of.
#include "builder/install/installation.h"

#include "base/parallel.h"
#include "builder/layer/plan.h"
#include "builder/wheel/bytecode.h"

#include <unistd.h>

struct compiling {
	struct installation *run;
	struct bytecode_settings settings;
	struct arena *arenas; // by wheel
};

// A relative prefix starts at the current folder.
static int set_prefix(struct installation *run, struct error *err)
{
	enum { LONGEST = 4096 };
	char here[LONGEST];
	struct slice given = slice_from(run->request->prefix);
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

// Wheels are opened in plan order, so that the same file wins as in the layers (env.10).
static int open_wheels(struct installation *run, struct error *err)
{
	struct plan_request wanted = { .selection = run->request->selection,
				       .base_layers = PLAN_UNKNOWN_BASE };
	struct plan plan = { 0 };
	if (plan_make(&wanted, run->arena, &plan, err) < 0)
		return -1;
	struct plan_order order = plan_order(&plan, run->arena);
	run->wheels = arena_new_array(run->arena, struct wheel_file, order.len);
	for (; run->len < order.len; run->len++)
		if (wheel_file_open_unchecked(run->store, order.choices[run->len],
					      run->arena, &run->wheels[run->len],
					      err) < 0)
			return -1;
	return 0;
}

static int open_bytecode(void *context, size_t index, unsigned worker, struct error *err)
{
	const struct compiling *compiling = context;
	(void)worker;
	return bytecode_open(&compiling->settings, &compiling->run->wheels[index],
			     &compiling->arenas[index], &compiling->run->bytecodes[index],
			     err);
}

// A module that two wheels bring with different bytes gets no bytecode (pyc.5).
static void find_skips(const struct installation *run, const struct tree_options *options,
		       struct map *skips)
{
	for (size_t i = 0; i < run->packages.collisions_len; i++) {
		const struct tree_collision *collision = &run->packages.collisions[i];
		if (!collision->twin.len)
			map_insert(skips,
				   slice_skip(collision->path, options->prefix.len), 0,
				   NULL);
	}
}

static int add_bytecode(struct installation *run, const struct tree_options *options,
			struct error *err)
{
	struct tree compiled = { 0 };
	struct map skips = { .arena = run->arena };
	run->bytecodes = arena_new_array(run->arena, struct bytecode, run->len);
	run->bytecode_arenas = arena_new_array(run->arena, struct arena, run->len);
	run->bytecodes_len = run->len;
	struct compiling compiling = {
		.run = run,
		.settings = { run->store, run->request->bytecode, options,
			      run->request->work },
		.arenas = run->bytecode_arenas,
	};
	if (parallel_for(run->request->jobs, run->len, open_bytecode, &compiling, err) <
	    0)
		return -1;
	for (size_t i = 0; i < run->len; i++)
		run->uncompiled += run->bytecodes[i].uncompiled;
	find_skips(run, options, &skips);
	struct bytecode_list list = { run->bytecodes, run->len, &skips };
	if (tree_of_bytecode(options, &list, run->arena, &compiled, err) < 0)
		return -1;
	run->packages = tree_merge(&run->packages, &compiled, run->arena);
	return 0;
}

int installation_make_trees(struct installation *run, struct slice interpreter,
			    struct error *err)
{
	struct tree_options options = {
		.prefix = slice_from(run->prefix),
		.interpreter = interpreter,
		.strip = run->request->strip,
		.target = run->request->target,
		.strict = run->request->strict,
	};
	if (tree_of_skeleton(&options, run->arena, &run->skeleton, err) < 0)
		return -1;
	if (tree_of_wheels(&options, (struct wheel_list){ run->wheels, run->len },
			   run->arena, &run->packages, err) < 0)
		return -1;
	return run->request->bytecode ? add_bytecode(run, &options, err) : 0;
}

static int check_wheel(void *context, size_t index, unsigned worker, struct error *err)
{
	const struct installation *run = context;
	(void)worker;
	if (work_heed(run->request->work, err) < 0)
		return -1;
	return wheel_file_check(run->store, &run->wheels[index], err);
}

int installation_check_wheels(struct installation *run, struct error *err)
{
	return parallel_for(run->request->jobs, run->len, check_wheel, run, err);
}

int installation_open(struct installation *run, struct error *err)
{
	if (set_prefix(run, err) < 0)
		return -1;
	return open_wheels(run, err);
}

void installation_close(struct installation *run)
{
	for (size_t i = 0; i < run->len; i++)
		wheel_file_close(&run->wheels[i]);
	for (size_t i = 0; i < run->bytecodes_len; i++) {
		bytecode_close(&run->bytecodes[i]);
		arena_release(&run->bytecode_arenas[i]);
	}
	run->len = 0;
}
