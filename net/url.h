// SPDX-License-Identifier: MIT
// URLs as slices (RFC 3986): their parts, and which of these may be shown, stored, or
// sent where (idx.3).
//
//	https://user:secret@host:8443/simple/numpy/?q=1#frag
//	scheme  userinfo    host port path          query frag      origin is https://host:8443
#pragma once

#include "base/arena.h"

// All parts borrow from the parsed text. A part that is there but empty has len 0 and
// has_* set.
struct url {
	struct slice scheme; // "" in a relative reference
	bool has_authority;
	struct slice authority; // userinfo included
	struct slice userinfo;  // without '@'
	struct slice host_port; // "host:8443"
	struct slice path;
	bool has_query, has_fragment;
	struct slice query, fragment;
};

// Any text is a reference, so this cannot fail.
void url_parse(struct slice text, struct url *ret_url);
struct slice url_without_fragment(struct slice text); // borrows
// The url without userinfo, for messages and locks.
struct slice url_redact(struct arena *arena, struct slice url);
// Resolves a relative reference (691.2).
struct slice url_resolve(struct arena *arena, struct slice base, struct slice reference);
// The last component of the path, percent-decoded (751.7).
struct slice url_file_name(struct arena *arena, struct slice url);

// Host and port of an http or https URL, default ports filled in; an IPv6 address has its
// brackets. False for other schemes, and for a host that readers of URLs do not agree on:
// it has letters, digits, '-', '_' and '.' alone, no '-' first, or is an address in brackets.
// Nothing is sent to any other.
bool url_host(struct slice text, struct slice *ret_host, unsigned *ret_port);
// Do both have the same scheme, host and port, whatever the case of letters, default
// ports filled in? Credentials for one may be sent to the other then. False where url_host is.
bool url_same_origin(struct slice a, struct slice b);
// Is the host this machine itself: localhost, 127.0.0.0/8 in four decimal numbers, [::1]?
bool host_is_loopback(struct slice host);
// Is the URL's host, or its host and port, among the words: "host", "host:port", "[::1]",
// perhaps with a scheme before it, as uv has it?
bool url_is_on(struct slice text, const struct slice *hosts, size_t len);
// Can nobody on the way read what is sent there: is it https, or http on this machine? Only
// such a URL gets a password.
bool url_is_private(struct slice text);
// The url with this user and password, each "" for none, unless it has a password itself or
// another user.
struct slice url_with_login(struct arena *arena, struct slice url, struct slice user,
			    struct slice password);
struct slice url_with_userinfo(struct arena *arena, struct slice text,
			       struct slice userinfo);

bool url_is_file(struct slice text); // file://
// The local path of a file:// URL with an empty host or "localhost", percent-decoded,
// NUL-terminated. False where it is no such URL or its path holds a NUL.
bool url_file_path(struct arena *arena, struct slice text, const char **ret_path);
// Makes a URL "file:///…", percent-encoded.
struct slice url_from_path(struct arena *arena, const char *absolute_path);

// Escapes blanks, control bytes and what is not ASCII, as HTTP wants it; the rest stays.
struct slice url_escape_unsafe(struct arena *arena, struct slice text);
// Escapes all but letters, digits and "-._~": for a user or a password in a URL.
struct slice url_escape_component(struct arena *arena, struct slice text);
