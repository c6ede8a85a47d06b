// SPDX-License-Identifier: MIT
// Version specifiers: which versions a clause admits, and what a set of clauses says
// about pre-releases and pins.
#include "packaging/specifier.h"

// The epoch and the first len numbers of the release; missing ones count as 0 (440.8).
static struct version prefix_of(const struct version *version, size_t len)
{
	struct version prefix = { .epoch = version->epoch, .release = version->release };
	prefix.release_len = len < version->release_len ? len : version->release_len;
	return prefix;
}

static bool same_prefix(const struct version *a, const struct version *b, size_t len)
{
	struct version head_a = prefix_of(a, len), head_b = prefix_of(b, len);
	return version_cmp_public(&head_a, &head_b) == 0;
}

// The version without post, dev and local part: what a post-release is a release of.
static struct version base_of(const struct version *version)
{
	struct version base = prefix_of(version, version->release_len);
	base.pre = version->pre;
	base.pre_number = version->pre_number;
	return base;
}

// A local part counts only where the clause names one (440.7).
static bool is_equal(const struct specifier *specifier, const struct version *version)
{
	const struct version *bound = &specifier->version;
	if (specifier->wildcard)
		return same_prefix(version, bound, bound->release_len);
	return (bound->local_len > 0 ? version_cmp(version, bound)
				     : version_cmp_public(version, bound)) == 0;
}

// >V leaves out V's post-releases and locals, unless V itself is a post-release (or a dev
// release, which has no post-releases) (440.6).
static bool is_greater(const struct version *version, const struct version *bound)
{
	if (version_cmp_public(version, bound) <= 0)
		return false;
	if (bound->has_post || bound->has_dev)
		return true;
	struct version base = base_of(version), bound_base = base_of(bound);
	return version_cmp_public(&base, &bound_base) != 0;
}

// <V leaves out V's pre-releases, the first of which is V.dev0, unless V itself is one
// (440.6).
static bool is_less(const struct version *version, const struct version *bound)
{
	struct version first = *bound;
	if (!version_is_prerelease(bound)) {
		first.has_dev = true;
		first.dev_number = (struct version_number){ 0 };
	}
	return version_cmp_public(version, &first) < 0;
}

// ~=2.2.post3 is >=2.2.post3, ==2.* (440.8).
static bool is_compatible(const struct version *version, const struct version *bound)
{
	return version_cmp_public(version, bound) >= 0 &&
	       same_prefix(version, bound, bound->release_len - 1);
}

// '===' compares texts, in any case (440.9). Installers compare the normal form, users
// copy what the file name says: either will do.
static bool is_same_text(struct slice text, const struct version *version)
{
	if (slice_eq_ignore_case(text, version->text))
		return true;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return slice_eq_ignore_case(text, version_normal(&scratch, version));
}

bool specifier_contains(const struct specifier *specifier, const struct version *version)
{
	const struct version *bound = &specifier->version;
	switch (specifier->op) {
	case SPECIFIER_EQUAL: return is_equal(specifier, version);
	case SPECIFIER_NOT_EQUAL: return !is_equal(specifier, version);
	case SPECIFIER_LESS_EQUAL: return version_cmp_public(version, bound) <= 0;
	case SPECIFIER_GREATER_EQUAL: return version_cmp_public(version, bound) >= 0;
	case SPECIFIER_LESS: return is_less(version, bound);
	case SPECIFIER_GREATER: return is_greater(version, bound);
	case SPECIFIER_COMPATIBLE: return is_compatible(version, bound);
	case SPECIFIER_ARBITRARY: return is_same_text(specifier->text, version);
	}
	BUG("unknown operator");
}

bool specifier_set_contains(const struct specifier_set *set,
			    const struct version *version)
{
	for (size_t i = 0; i < set->len; i++)
		if (!specifier_contains(&set->items[i], version))
			return false;
	return true;
}

static bool text_names_prerelease(struct slice text)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct version version;
	return version_parse(&scratch, text, &version) && version_is_prerelease(&version);
}

bool specifier_set_names_prerelease(const struct specifier_set *set)
{
	for (size_t i = 0; i < set->len; i++) {
		const struct specifier *specifier = &set->items[i];
		if (specifier->op == SPECIFIER_NOT_EQUAL)
			continue;
		if (specifier->op == SPECIFIER_ARBITRARY
			    ? text_names_prerelease(specifier->text)
			    : version_is_prerelease(&specifier->version))
			return true;
	}
	return false;
}

bool specifier_set_is_exact_pin(const struct specifier_set *set)
{
	for (size_t i = 0; i < set->len; i++) {
		const struct specifier *specifier = &set->items[i];
		if (specifier->op == SPECIFIER_ARBITRARY ||
		    (specifier->op == SPECIFIER_EQUAL && !specifier->wildcard))
			return true;
	}
	return false;
}
