// SPDX-License-Identifier: MIT
// Which user and password go to which host: each only to the origin it came for (idx.3).
#pragma once

#include "base/arena.h"

struct credential {
	struct slice url;      // tells the origin
	struct slice userinfo; // as it stood in the URL
};

// Zeroed but for `arena` is empty.
struct credentials {
	struct arena *arena;
	struct credential *items;
	size_t len, cap;
};

// Remembers the userinfo of url, if it has one, for its origin; the first one of an
// origin stays. Texts are copied.
void credentials_learn(struct credentials *credentials, struct slice url);
// url, with the userinfo remembered for its origin where it names none itself.
struct slice credentials_apply(const struct credentials *credentials, struct arena *arena,
			       struct slice url);
