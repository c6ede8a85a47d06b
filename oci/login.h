// SPDX-License-Identifier: MIT
// From a registry's challenge to an Authorization header (auth.1–auth.3).
//
//	401, WWW-Authenticate: Bearer realm, service, scope ──▶ GET realm?service&scope ──▶ "Bearer TOKEN"
//	401, WWW-Authenticate: Basic                        ──────────────────────────────▶ "Basic base64(user:secret)"
#pragma once

#include "net/transfer.h"

struct registry_login {
	struct slice user, secret;
	bool is_identity_token; // the secret is to be traded for tokens, without a user
};

// Finds a login; false if there is none. key is that of reference_login_key.
struct login_finder {
	bool (*find)(void *context, struct slice key, struct slice repository,
		     struct arena *arena, struct registry_login *ret_login);
	void *context;
};

struct login_request {
	struct net *net;
	const struct login_finder *finder;
	struct slice key, repository; // whose password
	struct slice api;             // the URL that was answered with 401
	struct slice challenge;       // WWW-Authenticate of that answer
	struct slice scope;           // "repository:NAME:pull,push" (auth.2)
};

// The value of the header to send from now on, in arena. ERROR_SOURCE: the registry wants
// a password and there is none (the hint says how to log in), it takes none that we have,
// or it names a place for tokens that is less safe than itself.
NODISCARD int login_authorize(const struct login_request *request, struct arena *arena,
			      struct slice *ret_authorization, struct error *err);
