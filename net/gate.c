// SPDX-License-Identifier: MIT
// Which addresses may be asked at all. One parse decides (url_host); what libcurl makes of an address is compared with
// it before each try (attempt_begin).
#include "net/gate.h"

#include "net/url.h"

bool net_is_trusted(const struct net_config *config, struct slice url)
{
	return url_is_on(url, config->trusted_hosts, config->trusted_len);
}

bool net_is_secure(struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	return slice_eq_ignore_case(parts.scheme, S("https"));
}

int net_admits(const struct net_config *config, struct slice url, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice shown = url_redact(&scratch, url), host;
	struct url parts;
	unsigned port;
	if (url_is_file(url))
		return 0;
	url_parse(url, &parts);
	if (!url_host(url, &host, &port)) {
		error_set(
			err, ERROR_INPUT,
			"'%.*s' does not name a host in a way that all programs read alike",
			SLICE_ARG(shown));
		return error_hint(
			err,
			"write it as https://HOST/PATH, with letters, digits, '-' and '.' in HOST");
	}
	if (url_is_private(url) || net_is_trusted(config, url))
		return 0;
	error_set(
		err, ERROR_INPUT,
		"'%.*s' is plain http to another machine: anyone on the way can change what comes",
		SLICE_ARG(shown));
	return error_hint(
		err,
		"name it by https, or say yourself that it is trusted: --trusted-host %.*s",
		SLICE_ARG(parts.host_port));
}
