// SPDX-License-Identifier: MIT
// One try of a transfer, from its options to its outcome.
#include "net/attempt.h"

#include "net/gate.h"
#include "net/url.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	CONNECT_TIMEOUT_MS = 10 * 1000,
	STALL_TIMEOUT_MS = 30 * 1000,
	BRIEF_CONNECT_MS = 2 * 1000,
	BRIEF_STALL_MS = 4 * 1000,
	// In each window of time in which bytes come at all, a kilobyte a second has to
	// come, whatever time-outs are set. A server that drips could hold a run for ever
	// otherwise.
	RATE_WINDOW_MS = 60 * 1000,
	RATE_BYTES_A_SECOND = 1024,
	RECEIVE_BYTES = 128 * 1024,
	SEND_BYTES = 512 * 1024,
	BODY_FIRST_BYTES = 16 * 1024,
};

uint64_t net_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// --- bytes ---------------------------------------------------------------------------

static bool attempt_is_success(unsigned status)
{
	return status >= 200 && status <= 299;
}

unsigned attempt_status(const struct attempt *attempt)
{
	long status = 0;
	curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 0 && url_is_file(attempt->request->url))
		return attempt->request->has_range ? 206 : 200;
	return (unsigned)status;
}

static void collect(struct attempt *attempt, struct slice bytes)
{
	if (attempt->body_len + bytes.len > attempt->body_cap) {
		size_t cap = attempt->body_cap ? attempt->body_cap * 2 : BODY_FIRST_BYTES;
		while (cap < attempt->body_len + bytes.len)
			cap *= 2;
		attempt->body = mem_realloc(attempt->body, cap);
		attempt->body_cap = cap;
	}
	memcpy(attempt->body + attempt->body_len, bytes.ptr, bytes.len);
	attempt->body_len += bytes.len;
}

// Bodies of answers other than 2xx are dropped: no caller reads an error page, and no
// sink may see one.
static size_t on_bytes(char *ptr, size_t size, size_t count, void *context)
{
	struct attempt *attempt = context;
	const struct net_request *request = attempt->request;
	struct slice bytes = { ptr, size * count };
	if (!attempt_is_success(attempt_status(attempt)))
		return bytes.len;
	if (bytes.len > request->max_bytes - attempt->received) {
		attempt->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	attempt->received += bytes.len;
	if (!request->sink) {
		collect(attempt, bytes);
		return bytes.len;
	}
	if (request->sink(request->context, bytes, &attempt->sink_error) < 0) {
		attempt->sink_failed = true;
		return CURL_WRITEFUNC_ERROR;
	}
	return bytes.len;
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

// Ends a try whose bytes come too slowly. A window without any bytes is left to the
// time-out, by which the user says how long to wait for a server that thinks.
static int on_progress(void *context, curl_off_t down_total, curl_off_t down,
		       curl_off_t up_total, curl_off_t up)
{
	struct attempt *attempt = context;
	uint64_t bytes = (uint64_t)down + (uint64_t)up, now = net_now_us() / 1000;
	uint64_t length = attempt->window.length_ms;
	(void)down_total;
	(void)up_total;
	if (attempt->window.since_ms == 0 || bytes == attempt->window.bytes) {
		attempt->window.since_ms = now;
		return 0;
	}
	if (now - attempt->window.since_ms < length)
		return 0;
	attempt->too_slow =
		bytes - attempt->window.bytes < length * RATE_BYTES_A_SECOND / 1000;
	attempt->window.since_ms = now;
	attempt->window.bytes = bytes;
	return attempt->too_slow;
}

// --- options -------------------------------------------------------------------------

static bool is_part(CURLU *parsed, CURLUPart part, struct slice expected)
{
	char *text = NULL;
	if (curl_url_get(parsed, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return false;
	bool same = slice_eq_ignore_case(slice_from(text), expected);
	curl_free(text);
	return same;
}

bool attempt_url_is_plain(const struct attempt *attempt)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct url url;
	struct slice host;
	unsigned port;
	url_parse(slice_from(attempt->url), &url);
	if (url_is_file(slice_from(attempt->url)))
		return true;
	if (!url_host(slice_from(attempt->url), &host, &port))
		return false;
	CURLU *parsed = curl_url();
	bool same = parsed &&
		    curl_url_set(parsed, CURLUPART_URL, attempt->url,
				 CURLU_DISALLOW_USER | CURLU_PATH_AS_IS) == CURLUE_OK &&
		    is_part(parsed, CURLUPART_SCHEME, url.scheme) &&
		    is_part(parsed, CURLUPART_HOST, host) &&
		    is_part(parsed, CURLUPART_PORT, arena_printf(&scratch, "%u", port));
	curl_url_cleanup(parsed);
	return same;
}

static void set_text(CURL *easy, CURLoption option, const char *text)
{
	if (text)
		curl_easy_setopt(easy, option, text);
}

static bool has_ca_directory(const struct net_config *config)
{
	return config->ca_directory || curl_version_info(CURLVERSION_NOW)->capath;
}

static void set_authorities(const struct net_config *config, CURL *easy, bool with_bundle)
{
	set_text(easy, CURLOPT_CAPATH, config->ca_directory);
	if (with_bundle || !has_ca_directory(config))
		set_text(easy, CURLOPT_CAINFO, config->ca_file);
	else
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
}

static void set_timeouts(const struct attempt *attempt, const struct net_config *config)
{
	unsigned connect_ms = config->connect_timeout_ms ? config->connect_timeout_ms
							 : CONNECT_TIMEOUT_MS;
	unsigned stall_ms =
		config->stall_timeout_ms ? config->stall_timeout_ms : STALL_TIMEOUT_MS;
	if (attempt->request->is_brief) {
		connect_ms = BRIEF_CONNECT_MS;
		stall_ms = BRIEF_STALL_MS;
	}
	curl_easy_setopt(attempt->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(attempt->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(attempt->easy, CURLOPT_LOW_SPEED_TIME,
			 (long)(stall_ms + 999) / 1000);
}

static void set_connection(const struct net_config *config, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	// prefer a stream of an open connection to one more connection
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
	// logins.h reads it
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	set_text(easy, CURLOPT_SSLCERT, config->client_certificate);
}

// A proxy has no part in what stays on this machine: it would get the passwords that are
// sent there by http.
static void set_proxy(const struct net_config *config, CURL *easy, struct slice url)
{
	struct slice host;
	unsigned port;
	bool is_local = url_host(url, &host, &port) && host_is_loopback(host);
	const char *proxy = config->proxy || config->finds_proxy ? config->proxy : "";
	set_text(easy, CURLOPT_PROXY, is_local ? "" : proxy);
	curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
}

// Redirects are followed by net/transfer.c, which asks anew who may be spoken to, and what
// goes along.
static void set_peer(const struct net_config *config, CURL *easy, struct slice url)
{
	if (net_is_trusted(config, url)) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
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

// A POST without a body gets an empty one; libcurl would read standard input.
static void set_method(struct attempt *attempt)
{
	CURL *easy = attempt->easy;
	enum net_method method = attempt->request->method;
	curl_off_t len = (curl_off_t)attempt->outgoing.bytes.len;
	if (method == NET_HEAD)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (method != NET_POST && method != NET_PUT)
		return;
	attempt->outgoing.sent = 0;
	curl_easy_setopt(easy, method == NET_POST ? CURLOPT_POST : CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, len);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, len);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
	curl_easy_setopt(easy, CURLOPT_READDATA, &attempt->outgoing);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, &attempt->outgoing);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BYTES);
}

// What the request itself says of who asks goes before the login of the URL.
static struct curl_slist *headers_of(struct attempt *attempt)
{
	struct curl_slist *headers =
		attempt->is_elsewhere ? attempt->headers_elsewhere : attempt->headers;
	if (!attempt->login || (attempt->has_authorization && !attempt->is_elsewhere))
		return headers;
	attempt->sent.data = (char *)(uintptr_t)attempt->login;
	attempt->sent.next = headers;
	return &attempt->sent;
}

static void set_request(struct attempt *attempt)
{
	CURL *easy = attempt->easy;
	const struct net_request *request = attempt->request;
	curl_easy_setopt(easy, CURLOPT_URL, attempt->url);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "pinbake");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_of(attempt));
	if (request->has_range)
		set_range(easy, request);
	// A file server that "compresses" an archive would change the bytes that hashes
	// are for.
	if (!request->has_range && !request->sink)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	set_method(attempt);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, attempt->reason);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, attempt);
}

void attempt_begin(struct attempt *attempt, const struct net_config *config, CURL *easy,
		   bool with_bundle)
{
	attempt->easy = easy;
	attempt->body_len = 0;
	attempt->received = 0;
	attempt->reason[0] = '\0';
	attempt->with_bundle = with_bundle;
	attempt->too_large = attempt->too_slow = false;
	memset(&attempt->window, 0, sizeof(attempt->window));
	attempt->window.length_ms =
		config->rate_window_ms ? config->rate_window_ms : RATE_WINDOW_MS;
	attempt->begun_us = net_now_us();
	set_connection(config, easy);
	set_timeouts(attempt, config);
	set_authorities(config, easy, with_bundle);
	set_proxy(config, easy, slice_from(attempt->url));
	set_peer(config, easy, slice_from(attempt->url));
	set_request(attempt);
}

void attempt_release(struct attempt *attempt)
{
	curl_slist_free_all(attempt->headers);
	curl_slist_free_all(attempt->headers_elsewhere);
	mem_free(attempt->body);
	outgoing_close(&attempt->outgoing);
}

// --- outcome -------------------------------------------------------------------------

bool attempt_is_transient(const struct attempt *attempt, CURLcode code)
{
	static const CURLcode transient[] = {
		CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
		CURLE_COULDNT_CONNECT,      CURLE_OPERATION_TIMEDOUT,
		CURLE_SSL_CONNECT_ERROR,    CURLE_GOT_NOTHING,
		CURLE_SEND_ERROR,           CURLE_RECV_ERROR,
		CURLE_PARTIAL_FILE,         CURLE_HTTP2,
		CURLE_HTTP2_STREAM,         CURLE_WEIRD_SERVER_REPLY,
	};
	if (attempt->sink_failed || attempt->too_large || attempt->too_slow)
		return false;
	for (size_t i = 0; i < sizeof(transient) / sizeof(*transient); i++)
		if (transient[i] == code)
			return true;
	return false;
}

bool attempt_wants_bundle(const struct net_config *config, CURLcode code)
{
	return (code == CURLE_PEER_FAILED_VERIFICATION ||
		code == CURLE_SSL_CACERT_BADFILE) &&
	       has_ca_directory(config);
}

static struct slice header_value(CURL *easy, const char *name, struct arena *arena)
{
	struct curl_header *header = NULL;
	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return S("");
	return arena_dup(arena, slice_from(header->value));
}

// All headers of a name: a server may offer several ways to log in.
static struct slice header_values(CURL *easy, const char *name, struct arena *arena)
{
	struct buf all = { .arena = arena };
	struct curl_header *header = NULL;
	for (size_t i = 0;
	     curl_easy_header(easy, name, i, CURLH_HEADER, -1, &header) == CURLHE_OK; i++)
		buf_printf(&all, "%s%s", i ? ", " : "", header->value);
	return buf_slice(&all);
}

void attempt_fill_response(struct attempt *attempt, unsigned status,
			   struct net_response *response)
{
	char *url = NULL;
	curl_easy_getinfo(attempt->easy, CURLINFO_EFFECTIVE_URL, &url);
	struct arena *arena = &response->arena;
	response->status = status;
	response->final_url = url_redact(arena, arena_dup(arena, slice_from(url)));
	response->had_user = attempt->login != NULL;
	CURL *easy = attempt->easy;
	response->content_type = header_value(easy, "Content-Type", arena);
	response->etag = header_value(easy, "ETag", arena);
	response->last_modified = header_value(easy, "Last-Modified", arena);
	response->cache_control = header_value(easy, "Cache-Control", arena);
	response->content_range = header_value(easy, "Content-Range", arena);
	response->location = header_value(easy, "Location", arena);
	response->www_authenticate = header_values(easy, "WWW-Authenticate", arena);
	response->content_digest = header_value(easy, "Docker-Content-Digest", arena);
	if (attempt->too_large || attempt->body_len == 0)
		return;
	response->body_buffer = attempt->body;
	response->body = (struct slice){ attempt->body, attempt->body_len };
	attempt->body = NULL;
	attempt->body_cap = 0;
}

void attempt_describe_failure(const struct attempt *attempt, CURLcode code,
			      struct error *ret_error)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice shown = url_redact(&scratch, attempt->request->url);
	if (attempt->sink_failed) {
		*ret_error = attempt->sink_error;
		return;
	}
	if (attempt->too_large) {
		error_set(ret_error, ERROR_SOURCE, "'%.*s' is larger than %llu bytes",
			  SLICE_ARG(shown),
			  (unsigned long long)attempt->request->max_bytes);
		return;
	}
	if (attempt->too_slow) {
		error_set(ret_error, ERROR_SOURCE,
			  "cannot fetch '%.*s': fewer than %d bytes a second come",
			  SLICE_ARG(shown), RATE_BYTES_A_SECOND);
		return;
	}
	const char *reason =
		attempt->reason[0] ? attempt->reason : curl_easy_strerror(code);
	error_set(ret_error, ERROR_SOURCE, "cannot %s '%.*s': %s",
		  attempt->request->method == NET_GET ? "fetch" : "reach",
		  SLICE_ARG(shown), reason);
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		error_hint(
			ret_error,
			"if the index has a certificate authority of its own, name its file in "
			"SSL_CERT_FILE");
}
