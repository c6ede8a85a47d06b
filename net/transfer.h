// SPDX-License-Identifier: MIT
// Bytes from elsewhere: HTTP(S) transfers on one libcurl multi handle (HTTP/2
// multiplexed, bounded concurrency), with retries and limits. Only this and
// net/attempt.c call curl_*.
//
//	net_start ──▶ waiting ──▶ in flight (≤ concurrency) ──▶ done ──▶ net_wait_for
//	                 ▲               │
//	                 └── delayed ◀───┘ 429, 5xx, resets, time-outs
//
// Redirects are followed (at most 10, never from https to http). Content codings are
// undone, but not for ranges and not if there is a sink: files arrive as they are. A
// password goes only to the origin of the URL that it stood in, or to the host that a
// .netrc names, never over http to another machine, and is in nothing that comes back
// (final_url, errors). Another machine is spoken to by http only if it is trusted, whatever
// leads there; this one never through a proxy. One net is for one thread.
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "net/config.h"

struct net_header {
	struct slice name, value;
};

enum { NET_REQUEST_HEADERS = 6 };

enum net_method { NET_GET, NET_HEAD, NET_POST, NET_PUT };

struct net_request {
	enum net_method method;
	struct slice url; // http, https or file
	// What POST and PUT send: bytes, which are copied, or a file, which must not
	// change until the answer is there. A retry sends a PUT again, and a POST only if
	// the server says that it did nothing (429, 503).
	struct slice body;
	const char *body_path;
	struct net_header headers[NET_REQUEST_HEADERS];
	size_t header_len;
	bool has_range;
	uint64_t range_from, range_to; // inclusive
	// With has_range and non-zero: the last N bytes instead.
	uint64_t range_last;
	// The user asks for http on this very host and port, and no header is a secret
	bool plain_http;
	bool is_brief; // one try, of a few seconds: the answer is good to know, and no more
	uint64_t max_bytes; // of the body; more is an error
	// Gets the body of a 2xx answer as it comes; -1 with err aborts. NULL: the body
	// is collected in the response.
	int (*sink)(void *context, struct slice bytes, struct error *err);
	// Is called when the body begins anew, in a retry. NULL with a sink: no retry
	// once a body has begun.
	int (*restart)(void *context, struct error *err);
	void *context;
	uint64_t tag; // handed back
	// Whose request it is, if several share a net: see net_wait_for. NULL is an
	// owner, too.
	const void *owner;
};

struct net_response {
	uint64_t tag;
	void *context;
	// There was no HTTP answer, and error says why (ERROR_SOURCE, or what the sink
	// said).
	bool failed;
	struct error error;
	// 200, 206, 304, 404, …; 0 when failed. A file: URL has 200, 206 or 404. A range
	// request may be answered with 200: then body is the whole file, or empty if that
	// is longer than max_bytes (which is no error).
	unsigned status;
	// The body of a 2xx answer if there is no sink; lives until net_response_release.
	struct slice body;
	struct slice final_url, content_type, etag, last_modified, cache_control,
		content_range, location, www_authenticate, content_digest;
	uint64_t retry_count;
	bool had_user;      // the last request carried a user of ours
	struct arena arena; // holds all of the above but the body
	char *body_buffer;  // mem_alloc
};

struct net;

NODISCARD int net_open(const struct net_config *config, struct net **ret_net,
		       struct error *err);
void net_close(struct net *net); // aborts what is in flight; NULL is fine

// Requests to url's origin carry its userinfo from now on, if it has one. net_start
// learns from its URLs in the same way.
void net_use_credentials(struct net *net, struct slice url);
// The same for a URL that the user names in person: who keeps passwords is asked for that
// origin, and a .netrc's default is for it.
void net_use_users_credentials(struct net *net, struct slice url);
// Was the origin of the URL named so, or as one that passwords may go to?
bool net_is_users(const struct net *net, struct slice url);

// User and password that a request to this URL would carry, as in a URL; "" for none.
struct slice net_userinfo(struct net *net, struct slice url, struct arena *arena);

// May the URL be asked at all? ERROR_INPUT for a host that readers of URLs do not agree on,
// and for http on another machine that is not trusted. net_start asks the same, and so does
// each redirect.
NODISCARD int net_admits(const struct net_config *config, struct slice url,
			 struct error *err);

// Queues the request; texts are copied.
void net_start(struct net *net, const struct net_request *request);
size_t net_pending(const struct net *net);
// Blocks until a transfer of the owner is done, and returns it. -1: ERROR_INTERRUPTED,
// within 100 ms of the signal. All transfers go on meanwhile; the answers of other owners
// wait for them. An owner, which may be NULL, waits only while it has requests under way:
// it is a BUG to wait with nothing pending.
NODISCARD int net_wait_for(struct net *net, const void *owner,
			   struct net_response *ret_response, struct error *err);
// True and a response if one is done already; never blocks.
bool net_poll_for(struct net *net, const void *owner, struct net_response *ret_response);
// Forgets the owner's requests, whether under way or answered.
void net_cancel(struct net *net, const void *owner);
void net_response_release(struct net_response *response);
