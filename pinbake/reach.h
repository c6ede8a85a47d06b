// SPDX-License-Identifier: MIT
// Whether the places that a request names may be reached, and which passwords go there. Who names a place decides:
// a password that the user gave without a host goes only to hosts that the user names, too.
#pragma once

#include "pinbake/supply.h"

// Is each place https, local, or trusted? ERROR_INPUT says who names the one that is not, and where.
NODISCARD int reach_check(struct session *session, const struct supply_request *request,
			  const struct slice_list *urls, struct error *err);

// Tells the net which hosts the user names. Before requirements files are read: variables may be filled into addresses
// of those hosts. ERROR_IO of the net.
NODISCARD int reach_begin(struct session *session, const struct index_request *indexes,
			  struct error *err);
// Gives the net the passwords of the request's logins, and the names of the user's own hosts. main: the URL of the main
// index, "" for none. What is held back is a warning. ERROR_IO of the net.
NODISCARD int reach_bind(struct session *session, const struct supply_request *request,
			 struct slice main, struct error *err);
