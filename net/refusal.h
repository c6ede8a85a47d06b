// SPDX-License-Identifier: MIT
// What to say, and to try, when a server answers 401 or 403.
#pragma once

#include "net/transfer.h"

// The message names the host, whether it was given a user, and the ways to give one, but never the user itself (idx.3).
// url is what was asked for. For any other status it names the status only.
void refusal_explain(struct slice url, const struct net_response *response,
		     struct error *ret_error);
