// SPDX-License-Identifier: MIT
// The lock that a command is about.
#include "cli/cli.h"

int read_lock(struct cli *cli, const char *path, struct loaded_lock *ret_loaded,
	      struct error *err)
{
	return lock_load(path, &cli->arena, ret_loaded, &cli->diagnostics, err);
}

int lock_argument(const struct text_list *arguments, size_t at, const char **ret_path,
		  struct error *err)
{
	if (arguments->len > at + 1)
		return error_set(err, ERROR_USAGE,
				 "one lock at a time, but %zu were named",
				 arguments->len - at);
	*ret_path = arguments->len > at ? arguments->items[at] : "pylock.toml";
	return 0;
}
