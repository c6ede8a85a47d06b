// SPDX-License-Identifier: MIT
// What `docker login` and `podman login` left behind (auth.4, auth.5): who may enter a
// registry, or which program knows.
#pragma once

#include "oci/login.h"

struct docker_config_entry {
	// "secretservice" of "docker-credential-secretservice", to be asked first; "" for
	// none. No path: letters, digits, '-', '_' and '.'.
	struct slice helper;
	bool has_login; // it stands in the file itself
	struct registry_login login;
};

// Reads config.json or auth.json. key and repository: as for struct login_finder. Texts
// live in arena. ERROR_INPUT: no JSON, with its line.
NODISCARD int docker_config_read(struct slice text, struct slice key,
				 struct slice repository, struct arena *arena,
				 struct docker_config_entry *ret_entry,
				 struct error *err);

// Reads what docker-credential-… prints. False: that is no login.
bool docker_config_read_helper(struct slice output, struct arena *arena,
			       struct registry_login *ret_login);
