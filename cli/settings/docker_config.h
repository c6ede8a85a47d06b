// SPDX-License-Identifier: MIT
// What `docker login` and `podman login` left behind (auth.4, auth.5).
#pragma once

#include "cli/cli.h"
#include "oci/login.h"

// For struct login_finder; context is the struct cli. Looks in $REGISTRY_AUTH_FILE,
// $DOCKER_CONFIG/config.json (default ~/.docker) and
// $XDG_RUNTIME_DIR/containers/auth.json, in this order: the first that knows the registry
// counts. A file that cannot be read is a warning.
bool docker_config_find_login(void *context, struct slice key, struct slice repository,
			      struct arena *arena, struct registry_login *ret_login);
