// SPDX-License-Identifier: MIT
// Resolves the requirements of a build as any requirements are.
#include "pinbake/builds/resolve.h"

#include "pinbake/files/digests.h"
#include "pinbake/files/direct.h"
#include "pinbake/supply.h"
#include "pinbake/merge.h"

struct question {
	const struct build_query *query;
	struct session *session;
	struct requirement_set set;
	struct resolve_request solve;
	struct preferences preferred;
	struct driver driver;
	struct direct_host host;
	struct lock former; // its commits stay
};

static int read_requirements(struct question *question, struct error *err)
{
	const struct build_query *query = question->query;
	struct arena *arena = query->session->arena;
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
	struct source *source = arena_new(arena, struct source);
	struct diagnostics problems = { .arena = arena };
	struct lock kept;
	*source = (struct source){ S("build requirements"), lock_write(arena, lock) };
	if (lock_read(source, arena, &kept, &problems) < 0) {
		*err = problems.items[0].error;
		return -1;
	}
	build->packages = kept.packages;
	build->len = kept.len;
	return 0;
}

static int take_pins(struct question *question, const struct solution *solution,
		     struct lock_build *build, struct error *err)
{
	struct arena *arena = question->session->arena;
	struct lock lock;
	if (find_missing_digests(question->session, &question->set,
				 solution_pins(solution, 0), err) < 0 ||
	    merge_pins(arena, solution, question->query->lock_path, &lock, err) < 0)
		return -1;
	return keep_packages(arena, &lock, build, err);
}

static int solve(struct question *question, struct lock_build *build, struct error *err)
{
	struct solution *solution;
	int status = driver_solve(&question->driver, &question->solve, &solution, err);
	if (status == 0)
		status = take_pins(question, solution, build, err);
	solution_free(solution);
	return status;
}

static bool is_for_all(const struct binary_rule *rule)
{
	return slice_eq(rule->name, S(":all:"));
}

// Where the lock's own rules say nothing else of all packages, or of one, `otherwise` holds.
static void set_binary_rules(struct question *question, enum binary_mode otherwise)
{
	const struct supply *supply = question->query->supply;
	struct resolve_policy *policy = &question->solve.policy;
	struct binary_rule *rules =
		arena_new_array(question->session->arena, struct binary_rule,
				supply->binary_len + 1);
	size_t len = 0;
	rules[len++] = (struct binary_rule){ S(":all:"), otherwise };
	for (size_t i = 0; i < supply->binary_len; i++)
		if (!is_for_all(&supply->binary[i]) ||
		    supply->binary[i].mode == BINARY_ONLY)
			rules[len++] = supply->binary[i];
	policy->binary = rules;
	policy->binary_len = len;
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

// --- addresses -------------------------------------------------------------------------

static void add_own_names(const struct lock *lock, struct arena *arena,
			  struct address_rules *rules)
{
	for (size_t i = 0; i < lock->requirements_len; i++)
		*array_push(arena, &rules->own_names) = lock->requirements[i].name;
}

// The same forms are refused as are read: "git+https://host/x.git#egg=x" has a name, too.
static int check_addresses(const struct question *question, struct error *err)
{
	const struct build_query *query = question->query;
	struct arena *arena = query->session->arena;
	struct address_rules rules = supply_address_rules(query->supply);
	struct marker_context context = { .target = query->target };
	struct slice who =
		arena_printf(arena, "the build of %.*s", SLICE_ARG(query->owner));
	enum origin origin = query->is_own ? ORIGIN_PROJECT : ORIGIN_METADATA;
	if (origin_leave(origin, DECISION_DIRECT) == LEAVE_HEEDED)
		return 0;
	add_own_names(query->lock, arena, &rules);
	for (size_t i = 0; i < question->set.len; i++) {
		const struct requirement *requirement =
			&question->set.entries[i].requirement;
		const struct address_claim claim = { who, requirement->name,
						     requirement->url, true };
		if (requirement->url.len && marker_holds(requirement->marker, &context) &&
		    address_rules_check(&rules, &claim, err) < 0)
			return -1;
	}
	return 0;
}

static void prefer_former(struct question *question)
{
	const struct build_query *query = question->query;
	preferences_init(&question->preferred, question->session->arena);
	if (query->former)
		preferences_add_lock(&question->preferred, &question->former,
				     query->released);
	question->solve.preferred = &question->preferred;
}

// What the user asks of the lock's packages holds here, too. A former commit stays as a former version does.
static int open_driver(struct question *question, struct error *err)
{
	const struct build_query *query = question->query;
	struct driver *driver = &question->driver;
	if (query->former)
		question->former = (struct lock){ .packages = query->former->packages,
						  .len = query->former->len };
	question->host = (struct direct_host){ .session = question->session,
					       .present = &question->former,
					       .released = query->released };
	if (direct_host_open(&question->host, query->supply, driver, err) < 0)
		return -1;
	add_own_names(query->lock, driver->arena, &driver->addresses);
	return 0;
}

static int ask_index(struct question *question, struct lock_build *build,
		     struct error *err)
{
	if (open_driver(question, err) < 0 ||
	    driver_take_direct(&question->driver, &question->set,
			       &question->solve.targets, err) < 0)
		return -1;
	prefer_former(question);
	return solve_by_wheels(question, build, err);
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
	struct arena *arena = query->session->arena;
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
	struct question question = { .query = query, .session = query->session };
	struct lock_build build = { 0 };
	struct resolve_policy *policy = &question.solve.policy;
	question.solve.requirements = &question.set;
	policy->exclude_newer = query->lock->exclude_newer;
	policy->package_cutoffs = query->lock->package_cutoffs;
	policy->package_cutoffs_len = query->lock->package_cutoffs_len;
	policy->torch = query->supply->torch;
	*array_push(query->session->arena, &question.solve.targets) = *query->target;
	put_requires(query, &build);
	if (read_requirements(&question, err) < 0 ||
	    check_addresses(&question, err) < 0 ||
	    (query->requires_len && ask_index(&question, &build, err) < 0))
		return -1;
	*ret_build = build;
	return 0;
}
