// SPDX-License-Identifier: MIT
// A list of places and their credentials. It is as short as the list of private indexes.
#include "net/credentials.h"

#include "base/text.h"
#include "net/url.h"

static bool has_password(struct slice userinfo)
{
	return slice_find_byte(userinfo, ':') != SLICE_NONE;
}

// The deepest place of the same origin that the url is below; else the origin's first
// place, since files often lie beside the pages.
static struct credential *find(const struct credentials *credentials, struct slice url)
{
	struct credential *first = NULL, *deepest = NULL;
	struct url wanted, place;
	size_t depth = 0;
	url_parse(url, &wanted);
	for (size_t i = 0; i < credentials->len; i++) {
		struct credential *item = &credentials->items[i];
		if (item->userinfo.len == 0 || !url_same_origin(item->url, url))
			continue;
		first = first ? first : item;
		url_parse(item->url, &place);
		if (path_is_below(wanted.path, place.path) &&
		    (!deepest || place.path.len > depth)) {
			deepest = item;
			depth = place.path.len;
		}
	}
	return deepest ? deepest : first;
}

// The one of this very place that has a user, or has none, as asked for.
static struct credential *find_place(const struct credentials *credentials,
				     struct slice url, bool has_user)
{
	struct url wanted, place;
	url_parse(url, &wanted);
	for (size_t i = 0; i < credentials->len; i++) {
		struct credential *item = &credentials->items[i];
		url_parse(item->url, &place);
		if (url_same_origin(item->url, url) &&
		    (item->userinfo.len > 0) == has_user &&
		    path_is_below(wanted.path, place.path) &&
		    path_is_below(place.path, wanted.path))
			return item;
	}
	return NULL;
}

static void learn(struct credentials *credentials, struct slice url, bool is_users)
{
	struct url parts;
	url_parse(url, &parts);
	struct credential *item = find_place(credentials, url, parts.userinfo.len > 0);
	if (!item) {
		item = array_push(credentials->arena, credentials);
		item->url = arena_dup(credentials->arena, url);
		item->userinfo = arena_dup(credentials->arena, parts.userinfo);
	}
	item->is_users |= is_users && slice_eq(item->userinfo, parts.userinfo);
}

void credentials_learn(struct credentials *credentials, struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	if (parts.userinfo.len)
		learn(credentials, url, false);
}

void credentials_learn_users(struct credentials *credentials, struct slice url)
{
	struct slice host;
	unsigned port;
	if (url_host(url, &host, &port))
		learn(credentials, url, true);
}

bool credentials_are_users(const struct credentials *credentials, struct slice url)
{
	for (size_t i = 0; i < credentials->len; i++)
		if (credentials->items[i].is_users &&
		    url_same_origin(credentials->items[i].url, url))
			return true;
	return false;
}

struct slice credentials_apply(const struct credentials *credentials, struct arena *arena,
			       struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	if (has_password(parts.userinfo))
		return url;
	const struct credential *known = find(credentials, url);
	if (!known)
		return url;
	struct slice user = parts.userinfo, rest = known->userinfo, known_user;
	slice_cut(&rest, ':', &known_user);
	if (user.len && !slice_eq(user, known_user))
		return url;
	return url_with_userinfo(arena, url, known->userinfo);
}

struct credential *credentials_without_password(const struct credentials *credentials,
						struct slice url)
{
	struct credential *known = find(credentials, url);
	return known && !known->asked && !has_password(known->userinfo) ? known : NULL;
}

void credential_complete(struct credentials *credentials, struct credential *credential,
			 struct slice password)
{
	credential->userinfo = arena_printf(
		credentials->arena, "%.*s:%.*s", SLICE_ARG(credential->userinfo),
		SLICE_ARG(url_escape_component(credentials->arena, password)));
}
