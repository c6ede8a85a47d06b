// SPDX-License-Identifier: MIT
// What a registry asks for with 401: WWW-Authenticate (RFC 9110, auth.1).
#pragma once

#include "base/arena.h"

enum challenge_scheme { CHALLENGE_NONE, CHALLENGE_BASIC, CHALLENGE_BEARER };

struct challenge {
	enum challenge_scheme scheme;
	struct slice realm, service, scope; // of Bearer; "" where absent
};

// The first challenge that we can answer: Bearer, else Basic. Quoted strings are undone
// into arena. CHALLENGE_NONE where there is none, or the text is malformed.
struct challenge challenge_parse(struct slice header, struct arena *arena);
