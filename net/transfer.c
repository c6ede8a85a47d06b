// SPDX-License-Identifier: MIT
// The only file that calls libcurl: one multi handle, a queue before it, and a queue of
// answers behind it.
#include "net/transfer.h"

#include "net/credentials.h"
#include "net/libcurl.h"
#include "net/outgoing.h"
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
	CONNECT_TIMEOUT_MS = 10 * 1000,
	STALL_TIMEOUT_MS = 30 * 1000,
	// a stream of fewer bytes a second counts as stalled
	STALL_BYTES = 64,
	REDIRECTS_MAX = 10,
	RECEIVE_BYTES = 128 * 1024,
	SEND_BYTES = 512 * 1024,
	POLL_MS = 50, // how late an interrupt may be noticed
	BODY_FIRST_BYTES = 16 * 1024,
};

struct transfer {
	struct transfer *next;
	struct net_request request; // its texts are in arena
	const char *url;
	struct arena arena;
	unsigned tries; // begun so far
	unsigned hops;  // redirects followed by hand
	uint64_t due_ms;
	uint64_t asked_us; // only where someone traces
	// Of the running try:
	CURL *easy;
	struct curl_slist *headers;
	struct outgoing outgoing;
	char reason[CURL_ERROR_SIZE];
	char *body;
	size_t body_len, body_cap;
	uint64_t received; // of a 2xx answer
	uint64_t begun_us;
	bool too_large, sink_failed;
	struct error sink_error;
};

struct answer {
	struct answer *next;
	const void *owner;
	struct net_response response;
};

struct net {
	struct net_config config;
	struct arena arena;
	struct credentials credentials;
	CURLM *multi;
	struct transfer *waiting, **waiting_end; // first in, first out
	struct transfer *delayed, *running;      // no order
	struct answer *done, **done_end;
	CURL **idle; // handles to use again
	size_t idle_len, running_len, pending;
	struct net_totals totals;
	uint64_t opened_us;
};

static uint64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t now_ms(void)
{
	return now_us() / 1000;
}

// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us: OpenSSL raises it when it writes to
// a connection that was just closed, also to say goodbye. `AUTO(unblock_broken_pipe)`.
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
	curl_slist_free_all(transfer->headers);
	mem_free(transfer->body);
	outgoing_close(&transfer->outgoing);
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

// --- what libcurl hands us -----------------------------------------------------------

static bool is_success(unsigned status)
{
	return status >= 200 && status <= 299;
}

static unsigned status_of(const struct transfer *transfer)
{
	long status = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 0 && url_is_file(transfer->request.url))
		return transfer->request.has_range ? 206 : 200;
	return (unsigned)status;
}

static void collect(struct transfer *transfer, struct slice bytes)
{
	if (transfer->body_len + bytes.len > transfer->body_cap) {
		size_t cap =
			transfer->body_cap ? transfer->body_cap * 2 : BODY_FIRST_BYTES;
		while (cap < transfer->body_len + bytes.len)
			cap *= 2;
		transfer->body = mem_realloc(transfer->body, cap);
		transfer->body_cap = cap;
	}
	memcpy(transfer->body + transfer->body_len, bytes.ptr, bytes.len);
	transfer->body_len += bytes.len;
}

// Bodies of answers other than 2xx are dropped: no caller reads an error page, and a sink
// must never see one.
static size_t on_bytes(char *ptr, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct slice bytes = { ptr, size * count };
	if (!is_success(status_of(transfer)))
		return bytes.len;
	if (bytes.len > transfer->request.max_bytes - transfer->received) {
		transfer->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	transfer->received += bytes.len;
	if (!transfer->request.sink) {
		collect(transfer, bytes);
		return bytes.len;
	}
	if (transfer->request.sink(transfer->request.context, bytes,
				   &transfer->sink_error) < 0) {
		transfer->sink_failed = true;
		return CURL_WRITEFUNC_ERROR;
	}
	return bytes.len;
}

static struct slice header_value(CURL *easy, const char *name, struct arena *arena)
{
	struct curl_header *header = NULL;
	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return S("");
	return arena_dup(arena, slice_from(header->value));
}

// All that there are of a name: a server may offer several ways to log in.
static struct slice header_values(CURL *easy, const char *name, struct arena *arena)
{
	struct buf all = { .arena = arena };
	struct curl_header *header = NULL;
	for (size_t i = 0;
	     curl_easy_header(easy, name, i, CURLH_HEADER, -1, &header) == CURLHE_OK; i++)
		buf_printf(&all, "%s%s", i ? ", " : "", header->value);
	return buf_slice(&all);
}

static void read_headers(CURL *easy, struct net_response *response)
{
	char *url = NULL;
	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	struct arena *arena = &response->arena;
	response->final_url = url_redact(arena, arena_dup(arena, slice_from(url)));
	response->content_type = header_value(easy, "Content-Type", arena);
	response->etag = header_value(easy, "ETag", arena);
	response->last_modified = header_value(easy, "Last-Modified", arena);
	response->cache_control = header_value(easy, "Cache-Control", arena);
	response->content_range = header_value(easy, "Content-Range", arena);
	response->location = header_value(easy, "Location", arena);
	response->www_authenticate = header_values(easy, "WWW-Authenticate", arena);
	response->content_digest = header_value(easy, "Docker-Content-Digest", arena);
}

// --- starting a try ------------------------------------------------------------------

static void set_text(CURL *easy, CURLoption option, const char *text)
{
	if (text)
		curl_easy_setopt(easy, option, text);
}

// "host" or "host:port", as it stands in the URL.
static bool is_trusted(const struct net *net, struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	for (size_t i = 0; i < net->config.trusted_len; i++) {
		struct slice trusted = net->config.trusted_hosts[i];
		struct slice rest = parts.host_port, host;
		slice_cut(&rest, ':', &host);
		if (slice_eq_ignore_case(parts.host_port, trusted) ||
		    slice_eq_ignore_case(host, trusted))
			return true;
	}
	return false;
}

static void set_connection(const struct net *net, CURL *easy)
{
	const struct net_config *config = &net->config;
	unsigned connect_ms = config->connect_timeout_ms ? config->connect_timeout_ms
							 : CONNECT_TIMEOUT_MS;
	unsigned stall_ms =
		config->stall_timeout_ms ? config->stall_timeout_ms : STALL_TIMEOUT_MS;
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	// rather a stream of a connection than one more connection
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)(stall_ms + 999) / 1000);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	set_text(easy, CURLOPT_NETRC_FILE, config->netrc);
	set_text(easy, CURLOPT_CAINFO, config->ca_file);
	set_text(easy, CURLOPT_CAPATH, config->ca_directory);
	set_text(easy, CURLOPT_SSLCERT, config->client_certificate);
	set_text(easy, CURLOPT_PROXY, config->proxy);
}

static bool is_secure(const char *url)
{
	return strncasecmp(url, "https:", 6) == 0;
}

// A host that is trusted without a certificate vouches only for itself: libcurl would go
// on without looking, so redirects of such a one are followed by hand.
static void set_redirects(const struct net *net, CURL *easy, const char *url)
{
	bool secure = is_secure(url), trusted = is_trusted(net, slice_from(url));
	if (trusted) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, trusted ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR,
			 secure ? "https" : "http,https");
}

static void set_range(CURL *easy, const struct net_request *request)
{
	char range[64];
	if (request->range_last)
		snprintf(range, sizeof(range), "-%llu",
			 (unsigned long long)request->range_last);
	else
		snprintf(range, sizeof(range), "%llu-%llu",
			 (unsigned long long)request->range_from,
			 (unsigned long long)request->range_to);
	curl_easy_setopt(easy, CURLOPT_RANGE, range);
}

static size_t on_send(char *buffer, size_t size, size_t count, void *context)
{
	return outgoing_read(context, buffer, size * count);
}

static int on_seek(void *context, curl_off_t offset, int origin)
{
	return origin == SEEK_SET && outgoing_seek(context, (uint64_t)offset)
		       ? CURL_SEEKFUNC_OK
		       : CURL_SEEKFUNC_FAIL;
}

// POST without a body is one with an empty body; libcurl would read stdin.
static void set_method(struct transfer *transfer)
{
	CURL *easy = transfer->easy;
	enum net_method method = transfer->request.method;
	curl_off_t len = (curl_off_t)transfer->outgoing.bytes.len;
	if (method == NET_HEAD)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (method != NET_POST && method != NET_PUT)
		return;
	transfer->outgoing.sent = 0;
	curl_easy_setopt(easy, method == NET_POST ? CURLOPT_POST : CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, len);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, len);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
	curl_easy_setopt(easy, CURLOPT_READDATA, &transfer->outgoing);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, &transfer->outgoing);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BYTES);
}

static void set_request(struct transfer *transfer)
{
	CURL *easy = transfer->easy;
	const struct net_request *request = &transfer->request;
	curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "pinbake");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	set_method(transfer);
	if (request->has_range)
		set_range(easy, request);
	// A file server that "compresses" an archive would change the bytes that hashes
	// are for.
	if (!request->has_range && !request->sink)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
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
	transfer->easy = take_handle(net);
	transfer->tries++;
	transfer->body_len = 0;
	transfer->received = 0;
	transfer->reason[0] = '\0';
	transfer->begun_us = net->config.trace ? now_us() : 0;
	set_connection(net, transfer->easy);
	set_redirects(net, transfer->easy, transfer->url);
	set_request(transfer);
	transfer->next = net->running;
	net->running = transfer;
	net->running_len++;
	net->totals.requests++;
	if (curl_multi_add_handle(net->multi, transfer->easy) != CURLM_OK)
		BUG("libcurl takes no handle");
}

// Only when something is to be fetched: a run that finds all in the store does not pay
// for OpenSSL's start.
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

static bool is_transient(CURLcode code)
{
	static const CURLcode transient[] = {
		CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
		CURLE_COULDNT_CONNECT,      CURLE_OPERATION_TIMEDOUT,
		CURLE_SSL_CONNECT_ERROR,    CURLE_GOT_NOTHING,
		CURLE_SEND_ERROR,           CURLE_RECV_ERROR,
		CURLE_PARTIAL_FILE,         CURLE_HTTP2,
		CURLE_HTTP2_STREAM,         CURLE_WEIRD_SERVER_REPLY,
	};
	for (size_t i = 0; i < sizeof(transient) / sizeof(*transient); i++)
		if (transient[i] == code)
			return true;
	return false;
}

static bool may_retry(const struct net *net, const struct transfer *transfer,
		      CURLcode code)
{
	if (transfer->tries > net->config.retries || transfer->sink_failed ||
	    transfer->too_large)
		return false;
	if (transfer->request.sink && transfer->received && !transfer->request.restart)
		return false;
	return code == CURLE_OK ? retry_status(status_of(transfer)) : is_transient(code);
}

// Puts the transfer aside for its next try; false when the sink cannot start over.
static bool retry_later(struct net *net, struct transfer *transfer, uint64_t retry_after)
{
	const struct net_request *request = &transfer->request;
	if (request->sink && transfer->received &&
	    request->restart(request->context, &transfer->sink_error) < 0) {
		transfer->sink_failed = true;
		return false;
	}
	net->totals.retries++;
	transfer->due_ms =
		now_ms() + retry_delay_ms(request->url, transfer->tries, retry_after);
	transfer->next = net->delayed;
	net->delayed = transfer;
	return true;
}

static void describe_failure(struct transfer *transfer, CURLcode code,
			     struct error *ret_error)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice shown = url_redact(&scratch, transfer->request.url);
	if (transfer->sink_failed) {
		*ret_error = transfer->sink_error;
		return;
	}
	if (transfer->too_large) {
		error_set(ret_error, ERROR_SOURCE, "'%.*s' is larger than %llu bytes",
			  SLICE_ARG(shown),
			  (unsigned long long)transfer->request.max_bytes);
		return;
	}
	const char *reason =
		transfer->reason[0] ? transfer->reason : curl_easy_strerror(code);
	error_set(ret_error, ERROR_SOURCE, "cannot %s '%.*s': %s",
		  transfer->request.method == NET_GET ? "fetch" : "reach",
		  SLICE_ARG(shown), reason);
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		error_hint(
			ret_error,
			"if the index has a certificate authority of its own, name its file in "
			"SSL_CERT_FILE");
}

static void respond(struct net *net, struct transfer *transfer, unsigned status)
{
	struct answer *answer = answer_new(transfer);
	struct net_response *response = &answer->response;
	response->status = status;
	read_headers(transfer->easy, response);
	struct url sent;
	url_parse(slice_from(transfer->url), &sent);
	response->had_user = sent.userinfo.len > 0;
	if (is_success(status) && !transfer->too_large && transfer->body_len) {
		response->body_buffer = transfer->body;
		response->body = (struct slice){ transfer->body, transfer->body_len };
		transfer->body = NULL;
	}
	net->totals.not_modified += status == 304;
	queue_answer(net, answer);
}

static void release_handle(struct net *net, struct transfer *transfer)
{
	curl_multi_remove_handle(net->multi, transfer->easy);
	curl_easy_reset(transfer->easy);
	net->idle[net->idle_len++] = transfer->easy;
	transfer->easy = NULL;
	unlink_running(net, transfer);
}

// Where set_redirects left following to us: the next URL, or false to take the answer as
// it is.
static bool follow_redirect(struct net *net, struct transfer *transfer, unsigned status)
{
	char *next = NULL;
	if (status < 301 || status > 308 || transfer->hops == REDIRECTS_MAX ||
	    !is_trusted(net, slice_from(transfer->url)))
		return false;
	curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &next);
	if (!next || (is_secure(transfer->url) && !is_secure(next)))
		return false;
	struct slice url = url_redact(&transfer->arena, slice_from(next));
	transfer->url = arena_c_string(&transfer->arena,
				       credentials_apply(&net->credentials,
							 &transfer->arena, url));
	transfer->hops++;
	transfer->tries--;
	return true;
}

static void trace(struct net *net, const struct transfer *transfer, unsigned status)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	curl_off_t first_byte = 0;
	if (!net->config.trace)
		return;
	curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
	const struct net_timing timing = {
		.url = url_redact(&scratch, slice_from(transfer->url)),
		.status = status,
		.bytes = transfer->received,
		.asked_us = transfer->asked_us - net->opened_us,
		.begun_us = transfer->begun_us - net->opened_us,
		.first_byte_us =
			transfer->begun_us - net->opened_us + (uint64_t)first_byte,
		.done_us = now_us() - net->opened_us,
	};
	net->config.trace(net->config.trace_context, &timing);
}

static void end_try(struct net *net, struct transfer *transfer, CURLcode code)
{
	unsigned status = status_of(transfer);
	curl_off_t retry_after = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	bool retry = may_retry(net, transfer, code) &&
		     !retry_is_too_late((uint64_t)retry_after);
	bool missing = code == CURLE_FILE_COULDNT_READ_FILE;
	bool range_ignored =
		transfer->too_large && transfer->request.has_range && status == 200;
	bool answered = code == CURLE_OK || missing || range_ignored;
	net->totals.bytes += transfer->received;
	trace(net, transfer, status);
	if (code == CURLE_OK && follow_redirect(net, transfer, status)) {
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
	struct error why;
	describe_failure(transfer, code, &why);
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
	net->opened_us = config->trace ? now_us() : 0;
	if (net->config.concurrency == 0)
		net->config.concurrency = CONCURRENCY;
	net->credentials.arena = &net->arena;
	net->waiting_end = &net->waiting;
	net->done_end = &net->done;
	*ret_net = net;
	return 0;
}

// Drops the transfers of the list that are the owner's.
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
	credentials_learn(&net->credentials, url);
}

// A user without a password: who keeps passwords is asked, once.
static void complete_credentials(struct net *net, struct slice url)
{
	struct credential *known = credentials_without_password(&net->credentials, url);
	if (!known || !net->config.find_password || net->config.offline)
		return;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice password, user = url_percent_decode(&scratch, known->userinfo);
	struct slice place = url_redact(&scratch, known->url);
	known->asked = true;
	if (net->config.find_password(net->config.password_context, place, user, &scratch,
				      &password))
		credential_complete(&net->credentials, known, password);
}

static void add_header(struct transfer *transfer, struct slice name, struct slice value)
{
	struct slice line = arena_printf(&transfer->arena, "%.*s: %.*s", SLICE_ARG(name),
					 SLICE_ARG(value));
	transfer->headers = curl_slist_append(transfer->headers, line.ptr);
}

// libcurl would ask before it sends a large body, and wait a second for an answer that
// some servers never give.
static int take_body(struct transfer *transfer, const struct net_request *request,
		     struct error *err)
{
	if (request->method != NET_POST && request->method != NET_PUT)
		return 0;
	transfer->headers = curl_slist_append(transfer->headers, "Expect:");
	if (request->body_path)
		return outgoing_open(request->body_path, &transfer->outgoing, err);
	transfer->outgoing.bytes = arena_dup(&transfer->arena, request->body);
	return 0;
}

void net_start(struct net *net, const struct net_request *request)
{
	struct transfer *transfer = mem_alloc(sizeof(*transfer));
	transfer->request = *request;
	transfer->request.url =
		arena_dup(&transfer->arena, url_without_fragment(request->url));
	credentials_learn(&net->credentials, request->url);
	complete_credentials(net, request->url);
	struct slice url = credentials_apply(&net->credentials, &transfer->arena,
					     transfer->request.url);
	transfer->url = arena_c_string(&transfer->arena,
				       url_escape_unsafe(&transfer->arena, url));
	for (size_t i = 0; i < request->header_len; i++)
		add_header(transfer, request->headers[i].name, request->headers[i].value);
	transfer->asked_us = net->config.trace ? now_us() : 0;
	net->pending++;
	struct error why = { 0 };
	if (net->config.offline) {
		error_set(&why, ERROR_SOURCE,
			  "'%.*s' is not fetched because --offline is set",
			  SLICE_ARG(url_redact(&transfer->arena, transfer->request.url)));
		fail(net, transfer, &why);
		return;
	}
	if (take_body(transfer, request, &why) < 0) {
		fail(net, transfer, &why);
		return;
	}
	start_libcurl(net);
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

bool net_poll(struct net *net, struct net_response *ret_response)
{
	return net_poll_for(net, NULL, ret_response);
}

int net_wait_for(struct net *net, const void *owner, struct net_response *ret_response,
		 struct error *err)
{
	if (net->pending == 0)
		BUG("net_wait with nothing pending");
	for (;;) {
		if (net->config.interrupted && *net->config.interrupted)
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		if (net_poll_for(net, owner, ret_response))
			return 0;
		int ignored;
		curl_multi_poll(net->multi, NULL, 0, POLL_MS, &ignored);
	}
}

int net_wait(struct net *net, struct net_response *ret_response, struct error *err)
{
	return net_wait_for(net, NULL, ret_response, err);
}

void net_response_release(struct net_response *response)
{
	arena_release(&response->arena);
	mem_free(response->body_buffer);
	response->body_buffer = NULL;
	response->body = S("");
}

struct net_totals net_totals(const struct net *net)
{
	return net->totals;
}
