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
		if (!url_same_origin(item->url, url))
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

static bool is_known(const struct credentials *credentials, struct slice url)
{
	struct url wanted, place;
	url_parse(url, &wanted);
	for (size_t i = 0; i < credentials->len; i++) {
		url_parse(credentials->items[i].url, &place);
		if (url_same_origin(credentials->items[i].url, url) &&
		    path_is_below(wanted.path, place.path) &&
		    path_is_below(place.path, wanted.path))
			return true;
	}
	return false;
}

void credentials_learn(struct credentials *credentials, struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	if (parts.userinfo.len == 0 || is_known(credentials, url))
		return;
	struct credential *added = array_push(credentials->arena, credentials);
	added->url = arena_dup(credentials->arena, url);
	added->userinfo = arena_dup(credentials->arena, parts.userinfo);
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
