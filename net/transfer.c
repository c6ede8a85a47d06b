// SPDX-License-Identifier: MIT
// One libcurl multi handle, a queue before it, and a queue of answers behind it.
#include "net/transfer.h"

#include "base/base64.h"
#include "base/text.h"
#include "net/attempt.h"
#include "net/gate.h"
#include "net/logins.h"
#include "net/retry.h"
#include "net/url.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	CONCURRENCY = 50,
	CONNECTIONS_PER_HOST = 16, // of HTTP/1.1; HTTP/2 needs one
	POLL_MS = 50,              // how late an interrupt may be noticed
};

struct transfer {
	struct transfer *next;
	struct net_request request; // its texts are in arena
	struct arena arena;
	unsigned tries; // begun so far
	unsigned hops;  // redirects followed in this try
	uint64_t due_ms;
	uint64_t asked_us;      // set only if someone traces
	struct attempt attempt; // the latest try
};

struct answer {
	struct answer *next;
	const void *owner;
	struct net_response response;
};

struct net {
	struct net_config config;
	struct arena arena;
	struct logins logins;
	CURLM *multi;
	struct transfer *waiting, **waiting_end; // first in, first out
	struct transfer *delayed, *running;      // no order
	struct answer *done, **done_end;
	CURL **idle; // handles to use again
	size_t idle_len, running_len, pending;
	uint64_t opened_us;
	bool with_bundle; // see attempt_wants_bundle
};

static uint64_t now_ms(void)
{
	return net_now_us() / 1000;
}

// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us. OpenSSL raises it when it writes to
// a connection that was just closed, even to say goodbye. `AUTO(unblock_broken_pipe)`.
static sigset_t block_broken_pipe(void)
{
	sigset_t broken_pipe, before;
	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
	return before;
}

static void unblock_broken_pipe(const sigset_t *before)
{
	const struct timespec at_once = { 0 };
	sigset_t broken_pipe;
	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	sigtimedwait(&broken_pipe, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

// --- the queues ----------------------------------------------------------------------

static void queue_transfer(struct net *net, struct transfer *transfer)
{
	transfer->next = NULL;
	*net->waiting_end = transfer;
	net->waiting_end = &transfer->next;
}

static struct transfer *next_waiting(struct net *net)
{
	struct transfer *transfer = net->waiting;
	net->waiting = transfer->next;
	if (!net->waiting)
		net->waiting_end = &net->waiting;
	return transfer;
}

static void unlink_running(struct net *net, const struct transfer *transfer)
{
	struct transfer **at = &net->running;
	while (*at && *at != transfer)
		at = &(*at)->next;
	if (!*at)
		BUG("a transfer that ends was not running");
	*at = transfer->next;
	net->running_len--;
}

static void transfer_free(struct transfer *transfer)
{
	attempt_release(&transfer->attempt);
	arena_release(&transfer->arena);
	mem_free(transfer);
}

static void queue_answer(struct net *net, struct answer *answer)
{
	*net->done_end = answer;
	net->done_end = &answer->next;
}

static struct answer *answer_new(const struct transfer *transfer)
{
	struct answer *answer = mem_alloc(sizeof(*answer));
	answer->owner = transfer->request.owner;
	answer->response.tag = transfer->request.tag;
	answer->response.context = transfer->request.context;
	answer->response.retry_count = transfer->tries > 1 ? transfer->tries - 1 : 0;
	answer->response.body = S("");
	return answer;
}

static void take_answer(struct net *net, struct answer **at,
			struct net_response *ret_response)
{
	struct answer *answer = *at;
	*at = answer->next;
	if (!*at)
		net->done_end = at;
	*ret_response = answer->response;
	mem_free(answer);
	net->pending--;
}

static struct answer **find_answer(struct net *net, const void *owner)
{
	struct answer **at = &net->done;
	while (*at && (*at)->owner != owner)
		at = &(*at)->next;
	return at;
}

// Ends the transfer without an HTTP answer.
static void fail(struct net *net, struct transfer *transfer, const struct error *why)
{
	struct answer *answer = answer_new(transfer);
	answer->response.failed = true;
	answer->response.error = *why;
	answer->response.final_url =
		url_redact(&answer->response.arena,
			   arena_dup(&answer->response.arena, transfer->request.url));
	queue_answer(net, answer);
	transfer_free(transfer);
}

static CURL *take_handle(struct net *net)
{
	CURL *easy = net->idle_len ? net->idle[--net->idle_len] : curl_easy_init();
	if (!easy)
		BUG("libcurl gives no handle");
	return easy;
}

static void begin_try(struct net *net, struct transfer *transfer)
{
	transfer->tries++;
	attempt_begin(&transfer->attempt, &net->config, take_handle(net),
		      net->with_bundle);
	curl_easy_setopt(transfer->attempt.easy, CURLOPT_PRIVATE, transfer);
	transfer->next = net->running;
	net->running = transfer;
	net->running_len++;
	if (curl_multi_add_handle(net->multi, transfer->attempt.easy) != CURLM_OK)
		BUG("libcurl takes no handle");
}

// Starts libcurl when something is to be fetched. A run that finds all in the store does
// not pay for OpenSSL's start.
static void start_libcurl(struct net *net)
{
	if (net->multi)
		return;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    !(net->multi = curl_multi_init()))
		BUG("libcurl cannot be started");
	curl_multi_setopt(net->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	curl_multi_setopt(net->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			  (long)CONNECTIONS_PER_HOST);
	net->idle = arena_new_array(&net->arena, CURL *, net->config.concurrency);
}

static void begin_what_may_begin(struct net *net)
{
	uint64_t now = net->delayed ? now_ms() : 0;
	for (struct transfer **at = &net->delayed; *at;) {
		struct transfer *transfer = *at;
		if (transfer->due_ms > now) {
			at = &transfer->next;
			continue;
		}
		*at = transfer->next;
		queue_transfer(net, transfer);
	}
	while (net->waiting && net->running_len < net->config.concurrency)
		begin_try(net, next_waiting(net));
}

// --- ending a try --------------------------------------------------------------------

// A POST may have had its effect although no answer came. So it is repeated only if the
// server itself says that it did nothing.
static bool may_repeat(const struct transfer *transfer, CURLcode code)
{
	unsigned status = attempt_status(&transfer->attempt);
	if (transfer->request.method != NET_POST)
		return code != CURLE_OK || retry_status(status);
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	       (code == CURLE_OK && (status == 429 || status == 503));
}

static bool may_retry(const struct net *net, const struct transfer *transfer,
		      CURLcode code)
{
	const struct net_request *request = &transfer->request;
	if (request->is_brief || transfer->tries > net->config.retries ||
	    !may_repeat(transfer, code))
		return false;
	if (request->sink && transfer->attempt.received && !request->restart)
		return false;
	return code == CURLE_OK || attempt_is_transient(&transfer->attempt, code);
}

static void respond(struct net *net, struct transfer *transfer, unsigned status)
{
	struct answer *answer = answer_new(transfer);
	attempt_fill_response(&transfer->attempt, status, &answer->response);
	queue_answer(net, answer);
}

static void release_handle(struct net *net, struct transfer *transfer)
{
	curl_multi_remove_handle(net->multi, transfer->attempt.easy);
	curl_easy_reset(transfer->attempt.easy);
	net->idle[net->idle_len++] = transfer->attempt.easy;
	transfer->attempt.easy = NULL;
	unlink_running(net, transfer);
}

// --- where a request goes --------------------------------------------------------------

// The header of the user and password of the url; NULL for none. A user alone has an empty
// password: tokens stand there.
static const char *login_of(struct arena *arena, struct slice url)
{
	struct url parts;
	struct slice rest, user;
	url_parse(url, &parts);
	rest = parts.userinfo;
	if (rest.len == 0)
		return NULL;
	slice_cut(&rest, ':', &user);
	user = percent_decode(arena, user);
	rest = percent_decode(arena, rest);
	struct slice both =
		arena_printf(arena, "%.*s:%.*s", SLICE_ARG(user), SLICE_ARG(rest));
	return arena_printf(arena, "Authorization: Basic %.*s",
			    SLICE_ARG(base64_encode(arena, both, BASE64_STANDARD)))
		.ptr;
}

static bool is_asked_for_plain(const struct transfer *transfer, struct slice url)
{
	return transfer->request.plain_http &&
	       url_same_origin(transfer->request.url, url);
}

// What the caller says to one origin is not for another (auth.3), and not for all to read
// unless the caller has taken care of that.
static bool is_elsewhere(const struct transfer *transfer, struct slice url)
{
	return !url_same_origin(transfer->request.url, url) ||
	       (!url_is_private(url) && !is_asked_for_plain(transfer, url));
}

// Lets the next try go to this URL, with what may go along. ERROR_INPUT.
static int aim(struct net *net, struct transfer *transfer, struct slice url,
	       struct error *err)
{
	struct arena *arena = &transfer->arena;
	if (!is_asked_for_plain(transfer, url) && net_admits(&net->config, url, err) < 0)
		return -1;
	struct slice applied = logins_apply(&net->logins, arena, url);
	transfer->attempt.login = login_of(arena, applied);
	transfer->attempt.is_elsewhere = is_elsewhere(transfer, url);
	transfer->attempt.url =
		arena_c_string(arena,
			       url_escape_unsafe(arena, url_redact(arena, applied)));
	if (attempt_url_is_plain(&transfer->attempt))
		return 0;
	return error_set(err, ERROR_INPUT,
			 "'%s' is read in several ways, and is not asked",
			 transfer->attempt.url);
}

// Begins at the request's own URL: what a redirect led to may have been for once.
static int aim_at_first(struct net *net, struct transfer *transfer, struct error *err)
{
	transfer->hops = 0;
	return aim(net, transfer, transfer->request.url, err);
}

static bool is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 ||
	       status == 308;
}

enum redirect { REDIRECT_NONE, REDIRECT_FOLLOWED, REDIRECT_REFUSED };

static enum redirect refuse_redirect(const struct transfer *transfer, struct slice next,
				     const char *why, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	error_set(err, ERROR_SOURCE, "'%.*s' is redirected to '%.*s': %s",
		  SLICE_ARG(url_redact(&scratch, transfer->request.url)),
		  SLICE_ARG(url_redact(&scratch, next)), why);
	return REDIRECT_REFUSED;
}

// A password in the address of a redirect is not heeded.
static enum redirect follow_redirect(struct net *net, struct transfer *transfer,
				     unsigned status, struct error *err)
{
	char *location = NULL;
	struct slice host;
	unsigned port;
	if (!is_redirect(status))
		return REDIRECT_NONE;
	curl_easy_getinfo(transfer->attempt.easy, CURLINFO_REDIRECT_URL, &location);
	if (!location)
		return REDIRECT_NONE;
	struct slice next = url_redact(&transfer->arena,
				       arena_dup(&transfer->arena, slice_from(location)));
	if (transfer->hops == NET_REDIRECTS_MAX)
		return refuse_redirect(transfer, next, "too many redirects", err);
	if (!url_host(next, &host, &port))
		return refuse_redirect(transfer, next, "no http or https address", err);
	if (net_is_secure(slice_from(transfer->attempt.url)) && !net_is_secure(next))
		return refuse_redirect(transfer, next, "from https to another protocol",
				       err);
	transfer->hops++;
	transfer->tries--;
	if (aim(net, transfer, next, err) == 0)
		return REDIRECT_FOLLOWED;
	error_during(err, "following a redirect from '%.*s'",
		     SLICE_ARG(url_redact(&transfer->arena, transfer->request.url)));
	return REDIRECT_REFUSED;
}

// Puts the transfer aside for its next try; false when the sink cannot start over.
static bool retry_later(struct net *net, struct transfer *transfer, uint64_t retry_after)
{
	const struct net_request *request = &transfer->request;
	if (request->sink && transfer->attempt.received &&
	    request->restart(request->context, &transfer->attempt.sink_error) < 0) {
		transfer->attempt.sink_failed = true;
		return false;
	}
	struct error ignored;
	(void)!aim_at_first(net, transfer, &ignored); // it was admitted before
	transfer->due_ms =
		now_ms() + retry_delay_ms(request->url, transfer->tries, retry_after);
	transfer->next = net->delayed;
	net->delayed = transfer;
	return true;
}

// True if the try is to be repeated with the bundle of authorities, like all tries from
// then on.
static bool learn_to_use_bundle(struct net *net, struct transfer *transfer, CURLcode code)
{
	if (transfer->attempt.with_bundle || !attempt_wants_bundle(&net->config, code))
		return false;
	net->with_bundle = true;
	transfer->tries--;
	return true;
}

static void trace(struct net *net, const struct transfer *transfer, unsigned status)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	curl_off_t first_byte = 0;
	if (!net->config.trace)
		return;
	curl_easy_getinfo(transfer->attempt.easy, CURLINFO_STARTTRANSFER_TIME_T,
			  &first_byte);
	const struct net_timing timing = {
		.url = url_redact(&scratch, slice_from(transfer->attempt.url)),
		.status = status,
		.bytes = transfer->attempt.received,
		.asked_us = transfer->asked_us - net->opened_us,
		.begun_us = transfer->attempt.begun_us - net->opened_us,
		.first_byte_us = transfer->attempt.begun_us - net->opened_us +
				 (uint64_t)first_byte,
		.done_us = net_now_us() - net->opened_us,
	};
	net->config.trace(net->config.trace_context, &timing);
}

static void end_try(struct net *net, struct transfer *transfer, CURLcode code)
{
	unsigned status = attempt_status(&transfer->attempt);
	curl_off_t retry_after = 0;
	curl_easy_getinfo(transfer->attempt.easy, CURLINFO_RETRY_AFTER, &retry_after);
	bool retry = may_retry(net, transfer, code) &&
		     !retry_is_too_late((uint64_t)retry_after);
	bool missing = code == CURLE_FILE_COULDNT_READ_FILE;
	bool range_ignored = transfer->attempt.too_large && transfer->request.has_range &&
			     status == 200;
	bool answered = code == CURLE_OK || missing || range_ignored;
	trace(net, transfer, status);
	struct error why = { 0 };
	enum redirect redirect = code == CURLE_OK
					 ? follow_redirect(net, transfer, status, &why)
					 : REDIRECT_NONE;
	if (redirect == REDIRECT_REFUSED) {
		release_handle(net, transfer);
		fail(net, transfer, &why);
		return;
	}
	if (redirect == REDIRECT_FOLLOWED || learn_to_use_bundle(net, transfer, code)) {
		release_handle(net, transfer);
		queue_transfer(net, transfer);
		return;
	}
	if (!retry && answered)
		respond(net, transfer, missing ? 404 : status);
	release_handle(net, transfer);
	if (retry && retry_later(net, transfer, (uint64_t)retry_after))
		return;
	if (!retry && answered) {
		transfer_free(transfer);
		return;
	}
	attempt_describe_failure(&transfer->attempt, code, &why);
	fail(net, transfer, &why);
}

static void advance(struct net *net)
{
	AUTO(unblock_broken_pipe) sigset_t before = block_broken_pipe();
	int left;
	begin_what_may_begin(net);
	curl_multi_perform(net->multi, &left);
	for (CURLMsg *message;
	     (message = curl_multi_info_read(net->multi, &left)) != NULL;) {
		if (message->msg != CURLMSG_DONE)
			continue;
		char *transfer = NULL;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		end_try(net, (struct transfer *)(void *)transfer, code);
	}
}

// --- the interface -------------------------------------------------------------------

int net_open(const struct net_config *config, struct net **ret_net, struct error *err)
{
	(void)err; // libcurl is started by the first request, in start_libcurl
	struct net *net = mem_alloc(sizeof(*net));
	net->config = *config;
	net->opened_us = config->trace ? net_now_us() : 0;
	if (net->config.concurrency == 0)
		net->config.concurrency = CONCURRENCY;
	logins_begin(&net->logins, &net->arena, &net->config);
	net->waiting_end = &net->waiting;
	net->done_end = &net->done;
	*ret_net = net;
	return 0;
}

// Drops the owner's transfers from the list.
static void drop_queued(struct net *net, struct transfer **list, const void *owner)
{
	while (*list) {
		struct transfer *transfer = *list;
		if (transfer->request.owner != owner) {
			list = &transfer->next;
			continue;
		}
		*list = transfer->next;
		transfer_free(transfer);
		net->pending--;
	}
}

static void drop_running(struct net *net, const void *owner)
{
	for (struct transfer *transfer = net->running; transfer;) {
		struct transfer *next = transfer->next;
		if (transfer->request.owner == owner) {
			release_handle(net, transfer);
			transfer_free(transfer);
			net->pending--;
		}
		transfer = next;
	}
}

void net_cancel(struct net *net, const void *owner)
{
	AUTO(unblock_broken_pipe) sigset_t before = block_broken_pipe();
	struct net_response response;
	drop_running(net, owner);
	drop_queued(net, &net->delayed, owner);
	drop_queued(net, &net->waiting, owner);
	net->waiting_end = &net->waiting;
	while (*net->waiting_end)
		net->waiting_end = &(*net->waiting_end)->next;
	for (struct answer **at; *(at = find_answer(net, owner));) {
		take_answer(net, at, &response);
		net_response_release(&response);
	}
}

void net_close(struct net *net)
{
	if (!net)
		return;
	AUTO(unblock_broken_pipe) sigset_t before = block_broken_pipe();
	while (net->running)
		net_cancel(net, net->running->request.owner);
	while (net->waiting)
		net_cancel(net, net->waiting->request.owner);
	while (net->delayed)
		net_cancel(net, net->delayed->request.owner);
	while (net->done)
		net_cancel(net, net->done->owner);
	for (size_t i = 0; i < net->idle_len; i++)
		curl_easy_cleanup(net->idle[i]);
	if (net->multi) {
		curl_multi_cleanup(net->multi);
		curl_global_cleanup();
	}
	arena_release(&net->arena);
	mem_free(net);
}

void net_use_credentials(struct net *net, struct slice url)
{
	credentials_learn(&net->logins.credentials, url);
}

void net_use_users_credentials(struct net *net, struct slice url)
{
	credentials_learn_users(&net->logins.credentials, url);
}

bool net_is_users(const struct net *net, struct slice url)
{
	return logins_are_users(&net->logins, url);
}

struct slice net_userinfo(struct net *net, struct slice url, struct arena *arena)
{
	struct url parts;
	credentials_learn(&net->logins.credentials, url);
	url_parse(logins_apply(&net->logins, arena, url), &parts);
	return parts.userinfo;
}

static void add_header(struct transfer *transfer, struct slice name, struct slice value)
{
	struct slice line = arena_printf(&transfer->arena, "%.*s: %.*s", SLICE_ARG(name),
					 SLICE_ARG(value));
	struct attempt *attempt = &transfer->attempt;
	attempt->headers = curl_slist_append(attempt->headers, line.ptr);
	if (slice_eq_ignore_case(name, S("Authorization")))
		attempt->has_authorization = true;
	else
		attempt->headers_elsewhere =
			curl_slist_append(attempt->headers_elsewhere, line.ptr);
}

// Keeps libcurl from asking before it sends a large body: it would wait a second for an
// answer that some servers never give.
static int take_body(struct transfer *transfer, const struct net_request *request,
		     struct error *err)
{
	if (request->method != NET_POST && request->method != NET_PUT)
		return 0;
	struct attempt *attempt = &transfer->attempt;
	attempt->headers = curl_slist_append(attempt->headers, "Expect:");
	attempt->headers_elsewhere =
		curl_slist_append(attempt->headers_elsewhere, "Expect:");
	if (request->body_path)
		return outgoing_open(request->body_path, &transfer->attempt.outgoing,
				     err);
	transfer->attempt.outgoing.bytes = arena_dup(&transfer->arena, request->body);
	return 0;
}

void net_start(struct net *net, const struct net_request *request)
{
	struct transfer *transfer = mem_alloc(sizeof(*transfer));
	transfer->request = *request;
	transfer->request.url =
		arena_dup(&transfer->arena, url_without_fragment(request->url));
	transfer->attempt.request = &transfer->request;
	credentials_learn(&net->logins.credentials, request->url);
	for (size_t i = 0; i < request->header_len; i++)
		add_header(transfer, request->headers[i].name, request->headers[i].value);
	transfer->asked_us = net->config.trace ? net_now_us() : 0;
	net->pending++;
	struct error why = { 0 };
	if (net->config.offline) {
		error_set(&why, ERROR_SOURCE,
			  "'%.*s' is not fetched because --offline is set",
			  SLICE_ARG(url_redact(&transfer->arena, transfer->request.url)));
		fail(net, transfer, &why);
		return;
	}
	start_libcurl(net);
	if (aim_at_first(net, transfer, &why) < 0 ||
	    take_body(transfer, request, &why) < 0) {
		fail(net, transfer, &why);
		return;
	}
	queue_transfer(net, transfer);
}

size_t net_pending(const struct net *net)
{
	return net->pending;
}

bool net_poll_for(struct net *net, const void *owner, struct net_response *ret_response)
{
	struct answer **at = find_answer(net, owner);
	if (!*at && (net->running || net->waiting || net->delayed)) {
		advance(net);
		at = find_answer(net, owner);
	}
	if (!*at)
		return false;
	take_answer(net, at, ret_response);
	return true;
}

int net_wait_for(struct net *net, const void *owner, struct net_response *ret_response,
		 struct error *err)
{
	if (net->pending == 0)
		BUG("waiting for an answer with nothing pending");
	for (;;) {
		if (net->config.interrupted && *net->config.interrupted)
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		if (net_poll_for(net, owner, ret_response))
			return 0;
		int ignored;
		curl_multi_poll(net->multi, NULL, 0, POLL_MS, &ignored);
	}
}

void net_response_release(struct net_response *response)
{
	arena_release(&response->arena);
	mem_free(response->body_buffer);
	response->body_buffer = NULL;
	response->body = S("");
}
