// SPDX-License-Identifier: MIT
// Reads what is wanted of releases.
#include "pinbake/policy.h"

#include "packaging/name.h"

struct rule_list {
	struct binary_rule *items;
	size_t len, cap;
};

// "a,b", ":all:", or ":none:", which takes back what was said before.
static void add_rules(struct arena *arena, struct slice names, enum binary_mode mode,
		      struct rule_list *rules)
{
	struct slice name;
	bool more = true;
	while (more) {
		more = slice_cut(&names, ',', &name);
		name = slice_trim(name);
		if (slice_eq(name, S(":none:")))
			*array_push(arena, rules) =
				(struct binary_rule){ S(":all:"), BINARY_ANY };
		else if (slice_eq(name, S(":all:")))
			*array_push(arena, rules) = (struct binary_rule){ name, mode };
		else if (name.len)
			*array_push(arena, rules) =
				(struct binary_rule){ name_normalize(arena, name), mode };
	}
}

static int check_once(const struct rule_list *rules, struct error *err)
{
	for (size_t i = 0; i < rules->len; i++)
		for (size_t j = 0; j < i; j++) {
			const struct binary_rule *a = &rules->items[i],
						 *b = &rules->items[j];
			if (a->mode == b->mode || a->mode == BINARY_ANY ||
			    b->mode == BINARY_ANY || !slice_eq(a->name, b->name))
				continue;
			error_set(err, ERROR_USAGE,
				  "--no-binary %.*s and --only-binary %.*s exclude each "
				  "other",
				  SLICE_ARG(a->name), SLICE_ARG(a->name));
			return error_hint(err, "leave one of the two out");
		}
	return 0;
}

// Those of the request, whose order is not known: what is said of one package goes before what is said of all.
static int add_own_rules(struct arena *arena, const struct release_request *releases,
			 struct rule_list *rules, struct error *err)
{
	struct rule_list own = { 0 };
	for (size_t i = 0; i < releases->no_binary.len; i++)
		add_rules(arena, releases->no_binary.items[i], BINARY_NONE, &own);
	for (size_t i = 0; i < releases->only_binary.len; i++)
		add_rules(arena, releases->only_binary.items[i], BINARY_ONLY, &own);
	for (int names = 0; names < 2; names++)
		for (size_t i = 0; i < own.len; i++)
			if (slice_eq(own.items[i].name, S(":all:")) != (names == 1))
				*array_push(arena, rules) = own.items[i];
	return check_once(&own, err);
}

// Files first, then the request: what is said last wins (req.3).
static int read_binary_rules(struct arena *arena, const struct release_request *releases,
			     const struct requirement_set *set,
			     struct resolve_policy *policy, struct error *err)
{
	struct rule_list rules = { 0 };
	for (size_t i = 0; i < set->options_len; i++) {
		if (set->options[i].kind == OPTION_NO_BINARY)
			add_rules(arena, set->options[i].value, BINARY_NONE, &rules);
		if (set->options[i].kind == OPTION_ONLY_BINARY)
			add_rules(arena, set->options[i].value, BINARY_ONLY, &rules);
	}
	if (add_own_rules(arena, releases, &rules, err) < 0)
		return -1;
	policy->binary = rules.items;
	policy->binary_len = rules.len;
	return 0;
}

static bool has_option(const struct requirement_set *set, enum option_kind kind)
{
	for (size_t i = 0; i < set->options_len; i++)
		if (set->options[i].kind == kind)
			return true;
	return false;
}

int policy_read(struct arena *arena, const struct release_request *releases,
		const struct requirement_set *set, struct resolve_policy *policy,
		struct error *err)
{
	policy->prerelease = releases->prerelease;
	policy->resolution = releases->resolution;
	policy->lowest_direct = releases->lowest_direct;
	policy->share_versions = releases->share_versions;
	policy->prefer_binary =
		releases->prefer_binary || has_option(set, OPTION_PREFER_BINARY);
	if (policy->prefer_binary)
		policy->unbuilt = UNBUILT_LEFT_OUT;
	if (has_option(set, OPTION_PRE) && policy->prerelease == PRERELEASE_IF_NECESSARY)
		policy->prerelease = PRERELEASE_ALLOW;
	return read_binary_rules(arena, releases, set, policy, err);
}
