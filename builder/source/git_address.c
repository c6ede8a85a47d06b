// SPDX-License-Identifier: MIT
// Reads "git+https://host/a.git@main#subdirectory=x", and refuses what could be more than
// an address: git takes options and commands in places where URLs stand.
#include "builder/source/source.h"

#include "base/text.h"
#include "net/url.h"

// --- what it is ------------------------------------------------------------------------

static struct slice scheme_of(struct slice location)
{
	struct slice rest = location, scheme;
	return slice_cut(&rest, ':', &scheme) ? scheme : S("");
}

static bool is_one_of(struct slice text, const char *const *words, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (slice_eq_ignore_case(text, slice_from(words[i])))
			return true;
	return false;
}

bool is_vcs_address(struct slice location)
{
	static const char *const systems[] = { "git", "hg", "svn", "bzr", "ssh", "sftp" };
	struct slice scheme = scheme_of(location), system;
	slice_cut(&scheme, '+', &system);
	return is_one_of(system, systems, sizeof(systems) / sizeof(*systems));
}

static int check_scheme(struct slice scheme, struct error *err)
{
	static const char *const supported[] = { "git+https", "git+ssh", "git+http",
						 "git+file" };
	if (is_one_of(scheme, supported, sizeof(supported) / sizeof(*supported)))
		return 0;
	error_set(err, ERROR_INPUT, "'%.*s' is no address that can be locked",
		  SLICE_ARG(scheme));
	return error_hint(
		err,
		"of version control it is git alone: git+https://, git+ssh://, git+file://");
}

// --- what it must not hold -------------------------------------------------------------

static bool is_plain(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f)
			return false;
	return true;
}

// "git@host:folder/name" is no URL, though it is often written behind "ssh://".
static bool has_good_port(struct slice host_port)
{
	struct slice port =
		slice_skip(host_port, slice_find_last_byte(host_port, ':') + 1);
	if (slice_find_byte(host_port, ':') == SLICE_NONE ||
	    slice_ends_with(host_port, S("]")))
		return true;
	for (size_t i = 0; i < port.len; i++)
		if (!is_digit(port.ptr[i]))
			return false;
	return true;
}

static int check_host(const struct url *url, bool is_file, struct error *err)
{
	if (slice_starts_with(url->authority, S("-")) ||
	    slice_starts_with(url->host_port, S("-")))
		return error_set(err, ERROR_INPUT,
				 "a host or user that begins with '-' is refused");
	if (!slice_starts_with(url->path, S("/")) || !has_good_port(url->host_port)) {
		error_set(err, ERROR_INPUT, "the address has no path of a repository");
		return error_hint(err, "expected git+ssh://git@host/folder/name.git");
	}
	if (is_file && url->host_port.len &&
	    !slice_eq_ignore_case(url->host_port, S("localhost")))
		return error_set(err, ERROR_INPUT,
				 "'%.*s' is not this machine: git+file:// takes an "
				 "absolute path",
				 SLICE_ARG(url->host_port));
	if (!is_file && url->host_port.len == 0)
		return error_set(err, ERROR_INPUT, "the address names no host");
	return 0;
}

// What git check-ref-format allows, less what rev-parse would compute: "main~2", "@{1}".
static bool is_revision(struct slice text)
{
	static const char refused[] = "\\^:~?*[";
	if (slice_starts_with(text, S("-")) || slice_starts_with(text, S("/")) ||
	    slice_ends_with(text, S("/")) || slice_contains(text, S("..")) ||
	    slice_contains(text, S("@{")) || slice_contains(text, S("//")))
		return false;
	for (size_t i = 0; i < sizeof(refused) - 1; i++)
		if (slice_find_byte(text, refused[i]) != SLICE_NONE)
			return false;
	return true;
}

static bool is_subdirectory(struct slice text)
{
	return is_plain(text) && path_stays_below(text) &&
	       !slice_starts_with(text, S("-")) &&
	       slice_find_byte(text, '\\') == SLICE_NONE;
}

// --- its parts -------------------------------------------------------------------------

static struct slice subdirectory_of(struct arena *arena, struct slice location)
{
	struct slice below =
		percent_decode(arena, url_fragment(location, S("subdirectory")));
	while (slice_ends_with(below, S("/")))
		below.len--;
	return slice_eq(below, S(".")) ? S("") : below;
}

// The revision stands in the path: an '@' before the path belongs to the user.
static struct slice revision_of(struct slice *path)
{
	size_t at = slice_find_last_byte(*path, '@');
	if (at == SLICE_NONE)
		return S("");
	struct slice revision = slice_skip(*path, at + 1);
	*path = slice_range(*path, 0, at);
	return revision;
}

// A user of ssh is part of the address, as PEP 610 has it; a password never is.
static struct slice user_of(const struct url *url, bool is_ssh)
{
	struct slice rest = url->userinfo, user;
	slice_cut(&rest, ':', &user);
	return is_ssh ? user : S("");
}

static struct slice joined(struct arena *arena, struct slice scheme, struct slice user,
			   const struct url *url, struct slice path)
{
	return arena_printf(arena, "%.*s://%.*s%s%.*s%.*s%s%.*s", SLICE_ARG(scheme),
			    SLICE_ARG(user), user.len ? "@" : "",
			    SLICE_ARG(url->host_port), SLICE_ARG(path),
			    url->has_query ? "?" : "", SLICE_ARG(url->query));
}

int git_address_parse(struct arena *arena, struct slice location,
		      struct git_address *ret_address, struct error *err)
{
	struct url url;
	struct git_address address;
	if (!is_plain(location))
		return error_set(err, ERROR_INPUT,
				 "an address holds no blanks or control characters");
	if (check_scheme(scheme_of(location), err) < 0)
		return -1;
	url_parse(slice_skip(location, S("git+").len), &url);
	bool is_file = slice_eq_ignore_case(url.scheme, S("file"));
	bool is_ssh = slice_eq_ignore_case(url.scheme, S("ssh"));
	struct slice path = url.path, user = user_of(&url, is_ssh);
	if (check_host(&url, is_file, err) < 0)
		return -1;
	address.revision = percent_decode(arena, revision_of(&path));
	address.subdirectory = subdirectory_of(arena, location);
	address.userinfo = is_ssh || is_file ? S("") : url.userinfo;
	address.url = joined(arena, url.scheme, user, &url, path);
	if (!is_plain(address.revision) || !is_revision(address.revision))
		return error_set(err, ERROR_INPUT, "'%.*s' is no branch, tag or commit",
				 SLICE_ARG(address.revision));
	if (!is_subdirectory(address.subdirectory))
		return error_set(err, ERROR_INPUT, "subdirectory '%.*s' is refused",
				 SLICE_ARG(address.subdirectory));
	*ret_address = address;
	return 0;
}
