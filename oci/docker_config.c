// SPDX-License-Identifier: MIT
// Reads the files of container engines, and what the programs that they name print.
#include "oci/docker_config.h"

#include "base/base64.h"

#include <jansson.h>

struct search {
	struct arena *arena;
	struct slice key, repository;
};

static struct slice member(struct arena *arena, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	struct slice text = { json_string_value(value), json_string_length(value) };
	return text.ptr ? arena_dup(arena, text) : S("");
}

// --- programs ----------------------------------------------------------------------------

// A name from a file becomes part of a program's name: no path.
static bool is_plain_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_alnum(name.ptr[i]) && name.ptr[i] != '-' && name.ptr[i] != '_' &&
		    name.ptr[i] != '.')
			return false;
	return name.len > 0;
}

// The one for this registry, else the one for all.
static struct slice helper_of(const struct search *search, const json_t *root)
{
	const char *key = arena_c_string(search->arena, search->key);
	struct slice name =
		member(search->arena, json_object_get(root, "credHelpers"), key);
	if (name.len == 0)
		name = member(search->arena, root, "credsStore");
	return is_plain_name(name) ? name : S("");
}

bool docker_config_read_helper(struct slice output, struct arena *arena,
			       struct registry_login *ret_login)
{
	json_t *root = json_loadb(output.ptr, output.len, 0, NULL);
	struct registry_login login = { .user = member(arena, root, "Username"),
					.secret = member(arena, root, "Secret") };
	json_decref(root);
	login.is_identity_token = slice_eq(login.user, S("<token>"));
	if (login.secret.len == 0)
		return false;
	*ret_login = login;
	return true;
}

// --- passwords that stand in the file ----------------------------------------------------

static bool read_auth(const struct search *search, const json_t *auth,
		      struct registry_login *ret_login)
{
	struct slice token = member(search->arena, auth, "identitytoken"), coded, plain,
		     user;
	if (token.len) {
		*ret_login = (struct registry_login){ .secret = token,
						      .is_identity_token = true };
		return true;
	}
	coded = member(search->arena, auth, "auth");
	if (coded.len == 0 ||
	    !base64_decode(search->arena, coded, BASE64_STANDARD, &plain) ||
	    !slice_cut(&plain, ':', &user))
		return false;
	while (slice_ends_with(plain, S("\0")))
		plain.len--; // old clients padded so
	*ret_login = (struct registry_login){ .user = user, .secret = plain };
	return true;
}

// "https://host/v1/" as old clients wrote keys, but for Docker's own.
static struct slice bare_key(struct slice key)
{
	const struct slice schemes[] = { S("https://"), S("http://") };
	struct slice host;
	for (size_t i = 0; i < 2; i++) {
		if (!slice_starts_with(key, schemes[i]))
			continue;
		key = slice_skip(key, schemes[i].len);
		slice_cut(&key, '/', &host);
		return host;
	}
	return key;
}

// How well a key of the file fits: 0 not at all; podman's may name a path, and the longest
// counts.
static size_t fit(const struct search *search, struct slice key)
{
	struct slice whole =
		arena_printf(search->arena, "%.*s/%.*s", SLICE_ARG(search->key),
			     SLICE_ARG(search->repository));
	if (slice_eq(key, search->key))
		return key.len;
	if (slice_starts_with(whole, key) &&
	    (key.len == whole.len || whole.ptr[key.len] == '/'))
		return key.len;
	if (slice_eq(search->key, S("https://index.docker.io/v1/")))
		return slice_eq(key, S("docker.io")) ? 1 : 0; // as podman writes it
	return slice_eq(bare_key(key), search->key) ? 1 : 0;
}

static bool find_auth(const struct search *search, json_t *auths,
		      struct registry_login *ret_login)
{
	const char *key;
	json_t *auth, *best = NULL;
	size_t best_fit = 0;
	json_object_foreach(auths, key, auth)
	{
		size_t found = fit(search, slice_from(key));
		if (found > best_fit) {
			best_fit = found;
			best = auth;
		}
	}
	return best && read_auth(search, best, ret_login);
}

int docker_config_read(struct slice text, struct slice key, struct slice repository,
		       struct arena *arena, struct docker_config_entry *ret_entry,
		       struct error *err)
{
	const struct search search = { arena, key, repository };
	struct docker_config_entry entry = { .helper = S("") };
	json_error_t why;
	json_t *root = json_loadb(text.ptr, text.len, 0, &why);
	if (!root)
		return error_set(err, ERROR_INPUT, "line %d is no JSON", why.line);
	entry.helper = helper_of(&search, root);
	entry.has_login =
		find_auth(&search, json_object_get(root, "auths"), &entry.login);
	json_decref(root);
	*ret_entry = entry;
	return 0;
}
