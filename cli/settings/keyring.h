// SPDX-License-Identifier: MIT
// Passwords from the `keyring` program, where the user asked for that.
#pragma once

#include "cli/cli.h"

// Does --keyring-provider, its variables or pip.conf say "subprocess"? ERROR_USAGE for an option that is unknown.
NODISCARD int keyring_is_wanted(struct cli *cli, bool *ret_wanted, struct error *err);

// For net_config: `keyring get URL USER`, then `keyring get HOST USER`. context is the struct cli; what goes wrong
// becomes a warning. The program is found on PATH and started without a shell; its stdin is empty.
bool keyring_find_password(void *context, struct slice url, struct slice user,
			   struct arena *arena, struct slice *ret_password);
