// SPDX-License-Identifier: MIT
// Checks addresses of metadata against what the user says.
#include "resolver/driver/addresses.h"

#include "base/text.h"
#include "net/url.h"
#include "packaging/name.h"
#include "resolver/index/index.h"

// --- addresses that are never followed -------------------------------------------------------------------------------

static bool is_loopback(struct slice host)
{
	return slice_eq_ignore_case(host, S("localhost")) || slice_eq(host, S("[::1]")) ||
	       slice_eq(host, S("127.0.0.1"));
}

static struct slice host_of(const struct url *url)
{
	size_t colon = slice_find_last_byte(url->host_port, ':');
	return colon == SLICE_NONE || slice_ends_with(url->host_port, S("]"))
		       ? url->host_port
		       : slice_range(url->host_port, 0, colon);
}

// Of a repository without the "git+".
static struct slice scheme_of(const struct url *url)
{
	struct slice scheme = url->scheme;
	return slice_eq_ignore_case(slice_range(scheme, 0, 4), S("git+"))
		       ? slice_skip(scheme, 4)
		       : scheme;
}

static const char *never_by_scheme(const struct url *url)
{
	struct slice scheme = scheme_of(url);
	if (slice_eq_ignore_case(scheme, S("https")))
		return NULL;
	if (slice_eq_ignore_case(scheme, S("http")))
		return is_loopback(host_of(url)) ? NULL
						 : "which is http to another machine";
	return "which is no https address";
}

static bool is_own_name(const struct address_rules *rules, struct slice name)
{
	return slices_have(rules->own_names.items, rules->own_names.len, name);
}

static bool is_mapped(const struct address_rules *rules, struct slice name)
{
	const struct index_config *places = rules->places;
	return places && index_mapping_find(places->mappings, places->mapping_len, name);
}

// Why nothing that the user could allow makes it good; NULL: something does.
static const char *why_never(const struct address_rules *rules, struct slice name,
			     const struct url *url)
{
	const struct index_config *places = rules->places;
	if (places && places->index_len + places->explicit_len == 0)
		return "but no index is asked, and files come from --find-links alone";
	if (is_mapped(rules, name))
		return "but that package comes from an index of its own";
	if (is_own_name(rules, name))
		return "but you say yourself what is wanted of that package";
	return never_by_scheme(url);
}

// --- what the user allows --------------------------------------------------------------------------------------------

// A word without a dot or port is the name of a package: no host of the world is named so, but localhost.
static bool is_host(struct slice word)
{
	return slice_find_byte(word, '.') != SLICE_NONE ||
	       slice_find_byte(word, ':') != SLICE_NONE ||
	       slice_eq_ignore_case(word, S("localhost"));
}

static bool is_allowed(const struct address_rules *rules, struct slice name,
		       const struct url *url)
{
	for (size_t i = 0; i < rules->allowed_len; i++) {
		struct slice word = rules->allowed[i];
		if (name_eq(word, name))
			return true;
		if (is_host(word) && (slice_eq_ignore_case(word, url->host_port) ||
				      slice_eq_ignore_case(word, host_of(url))))
			return true;
	}
	return false;
}

bool address_rules_admit(const struct address_rules *rules, struct slice name,
			 struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	return !why_never(rules, name, &parts) && is_allowed(rules, name, &parts);
}

// --- saying so -------------------------------------------------------------------------------------------------------

static int say_what_helps(const struct address_claim *claim, bool is_never,
			  struct error *err)
{
	struct slice name = claim->name;
	if (claim->is_build && is_never)
		return error_hint(err, "a release that has a wheel need not be built");
	if (claim->is_build)
		return error_hint(
			err,
			"--allow-direct %.*s lets builds name its address, if you trust those who do",
			SLICE_ARG(name));
	if (is_never)
		return error_hint(
			err,
			"an override '%.*s' (--override FILE) takes it from where your other packages come from",
			SLICE_ARG(name));
	return error_hint(
		err,
		"an override '%.*s' (--override FILE) takes it from your index; "
		"--allow-direct %.*s lets packages name its address, if you trust those who do",
		SLICE_ARG(name), SLICE_ARG(name));
}

int address_rules_check(const struct address_rules *rules,
			const struct address_claim *claim, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice shown = url_redact(&scratch, url_without_fragment(claim->url));
	struct url url;
	url_parse(claim->url, &url);
	const char *never = why_never(rules, claim->name, &url);
	if (!never && is_allowed(rules, claim->name, &url))
		return 0;
	error_set(err, ERROR_INPUT, "%.*s asks for '%.*s' from '%.*s', %s",
		  SLICE_ARG(claim->who), SLICE_ARG(claim->name), SLICE_ARG(shown),
		  never ? never
			: "and a package may not say where another one comes from");
	err->refused = true;
	return say_what_helps(claim, never != NULL, err);
}
