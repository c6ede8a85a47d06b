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

int tree_contents(struct cli *cli, const struct tree_values *values, struct store *store,
		  const struct target *target, unsigned *ret_strip,
		  const struct bytecode_interpreter **ret_bytecode, struct error *err)
{
	*ret_bytecode = NULL;
	*ret_strip = 0;
	if (values->strip && strip_parse(slice_from(values->strip), ret_strip, err) < 0)
		return -1;
	if (!values->bytecode)
		return 0;
	struct slice path = slice_from(values->bytecode);
	struct bytecode_interpreter *interpreter =
		arena_new_array(&cli->arena, struct bytecode_interpreter, 1);
	if (slice_find_byte(path, '/') == SLICE_NONE)
		return error_set(
			err, ERROR_USAGE,
			"'%s' is no path: expected one, as in /usr/bin/python3.12",
			values->bytecode);
	if (path.ptr[0] != '/') // it is started in another folder; links stay
		path = arena_printf(&cli->arena, "%.*s/%s",
				    SLICE_ARG(path_real(&cli->arena, ".")), path.ptr);
	struct bytecode_request request = { path, target, &cli->progress };
	if (bytecode_look_at(store, &request, &cli->arena, interpreter, err) < 0)
		return -1;
	*ret_bytecode = interpreter;
	return 0;
}

void tree_report(const struct cli *cli, uint64_t uncompiled, uint64_t stripped_files,
		 uint64_t stripped_bytes, json_t *result)
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

int tree_places(struct cli *cli, const struct tree_values *values,
		const struct opened_lock *opened, struct places *ret_places,
		struct error *err)
{
	return places_of_lock(cli, &values->indexes, opened, ret_places, err);
}

struct sdist_options tree_builds(const struct tree_values *values,
				 const struct places *places, const char *python)
{
	return (struct sdist_options){
		.no_build = values->no_build,
		.network = values->build_network,
		.python = values->python_bin ? values->python_bin : python,
		.image = values->build_in,
		.engine = values->build_engine,
		.places = places,
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
	cli->wheelhouses = values->wheelhouses;
	return open_lock(cli, arguments->len ? arguments->items[0] : "pylock.toml",
			 values->target, ret_opened, err);
}
