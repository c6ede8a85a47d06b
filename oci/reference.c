// SPDX-License-Identifier: MIT
// Takes an image's name apart, from the right: digest, tag, repository, host.
#include "oci/reference.h"

#include "net/url.h"

#include "base/digest.h"

#define DOCKER_HUB       "docker.io"
#define DOCKER_HUB_API   "registry-1.docker.io"
#define DOCKER_HUB_LOGIN "https://index.docker.io/v1/"

static bool is_lower_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

// Is it runs of letters and digits, with ".", "_", "__" or any number of "-" between
// them?
static bool is_component(struct slice text)
{
	size_t at = 0;
	while (at < text.len) {
		size_t word = at, gap;
		while (at < text.len && is_lower_alnum(text.ptr[at]))
			at++;
		if (at == word)
			return false;
		if (at == text.len)
			return true;
		for (gap = at; at < text.len && !is_lower_alnum(text.ptr[at]);)
			at++;
		struct slice between = slice_range(text, gap, at);
		bool dashes = between.ptr[0] == '-';
		for (size_t i = 0; dashes && i < between.len; i++)
			dashes = between.ptr[i] == '-';
		if (!dashes && !slice_eq(between, S(".")) && !slice_eq(between, S("_")) &&
		    !slice_eq(between, S("__")))
			return false;
	}
	return false;
}

static bool is_repository(struct slice text)
{
	struct slice component;
	bool more;
	do {
		more = slice_cut(&text, '/', &component);
		if (!is_component(component))
			return false;
	} while (more);
	return true;
}

static bool is_tag(struct slice text)
{
	if (text.len == 0 || text.len > REFERENCE_TAG_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!is_alnum(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return true;
}

static bool is_host_byte(char c)
{
	return is_alnum(c) || c == '-' || c == '.';
}

static bool is_address_byte(char c)
{
	return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f') || c == ':' ||
	       c == '.';
}

// Is it some bytes, all of one class?
static bool is_made_of(struct slice text, bool (*is_fit)(char c))
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_fit(text.ptr[i]))
			return false;
	return text.len > 0;
}

// Is it letters, digits, dots and dashes, or an IPv6 address in brackets, with or without
// a port?
static bool is_host(struct slice text)
{
	struct slice name = text;
	size_t end = text.len && text.ptr[0] == '[' ? slice_find_byte(text, ']') : 0;
	if (end == SLICE_NONE)
		return false;
	size_t colon = slice_find_byte(slice_skip(text, end), ':');
	uint64_t port;
	if (colon != SLICE_NONE) {
		name = slice_range(text, 0, end + colon);
		if (!slice_parse_u64(slice_skip(text, end + colon + 1), 65535, &port))
			return false;
	}
	if (end)
		return name.len == end + 1 &&
		       is_made_of(slice_range(name, 1, end), is_address_byte);
	return is_made_of(name, is_host_byte);
}

static bool looks_like_host(struct slice text)
{
	return slice_find_byte(text, '.') != SLICE_NONE ||
	       slice_find_byte(text, ':') != SLICE_NONE || slice_eq(text, S("localhost"));
}

static int refuse(struct slice text, const char *part, const char *expected,
		  struct error *err)
{
	error_set(err, ERROR_USAGE, "'%.*s' names no image: its %s is wrong",
		  SLICE_ARG(text), part);
	error_hint(err, "%s", expected);
	return -1;
}

static int take_digest(struct slice text, struct slice *rest, struct slice *ret_digest,
		       struct error *err)
{
	struct sha256 ignored;
	size_t at = slice_find_byte(*rest, '@');
	*ret_digest = S("");
	if (at == SLICE_NONE)
		return 0;
	struct slice digest = slice_skip(*rest, at + 1);
	if (!slice_starts_with(digest, S("sha256:")) ||
	    !sha256_parse_hex(slice_skip(digest, 7), &ignored))
		return refuse(text, "digest", "expected '@sha256:' and 64 hex digits",
			      err);
	*ret_digest = slice_skip(digest, 7);
	rest->len = at;
	return 0;
}

static int take_tag(struct slice text, struct slice *rest, struct slice *ret_tag,
		    struct error *err)
{
	size_t slash = slice_find_last_byte(*rest, '/');
	size_t from = slash == SLICE_NONE ? 0 : slash + 1;
	size_t colon = slice_find_byte(slice_skip(*rest, from), ':');
	if (colon == SLICE_NONE)
		return 0;
	*ret_tag = slice_skip(*rest, from + colon + 1);
	rest->len = from + colon;
	if (!is_tag(*ret_tag))
		return refuse(text, "tag",
			      "expected up to 128 letters, digits, '_', '.' and '-'",
			      err);
	return 0;
}

int reference_parse(struct slice text, struct arena *arena,
		    struct reference *ret_reference, struct error *err)
{
	struct reference reference = { .host = S(DOCKER_HUB), .tag = S("") };
	struct slice rest = text, host;
	if (take_digest(text, &rest, &reference.digest, err) < 0 ||
	    take_tag(text, &rest, &reference.tag, err) < 0)
		return -1;
	if (reference.tag.len == 0 && reference.digest.len == 0)
		reference.tag = S("latest");
	reference.repository = rest;
	if (slice_cut(&rest, '/', &host) && looks_like_host(host)) {
		if (!is_host(host))
			return refuse(text, "host", "expected HOST or HOST:PORT", err);
		reference.host = host;
		reference.repository = rest;
	}
	bool is_fit = is_repository(reference.repository);
	if (slice_eq(reference.host, S(DOCKER_HUB)) &&
	    slice_find_byte(reference.repository, '/') == SLICE_NONE)
		reference.repository = arena_printf(arena, "library/%.*s",
						    SLICE_ARG(reference.repository));
	if (!is_fit ||
	    reference.host.len + 1 + reference.repository.len > REFERENCE_NAME_MAX)
		return refuse(
			text, "repository",
			"expected lower-case letters and digits, with '.', '_' and '-' between",
			err);
	*ret_reference = reference;
	return 0;
}

struct slice reference_text(const struct reference *reference, struct arena *arena)
{
	struct buf out = { .arena = arena };
	buf_printf(&out, "%.*s/%.*s", SLICE_ARG(reference->host),
		   SLICE_ARG(reference->repository));
	if (reference->tag.len)
		buf_printf(&out, ":%.*s", SLICE_ARG(reference->tag));
	if (reference->digest.len)
		buf_printf(&out, "@sha256:%.*s", SLICE_ARG(reference->digest));
	return buf_slice(&out);
}

static bool is_loopback(struct slice host)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice name;
	unsigned port;
	return url_host(arena_printf(&scratch, "http://%.*s", SLICE_ARG(host)), &name,
			&port) &&
	       host_is_loopback(name);
}

struct slice reference_api(const struct reference *reference, bool plain,
			   struct arena *arena)
{
	struct slice host = slice_eq(reference->host, S(DOCKER_HUB)) ? S(DOCKER_HUB_API)
								     : reference->host;
	return arena_printf(arena, "%s://%.*s/v2/%.*s",
			    plain || is_loopback(host) ? "http" : "https",
			    SLICE_ARG(host), SLICE_ARG(reference->repository));
}

struct slice reference_login_key(const struct reference *reference)
{
	return slice_eq(reference->host, S(DOCKER_HUB)) ? S(DOCKER_HUB_LOGIN)
							: reference->host;
}
