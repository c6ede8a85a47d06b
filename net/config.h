// SPDX-License-Identifier: MIT
// What a net is told when it is opened: certificates, passwords, proxies, limits, and who listens.
#pragma once

#include "base/arena.h"

// How one try of a transfer went, in microseconds since net_open: for finding out what a
// run waits for.
struct net_timing {
	struct slice url; // redacted
	unsigned status;  // 0: none came
	uint64_t bytes;
	uint64_t asked_us, begun_us, first_byte_us, done_us;
};

struct net_config {
	const char *ca_file, *ca_directory; // NULL: the system's
	const char *client_certificate;     // NULL: none
	const char *netrc;                  // a file, which may be absent; NULL: none
	// Each is "host" or "host:port": http is good enough there, and their certificates
	// are not looked at.
	const struct slice *trusted_hosts;
	size_t trusted_len;
	// The same form: the user names them, so that passwords may go there.
	const struct slice *password_hosts;
	size_t password_len;
	// Is asked for the password of a user, once for each place whose origin the user
	// names, before the first request to it. False: there is none. NULL: nobody is asked.
	bool (*find_password)(void *context, struct slice url, struct slice user,
			      struct arena *arena, struct slice *ret_password);
	void *password_context;
	// Is told once of each origin whose password is not sent; NULL: nobody is.
	void (*warn)(void *context, struct slice text, struct slice hint);
	void *warn_context;
	const char *proxy; // NULL: none
	// Where proxy is NULL, libcurl looks for one in the variables http_proxy, https_proxy,
	// all_proxy and no_proxy. Nothing else here depends on the environment.
	bool finds_proxy;
	bool offline;         // every request fails with ERROR_SOURCE
	unsigned concurrency; // requests in flight, 0: 50
	// Tries after the first, for 429, 5xx, resets and time-outs; 0 means none
	unsigned retries;
	// 0: 10 s, and 30 s without a byte.
	unsigned connect_timeout_ms, stall_timeout_ms;
	// 0: 60 s. In each window of this length in which bytes come at all, a kilobyte a
	// second has to come, whatever the time-outs are; otherwise the transfer fails.
	unsigned rate_window_ms;
	// Set to non-zero by a signal handler: net_wait_for returns ERROR_INTERRUPTED then.
	const volatile int *interrupted;
	// Is told of each try when it ends; NULL: nobody is.
	void (*trace)(void *context, const struct net_timing *timing);
	void *trace_context;
};
