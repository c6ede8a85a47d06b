// SPDX-License-Identifier: MIT
// Which user and password go with a request: those of the URL, of the settings, of ~/.netrc or of who keeps passwords,
// and never over a connection that others can read.
#pragma once

#include "net/credentials.h"
#include "net/netrc.h"
#include "net/transfer.h"

struct logins {
	struct arena *arena;
	const struct net_config *config;
	struct credentials credentials;
	struct netrc netrc; // read when the first host is looked for
	bool netrc_is_read;
	struct slice_list told; // origins whose password was withheld
};

void logins_begin(struct logins *logins, struct arena *arena,
		  const struct net_config *config);

// Does the user name the origin in person?
bool logins_are_users(const struct logins *logins, struct slice url);
// The url with the userinfo that is sent with it, or with none; in arena. Asks who keeps passwords, if the user names
// the origin, and tells once of an origin whose password is withheld.
struct slice logins_apply(struct logins *logins, struct arena *arena, struct slice url);
