// SPDX-License-Identifier: MIT
// What to say, and to try, when a server answers 401 or 403.
#pragma once

#include "net/transfer.h"

// Names the host, whether it was given a user, and the ways to give one; never the user itself (idx.3). url is what
// was asked for. Any other status: only the status.
void refusal_explain(struct slice url, const struct net_response *response,
		     struct error *ret_error);
