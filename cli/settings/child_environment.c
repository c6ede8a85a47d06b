// SPDX-License-Identifier: MIT
// Chooses from the environment: all else of it stays outside.
#include "cli/settings/child_environment.h"

#include "base/program.h"
#include "cli/settings/home.h"
#include "settings/trust.h"

static const char *const git_names[] = {
	"PATH",       "HOME",        "USER",        "SSH_AUTH_SOCK",
	"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
	"ALL_PROXY",  "no_proxy",    "NO_PROXY",    "TMPDIR",
};

// As git names it, and as others do.
static const char *const git_renamed[][2] = {
	{ "GIT_SSL_CAINFO", "PINBAKE_CERT" },
	{ "GIT_SSL_CAINFO", "SSL_CERT_FILE" },
	{ "GIT_SSL_CAPATH", "SSL_CERT_DIR" },
};

// What docker and podman find their daemon, their store and their certificates by.
static const char *const engine_names[] = {
	"PATH",
	"HOME",
	"USER",
	"XDG_RUNTIME_DIR",
	"XDG_CONFIG_HOME",
	"XDG_DATA_HOME",
	"TMPDIR",
	"DOCKER_HOST",
	"DOCKER_CONFIG",
	"DOCKER_CONTEXT",
	"DOCKER_TLS_VERIFY",
	"DOCKER_CERT_PATH",
	"CONTAINER_HOST",
	"CONTAINERS_CONF",
	"CONTAINERS_STORAGE_CONF",
	"http_proxy",
	"https_proxy",
	"no_proxy",
};

struct environment {
	const char **items;
	size_t len, cap;
};

static void add(struct cli *cli, const char *name, const char *variable,
		struct environment *environment)
{
	const char *value = setting(variable);
	if (value)
		*array_push(&cli->arena, environment) =
			arena_printf(&cli->arena, "%s=%s", name, value).ptr;
}

const char *const *git_environment(struct cli *cli)
{
	struct environment environment = { 0 };
	for (size_t i = 0; i < sizeof(git_names) / sizeof(*git_names); i++)
		add(cli, git_names[i], git_names[i], &environment);
	for (size_t i = 0; i < sizeof(git_renamed) / sizeof(*git_renamed); i++)
		add(cli, git_renamed[i][0], git_renamed[i][1], &environment);
	*array_push(&cli->arena, &environment) = NULL;
	return environment.items;
}

const char *const *engine_environment(struct cli *cli)
{
	struct environment environment = { 0 };
	for (size_t i = 0; i < sizeof(engine_names) / sizeof(*engine_names); i++)
		add(cli, engine_names[i], engine_names[i], &environment);
	*array_push(&cli->arena, &environment) = NULL;
	return environment.items;
}

const char *const *search_path(struct cli *cli)
{
	return program_folders(&cli->arena, slice_from(setting("PATH")));
}

// Of a home that is the checkout itself it would be the checkout's programs.
const char *const *python_folders(struct cli *cli)
{
	struct environment folders = { 0 };
	const char *root = setting("PYENV_ROOT"), *home = user_home(cli);
	const char *versions = root   ? path_join(&cli->arena, root, S("versions"))
			       : home ? path_join(&cli->arena, home, S(".pyenv/versions"))
				      : NULL;
	if (versions && *versions == '/' && !trust_may_be_brought(versions))
		*array_push(&cli->arena, &folders) = versions;
	*array_push(&cli->arena, &folders) = NULL;
	return folders.items;
}
