// SPDX-License-Identifier: MIT
// Looks for git, and chooses its environment: where programs and keys are, proxies and
// certificates. All else of git's own variables stays outside.
#include "cli/lock/git_program.h"

#include "base/program.h"

static const char *const passed[] = {
	"PATH",       "HOME",        "USER",        "SSH_AUTH_SOCK",
	"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
	"ALL_PROXY",  "no_proxy",    "NO_PROXY",    "TMPDIR",
};

// As git names it, and as others do.
static const char *const renamed[][2] = {
	{ "GIT_SSL_CAINFO", "PINBAKE_CERT" },
	{ "GIT_SSL_CAINFO", "SSL_CERT_FILE" },
	{ "GIT_SSL_CAPATH", "SSL_CERT_DIR" },
};

enum {
	PASSED = sizeof(passed) / sizeof(*passed),
	RENAMED = sizeof(renamed) / sizeof(*renamed)
};

static const char *const *environment(struct cli *cli)
{
	const char **items =
		arena_new_array(&cli->arena, const char *, PASSED + RENAMED + 1);
	size_t len = 0;
	for (size_t i = 0; i < PASSED; i++)
		if (setting(passed[i]))
			items[len++] = arena_printf(&cli->arena, "%s=%s", passed[i],
						    setting(passed[i]))
					       .ptr;
	for (size_t i = 0; i < RENAMED; i++)
		if (setting(renamed[i][1]))
			items[len++] = arena_printf(&cli->arena, "%s=%s", renamed[i][0],
						    setting(renamed[i][1]))
					       .ptr;
	items[len] = NULL;
	return items;
}

struct git git_program(struct cli *cli)
{
	return (struct git){
		.program = program_find(&cli->arena, search_path(cli), S("git")),
		.environment = environment(cli),
		.cache_directory = cache_directory(cli),
		.offline = cli->common.offline,
		.work = &cli->progress,
	};
}
