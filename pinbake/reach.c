// SPDX-License-Identifier: MIT
// Asks the table of trust for each place, and for each password.
#include "pinbake/reach.h"

#include "net/url.h"

// --- who names a place -----------------------------------------------------------------------------------------------

static void add_all(struct arena *arena, const struct address_list *from,
		    struct address_list *all)
{
	for (size_t i = 0; i < from->len; i++)
		*array_push(arena, all) = from->items[i];
}

// All addresses of the request, but for what requirements files and the lock name.
static struct address_list addresses_of(struct arena *arena,
					const struct index_request *indexes)
{
	const struct address *const single[] = { &indexes->main, &indexes->torch_base,
						 &indexes->usual };
	struct address_list all = { 0 };
	for (size_t i = 0; i < sizeof(single) / sizeof(*single); i++)
		if (single[i]->url.len)
			*array_push(arena, &all) = *single[i];
	add_all(arena, &indexes->extra, &all);
	add_all(arena, &indexes->named, &all);
	add_all(arena, &indexes->find_links, &all);
	add_all(arena, &indexes->usual_extra, &all);
	add_all(arena, &indexes->usual_links, &all);
	return all;
}

static const struct address *find_address(const struct address_list *all,
					  struct slice url)
{
	for (size_t i = 0; i < all->len; i++)
		if (slice_eq(all->items[i].url, url))
			return &all->items[i];
	return NULL;
}

static const struct requirement_option *find_option(const struct requirement_set *set,
						    struct slice url)
{
	for (size_t i = 0; set && i < set->options_len; i++)
		if (slice_eq(set->options[i].value, url))
			return &set->options[i];
	return NULL;
}

// Whoever names the URL of an index first, in the order in which they are heeded; the lock where nobody else does.
struct namer {
	enum origin origin;
	struct span place; // in a file that is at hand, or none
};

static struct namer namer_of(struct session *session,
			     const struct supply_request *request, struct slice url)
{
	const struct address_list all = addresses_of(session->arena, request->indexes);
	const struct address *address = find_address(&all, url);
	const struct requirement_option *option = find_option(request->set, url);
	if (address)
		return (struct namer){ .origin = address->origin };
	if (option)
		return (struct namer){ ORIGIN_REQUIREMENTS, option->span };
	return (struct namer){ .origin = ORIGIN_LOCK };
}

// --- plain http ------------------------------------------------------------------------------------------------------

static bool is_remote(struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	return slice_eq_ignore_case(parts.scheme, S("http")) ||
	       slice_eq_ignore_case(parts.scheme, S("https"));
}

// pip takes it from there. Here a file from elsewhere opens nothing, and that is said.
static void tell_unheeded(struct session *session, const struct requirement_set *set)
{
	for (size_t i = 0; set && i < set->options_len; i++) {
		const struct requirement_option *option = &set->options[i];
		if (option->kind != OPTION_TRUSTED_HOST ||
		    origin_leave(ORIGIN_REQUIREMENTS, DECISION_PLAIN_HTTP) ==
			    LEAVE_HEEDED)
			continue;
		struct error *told = session_warn(
			session,
			"--trusted-host %.*s is not heeded in a requirements file",
			SLICE_ARG(option->value));
		told->span = option->span;
		error_hint(
			told,
			"if you trust that host, say so on the command line or in PINBAKE_TRUSTED_HOST");
	}
}

int reach_check(struct session *session, const struct supply_request *request,
		const struct slice_list *urls, struct error *err)
{
	for (size_t i = 0; i < urls->len; i++) {
		struct slice url = slice_trim(urls->items[i]);
		if (!is_remote(url) || net_admits(&session->config.net, url, err) == 0)
			continue;
		struct namer namer = namer_of(session, request, urls->items[i]);
		// Of what a lock has, all may be in the cache: the net asks when it is not.
		if (namer.origin == ORIGIN_LOCK && !request->set)
			continue;
		if (namer.place.source) {
			err->span = namer.place;
			return -1;
		}
		return error_during(err, "looking at what %s names",
				    origin_name(namer.origin));
	}
	return 0;
}

// --- passwords -------------------------------------------------------------------------------------------------------

static bool may_give_passwords(enum origin origin)
{
	return origin_leave(origin, DECISION_PASSWORD) == LEAVE_HEEDED;
}

static void tell_withheld(struct session *session, const struct index_login *login,
			  const struct namer *namer, struct slice url)
{
	struct slice shown = url_redact(session->arena, url);
	struct error *told =
		session_warn(session,
			     "the password of %s is not for '%.*s', which %s names",
			     login->variable, SLICE_ARG(shown),
			     origin_name(namer->origin));
	told->span = namer->place;
	error_hint(
		told,
		"if that host is to have it, say so: in %s, by --password-host HOST, or in ~/.netrc",
		login->bound_by);
}

// A login is for the index that the user names, or for one at a host that the user names.
static void bind(struct session *session, struct net *net,
		 const struct index_login *login, const struct supply_request *request,
		 struct slice main)
{
	struct slice url = login->url.len ? login->url : main;
	struct namer namer = { .origin = login->origin };
	if (!login->url.len)
		namer = namer_of(session, request, main);
	struct slice whole =
		url_with_login(session->arena, url, login->user, login->password);
	if (slice_eq(whole, url))
		return;
	if (may_give_passwords(namer.origin) || net_is_users(net, url) ||
	    url_same_origin(login->bound, url))
		net_use_users_credentials(net, whole);
	else
		tell_withheld(session, login, &namer, url);
}

static void learn(struct session *session, struct net *net,
		  const struct index_request *indexes, bool with_users)
{
	const struct address_list all = addresses_of(session->arena, indexes);
	for (size_t i = 0; i < all.len; i++) {
		struct slice url = all.items[i].url;
		if (may_give_passwords(all.items[i].origin))
			net_use_users_credentials(
				net, with_users ? url : url_redact(session->arena, url));
	}
}

int reach_begin(struct session *session, const struct index_request *indexes,
		struct error *err)
{
	struct net *net;
	if (session_net(session, &net, err) < 0)
		return -1;
	learn(session, net, indexes, false);
	return 0;
}

int reach_bind(struct session *session, const struct supply_request *request,
	       struct slice main, struct error *err)
{
	const struct index_request *indexes = request->indexes;
	struct net *net;
	tell_unheeded(session, request->set);
	if (reach_begin(session, indexes, err) < 0 || session_net(session, &net, err) < 0)
		return -1;
	for (size_t i = 0; i < indexes->logins.len; i++)
		bind(session, net, &indexes->logins.items[i], request, main);
	learn(session, net, indexes, true);
	return 0;
}
