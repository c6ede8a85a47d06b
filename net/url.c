// SPDX-License-Identifier: MIT
// Takes URLs apart, resolves references (RFC 3986, 5.2) and keeps credentials out of
// sight.
#include "net/url.h"

#include "base/text.h"
#include "net/transfer.h"

#include <string.h>

// The length of a scheme before ":": a letter, then letters, digits, '+', '-' and '.'.
static size_t scheme_len(struct slice text)
{
	size_t i = 0;
	while (i < text.len &&
	       (is_alnum(text.ptr[i]) || (i > 0 && memchr("+-.", text.ptr[i], 3))))
		i++;
	return i > 0 && i < text.len && text.ptr[i] == ':' && is_alpha(text.ptr[0]) ? i
										    : 0;
}

static size_t authority_end(struct slice rest)
{
	size_t end = 0;
	while (end < rest.len && !memchr("/?#", rest.ptr[end], 3))
		end++;
	return end;
}

static void parse_authority(struct slice *rest, struct url *url)
{
	*rest = slice_skip(*rest, 2);
	url->has_authority = true;
	url->authority = slice_range(*rest, 0, authority_end(*rest));
	*rest = slice_skip(*rest, url->authority.len);
	size_t at = slice_find_last_byte(url->authority, '@');
	url->userinfo = at == SLICE_NONE ? S("") : slice_range(url->authority, 0, at);
	url->host_port =
		at == SLICE_NONE ? url->authority : slice_skip(url->authority, at + 1);
}

void url_parse(struct slice text, struct url *ret_url)
{
	struct url url = { 0 };
	struct slice rest = text, head;
	size_t len = scheme_len(text);
	if (len > 0) {
		url.scheme = slice_range(rest, 0, len);
		rest = slice_skip(rest, len + 1);
	}
	if (slice_starts_with(rest, S("//")))
		parse_authority(&rest, &url);
	if (slice_cut(&rest, '#', &head)) {
		url.has_fragment = true;
		url.fragment = rest;
	}
	rest = head;
	if (slice_cut(&rest, '?', &head)) {
		url.has_query = true;
		url.query = rest;
	}
	url.path = head;
	*ret_url = url;
}

struct slice url_without_fragment(struct slice text)
{
	size_t at = slice_find_byte(text, '#');
	return at == SLICE_NONE ? text : slice_range(text, 0, at);
}

// --- hosts ---------------------------------------------------------------------------

static bool is_name_byte(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

static bool is_plain_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_byte(name.ptr[i]))
			return false;
	return name.len > 0 && name.ptr[0] != '-' && name.ptr[0] != '.';
}

// "[::1]"; one with a zone is left out, since its '%' is read in two ways.
static bool is_plain_address(struct slice name)
{
	bool closed = slice_ends_with(name, S("]"));
	for (size_t i = 1; closed && i + 1 < name.len; i++)
		if (hex_value(name.ptr[i]) < 0 && name.ptr[i] != ':' &&
		    name.ptr[i] != '.')
			return false;
	return closed && name.len > 2;
}

static bool is_plain_host(struct slice host)
{
	return slice_starts_with(host, S("[")) ? is_plain_address(host)
					       : is_plain_name(host);
}

// An empty port is the default one (RFC 3986, 6.2.3).
static bool split_port(struct slice host_port, unsigned otherwise, struct slice *ret_host,
		       unsigned *ret_port)
{
	bool in_brackets = slice_starts_with(host_port, S("["));
	size_t end = slice_find_byte(host_port, in_brackets ? ']' : ':');
	if (in_brackets && end != SLICE_NONE)
		end++;
	uint64_t port = otherwise;
	struct slice host = slice_range(host_port, 0, end);
	struct slice rest = slice_skip(host_port, host.len);
	if (!is_plain_host(host) || (rest.len && rest.ptr[0] != ':') ||
	    (rest.len > 1 &&
	     (!slice_parse_u64(slice_skip(rest, 1), 65535, &port) || port == 0)))
		return false;
	*ret_host = host;
	*ret_port = (unsigned)port;
	return true;
}

static bool is_https(const struct url *url)
{
	return slice_eq_ignore_case(url->scheme, S("https"));
}

bool url_host(struct slice text, struct slice *ret_host, unsigned *ret_port)
{
	enum { HTTP_PORT = 80, HTTPS_PORT = 443 };
	struct url url;
	url_parse(text, &url);
	if (!is_https(&url) && !slice_eq_ignore_case(url.scheme, S("http")))
		return false;
	return split_port(url.host_port, is_https(&url) ? HTTPS_PORT : HTTP_PORT,
			  ret_host, ret_port);
}

bool url_same_origin(struct slice a, struct slice b)
{
	struct url left, right;
	struct slice left_host, right_host;
	unsigned left_port, right_port;
	url_parse(a, &left);
	url_parse(b, &right);
	return url_host(a, &left_host, &left_port) &&
	       url_host(b, &right_host, &right_port) && left_port == right_port &&
	       is_https(&left) == is_https(&right) &&
	       slice_eq_ignore_case(left_host, right_host);
}

// "127.0.0.1", and not "127.1", "0177.0.0.1" or "127.example.org", which are read in
// several ways.
static bool is_loopback_address(struct slice host)
{
	enum { PARTS = 4, BYTE_MAX = 255 };
	struct slice part;
	bool more = true;
	for (unsigned i = 0; i < PARTS; i++) {
		uint64_t byte;
		more = slice_cut(&host, '.', &part);
		if (!slice_parse_u64(part, BYTE_MAX, &byte) || part.len > 3 ||
		    (part.len > 1 && part.ptr[0] == '0') || (i == 0 && byte != 127) ||
		    more != (i + 1 < PARTS))
			return false;
	}
	return true;
}

bool host_is_loopback(struct slice host)
{
	return slice_eq_ignore_case(host, S("localhost")) || slice_eq(host, S("[::1]")) ||
	       is_loopback_address(host);
}

static bool is_for(struct slice word, struct slice host, unsigned port)
{
	struct url parts;
	struct slice name;
	unsigned own_port = 0;
	url_parse(word, &parts);
	if (!split_port(parts.has_authority ? parts.host_port : word, 0, &name,
			&own_port))
		return false;
	return slice_eq_ignore_case(name, host) && (own_port == 0 || own_port == port);
}

bool url_is_on(struct slice text, const struct slice *hosts, size_t len)
{
	struct slice host;
	unsigned port;
	if (!url_host(text, &host, &port))
		return false;
	for (size_t i = 0; i < len; i++)
		if (is_for(hosts[i], host, port))
			return true;
	return false;
}

bool url_is_private(struct slice text)
{
	struct url url;
	struct slice host;
	unsigned port;
	url_parse(text, &url);
	return url_host(text, &host, &port) && (is_https(&url) || host_is_loopback(host));
}

// The text with `userinfo` (and '@', unless that is empty) in the place of its own.
static struct slice replace_userinfo(struct arena *arena, struct slice text,
				     const struct url *url, struct slice userinfo)
{
	size_t before = (size_t)(url->authority.ptr - text.ptr);
	struct slice rest =
		slice_skip(text, before + url->authority.len - url->host_port.len);
	return arena_printf(arena, "%.*s%.*s%s%.*s",
			    SLICE_ARG(slice_range(text, 0, before)), SLICE_ARG(userinfo),
			    userinfo.len ? "@" : "", SLICE_ARG(rest));
}

struct slice url_with_userinfo(struct arena *arena, struct slice text,
			       struct slice userinfo)
{
	struct url url;
	url_parse(text, &url);
	return url.has_authority ? replace_userinfo(arena, text, &url, userinfo) : text;
}

struct slice url_with_login(struct arena *arena, struct slice url, struct slice user,
			    struct slice password)
{
	struct url parts;
	url_parse(url, &parts);
	bool has_password = slice_find_byte(parts.userinfo, ':') != SLICE_NONE;
	if (!parts.has_authority || has_password || (user.len == 0 && password.len == 0))
		return url;
	struct slice own = percent_decode(arena, parts.userinfo);
	if (own.len && user.len && !slice_eq(own, user))
		return url;
	struct slice who = own.len ? parts.userinfo : url_escape_component(arena, user);
	struct slice secret = url_escape_component(arena, password);
	struct slice userinfo = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(who),
					     password.len ? ":" : "", SLICE_ARG(secret));
	return url_with_userinfo(arena, url, userinfo);
}

struct slice url_redact(struct arena *arena, struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	if (!parts.has_authority || parts.authority.len == parts.host_port.len)
		return url;
	return replace_userinfo(arena, url, &parts, S(""));
}

// --- resolving references ------------------------------------------------------------

static void drop_last_segment(struct buf *out, size_t floor)
{
	while (out->len > floor && out->ptr[out->len - 1] != '/')
		out->len--;
	if (out->len > floor)
		out->len--;
}

// Removes dots as RFC 3986, 5.2.4 says, segment by segment: "." vanishes, and ".." takes
// the segment before it along.
static void append_without_dots(struct buf *out, struct slice path)
{
	size_t floor = out->len;
	bool more = path.len > 0;
	bool rooted = more && path.ptr[0] == '/';
	if (rooted)
		path = slice_skip(path, 1);
	bool first = !rooted;
	while (more) {
		struct slice segment;
		more = slice_cut(&path, '/', &segment);
		bool up = slice_eq(segment, S("..")), here = slice_eq(segment, S("."));
		if (up)
			drop_last_segment(out, floor);
		// A final "." or ".." names a directory, so the slash before it stays.
		if ((up || here) && more)
			continue;
		if (!first)
			buf_byte(out, '/');
		first = false;
		if (!up && !here)
			buf_append(out, segment);
	}
}

static struct slice merged_path(struct arena *arena, const struct url *base,
				struct slice path)
{
	size_t slash = slice_find_last_byte(base->path, '/');
	if (base->has_authority && base->path.len == 0)
		return arena_printf(arena, "/%.*s", SLICE_ARG(path));
	struct slice directory =
		slash == SLICE_NONE ? S("") : slice_range(base->path, 0, slash + 1);
	return arena_printf(arena, "%.*s%.*s", SLICE_ARG(directory), SLICE_ARG(path));
}

static void append_authority(struct buf *out, const struct url *url)
{
	if (!url->has_authority)
		return;
	buf_append(out, S("//"));
	buf_append(out, url->authority);
}

static void append_query(struct buf *out, const struct url *url)
{
	if (!url->has_query)
		return;
	buf_byte(out, '?');
	buf_append(out, url->query);
}

static void append_target(struct arena *arena, struct buf *out, const struct url *base,
			  const struct url *ref)
{
	if (ref->has_authority) {
		append_authority(out, ref);
		append_without_dots(out, ref->path);
		append_query(out, ref);
		return;
	}
	append_authority(out, base);
	if (ref->path.len == 0) {
		buf_append(out, base->path);
		append_query(out, ref->has_query ? ref : base);
		return;
	}
	struct slice path =
		ref->path.ptr[0] == '/' ? ref->path : merged_path(arena, base, ref->path);
	append_without_dots(out, path);
	append_query(out, ref);
}

struct slice url_resolve(struct arena *arena, struct slice base, struct slice reference)
{
	struct url from, ref;
	url_parse(reference, &ref);
	if (ref.scheme.len)
		return reference;
	url_parse(base, &from);
	struct buf out = { .arena = arena };
	if (from.scheme.len) {
		buf_append(&out, from.scheme);
		buf_byte(&out, ':');
	}
	append_target(arena, &out, &from, &ref);
	if (ref.has_fragment) {
		buf_byte(&out, '#');
		buf_append(&out, ref.fragment);
	}
	return buf_slice(&out);
}

// --- names and paths -----------------------------------------------------------------

struct slice url_file_name(struct arena *arena, struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	size_t slash = slice_find_last_byte(parts.path, '/');
	return percent_decode(arena, slash == SLICE_NONE
					     ? parts.path
					     : slice_skip(parts.path, slash + 1));
}

bool url_is_file(struct slice text)
{
	return text.len >= 7 &&
	       slice_eq_ignore_case(slice_range(text, 0, 7), S("file://"));
}

bool url_file_path(struct arena *arena, struct slice text, const char **ret_path)
{
	struct url url;
	url_parse(text, &url);
	bool local = url.host_port.len == 0 ||
		     slice_eq_ignore_case(url.host_port, S("localhost"));
	struct slice path = percent_decode(arena, url.path);
	if (!url_is_file(text) || !local || path.len == 0 ||
	    slice_find_byte(path, '\0') != SLICE_NONE)
		return false;
	*ret_path = arena_c_string(arena, path);
	return true;
}

static void append_escape(struct buf *out, char byte)
{
	static const char digits[] = "0123456789ABCDEF";
	buf_byte(out, '%');
	buf_byte(out, digits[(unsigned char)byte >> 4]);
	buf_byte(out, digits[(unsigned char)byte & 15]);
}

struct slice url_from_path(struct arena *arena, const char *absolute_path)
{
	struct buf out = { .arena = arena };
	buf_append(&out, S("file://"));
	for (const char *p = absolute_path; *p; p++) {
		if (is_alnum(*p) || strchr("/-._~!+@=,:", *p))
			buf_byte(&out, *p);
		else
			append_escape(&out, *p);
	}
	return buf_slice(&out);
}

struct slice url_escape_unsafe(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] > ' ' && text.ptr[i] < 0x7f)
			buf_byte(&out, text.ptr[i]);
		else
			append_escape(&out, text.ptr[i]);
	}
	return buf_slice(&out);
}

struct slice url_escape_component(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < text.len; i++) {
		if (is_alnum(text.ptr[i]) || memchr("-._~", text.ptr[i], 4))
			buf_byte(&out, text.ptr[i]);
		else
			append_escape(&out, text.ptr[i]);
	}
	return buf_slice(&out);
}
