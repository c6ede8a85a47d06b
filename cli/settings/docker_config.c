// SPDX-License-Identifier: MIT
// Reads the files of container engines, and asks the programs that they name.
#include "cli/settings/docker_config.h"

#include "base/base64.h"
#include "base/limits.h"
#include "cli/settings/program.h"

#include <string.h>

#define CONFIG_BYTES_MAX (1 * MIB)

struct search {
	struct cli *cli;
	struct arena *arena;
	struct slice key, repository;
};

static struct slice member(const struct search *search, const json_t *object,
			   const char *key)
{
	const json_t *value = json_object_get(object, key);
	struct slice text = { json_string_value(value), json_string_length(value) };
	return text.ptr ? arena_dup(search->arena, text) : S("");
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

static bool ask_helper(const struct search *search, struct slice name,
		       struct registry_login *ret_login)
{
	if (!is_plain_name(name))
		return false;
	struct slice program =
		arena_printf(search->arena, "docker-credential-%.*s", SLICE_ARG(name));
	const char *const argv[] = { program.ptr, "get", NULL };
	struct slice output;
	enum program_end end = program_ask(argv, search->key, search->arena, &output);
	if (end == PROGRAM_ABSENT)
		warn(search->cli,
		     "there is no program '%.*s' on PATH, which keeps logins",
		     SLICE_ARG(program));
	if (end != PROGRAM_DONE)
		return false; // it has none: "credentials not found in native keychain"
	json_t *root = json_loadb(output.ptr, output.len, 0, NULL);
	ret_login->user = member(search, root, "Username");
	ret_login->secret = member(search, root, "Secret");
	ret_login->is_identity_token = slice_eq(ret_login->user, S("<token>"));
	json_decref(root);
	return ret_login->secret.len > 0;
}

// --- passwords that stand in the file ----------------------------------------------------

static bool read_auth(const struct search *search, const json_t *auth,
		      struct registry_login *ret_login)
{
	struct slice token = member(search, auth, "identitytoken"), coded, plain, user;
	if (token.len) {
		*ret_login = (struct registry_login){ .secret = token,
						      .is_identity_token = true };
		return true;
	}
	coded = member(search, auth, "auth");
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

// --- files -------------------------------------------------------------------------------

static bool find_in_file(const struct search *search, const char *path,
			 struct registry_login *ret_login)
{
	struct error err = { 0 };
	struct slice text;
	json_error_t why;
	if (!file_exists(path))
		return false;
	if (file_read(path, CONFIG_BYTES_MAX, ERROR_INPUT, search->arena, &text, &err) <
	    0) {
		warn(search->cli, "logins in '%s' are not used: %s", path, err.cause);
		return false;
	}
	json_t *root = json_loadb(text.ptr, text.len, 0, &why);
	if (!root) {
		warn(search->cli, "logins in '%s' are not used: line %d: %s", path,
		     why.line, why.text);
		return false;
	}
	const char *key = arena_c_string(search->arena, search->key);
	struct slice helper = member(search, json_object_get(root, "credHelpers"), key);
	if (helper.len == 0)
		helper = member(search, root, "credsStore");
	bool found = (helper.len && ask_helper(search, helper, ret_login)) ||
		     find_auth(search, json_object_get(root, "auths"), ret_login);
	json_decref(root);
	return found;
}

bool docker_config_find_login(void *context, struct slice key, struct slice repository,
			      struct arena *arena, struct registry_login *ret_login)
{
	struct search search = { context, arena, key, repository };
	const char *named = setting("REGISTRY_AUTH_FILE"),
		   *docker = setting("DOCKER_CONFIG"), *home = setting("HOME"),
		   *runtime = setting("XDG_RUNTIME_DIR");
	if (!docker && home)
		docker = path_join(arena, home, S(".docker"));
	const char *const paths[] = {
		named,
		docker ? path_join(arena, docker, S("config.json")) : NULL,
		runtime ? path_join(arena, runtime, S("containers/auth.json")) : NULL,
	};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (paths[i] && find_in_file(&search, paths[i], ret_login))
			return true;
	return false;
}
