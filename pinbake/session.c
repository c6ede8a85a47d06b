// SPDX-License-Identifier: MIT
// Opens what a session owns when it is first needed, and passes on what is to be told.
#include "pinbake/session.h"

#include <stdarg.h>
#include <stdio.h>

// Whether there can be a cache at all is seen by who needs one; whom it belongs to is seen before anything is read.
static int claim_cache(const char *directory, struct error *err)
{
	struct error why = { 0 };
	if (store_claim(directory, &why) == 0 || why.kind == ERROR_IO)
		return 0;
	*err = why;
	return -1;
}

// Builds and git are run in folders of their own, and get paths of the cache.
static const char *absolute(const char *directory, struct arena *arena)
{
	struct slice here = path_real(arena, ".");
	while (directory[0] == '.' && directory[1] == '/')
		directory += 2;
	return *directory == '/' || !here.len
		       ? arena_c_string(arena, slice_from(directory))
		       : path_join(arena, here.ptr, slice_from(directory));
}

int pinbake_session_open(const struct session_config *config,
			 struct session **ret_session, struct error *err)
{
	if (!config->cache_directory)
		return error_set(err, ERROR_USAGE,
				 "a session needs a folder for its cache");
	if (claim_cache(config->cache_directory, err) < 0)
		return -1;
	struct session *session = mem_alloc(sizeof(*session));
	session->config = *config;
	session->config.cache_directory =
		absolute(config->cache_directory, &session->own);
	*ret_session = session;
	return 0;
}

// The net ends after all that waits on it.
void pinbake_session_close(struct session *session)
{
	if (!session)
		return;
	store_close(session->store);
	net_close(session->net);
	struct arena own = session->own;
	mem_free(session);
	arena_release(&own);
}

int session_net(struct session *session, struct net **ret_net, struct error *err)
{
	struct net_config config = session->config.net;
	const struct address_list *credentials = &session->config.credentials;
	config.offline = session->config.offline;
	config.interrupted = session->config.work.interrupted;
	if (!session->net) {
		if (net_open(&config, &session->net, err) < 0)
			return -1;
		for (size_t i = 0; i < credentials->len; i++)
			net_use_users_credentials(session->net,
						  credentials->items[i].url);
	}
	*ret_net = session->net;
	return 0;
}

int session_store(struct session *session, struct store **ret_store, struct error *err)
{
	if (!session->store &&
	    store_open(session->config.cache_directory, &session->store, err) < 0)
		return -1;
	*ret_store = session->store;
	return 0;
}

struct interpreter_places session_interpreters(const struct session *session)
{
	return (struct interpreter_places){ session->config.search_path,
					    session->config.python_folders };
}

void session_tell(const struct session *session, enum notice_kind kind, const char *fmt,
		  ...)
{
	char line[1024];
	va_list args;
	if (!session->config.notice)
		return;
	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	session->config.notice(session->config.notice_context, kind, slice_from(line));
}

void session_tell_log(const struct session *session, struct slice tail)
{
	if (session->config.notice)
		session->config.notice(session->config.notice_context, NOTICE_LOG, tail);
}

struct error *session_warn(struct session *session, const char *fmt, ...)
{
	char text[sizeof(((struct error *)0)->cause)];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return diagnostics_warn(session->diagnostics, "%s", text);
}

int pinbake_target(const char *python, const char *platform, struct arena *arena,
		   struct target *ret_target, struct error *err)
{
	return target_init(arena, slice_from(python), slice_from(platform), ret_target,
			   err);
}

int pinbake_write(const char *path, struct slice text, struct error *err)
{
	return file_write(path, text, err);
}

void pinbake_release(struct arena *arena)
{
	arena_release(arena);
}
