// SPDX-License-Identifier: MIT
// Any text as a link on an index's page, in our eyes and in libcurl's: a password goes to
// the host that it is for, and a link without userinfo has none for libcurl, either.
#include "tests/fuzz/fuzz.h"

#include "base/text.h"
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

static unsigned number(const char *text)
{
	uint64_t value = 0;
	CHECK(slice_parse_u64(slice_from(text), UINT16_MAX, &value));
	return (unsigned)value;
}

// libcurl turns "443" and "0x7f.1" into addresses of four numbers, and "[::0]" into "[::]".
static bool is_number(struct slice host)
{
	for (size_t i = 0; i < host.len; i++)
		if (hex_value(host.ptr[i]) < 0 && !strchr(".xX[:]", host.ptr[i]))
			return false;
	return true;
}

// An address to which something is sent has one host for all, and no login of its own.
static void check_host(struct arena *arena, struct slice url)
{
	struct credentials none = { .arena = arena };
	struct slice host;
	struct seen seen;
	unsigned port;
	struct url parts;
	url_parse(url, &parts);
	CHECK(parts.userinfo.len == 0);
	if (!url_host(url, &host, &port))
		return;
	if (see(address_of(arena, &none, url), &seen)) {
		CHECK(!seen.user && !seen.password);
		CHECK(is(seen.host, arena_c_string(arena, host)) || is_number(host));
		CHECK(number(seen.port) == port);
		CHECK(is(seen.scheme, arena_c_string(arena, parts.scheme)));
	}
	forget(&seen);
}

static void check_link(struct arena *arena, struct slice base, struct slice link)
{
	struct credentials credentials = { .arena = arena };
	struct slice url = url_redact(arena, url_resolve(arena, base, link));
	struct seen seen;
	credentials_learn(&credentials, S("https://me:" SECRET "@" GOOD "/simple/"));
	credentials_learn(&credentials, url);
	if (see(address_of(arena, &credentials, url), &seen) && is(seen.password, SECRET))
		CHECK(is(seen.host, GOOD) && is(seen.scheme, "https") &&
		      is(seen.port, "443"));
	forget(&seen);
	check_host(arena, url);
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
