// SPDX-License-Identifier: MIT
// What the files of the library share: the session, and what of it belongs to the request under way.
#pragma once

#include "base/files.h"
#include "environment/interpreters.h"
#include "builder/store/store.h"
#include "lockfile/load.h"
#include "pinbake/pinbake.h"

struct session {
	struct session_config config; // its cache_directory is absolute
	struct arena own;             // as long as the session
	// Of the request under way
	struct arena *arena;
	struct diagnostics *diagnostics;
	// What folders are built with, although it would be left out
	struct slice_list source_include;
	// Opened when first needed, and kept
	struct net *net;
	struct store *store;
};

// Lent; they end with the session.
NODISCARD int session_net(struct session *session, struct net **ret_net,
			  struct error *err);
NODISCARD int session_store(struct session *session, struct store **ret_store,
			    struct error *err);

// Where the session's interpreters are looked for.
struct interpreter_places session_interpreters(const struct session *session);

void session_tell(const struct session *session, enum notice_kind kind, const char *fmt,
		  ...) PRINTF_LIKE(3, 4);
void session_tell_log(const struct session *session, struct slice tail);
struct error *session_warn(struct session *session, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

// A lock as it was read, and what of it one target needs.
struct opened_lock {
	const char *path;
	struct source source;
	struct lock lock;
	struct target target;
	struct lock_selection selection;
};
