// SPDX-License-Identifier: MIT
// Bytes from elsewhere: HTTP(S) transfers on one libcurl multi handle (HTTP/2
// multiplexed, bounded concurrency), with retries and limits. Only this and
// net/attempt.c call curl_*.
//
//	net_start ──▶ waiting ──▶ in flight (≤ concurrency) ──▶ done ──▶ net_wait, net_poll
//	                 ▲               │
//	                 └── delayed ◀───┘ 429, 5xx, resets, time-outs
//
// Redirects are followed (at most 10, never from https to http). Content codings are
// undone except for ranges and where there is a sink: files arrive as they are. A
// password goes only to the origin of the URL it stood in; what comes back (final_url,
// errors) is free of it. One net is for one thread.
#pragma once

#include "base/arena.h"
#include "base/error.h"

// How one try of a transfer went: microseconds since net_open. For who looks for the time
// that a run waits.
struct net_timing {
	struct slice url; // redacted
	unsigned status;  // 0: none came
	uint64_t bytes;
	uint64_t asked_us, begun_us, first_byte_us, done_us;
};

struct net_config {
	const char *ca_file, *ca_directory; // NULL: the system's
	const char *client_certificate;     // NULL: none
	const char *netrc;                  // NULL: ~/.netrc
	// "host" or "host:port" each: their certificates are not looked at
	const struct slice *trusted_hosts;
	size_t trusted_len;
	// Asked for the password of a user, once for each place, before the first request
	// to it; false: there is none. NULL: nobody is asked.
	bool (*find_password)(void *context, struct slice url, struct slice user,
			      struct arena *arena, struct slice *ret_password);
	void *password_context;
	// NULL: what libcurl finds in the environment
	const char *proxy;
	bool offline;         // every request fails with ERROR_SOURCE
	unsigned concurrency; // requests in flight, 0: 50
	// Tries after the first, for 429, 5xx, resets and time-outs; 0 means none
	unsigned retries;
	// 0: 10 s and 30 s without a byte
	unsigned connect_timeout_ms, stall_timeout_ms;
	// 0: 60 s. Of each such time in which bytes come at all, a kilobyte a second must,
	// whatever the time-outs are: a server that drips ends the transfer
	unsigned rate_window_ms;
	// Set non-zero by a signal handler: net_wait returns ERROR_INTERRUPTED
	const volatile int *interrupted;
	// Told of each try when it ends; NULL: nobody looks
	void (*trace)(void *context, const struct net_timing *timing);
	void *trace_context;
};

struct net_header {
	struct slice name, value;
};

enum { NET_REQUEST_HEADERS = 6 };

enum net_method { NET_GET, NET_HEAD, NET_POST, NET_PUT };

struct net_request {
	enum net_method method;
	struct slice url; // http, https or file
	// What POST and PUT send: bytes, copied, or a file, which stays as it is until the
	// answer is there. A retry sends PUT again, and POST only where the server
	// says that it did nothing (429, 503).
	struct slice body;
	const char *body_path;
	struct net_header headers[NET_REQUEST_HEADERS];
	size_t header_len;
	bool has_range;
	uint64_t range_from, range_to; // inclusive
	// When has_range and non-zero: the last N bytes instead
	uint64_t range_last;
	uint64_t max_bytes; // of the body; more is an error
	// Body bytes of a 2xx answer as they come, or NULL: collected in the response. -1
	// with err aborts.
	int (*sink)(void *context, struct slice bytes, struct error *err);
	// The body begins anew (retry); NULL with sink: no retry once begun
	int (*restart)(void *context, struct error *err);
	void *context;
	uint64_t tag; // handed back
	// Whose request it is, where several share a net: see net_wait_for. NULL is an
	// owner, too
	const void *owner;
};

struct net_response {
	uint64_t tag;
	void *context;
	// No HTTP answer: error says why (kind ERROR_SOURCE, or what sink said)
	bool failed;
	struct error error;
	// 200, 206, 304, 404, …; 0 when failed. file: is answered as 200, 206 or 404. A
	// range request may be answered with 200: then body is the whole file, or empty
	// where that is longer than max_bytes (no error).
	unsigned status;
	// Of a 2xx answer, when no sink; lives until net_response_release
	struct slice body;
	struct slice final_url, content_type, etag, last_modified, cache_control,
		content_range, location, www_authenticate, content_digest;
	uint64_t retry_count;
	bool had_user; // the request carried a user of ours; what netrc adds is not seen
	struct arena arena; // holds all of the above but the body
	char *body_buffer;  // mem_alloc
};

struct net;

NODISCARD int net_open(const struct net_config *config, struct net **ret_net,
		       struct error *err);
void net_close(struct net *net); // aborts what is in flight; NULL is fine

// From now on requests to url's origin carry its userinfo, if it has one. net_start
// learns from its URLs, too.
void net_use_credentials(struct net *net, struct slice url);

// Queued; texts are copied
void net_start(struct net *net, const struct net_request *request);
size_t net_pending(const struct net *net);
// Blocks until a transfer is done and gives it, or -1: ERROR_INTERRUPTED within 100 ms of
// the signal. With nothing pending: a BUG.
NODISCARD int net_wait(struct net *net, struct net_response *ret_response,
		       struct error *err);
// True and a response if one is done already; never blocks.
bool net_poll(struct net *net, struct net_response *ret_response);
// The same for the answers to one owner's requests; net_wait and net_poll are for those
// of the owner NULL. All transfers go on meanwhile; the answers of others wait for them.
// An owner waits only while it has requests under way.
NODISCARD int net_wait_for(struct net *net, const void *owner,
			   struct net_response *ret_response, struct error *err);
bool net_poll_for(struct net *net, const void *owner, struct net_response *ret_response);
// Forgets the owner's requests, under way or answered
void net_cancel(struct net *net, const void *owner);
void net_response_release(struct net_response *response);

struct net_totals {
	uint64_t requests, retries, bytes, not_modified;
};
struct net_totals net_totals(const struct net *net);
