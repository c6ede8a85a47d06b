// SPDX-License-Identifier: MIT
#include "net/transfer.h"

#include "net/attempt.h"
#include "net/logins.h"
#include "net/url.h"
#include "tests/net/loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <zlib.h>
#include <cmocka.h>

enum { BODY_MAX = 1024 * 1024 };

struct world {
	struct loopback server;
	struct net *net;
	struct arena arena;
	volatile int interrupted;
};

static struct world world;

// Bytes that live as long as the program.
static const char *make_noise(size_t len)
{
	static char noise[3000000];
	for (size_t i = 0; i < len; i++)
		noise[i] = (char)(i * 2654435761u >> 13);
	return noise;
}

enum { RATE_WINDOW_MS = 400 };

static void open_trusting_world(struct loopback_route *routes, size_t len,
				unsigned retries, const struct slice *trusted_hosts,
				size_t trusted_len)
{
	struct error err;
	const struct net_config config = { .trusted_hosts = trusted_hosts,
					   .trusted_len = trusted_len,
					   .retries = retries,
					   .stall_timeout_ms = 3600 * 1000,
					   .rate_window_ms = RATE_WINDOW_MS,
					   .interrupted = &world.interrupted };
	memset(&world, 0, sizeof(world));
	loopback_start(&world.server, routes, len);
	assert_int_equal(net_open(&config, &world.net, &err), 0);
}

static void open_world(struct loopback_route *routes, size_t len, unsigned retries)
{
	open_trusting_world(routes, len, retries, NULL, 0);
}

static void close_world(void)
{
	net_close(world.net);
	loopback_stop(&world.server);
	arena_release(&world.arena);
}

static struct net_request request(const char *path)
{
	return (struct net_request){
		.url = arena_printf(&world.arena, "%s%s", world.server.url, path),
		.max_bytes = BODY_MAX,
	};
}

static struct net_response wait_one(void)
{
	struct net_response response;
	struct error err;
	assert_int_equal(net_wait_for(world.net, NULL, &response, &err), 0);
	return response;
}

static struct net_response fetch(const struct net_request *asked)
{
	net_start(world.net, asked);
	return wait_one();
}

static void test_body_and_headers(void **state)
{
	(void)state;
	struct loopback_route routes[] = { {
		.path = "/x",
		.status = 200,
		.body = "hello",
		.headers =
			"Content-Type: text/html; charset=utf-8\r\nETag: \"abc\"\r\nCache-Control: max-age=60\r\n"
			"Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n",
	} };
	open_world(routes, 1, 0);
	struct net_request asked = request("/x#fragment");
	asked.tag = 77;
	asked.context = &asked;
	asked.headers[asked.header_len++] = (struct net_header){ S("X-Test"), S("yes") };
	struct net_response got = fetch(&asked);
	assert_false(got.failed);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.tag, 77);
	assert_ptr_equal(got.context, &asked);
	assert_true(slice_eq(got.body, S("hello")));
	assert_true(slice_eq(got.content_type, S("text/html; charset=utf-8")));
	assert_true(slice_eq(got.etag, S("\"abc\"")));
	assert_true(slice_eq(got.cache_control, S("max-age=60")));
	assert_true(slice_eq(got.last_modified, S("Thu, 01 Jan 2026 00:00:00 GMT")));
	assert_int_equal(loopback_count(&world.server, "X-Test: yes"), 1);
	assert_int_equal(loopback_count(&world.server, "fragment"), 0);
	net_response_release(&got);
	assert_int_equal(net_pending(world.net), 0);
	close_world();
}

static void test_statuses_are_answers(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/gone", .status = 410, .body = "an error page" }
	};
	open_world(routes, 1, 0);
	struct net_request asked = request("/missing");
	struct net_response got = fetch(&asked);
	assert_false(got.failed);
	assert_int_equal(got.status, 404);
	net_response_release(&got);
	asked = request("/gone");
	got = fetch(&asked);
	assert_int_equal(got.status, 410);
	assert_int_equal(got.body.len, 0);
	net_response_release(&got);
	close_world();
}

static void test_transient_answers_are_tried_again(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 503, .uses = 1 },
		{ .path = "/x", .status = 0, .uses = 1 },
		{ .path = "/x",
		  .status = 200,
		  .body = "whole",
		  .cut_after = 2,
		  .uses = 1 },
		{ .path = "/x", .status = 200, .body = "whole" },
	};
	open_world(routes, 4, 3);
	struct net_request asked = request("/x");
	struct net_response got = fetch(&asked);
	assert_int_equal(got.status, 200);
	assert_true(slice_eq(got.body, S("whole")));
	assert_int_equal(got.retry_count, 3);
	net_response_release(&got);
	assert_int_equal(loopback_count(&world.server, "GET /x"), 4);
	close_world();
}

static void test_used_up_retries_end_in_the_last_answer(void **state)
{
	(void)state;
	struct loopback_route routes[] = { { .path = "/x", .status = 503 },
					   { .path = "/y", .status = 0 } };
	open_world(routes, 2, 1);
	struct net_request asked = request("/x");
	struct net_response got = fetch(&asked);
	assert_false(got.failed);
	assert_int_equal(got.status, 503);
	assert_int_equal(got.retry_count, 1);
	net_response_release(&got);
	asked = request("/y");
	got = fetch(&asked);
	assert_true(got.failed);
	assert_int_equal(got.error.kind, ERROR_SOURCE);
	net_response_release(&got);
	close_world();
}

static void test_retry_after_is_obeyed(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x",
		  .status = 429,
		  .headers = "Retry-After: 1\r\n",
		  .uses = 1 },
		{ .path = "/x", .status = 200 },
	};
	struct timespec before, after;
	open_world(routes, 2, 1);
	struct net_request asked = request("/x");
	clock_gettime(CLOCK_MONOTONIC, &before);
	struct net_response got = fetch(&asked);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(got.status, 200);
	assert_true((after.tv_sec - before.tv_sec) * 1000 +
			    (after.tv_nsec - before.tv_nsec) / 1000000 >=
		    1000);
	net_response_release(&got);
	close_world();
}

static void test_ranges(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 200, .body = "0123456789", .ranges = true }
	};
	open_world(routes, 1, 0);
	struct net_request asked = request("/x");
	asked.has_range = true;
	asked.range_from = 2;
	asked.range_to = 4;
	struct net_response got = fetch(&asked);
	assert_int_equal(got.status, 206);
	assert_true(slice_eq(got.body, S("234")));
	assert_true(slice_eq(got.content_range, S("bytes 2-4/10")));
	net_response_release(&got);
	asked.range_last = 3;
	got = fetch(&asked);
	assert_true(slice_eq(got.body, S("789")));
	net_response_release(&got);
	assert_int_equal(loopback_count(&world.server, "Accept-Encoding"), 0);
	close_world();
}

static void test_ignored_range_gives_small_file_or_nothing(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 200, .body = "0123456789" }
	};
	open_world(routes, 1, 0);
	struct net_request asked = request("/x");
	asked.has_range = true;
	asked.range_last = 3;
	asked.max_bytes = 10;
	struct net_response got = fetch(&asked);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.body.len, 10);
	net_response_release(&got);
	asked.max_bytes = 9;
	got = fetch(&asked);
	assert_false(got.failed);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.body.len, 0);
	net_response_release(&got);
	close_world();
}

static void test_body_above_the_limit_fails(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 200, .body = "0123456789" }
	};
	open_world(routes, 1, 3);
	struct net_request asked = request("/x");
	asked.max_bytes = 9;
	struct net_response got = fetch(&asked);
	assert_true(got.failed);
	assert_int_equal(got.error.kind, ERROR_SOURCE);
	assert_non_null(strstr(got.error.cause, "is larger than 9 bytes"));
	assert_int_equal(got.retry_count, 0);
	net_response_release(&got);
	close_world();
}

static size_t gzip(const char *text, size_t len, char *out, size_t cap)
{
	z_stream stream = { 0 };
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	stream.next_in = (Bytef *)(uintptr_t)text;
	stream.avail_in = (uInt)len;
	stream.next_out = (Bytef *)out;
	stream.avail_out = (uInt)cap;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return stream.total_out;
}

static void test_content_coding_is_undone_and_bounded(void **state)
{
	(void)state;
	static char zeros[100000], packed[4096];
	size_t len = gzip(zeros, sizeof(zeros), packed, sizeof(packed));
	struct loopback_route routes[] = { {
		.path = "/x",
		.status = 200,
		.body = packed,
		.body_len = len,
		.headers = "Content-Encoding: gzip\r\n",
	} };
	open_world(routes, 1, 0);
	struct net_request asked = request("/x");
	struct net_response got = fetch(&asked);
	assert_int_equal(got.body.len, sizeof(zeros));
	net_response_release(&got);
	asked.max_bytes = 50000; // what comes out counts, not what came
	got = fetch(&asked);
	assert_true(got.failed);
	net_response_release(&got);
	close_world();
}

struct heard {
	struct buf bytes;
	unsigned restarts;
	bool refuse;
};

static int hear(void *context, struct slice bytes, struct error *err)
{
	struct heard *heard = context;
	if (heard->refuse)
		return error_set(err, ERROR_INTEGRITY, "no more");
	buf_append(&heard->bytes, bytes);
	return 0;
}

static int hear_again(void *context, struct error *err)
{
	struct heard *heard = context;
	(void)err;
	heard->restarts++;
	heard->bytes.len = 0;
	return 0;
}

static void test_sink_hears_only_what_was_asked_for(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 502, .body = "error page", .uses = 1 },
		{ .path = "/x",
		  .status = 200,
		  .body = "payload",
		  .cut_after = 3,
		  .uses = 1 },
		{ .path = "/x", .status = 200, .body = "payload" },
	};
	open_world(routes, 3, 2);
	struct heard heard = { .bytes.arena = &world.arena };
	struct net_request asked = request("/x");
	asked.sink = hear;
	asked.restart = hear_again;
	asked.context = &heard;
	struct net_response got = fetch(&asked);
	assert_int_equal(got.status, 200);
	assert_int_equal(heard.restarts, 1);
	assert_true(slice_eq(buf_slice(&heard.bytes), S("payload")));
	net_response_release(&got);
	close_world();
}

static void test_begun_sink_without_restart_is_not_repeated(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 200, .body = "payload", .cut_after = 3 }
	};
	open_world(routes, 1, 5);
	struct heard heard = { .bytes.arena = &world.arena };
	struct net_request asked = request("/x");
	asked.sink = hear;
	asked.context = &heard;
	struct net_response got = fetch(&asked);
	assert_true(got.failed);
	assert_int_equal(got.retry_count, 0);
	net_response_release(&got);
	close_world();
}

static void test_error_of_a_sink_is_the_error(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 200, .body = "payload" }
	};
	open_world(routes, 1, 5);
	struct heard heard = { .bytes.arena = &world.arena, .refuse = true };
	struct net_request asked = request("/x");
	asked.sink = hear;
	asked.context = &heard;
	struct net_response got = fetch(&asked);
	assert_true(got.failed);
	assert_int_equal(got.error.kind, ERROR_INTEGRITY);
	assert_string_equal(got.error.cause, "no more");
	net_response_release(&got);
	close_world();
}

static void test_redirects(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/a/x",
		  .status = 301,
		  .headers = "Location: /b/y\r\n",
		  .body = "moved" },
		{ .path = "/b/y", .status = 200, .body = "here" },
		{ .path = "/loop", .status = 302, .headers = "Location: /loop\r\n" },
	};
	open_world(routes, 3, 0);
	struct net_request asked = request("/a/x");
	struct net_response got = fetch(&asked);
	assert_true(slice_eq(got.body, S("here")));
	assert_true(slice_ends_with(got.final_url, S("/b/y")));
	net_response_release(&got);
	asked = request("/loop");
	got = fetch(&asked);
	assert_true(got.failed);
	assert_int_equal(loopback_count(&world.server, "/loop"), 11);
	net_response_release(&got);
	close_world();
}

static void test_idx_3_credentials_stay_with_their_host(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 200 },
		{ .path = "/y", .status = 200 },
		{ .path = "/away", .status = 302 },
	};
	static struct loopback other;
	struct loopback_route other_routes[] = { { .path = "/z", .status = 200 } };
	char location[128];
	open_world(routes, 3, 0);
	loopback_start(&other, other_routes, 1);
	snprintf(location, sizeof(location), "Location: %s/z\r\n", other.url);
	routes[2].headers = location;
	struct net_request asked = request("/x");
	asked.url = url_with_userinfo(&world.arena, asked.url, S("user:secret"));
	struct net_response got = fetch(&asked);
	assert_false(slice_contains(got.final_url, S("secret")));
	net_response_release(&got);
	asked = request("/y"); // the same origin, without userinfo
	got = fetch(&asked);
	net_response_release(&got);
	asked = request("/away");
	got = fetch(&asked);
	assert_int_equal(got.status, 200);
	net_response_release(&got);
	assert_int_equal(loopback_count(&world.server,
					"Authorization: Basic dXNlcjpzZWNyZXQ="),
			 3);
	assert_int_equal(loopback_count(&other, "GET /z"), 1);
	assert_int_equal(loopback_count(&other, "Authorization"), 0);
	loopback_stop(&other);
	close_world();
}

// Whether libcurl follows or, from a host that is trusted without a certificate, we do.
static void check_authorization_stays(const struct slice *trusted_hosts, size_t len)
{
	struct loopback_route routes[] = {
		{ .path = "/near", .status = 302, .headers = "Location: /x\r\n" },
		{ .path = "/x", .status = 200 },
		{ .path = "/away", .status = 307 },
	};
	static struct loopback other;
	struct loopback_route other_routes[] = { { .path = "/z", .status = 200 } };
	char location[128];
	open_trusting_world(routes, 3, 0, trusted_hosts, len);
	loopback_start(&other, other_routes, 1);
	snprintf(location, sizeof(location), "Location: %s/z\r\n", other.url);
	routes[2].headers = location;
	static const char *const paths[] = { "/near", "/away" };
	for (size_t i = 0; i < 2; i++) {
		struct net_request asked = request(paths[i]);
		asked.headers[asked.header_len++] =
			(struct net_header){ S("Authorization"), S("Bearer secret") };
		asked.headers[asked.header_len++] =
			(struct net_header){ S("X-Test"), S("yes") };
		struct net_response got = fetch(&asked);
		assert_int_equal(got.status, 200);
		net_response_release(&got);
	}
	assert_int_equal(loopback_count(&world.server, "Authorization: Bearer secret"),
			 3);
	assert_int_equal(loopback_count(&other, "X-Test: yes"), 1);
	assert_int_equal(loopback_count(&other, "secret"), 0);
	loopback_stop(&other);
	close_world();
}

static void test_auth_3_authorization_stays_with_its_origin(void **state)
{
	(void)state;
	const struct slice hosts[] = { S("127.0.0.1") };
	check_authorization_stays(NULL, 0);
	check_authorization_stays(hosts, 1);
}

// Links of a page of a host that a password is known for.
static void test_libcurl_reads_no_other_host(void **state)
{
	(void)state;
	static const char *const links[] = {
		"x",
		"//evil.example/x",
		"https://evil.example/x",
		"https://good.example@evil.example/x",
		"https://good.example:443@evil.example/x",
		"https://evil.example\\@good.example/x",
		"https://good.example\\@evil.example/x",
		"https://good.example#@evil.example/x",
		"https://good.example?@evil.example/x",
		"https://good.example;@evil.example/x",
		"https://good%2eexample/x",
		"https://good.example%2f@evil.example/x",
		"https://good.example%00.evil.example/x",
		"https://a@good.example@evil.example/x",
		"https://a@evil.example@good.example/x",
		"https:good.example/x",
		"https:/good.example/x",
		"https:///good.example/x",
		"HTTPS://GOOD.example:0443/x",
		"http://good.example/x",
		"https://good.example:444/x",
		"https://good.example./x",
		"https://good.example\t.evil.example/x",
		"https://g\xc3\xb6\xc3\xb6"
		"d.example/x",
		"https://[good.example]/x",
		"\\\\evil.example/x",
		"/\\evil.example/x",
		"?@evil.example",
		"ftp://good.example/x",
		"file://good.example/x",
		"gopher://good.example:443/x",
	};
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct logins logins;
		const struct net_config config = { 0 };
		logins_begin(&logins, &arena, &config);
		credentials_learn(&logins.credentials,
				  S("https://user:secret@good.example/simple"));
		struct slice url =
			url_resolve(&arena, S("https://good.example/simple/x/"),
				    slice_from(links[i]));
		url = url_without_fragment(url_redact(&arena, url));
		struct slice applied = logins_apply(&logins, &arena, url);
		if (slice_eq(applied, url))
			continue;
		const struct attempt attempt = {
			.url = arena_c_string(&arena, url_escape_unsafe(&arena, url))
		};
		// What is sent is sent where libcurl and we read the same.
		if (attempt_url_is_plain(&attempt))
			assert_true(url_same_origin(url, S("https://good.example")));
	}
}

static void test_urls_that_libcurl_reads_otherwise(void **state)
{
	(void)state;
	static const char *const odd[] = { "https://127.1/x",      "https://0x7f.1/x",
					   "https://2130706433/x", "https://[0:0::1]/x",
					   "https://u:p@h/x",      "https://h%41/x" };
	static const char *const plain[] = { "https://h/x",      "http://h:8/a/../b?c d",
					     "https://h.:443/x", "HTTPS://H",
					     "http://[::1]:8/",  "http://127.0.0.1/" };
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		const struct attempt attempt = { .url = odd[i] };
		if (attempt_url_is_plain(&attempt))
			fail_msg("%s", odd[i]);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		const struct attempt attempt = {
			.url = url_escape_unsafe(&arena, slice_from(plain[i])).ptr
		};
		if (!attempt_url_is_plain(&attempt))
			fail_msg("%s", plain[i]);
	}
}

// Another machine, for which no proxy and no name server is asked.
static void check_refused(const char *url)
{
	const struct net_request asked = { .url = slice_from(url), .max_bytes = 10 };
	struct net_response got = fetch(&asked);
	if (!got.failed || got.error.kind != ERROR_INPUT)
		fail_msg("%s: %s", url, got.error.cause);
	net_response_release(&got);
}

static void test_plain_http_is_for_this_machine(void **state)
{
	(void)state;
	const struct slice hosts[] = { S("trusted.invalid") };
	open_trusting_world(NULL, 0, 0, hosts, 1);
	check_refused("http://h.invalid/");
	check_refused("HTTP://H.invalid/");
	check_refused("http://trusted.invalid@h.invalid/");
	check_refused("http://127.0.0.1.h.invalid/");
	check_refused("http://127.0.0.1\\@h.invalid/");
	check_refused("ftp://127.0.0.1/");
	check_refused("//127.0.0.1/");
	check_refused("dict://127.0.0.1/x");
	const struct net_request asked = { .url = S("http://trusted.invalid/"),
					   .max_bytes = 10 };
	struct net_response got = fetch(&asked);
	assert_int_equal(got.error.kind, ERROR_SOURCE); // there is no such host
	net_response_release(&got);
	close_world();
}

static void test_redirects_to_other_protocols(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/file",
		  .status = 302,
		  .headers = "Location: file:///etc/hostname\r\n" },
		{ .path = "/ftp",
		  .status = 302,
		  .headers = "Location: ftp://127.0.0.1/x\r\n" },
		{ .path = "/http",
		  .status = 302,
		  .headers = "Location: http://h.invalid/x\r\n" },
	};
	static const struct {
		const char *path;
		enum error_kind kind;
	} cases[] = { { "/file", ERROR_SOURCE },
		      { "/ftp", ERROR_SOURCE },
		      { "/http", ERROR_INPUT } };
	open_world(routes, 3, 0);
	for (size_t i = 0; i < 3; i++) {
		struct net_request asked = request(cases[i].path);
		struct net_response got = fetch(&asked);
		assert_true(got.failed);
		assert_int_equal(got.error.kind, cases[i].kind);
		net_response_release(&got);
	}
	close_world();
}

static void test_a_retry_begins_at_the_first_address(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 302, .headers = "Location: /once\r\n" },
		{ .path = "/once", .status = 503, .uses = 1 },
		{ .path = "/once", .status = 200, .body = "y" },
	};
	open_world(routes, 3, 2);
	struct net_request asked = request("/x");
	asked.headers[asked.header_len++] =
		(struct net_header){ S("Authorization"), S("Bearer t") };
	struct net_response got = fetch(&asked);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.retry_count, 1);
	assert_int_equal(loopback_count(&world.server, "GET /x"), 2);
	assert_int_equal(loopback_count(&world.server, "Authorization: Bearer t"), 4);
	net_response_release(&got);
	close_world();
}

static void test_idx_3_errors_hold_no_password(void **state)
{
	(void)state;
	struct loopback_route routes[] = { { .path = "/x", .status = 0 } };
	open_world(routes, 1, 0);
	struct net_request asked = request("/x");
	asked.url = url_with_userinfo(&world.arena, asked.url, S("user:secret"));
	struct net_response got = fetch(&asked);
	assert_true(got.failed);
	assert_null(strstr(got.error.cause, "secret"));
	assert_false(slice_contains(got.final_url, S("secret")));
	net_response_release(&got);
	close_world();
}

static void test_many_requests_and_their_tags(void **state)
{
	(void)state;
	struct loopback_route routes[] = { { .path = "/x", .status = 200, .body = "x" } };
	enum { MANY = 120 };
	bool seen[MANY] = { false };
	open_world(routes, 1, 2);
	for (size_t i = 0; i < MANY; i++) {
		struct net_request asked = request("/x");
		asked.tag = i;
		net_start(world.net, &asked);
	}
	assert_int_equal(net_pending(world.net), MANY);
	for (size_t i = 0; i < MANY; i++) {
		struct net_response got = wait_one();
		assert_int_equal(got.status, 200);
		assert_false(seen[got.tag]);
		seen[got.tag] = true;
		net_response_release(&got);
	}
	assert_int_equal(net_pending(world.net), 0);
	close_world();
}

static void test_owners_get_their_own_answers(void **state)
{
	(void)state;
	struct loopback_route routes[] = { { .path = "/x", .status = 200, .body = "x" } };
	int mine, other;
	struct net_response got;
	struct error err;
	open_world(routes, 1, 0);
	for (uint64_t i = 0; i < 6; i++) {
		struct net_request asked = request("/x");
		asked.tag = i;
		asked.owner = i % 3 == 0 ? NULL : i % 3 == 1 ? &mine : &other;
		net_start(world.net, &asked);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(net_wait_for(world.net, &mine, &got, &err), 0);
		assert_int_equal(got.tag % 3, 1);
		net_response_release(&got);
	}
	net_cancel(world.net, &other);
	assert_int_equal(net_pending(world.net), 2);
	for (int i = 0; i < 2; i++) {
		got = wait_one();
		assert_int_equal(got.tag % 3, 0);
		net_response_release(&got);
	}
	assert_false(net_poll_for(world.net, &other, &got));
	assert_int_equal(net_pending(world.net), 0);
	close_world();
}

static void test_interrupt_ends_the_wait_at_once(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/x", .status = 200, .delay_ms = 400 }
	};
	struct net_response response;
	struct error err;
	open_world(routes, 1, 0);
	struct net_request asked = request("/x");
	net_start(world.net, &asked);
	world.interrupted = 1;
	assert_int_equal(net_wait_for(world.net, NULL, &response, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	close_world(); // aborts what is in flight
}

static void test_offline_fetches_nothing(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	const struct net_config config = { .offline = true };
	struct net_response response;
	struct error err;
	struct net *net;
	assert_int_equal(net_open(&config, &net, &err), 0);
	const struct net_request asked = { .url = S("https://u:secret@index.example/x"),
					   .tag = 3 };
	net_start(net, &asked);
	assert_int_equal(net_wait_for(net, NULL, &response, &err), 0);
	assert_true(response.failed);
	assert_int_equal(response.tag, 3);
	assert_string_equal(
		response.error.cause,
		"'https://index.example/x' is not fetched because --offline is set");
	net_response_release(&response);
	net_close(net);
}

static void test_file_urls(void **state)
{
	(void)state;
	char path[] = "/tmp/pinbake-transfer-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	open_world(NULL, 0, 2);
	struct net_request asked = { .url = url_from_path(&world.arena, path),
				     .max_bytes = BODY_MAX };
	struct net_response got = fetch(&asked);
	assert_int_equal(got.status, 200);
	assert_true(slice_eq(got.body, S("0123456789")));
	net_response_release(&got);
	unlink(path);
	got = fetch(&asked);
	assert_false(got.failed);
	assert_int_equal(got.status, 404);
	net_response_release(&got);
	close_world();
}

static void test_refused_connections_fail(void **state)
{
	(void)state;
	open_world(NULL, 0, 1);
	struct net_request asked = { .url = S("http://127.0.0.1:1/x"), .max_bytes = 1 };
	struct net_response got = fetch(&asked);
	assert_true(got.failed);
	assert_int_equal(got.retry_count, 1);
	assert_int_equal(got.error.kind, ERROR_SOURCE);
	net_response_release(&got);
	asked.url = S("gopher://127.0.0.1/x");
	got = fetch(&asked);
	assert_true(got.failed);
	assert_int_equal(got.retry_count, 0);
	net_response_release(&got);
	close_world();
}

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// With an hour's time-out, and repetitions allowed.
static void test_a_server_that_drips_is_left(void **state)
{
	(void)state;
	struct loopback_route routes[] = { { .path = "/drip",
					     .status = 200,
					     .body = make_noise(100000),
					     .body_len = 100000,
					     .drip_ms = 5 } };
	open_world(routes, 1, 3);
	struct net_request asked = request("/drip");
	uint64_t start = now_ms();
	struct net_response response = fetch(&asked);
	assert_true(response.failed);
	assert_non_null(strstr(response.error.cause, "fewer than 1024 bytes a second"));
	assert_true(now_ms() - start < 20 * RATE_WINDOW_MS);
	assert_int_equal(loopback_count(&world.server, "GET /drip"), 1);
	net_response_release(&response);
	close_world();
}

// A server may think for longer than the window.
static void test_a_server_that_thinks_is_waited_for(void **state)
{
	(void)state;
	struct loopback_route routes[] = { { .path = "/late",
					     .status = 200,
					     .body = "late",
					     .delay_ms = 3 * RATE_WINDOW_MS } };
	open_world(routes, 1, 0);
	struct net_request asked = request("/late");
	struct net_response response = fetch(&asked);
	assert_int_equal(response.status, 200);
	net_response_release(&response);
	close_world();
}

static void test_head_gives_headers_alone(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/blob",
		  .status = 200,
		  .headers = "Docker-Content-Digest: sha256:00\r\n",
		  .body = "bytes" }
	};
	open_world(routes, 1, 0);
	struct net_request asked = request("/blob");
	asked.method = NET_HEAD;
	struct net_response response = fetch(&asked);
	assert_int_equal(response.status, 200);
	assert_int_equal(response.body.len, 0);
	assert_true(slice_eq(response.content_digest, S("sha256:00")));
	assert_int_equal(response.location.len, 0);
	assert_int_equal(loopback_count(&world.server, "HEAD /blob "), 1);
	net_response_release(&response);
	close_world();
}

static void check_sent(enum net_method method, const char *line, struct slice body)
{
	struct loopback_route routes[] = {
		{ .path = "/upload", .status = 201, .headers = "Location: /there\r\n" }
	};
	open_world(routes, 1, 0);
	struct net_request asked = request("/upload");
	asked.method = method;
	asked.body = body;
	asked.headers[asked.header_len++] =
		(struct net_header){ S("Content-Type"), S("application/x-test") };
	struct net_response response = fetch(&asked);
	assert_int_equal(response.status, 201);
	assert_true(slice_eq(response.location, S("/there")));
	assert_int_equal(loopback_count(&world.server, line), 1);
	assert_int_equal(loopback_count(&world.server,
					"Content-Type: application/x-test"),
			 1);
	assert_int_equal(loopback_count(&world.server, "Expect:"), 0);
	assert_true(slice_eq((struct slice){ world.server.body, world.server.body_len },
			     body));
	net_response_release(&response);
	close_world();
}

static void test_bodies_are_sent(void **state)
{
	(void)state;
	const struct slice large = { make_noise(3000000), 3000000 };
	check_sent(NET_POST, "POST /upload ", S(""));
	check_sent(NET_POST, "POST /upload ", S("{\"a\": 1}"));
	check_sent(NET_PUT, "PUT /upload ", S(""));
	check_sent(NET_PUT, "PUT /upload ", large);
}

// PUT says the same thing twice, POST may do it twice.
static void test_what_is_repeated_of_what_sends(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/put", .status = 500, .uses = 1 },
		{ .path = "/put", .status = 201 },
		{ .path = "/post", .status = 500, .uses = 1 },
		{ .path = "/post", .status = 202 },
		{ .path = "/busy", .status = 503, .uses = 1 },
		{ .path = "/busy", .status = 202 },
		{ .path = "/gone", .status = 0 },
	};
	open_world(routes, sizeof(routes) / sizeof(*routes), 2);
	static const struct {
		const char *path;
		enum net_method method;
		unsigned status;
	} rows[] = { { "/put", NET_PUT, 201 },
		     { "/post", NET_POST, 500 },
		     { "/busy", NET_POST, 202 },
		     { "/gone", NET_POST, 0 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct net_request asked = request(rows[i].path);
		asked.method = rows[i].method;
		asked.body = S("body");
		struct net_response response = fetch(&asked);
		assert_int_equal(response.status, rows[i].status);
		assert_true(slice_eq((struct slice){ world.server.body,
						     world.server.body_len },
				     S("body")));
		net_response_release(&response);
	}
	assert_int_equal(loopback_count(&world.server, "POST /gone "), 1);
	close_world();
}

int main(void)
{
	// A proxy that answers nobody, in the variable: none of the tests below may come to know of it.
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body_and_headers),
		cmocka_unit_test(test_statuses_are_answers),
		cmocka_unit_test(test_transient_answers_are_tried_again),
		cmocka_unit_test(test_used_up_retries_end_in_the_last_answer),
		cmocka_unit_test(test_retry_after_is_obeyed),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_ignored_range_gives_small_file_or_nothing),
		cmocka_unit_test(test_body_above_the_limit_fails),
		cmocka_unit_test(test_content_coding_is_undone_and_bounded),
		cmocka_unit_test(test_sink_hears_only_what_was_asked_for),
		cmocka_unit_test(test_begun_sink_without_restart_is_not_repeated),
		cmocka_unit_test(test_error_of_a_sink_is_the_error),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_libcurl_reads_no_other_host),
		cmocka_unit_test(test_urls_that_libcurl_reads_otherwise),
		cmocka_unit_test(test_plain_http_is_for_this_machine),
		cmocka_unit_test(test_redirects_to_other_protocols),
		cmocka_unit_test(test_a_retry_begins_at_the_first_address),
		cmocka_unit_test(test_idx_3_credentials_stay_with_their_host),
		cmocka_unit_test(test_auth_3_authorization_stays_with_its_origin),
		cmocka_unit_test(test_idx_3_errors_hold_no_password),
		cmocka_unit_test(test_many_requests_and_their_tags),
		cmocka_unit_test(test_owners_get_their_own_answers),
		cmocka_unit_test(test_interrupt_ends_the_wait_at_once),
		cmocka_unit_test(test_offline_fetches_nothing),
		cmocka_unit_test(test_file_urls),
		cmocka_unit_test(test_refused_connections_fail),
		cmocka_unit_test(test_a_server_that_drips_is_left),
		cmocka_unit_test(test_a_server_that_thinks_is_waited_for),
		cmocka_unit_test(test_head_gives_headers_alone),
		cmocka_unit_test(test_bodies_are_sent),
		cmocka_unit_test(test_what_is_repeated_of_what_sends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
