// SPDX-License-Identifier: MIT
// Resolves the requirements of a build as any requirements are.
#include "cli/lock/build_resolve.h"

#include "cli/lock/direct.h"
#include "cli/lock/lock_run.h"
#include "cli/lock/missing_hashes.h"
#include "cli/sources/places.h"

struct question {
	const struct build_query *query;
	struct requirement_set set;
	struct target_list targets;
	struct resolve_options options;
	struct index *index;
	struct net *net;
};

static int read_requirements(struct question *question, struct error *err)
{
	const struct build_query *query = question->query;
	struct arena *arena = &query->cli->arena;
	struct diagnostics problems = { .arena = arena };
	for (size_t i = 0; i < query->requires_len; i++)
		if (requirements_add_argument(query->requires[i], arena, &question->set,
					      &problems) < 0) {
			*err = problems.items[0].error;
			err->span = (struct span){ 0 };
			return error_during(err, "reading '%.*s'",
					    SLICE_ARG(query->requires[i]));
		}
	// 518: names and addresses, no paths of the machine that locks.
	for (size_t i = 0; i < question->set.len; i++)
		if (question->set.entries[i].path.len)
			return error_set(
				err, ERROR_INPUT,
				"'%.*s' is a path, and no requirement of a build",
				SLICE_ARG(question->set.entries[i].path));
	return 0;
}

// The pins borrow from the index and from the run. Written and read again, they are on
// their own, and in the form in which every later reader of the lock sees them.
static int keep_packages(struct arena *arena, const struct lock *lock,
			 struct lock_build *build, struct error *err)
{
	struct source source = { S("build requirements"), lock_write(arena, lock) };
	struct diagnostics problems = { .arena = arena };
	struct lock kept;
	if (lock_read(&source, arena, &kept, &problems) < 0) {
		*err = problems.items[0].error;
		return -1;
	}
	build->packages = kept.packages;
	build->len = kept.len;
	return 0;
}

static int take_pins(struct question *question, struct lock_run *run,
		     struct lock_build *build, struct error *err)
{
	struct cli *cli = question->query->cli;
	struct lock lock;
	if (lock_run_solve(run, err) < 0 ||
	    find_missing_hashes(cli, question->net, run->options.requirements,
				&run->picks[0].pins, err) < 0 ||
	    lock_from_pins(&cli->arena, run->picks, 1, &run->options,
			   question->query->lock_path, &lock, err) < 0)
		return -1;
	return keep_packages(&cli->arena, &lock, build, err);
}

static int solve(struct question *question, struct lock_build *build, struct error *err)
{
	struct cli *cli = question->query->cli;
	const struct lock_build *former = question->query->former;
	const struct text_list *released = question->query->released, none = { 0 };
	struct lock_run run;
	lock_run_init(&run, cli, question->index, &question->targets, &question->options);
	if (former) {
		struct lock pins = { .packages = former->packages, .len = former->len };
		preferences_from_lock(&run.preferred, &pins, released ? released : &none);
	}
	int status = take_pins(question, &run, build, err);
	lock_run_release(&run);
	return status;
}

static bool is_for_all(const struct binary_rule *rule)
{
	return slice_eq(rule->name, S(":all:"));
}

// Where the lock's own rules say nothing else of all packages, or of one, `otherwise` holds.
static void set_binary_rules(struct question *question, enum binary_mode otherwise)
{
	const struct places *places = question->query->places;
	struct binary_rule *rules =
		arena_new_array(&question->query->cli->arena, struct binary_rule,
				places->binary_len + 1);
	size_t len = 0;
	rules[len++] = (struct binary_rule){ S(":all:"), otherwise };
	for (size_t i = 0; i < places->binary_len; i++)
		if (!is_for_all(&places->binary[i]) ||
		    places->binary[i].mode == BINARY_ONLY)
			rules[len++] = places->binary[i];
	question->options.binary = rules;
	question->options.binary_len = len;
}

// Wheels first; releases without one only where there is no other way.
static int solve_by_wheels(struct question *question, struct lock_build *build,
			   struct error *err)
{
	struct error first = { 0 };
	set_binary_rules(question, BINARY_ONLY);
	if (solve(question, build, &first) == 0)
		return 0;
	set_binary_rules(question, BINARY_ANY);
	if (first.kind == ERROR_NO && solve(question, build, err) == 0)
		return 0;
	*err = first;
	return -1;
}

static int ask_index(struct question *question, struct lock_build *build,
		     struct error *err)
{
	const struct build_query *query = question->query;
	struct direct_files direct;
	direct_init(&direct, query->cli, question->net);
	question->options.direct = &direct;
	if (direct_read(&direct, &question->set, question->targets.items, 1, err) < 0)
		return -1;
	return solve_by_wheels(question, build, err);
}

static int open_and_ask(struct question *question, struct lock_build *build,
			struct error *err)
{
	const struct build_query *query = question->query;
	AUTO(net_cleanup) struct net *net = NULL;
	AUTO(index_cleanup) struct index *index = NULL;
	if (open_net(query->cli, &net, err) < 0 ||
	    index_open(&query->places->indexes, net, &index, err) < 0)
		return -1;
	question->net = net;
	question->index = index;
	return ask_index(question, build, err);
}

// The user of ssh is no secret, and part of the address.
struct slice build_requirement_text(struct arena *arena, struct slice text)
{
	size_t scheme = slice_find(text, S("://"));
	if (scheme == SLICE_NONE)
		return text;
	size_t start = scheme + S("://").len, end = start, at = SLICE_NONE;
	for (; end < text.len && !is_space(text.ptr[end]) &&
	       slice_find_byte(S("/?#;"), text.ptr[end]) == SLICE_NONE;
	     end++)
		if (text.ptr[end] == '@')
			at = end;
	if (at == SLICE_NONE)
		return text;
	struct slice before = slice_range(text, 0, start),
		     userinfo = slice_range(text, start, at), user = userinfo;
	slice_cut(&userinfo, ':', &user);
	bool is_ssh = slice_ends_with(slice_range(text, 0, scheme), S("ssh"));
	return arena_printf(arena, "%.*s%.*s%s%.*s", SLICE_ARG(before),
			    is_ssh ? (int)user.len : 0, user.ptr, is_ssh ? "@" : "",
			    SLICE_ARG(slice_skip(text, at + 1)));
}

static void put_requires(const struct build_query *query, struct lock_build *build)
{
	struct arena *arena = &query->cli->arena;
	build->requires = arena_new_array(arena, struct slice, query->requires_len);
	build->requires_len = query->requires_len;
	for (size_t i = 0; i < query->requires_len; i++) {
		struct slice text = build_requirement_text(arena, query->requires[i]);
		build->requires[i] = arena_dup(arena, text);
	}
	build->targets = arena_new(arena, struct slice);
	build->targets[0] = query->target->name;
	build->targets_len = 1;
}

int build_resolve(const struct build_query *query, struct lock_build *ret_build,
		  struct error *err)
{
	struct question question = { .query = query,
				     .index = query->index,
				     .net = query->net };
	struct lock_build build = { 0 };
	question.options = (struct resolve_options){
		.requirements = &question.set,
		.exclude_newer = query->lock->exclude_newer,
		.package_cutoffs = query->lock->package_cutoffs,
		.package_cutoffs_len = query->lock->package_cutoffs_len,
		.torch = query->places->torch,
	};
	*array_push(&query->cli->arena, &question.targets) = *query->target;
	put_requires(query, &build);
	if (read_requirements(&question, err) < 0)
		return -1;
	int status = query->requires_len == 0 ? 0
		     : query->index           ? ask_index(&question, &build, err)
					      : open_and_ask(&question, &build, err);
	if (status == 0)
		*ret_build = build;
	return status;
}
