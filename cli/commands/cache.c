// SPDX-License-Identifier: MIT
// pinbake cache: where the cache is, what is in it, whether it is sound, and making it smaller.
#include "base/limits.h"
#include "cli/cli.h"

#include <string.h>

struct cache_values {
	const char *max_size, *max_age;
	bool remove;
};

#define AT(member) offsetof(struct cache_values, member)
static const struct option OPTIONS[] = {
	{ "max-size", 0, OPTION_TEXT, AT(max_size), "SIZE",
	  "prune: keep at most SIZE (2G, 500M; default 10G)", false },
	{ "max-age", 0, OPTION_TEXT, AT(max_age), "DAYS",
	  "prune: only what was not used for DAYS (default 30)", false },
	{ "remove", 0, OPTION_FLAG, AT(remove), NULL, "verify: delete what is damaged",
	  false },
};

enum { DEFAULT_AGE_DAYS = 30, DAY_SECONDS = 86400 };

struct cache_call {
	struct cli *cli;
	const struct cache_values *values;
	struct store *store;
	json_t *result;
};

static int print_directory(struct cache_call *call, struct error *err)
{
	const char *directory;
	if (cache_directory(call->cli, &directory, err) < 0)
		return -1;
	json_object_set_new(call->result, "directory", c_text_as_json(directory));
	if (!call->cli->common.json)
		print("%s", directory);
	return 0;
}

static json_t *usage_as_json(const struct store_usage *usage)
{
	json_t *object = json_object();
	for (int i = 0; i < STORE_KINDS; i++) {
		json_t *kind = json_object();
		json_object_set_new(kind, "count",
				    json_integer((json_int_t)usage->kinds[i].count));
		json_object_set_new(kind, "bytes",
				    json_integer((json_int_t)usage->kinds[i].bytes));
		json_object_set_new(object, store_kind_name((enum store_kind)i), kind);
	}
	return object;
}

static int print_info(struct cache_call *call, struct error *err)
{
	struct store_usage usage = { 0 };
	struct arena *arena = &call->cli->arena;
	const char *directory;
	if (cache_directory(call->cli, &directory, err) < 0 ||
	    store_usage(call->store, &usage, err) < 0)
		return -1;
	json_object_set_new(call->result, "directory", c_text_as_json(directory));
	json_object_set_new(call->result, "holds", usage_as_json(&usage));
	json_object_set_new(call->result, "bytes",
			    json_integer((json_int_t)store_usage_bytes(&usage)));
	if (call->cli->common.json)
		return 0;
	print("%-13s %s", "directory", directory);
	for (int i = 0; i < STORE_KINDS; i++)
		print("%-13s %llu, %.*s", store_kind_name((enum store_kind)i),
		      (unsigned long long)usage.kinds[i].count,
		      SLICE_ARG(human_size(arena, usage.kinds[i].bytes)));
	print("%-13s %.*s", "all",
	      SLICE_ARG(human_size(arena, store_usage_bytes(&usage))));
	return 0;
}

static int verify(struct cache_call *call, struct error *err)
{
	uint64_t checked = 0;
	int status = store_verify(call->store, call->values->remove, &call->cli->progress,
				  &checked, err);
	progress_done(call->cli);
	json_object_set_new(call->result, "checked", json_integer((json_int_t)checked));
	if (status < 0)
		return -1;
	say(call->cli,
	    checked == 1 ? "%llu file is what its name says"
			 : "%llu files are what their names say",
	    (unsigned long long)checked);
	return 0;
}

static int parse_size(const char *text, uint64_t *ret_bytes, struct error *err)
{
	struct slice digits = slice_from(text);
	uint64_t unit = 1, number;
	static const char units[] = "KMGT";
	if (digits.len) {
		char last = digits.ptr[digits.len - 1];
		const char *hit = strchr(units, last >= 'a' ? last - ('a' - 'A') : last);
		if (hit && *hit) {
			digits.len--;
			for (const char *p = units; p <= hit; p++)
				unit *= KIB;
		}
	}
	if (!slice_parse_u64(digits, UINT64_MAX / unit, &number))
		return error_set(err, ERROR_USAGE,
				 "'%s' is no size: expected a number with K, M, G or T",
				 text);
	*ret_bytes = number * unit;
	return 0;
}

static int say_freed(struct cache_call *call, const struct store_usage *freed)
{
	struct arena *arena = &call->cli->arena;
	uint64_t bytes = store_usage_bytes(freed);
	struct buf parts = { .arena = arena };
	for (int i = 0; i < STORE_KINDS; i++)
		if (freed->kinds[i].count)
			buf_printf(&parts, "%s%s %llu, %.*s", parts.len ? "; " : ": ",
				   store_kind_name((enum store_kind)i),
				   (unsigned long long)freed->kinds[i].count,
				   SLICE_ARG(human_size(arena, freed->kinds[i].bytes)));
	json_object_set_new(call->result, "freed_bytes", json_integer((json_int_t)bytes));
	json_object_set_new(call->result, "freed", usage_as_json(freed));
	say(call->cli, "freed %.*s%.*s", SLICE_ARG(human_size(arena, bytes)),
	    SLICE_ARG(buf_slice(&parts)));
	return 0;
}

static int prune(struct cache_call *call, struct error *err)
{
	struct store_usage freed = { 0 };
	uint64_t bytes = 10 * GIB, days = DEFAULT_AGE_DAYS;
	if (call->values->max_size && parse_size(call->values->max_size, &bytes, err) < 0)
		return -1;
	if (call->values->max_age &&
	    !slice_parse_u64(slice_from(call->values->max_age), 36500, &days))
		return error_set(err, ERROR_USAGE, "'%s' is no number of days",
				 call->values->max_age);
	// A size alone means that size, whatever the age.
	uint64_t age =
		call->values->max_size && !call->values->max_age ? 0 : days * DAY_SECONDS;
	if (call->values->max_age && !call->values->max_size)
		bytes = 0;
	struct prune_limits limits = { .now = clock_seconds(),
				       .max_age_seconds = age,
				       .max_bytes = bytes };
	if (store_prune(call->store, &limits, &freed, err) < 0)
		return -1;
	return say_freed(call, &freed);
}

static int clear(struct cache_call *call, struct error *err)
{
	struct store_usage freed = { 0 };
	if (store_clear(call->store, &freed, err) < 0)
		return -1;
	return say_freed(call, &freed);
}

static const struct action {
	const char *name;
	bool needs_store;
	int (*run)(struct cache_call *call, struct error *err);
} ACTIONS[] = {
	{ "dir", false, print_directory }, { "info", true, print_info },
	{ "verify", true, verify },        { "prune", true, prune },
	{ "clear", true, clear },
};
enum { ACTION_COUNT = sizeof(ACTIONS) / sizeof(*ACTIONS) };

static const struct action *find_action(const struct text_list *arguments,
					struct error *err)
{
	const char *names[ACTION_COUNT];
	if (arguments->len != 1) {
		error_set(err, ERROR_USAGE,
			  arguments->len ? "one action at a time"
					 : "an action is missing");
		error_hint(err, "expected dir, info, verify, prune or clear");
		return NULL;
	}
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		names[i] = ACTIONS[i].name;
		if (strcmp(arguments->items[0], names[i]) == 0)
			return &ACTIONS[i];
	}
	error_set(err, ERROR_USAGE, "unknown cache action '%s'", arguments->items[0]);
	const char *near = nearest_word(arguments->items[0], names, ACTION_COUNT);
	error_hint(err,
		   near ? "did you mean '%s'?"
			: "expected dir, info, verify, prune or clear",
		   near);
	return NULL;
}

static int run_cache(struct cli *cli, void *opaque, const struct text_list *arguments,
		     json_t *result, struct error *err)
{
	struct store *store = NULL;
	const struct action *action = find_action(arguments, err);
	if (!action ||
	    (action->needs_store && (open_session(cli, err) < 0 ||
				     pinbake_store(cli->session, &store, err) < 0)))
		return -1;
	struct cache_call call = { cli, opaque, store, result };
	return action->run(&call, err);
}

static const struct option_rule RULES[] = {
	{ "max-size", OPTION_OF_ACTION, "prune", NULL, NULL },
	{ "max-age", OPTION_OF_ACTION, "prune", NULL, NULL },
	{ "remove", OPTION_OF_ACTION, "verify", NULL, NULL },
};

static const struct option_table TABLE = OPTION_TABLE(OPTIONS, RULES);

const struct command command_cache = {
	.name = "cache",
	.arguments = "dir|info|verify|prune|clear [options]",
	.summary = "show, check or shrink the cache",
	.examples = "  pinbake cache dir\n"
		    "  pinbake cache info\n"
		    "  pinbake cache verify --remove\n"
		    "  pinbake cache prune --max-size 2G\n",
	.options = &TABLE,
	.is_local = true,
	.values_size = sizeof(struct cache_values),
	.run = run_cache,
};
