// SPDX-License-Identifier: MIT
// One try of a transfer on a libcurl handle: set up from the request, its bytes taken as
// they come, and what became of it. Which tries there are is net/transfer.c's to say; only
// these two know libcurl.
#pragma once

#include "net/libcurl.h"
#include "net/outgoing.h"
#include "net/transfer.h"

struct attempt {
	// Of the transfer, the same for all of its tries
	const struct net_request *request;
	const char *url; // with userinfo; it changes where redirects are followed by hand
	struct curl_slist *headers;
	struct outgoing outgoing; // the body of POST and PUT

	// Of the running try; the buffer of body stays from try to try
	CURL *easy;
	char reason[CURL_ERROR_SIZE];
	char *body;
	size_t body_len, body_cap;
	uint64_t received; // of a 2xx answer
	uint64_t begun_us;
	struct {
		uint64_t since_ms, bytes, length_ms;
	} window;         // see on_progress in attempt.c
	bool with_bundle; // of authorities
	bool too_large, too_slow, sink_failed;
	struct error sink_error;
};

uint64_t net_now_us(void); // monotonic

// "host" or "host:port" of the url is one whose certificate is not looked at
bool net_is_trusted(const struct net_config *config, struct slice url);
bool net_is_secure(const char *url); // https

enum { NET_REDIRECTS_MAX = 10 };

// Sets the handle up and the state back. with_bundle: see attempt_wants_bundle.
void attempt_begin(struct attempt *attempt, const struct net_config *config, CURL *easy,
		   bool with_bundle);
void attempt_release(struct attempt *attempt); // its memory; the handle is not its own

// The status that came, 0 for none; file: has those of HTTP
unsigned attempt_status(const struct attempt *attempt);
bool attempt_is_success(unsigned status);
// May another try end better than with this code?
bool attempt_is_transient(const struct attempt *attempt, CURLcode code);
// Trusted authorities are looked up in a directory at first, one by one: to read a bundle
// of 140 takes 20 ms for each connection. Did this try end for want of the bundle?
bool attempt_wants_bundle(const struct net_config *config, CURLcode code);

// After an answer: its headers, and its body where there is one, which moves there.
void attempt_fill_response(struct attempt *attempt, unsigned status,
			   struct net_response *response);
void attempt_describe_failure(const struct attempt *attempt, CURLcode code,
			      struct error *ret_error);
