// SPDX-License-Identifier: MIT
// 401 means "who are you?", 403 means "not you" or "not this". Servers mix them up, so both messages name the host and
// the ways to log in.
#include "net/refusal.h"

#include "net/url.h"

static const char WAYS[] =
	"in the index URL, in PINBAKE_INDEX_USERNAME and PINBAKE_INDEX_PASSWORD, in ~/.netrc, or by "
	"--keyring-provider subprocess with the user in the URL";

void refusal_explain(struct slice url, const struct net_response *response,
		     struct error *ret_error)
{
	struct url parts;
	unsigned status = response->status;
	url_parse(url, &parts);
	if (status == 401 && response->had_user) {
		error_set(
			ret_error, ERROR_SOURCE,
			"%.*s refuses the user and password that it was given (HTTP status 401)",
			SLICE_ARG(parts.host_port));
		error_hint(ret_error, "are they up to date? they can stand %s", WAYS);
	} else if (status == 401) {
		error_set(ret_error, ERROR_SOURCE,
			  "%.*s wants user and password (HTTP status 401)",
			  SLICE_ARG(parts.host_port));
		error_hint(ret_error, "they can stand %s", WAYS);
	} else if (status == 403 && response->had_user) {
		error_set(
			ret_error, ERROR_SOURCE,
			"%.*s answered with HTTP status 403 (forbidden) to the user that it was given",
			SLICE_ARG(parts.host_port));
		error_hint(
			ret_error,
			"that user may not be allowed to read it, or the token has expired; an index that says so of packages that it does not have: --ignore-forbidden %.*s",
			SLICE_ARG(parts.host_port));
	} else if (status == 403) {
		error_set(ret_error, ERROR_SOURCE,
			  "%.*s answered with HTTP status 403 (forbidden)",
			  SLICE_ARG(parts.host_port));
		error_hint(
			ret_error,
			"if it says so of packages that it does not have: --ignore-forbidden %.*s; user and password can stand %s",
			SLICE_ARG(parts.host_port), WAYS);
	} else {
		error_set(ret_error, ERROR_SOURCE,
			  "the index answered with HTTP status %u", status);
	}
}
