// SPDX-License-Identifier: MIT
// Finds the files of container engines, and asks the programs that they name.
#include "cli/settings/docker_config.h"

#include "base/limits.h"
#include "cli/settings/program.h"
#include "oci/docker_config.h"

#define CONFIG_BYTES_MAX (1 * MIB)

struct search {
	struct cli *cli;
	struct arena *arena;
	struct slice key, repository;
};

static bool ask_helper(const struct search *search, struct slice name,
		       struct registry_login *ret_login)
{
	struct slice program =
		arena_printf(search->arena, "docker-credential-%.*s", SLICE_ARG(name));
	const char *const argv[] = { program.ptr, "get", NULL };
	struct slice output;
	enum program_end end = program_ask(argv, search->key, search->arena, &output);
	if (end == PROGRAM_ABSENT)
		warn(search->cli,
		     "there is no program '%.*s' on PATH, which keeps logins",
		     SLICE_ARG(program));
	// Other ends: it has none, "credentials not found in native keychain".
	return end == PROGRAM_DONE &&
	       docker_config_read_helper(output, search->arena, ret_login);
}

static bool find_in_file(const struct search *search, const char *path,
			 struct registry_login *ret_login)
{
	struct error err = { 0 };
	struct docker_config_entry entry;
	struct slice text;
	if (!file_exists(path))
		return false;
	if (file_read(path, CONFIG_BYTES_MAX, ERROR_INPUT, search->arena, &text, &err) <
		    0 ||
	    docker_config_read(text, search->key, search->repository, search->arena,
			       &entry, &err) < 0) {
		warn(search->cli, "logins in '%s' are not used: %s", path, err.cause);
		return false;
	}
	if (entry.helper.len && ask_helper(search, entry.helper, ret_login))
		return true;
	if (entry.has_login)
		*ret_login = entry.login;
	return entry.has_login;
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
