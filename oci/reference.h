// SPDX-License-Identifier: MIT
// The name of an image in a registry: "HOST/REPOSITORY:TAG@DIGEST".
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum {
	REFERENCE_NAME_MAX = 255, // host and repository, as registries take them
	REFERENCE_TAG_MAX = 128,
};

struct reference {
	struct slice host; // "127.0.0.1:5000", "ghcr.io"; "docker.io" where none stands
	struct slice repository; // "library/python"
	struct slice tag;        // "latest" where neither a tag nor a digest stands
	struct slice digest;     // 64 hex digits; "" for none
};

// The parts borrow from text or live in arena. The rules are Docker's: what is before the
// first '/' is a host if it has a '.' or a ':' or is "localhost"; a bare name of
// docker.io is below "library/" (auth.6). ERROR_USAGE says which part is wrong.
NODISCARD int reference_parse(struct slice text, struct arena *arena,
			      struct reference *ret_reference, struct error *err);

// "host/repository:tag", with "@sha256:…" where there is a digest.
struct slice reference_text(const struct reference *reference, struct arena *arena);

// The address of its API: "https://registry-1.docker.io/v2/library/python". It has http
// for a host on the loopback interface, as in container engines, or if plain is set
// (auth.3).
struct slice reference_api(const struct reference *reference, bool plain,
			   struct arena *arena);

// The key of its password in a container engine's configuration (auth.4, auth.6).
struct slice reference_login_key(const struct reference *reference);
