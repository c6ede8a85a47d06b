// SPDX-License-Identifier: MIT
// One try of a transfer on a libcurl handle: it is set up from the request, takes the
// bytes as they come, and tells how it ended. net/transfer.c decides which tries there
// are; only these two files know libcurl.
#pragma once

#include "net/libcurl.h"
#include "net/outgoing.h"
#include "net/transfer.h"

struct attempt {
	// The members of the transfer, the same for all of its tries.
	const struct net_request *request;
	const char *url; // without userinfo; it changes with each redirect
	// "Authorization: Basic …" of the user that goes with it; NULL: none. libcurl's own
	// way keeps a login of a handle whose try ended early, and sends it to the next host.
	const char *login;
	// The latter are without Authorization.
	struct curl_slist *headers, *headers_elsewhere;
	bool has_authorization; // headers have one
	// At another origin than the request's, or at one that others can read
	bool is_elsewhere;
	struct outgoing outgoing; // the body of POST and PUT

	struct curl_slist sent; // login, and then the headers

	// The members of the running try; the buffer of body is kept from try to try.
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

enum { NET_REDIRECTS_MAX = 10 };

// Does libcurl read the attempt's URL as url_host does?
bool attempt_url_is_plain(const struct attempt *attempt);
// Sets up the handle and resets the state. with_bundle: see attempt_wants_bundle.
void attempt_begin(struct attempt *attempt, const struct net_config *config, CURL *easy,
		   bool with_bundle);
void attempt_release(struct attempt *attempt); // its memory; the handle is not its own

// The status that came, 0 for none; a file: URL has those of HTTP.
unsigned attempt_status(const struct attempt *attempt);
// May another try end better than with this code?
bool attempt_is_transient(const struct attempt *attempt, CURLcode code);
// Did this try end because the bundle of trusted authorities was not read? At first they
// are looked up in a directory, one by one: reading a bundle of 140 takes 20 ms for each
// connection.
bool attempt_wants_bundle(const struct net_config *config, CURLcode code);

// To be called after an answer: fills in its headers, and its body if there is one, which
// moves there.
void attempt_fill_response(struct attempt *attempt, unsigned status,
			   struct net_response *response);
void attempt_describe_failure(const struct attempt *attempt, CURLcode code,
			      struct error *ret_error);
