// SPDX-License-Identifier: MIT
// A short list of origins and their credentials: there are as many as private indexes.
#include "net/credentials.h"

#include "net/url.h"

static const struct credential *find(const struct credentials *credentials,
				     struct slice url)
{
	for (size_t i = 0; i < credentials->len; i++)
		if (url_same_origin(credentials->items[i].url, url))
			return &credentials->items[i];
	return NULL;
}

void credentials_learn(struct credentials *credentials, struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	if (parts.userinfo.len == 0 || find(credentials, url))
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
	if (parts.userinfo.len)
		return url;
	const struct credential *known = find(credentials, url);
	return known ? url_with_userinfo(arena, url, known->userinfo) : url;
}
