// SPDX-License-Identifier: MIT
// Which addresses are secure, and which the user trusts without that; net_admits of transfer.h asks both.
#pragma once

#include "net/transfer.h"

// Is "host" or "host:port" of the url one that is good enough without TLS or a check of its certificate?
bool net_is_trusted(const struct net_config *config, struct slice url);
bool net_is_secure(struct slice url); // https
