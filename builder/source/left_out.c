// SPDX-License-Identifier: MIT
// Names of what is not the project's: made by tools, or private to who works on it.
#include "builder/source/left_out.h"

static bool is_named(struct slice name, const char *const *names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (slice_eq(name, slice_from(names[i])))
			return true;
	return false;
}

#define IS_NAMED(name, names) is_named(name, names, sizeof(names) / sizeof(*(names)))

static bool is_made_by_tools(struct slice name)
{
	static const char *const names[] = {
		"__pycache__", ".tox",     ".nox",      ".mypy_cache",  ".pytest_cache",
		".ruff_cache", ".pinbake", ".DS_Store", "node_modules",
	};
	return IS_NAMED(name, names) || slice_ends_with(name, S(".pyc")) ||
	       slice_ends_with(name, S(".egg-info"));
}

static bool is_of_the_checkout(struct slice name)
{
	static const char *const names[] = { ".git", ".hg", ".svn", ".bzr", ".venv" };
	return IS_NAMED(name, names);
}

// ".env" and ".env.production", but not what is there to be copied.
static bool is_dotenv(struct slice name)
{
	static const char *const samples[] = { ".env.example", ".env.sample",
					       ".env.template", ".env.dist",
					       ".env.defaults" };
	return slice_eq(name, S(".env")) || slice_eq(name, S(".envrc")) ||
	       (slice_starts_with(name, S(".env.")) && !IS_NAMED(name, samples));
}

static bool is_key(struct slice name)
{
	static const char *const ends[] = { ".p12", ".pfx", ".jks", ".keystore",
					    ".kdbx" };
	static const char *const names[] = {
		"id_rsa",     "id_dsa",      "id_ecdsa",
		"id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"
	};
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (slice_ends_with(name, slice_from(ends[i])))
			return true;
	return IS_NAMED(name, names);
}

static bool is_private(struct slice name)
{
	static const char *const names[] = {
		".netrc",
		"_netrc",
		".pypirc",
		".npmrc",
		".git-credentials",
		".htpasswd",
		".pgpass",
		".ssh",
		".aws",
		".azure",
		".gnupg",
		".kube",
		".docker",
		".direnv",
		".gcloud",
		".my.cnf",
		".vault-token",
		".terraform.d",
		".boto",
		".s3cfg",
		"secrets.toml",
		"credentials.json",
		"terraform.tfstate",
		".bash_history",
		".zsh_history",
		".python_history",
	};
	return IS_NAMED(name, names) || is_dotenv(name) || is_key(name);
}

bool is_never_built(struct slice name, enum left_out_kind *ret_kind)
{
	if (is_made_by_tools(name))
		*ret_kind = LEFT_OUT_MADE;
	else if (is_of_the_checkout(name))
		*ret_kind = LEFT_OUT_OF_CHECKOUT;
	else if (is_private(name))
		*ret_kind = LEFT_OUT_PRIVATE;
	else
		return false;
	return true;
}

// "-----BEGIN OPENSSH PRIVATE KEY-----": certificates may stand before it.
bool is_private_key(struct slice bytes)
{
	enum { LOOKED_AT = 64 * 1024 };
	struct slice start = slice_range(bytes, 0, LOOKED_AT);
	return slice_starts_with(slice_trim(start), S("-----BEGIN ")) &&
	       slice_contains(start, S("PRIVATE KEY-----"));
}
