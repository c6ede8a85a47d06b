// SPDX-License-Identifier: MIT
// Where this user's own files are.
#include "cli/cli.h"

#include <pwd.h>
#include <unistd.h>

const char *user_home(struct cli *cli)
{
	const char *home = setting("HOME");
	const struct passwd *user = home && *home == '/' ? NULL : getpwuid(geteuid());
	if (home && *home == '/')
		return home;
	if (!user || !user->pw_dir || user->pw_dir[0] != '/')
		return NULL;
	return arena_c_string(&cli->arena, slice_from(user->pw_dir));
}
