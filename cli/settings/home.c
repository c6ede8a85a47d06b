// SPDX-License-Identifier: MIT
// $HOME, or the list of users.
#include "cli/settings/home.h"

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
