// SPDX-License-Identifier: MIT
// Users and passwords by host, as ~/.netrc has them: "machine HOST login USER password SECRET", "default login …",
// "account" and "macdef" passed over, words perhaps in double quotes, comments from '#' on.
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct netrc_entry {
	struct slice machine; // "" is the default
	struct slice login, password;
};

struct netrc {
	struct netrc_entry *items;
	size_t len, cap;
};

// Reads a text; the entries live in the arena. Whatever it holds, it is no error: what is malformed ends the entry.
void netrc_parse(struct slice text, struct arena *arena, struct netrc *ret_netrc);

// The first entry of the host that has a password and, unless user is "", this login; or NULL. An entry without a
// login is for any user. The default counts only where `with_default` is set.
const struct netrc_entry *netrc_find(const struct netrc *netrc, struct slice host,
				     struct slice user, bool with_default);
