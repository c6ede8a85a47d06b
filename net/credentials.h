// SPDX-License-Identifier: MIT
// Users and passwords, each for the origin that it was given for (idx.3). Two indexes of
// one origin may have different ones: the deepest path counts.
#pragma once

#include "base/arena.h"

struct credential {
	struct slice url;      // tells the origin and the path
	struct slice userinfo; // as it stood in the URL
	bool is_users;         // the user names the place in person
	bool asked;            // others were asked for its password
};

// Zeroed but for `arena` is empty.
struct credentials {
	struct arena *arena;
	struct credential *items;
	size_t len, cap;
};

// Remembers the userinfo of url, if it has one, for its origin and path. The first one of
// a place is kept. Texts are copied.
void credentials_learn(struct credentials *credentials, struct slice url);
// The same for a place that the user names in person; it is remembered even without a user.
void credentials_learn_users(struct credentials *credentials, struct slice url);
// Does the user name the origin in person?
bool credentials_are_users(const struct credentials *credentials, struct slice url);
// Returns url with the userinfo that is remembered for its place, if url names none
// itself, or only the same user.
struct slice credentials_apply(const struct credentials *credentials, struct arena *arena,
			       struct slice url);

// The credential that url would be sent with, if that is a user without a password and
// `asked` is not set; else NULL. Valid until the next credentials_learn.
struct credential *credentials_without_password(const struct credentials *credentials,
						struct slice url);
void credential_complete(struct credentials *credentials, struct credential *credential,
			 struct slice password);
