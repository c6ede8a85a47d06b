// SPDX-License-Identifier: MIT
// Looks a login up in the order in which the user meant it, and holds it back where anyone could read it.
#include "net/logins.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "net/url.h"

void logins_begin(struct logins *logins, struct arena *arena,
		  const struct net_config *config)
{
	*logins = (struct logins){ .arena = arena,
				   .config = config,
				   .credentials.arena = arena };
}

static void warn(const struct logins *logins, struct slice text, const char *hint)
{
	if (logins->config->warn)
		logins->config->warn(logins->config->warn_context, text,
				     slice_from(hint));
}

bool logins_are_users(const struct logins *logins, struct slice url)
{
	const struct net_config *config = logins->config;
	return credentials_are_users(&logins->credentials, url) ||
	       url_is_on(url, config->password_hosts, config->password_len);
}

static bool has_password(struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	return slice_find_byte(parts.userinfo, ':') != SLICE_NONE;
}

// --- .netrc --------------------------------------------------------------------------

static void read_netrc(struct logins *logins)
{
	struct slice text;
	struct error err = { 0 };
	const char *path = logins->config->netrc;
	if (logins->netrc_is_read)
		return;
	logins->netrc_is_read = true;
	if (!path || !file_exists(path))
		return;
	if (file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT, logins->arena, &text,
		      &err) < 0) {
		warn(logins,
		     arena_printf(logins->arena,
				  "passwords are not looked for in '%s': %s", path,
				  err.cause),
		     "");
		return;
	}
	netrc_parse(text, logins->arena, &logins->netrc);
}

// An IPv6 address stands there without brackets.
static struct slice machine_of(struct slice host)
{
	return slice_starts_with(host, S("[")) ? slice_range(host, 1, host.len - 1)
					       : host;
}

// The default of a .netrc is for hosts that the user names, not for any that a file or a page leads to.
static struct slice with_netrc(struct logins *logins, struct arena *arena,
			       struct slice url)
{
	struct url parts;
	struct slice host, user;
	unsigned port;
	if (!url_host(url, &host, &port))
		return url;
	read_netrc(logins);
	url_parse(url, &parts);
	user = percent_decode(arena, parts.userinfo);
	const struct netrc_entry *entry = netrc_find(&logins->netrc, machine_of(host),
						     user, logins_are_users(logins, url));
	if (!entry)
		return url;
	struct slice login = url_escape_component(arena, user.len ? user : entry->login),
		     secret = url_escape_component(arena, entry->password);
	return url_with_userinfo(arena, url,
				 arena_printf(arena, "%.*s:%.*s", SLICE_ARG(login),
					      SLICE_ARG(secret)));
}

// --- who keeps passwords ---------------------------------------------------------------

// For a user without a password, they are asked, once.
static void ask_keepers(struct logins *logins, struct slice url)
{
	struct credential *known =
		credentials_without_password(&logins->credentials, url);
	if (!known || !logins->config->find_password || !logins_are_users(logins, url))
		return;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice password, user = percent_decode(&scratch, known->userinfo);
	struct slice place = url_redact(&scratch, known->url);
	known->asked = true;
	if (logins->config->find_password(logins->config->password_context, place, user,
					  &scratch, &password))
		credential_complete(&logins->credentials, known, password);
}

// --- all of them -----------------------------------------------------------------------

static void tell_withheld(struct logins *logins, struct slice url)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct url parts;
	url_parse(url, &parts);
	for (size_t i = 0; i < logins->told.len; i++)
		if (url_same_origin(logins->told.items[i], url))
			return;
	*array_push(logins->arena, &logins->told) =
		url_redact(logins->arena, arena_dup(logins->arena, url));
	warn(logins,
	     arena_printf(
		     &scratch,
		     "the user and password for '%.*s' are not sent: it speaks plain http, which anyone on the way reads",
		     SLICE_ARG(parts.host_port)),
	     "name it by https");
}

struct slice logins_apply(struct logins *logins, struct arena *arena, struct slice url)
{
	bool is_private = url_is_private(url);
	if (logins->config->offline || url_is_file(url))
		return url_redact(arena, url);
	struct slice applied = credentials_apply(&logins->credentials, arena, url);
	if (!has_password(applied))
		applied = with_netrc(logins, arena, applied);
	if (!has_password(applied) && is_private) {
		ask_keepers(logins, url);
		applied = credentials_apply(&logins->credentials, arena, url);
	}
	if (is_private)
		return applied;
	struct slice bare = url_redact(arena, applied);
	if (!slice_eq(bare, applied))
		tell_withheld(logins, applied);
	return bare;
}
