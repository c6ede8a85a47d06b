// SPDX-License-Identifier: MIT
// Any text as a link on an index's page, in our eyes and in libcurl's: a password goes to
// the host that it is for, and a link without userinfo has none for libcurl, either.
#include "tests/fuzz/fuzz.h"

#include "net/credentials.h"
#include "net/url.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#define GOOD   "good.example"
#define SECRET "hunter2"

enum { LINK_MAX = 512 };

// What libcurl makes of an address that it is given for a transfer; texts are NULL for
// what is not there.
struct seen {
	char *scheme, *user, *password, *host, *port;
};

static bool see(const char *address, struct seen *ret_seen)
{
	const unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME;
	CURLU *url = curl_url();
	*ret_seen = (struct seen){ 0 };
	bool is_taken = curl_url_set(url, CURLUPART_URL, address, flags) == CURLUE_OK;
	if (is_taken) {
		curl_url_get(url, CURLUPART_SCHEME, &ret_seen->scheme, 0);
		curl_url_get(url, CURLUPART_USER, &ret_seen->user, 0);
		curl_url_get(url, CURLUPART_PASSWORD, &ret_seen->password, 0);
		curl_url_get(url, CURLUPART_HOST, &ret_seen->host, 0);
		curl_url_get(url, CURLUPART_PORT, &ret_seen->port, CURLU_DEFAULT_PORT);
	}
	curl_url_cleanup(url);
	return is_taken;
}

static void forget(struct seen *seen)
{
	curl_free(seen->scheme);
	curl_free(seen->user);
	curl_free(seen->password);
	curl_free(seen->host);
	curl_free(seen->port);
}

static bool is(const char *text, const char *expected)
{
	return text && strcasecmp(text, expected) == 0;
}

// As net_start prepares an address.
static const char *address_of(struct arena *arena, const struct credentials *credentials,
			      struct slice url)
{
	struct slice with_login =
		credentials_apply(credentials, arena, url_without_fragment(url));
	return arena_c_string(arena, url_escape_unsafe(arena, with_login));
}

static void check_link(struct arena *arena, struct slice base, struct slice link)
{
	struct credentials credentials = { .arena = arena }, none = { .arena = arena };
	struct slice url = url_redact(arena, url_resolve(arena, base, link));
	struct url parts;
	struct seen seen;
	credentials_learn(&credentials, S("https://me:" SECRET "@" GOOD "/simple/"));
	credentials_learn(&credentials, url);
	if (see(address_of(arena, &credentials, url), &seen) && is(seen.password, SECRET))
		CHECK(is(seen.host, GOOD) && is(seen.scheme, "https") &&
		      is(seen.port, "443"));
	forget(&seen);
	seen = (struct seen){ 0 };
	url_parse(url, &parts);
	CHECK(parts.userinfo.len == 0);
	bool is_http = slice_eq_ignore_case(parts.scheme, S("https")) ||
		       slice_eq_ignore_case(parts.scheme, S("http"));
	if (is_http && parts.host_port.len > 0 &&
	    see(address_of(arena, &none, url), &seen))
		CHECK(!seen.user && !seen.password);
	forget(&seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice link = fuzz_text(data, size);
	if (size > LINK_MAX || slice_find_byte(link, '\0') != SLICE_NONE ||
	    slice_contains(link, S(SECRET)))
		return 0;
	check_link(&arena, S("https://" GOOD "/simple/demo/"), link);
	check_link(&arena, S("https://evil.example/simple/demo/"), link);
	check_link(&arena, S("http://" GOOD "/simple/demo/"), link);
	return 0;
}
