// SPDX-License-Identifier: MIT
// Runs `keyring get` and reads one line from it.
#include "cli/settings/keyring.h"

#include "base/program.h"
#include "cli/settings/program.h"
#include "net/url.h"

#include <string.h>

int keyring_is_wanted(struct cli *cli, bool *ret_wanted, struct error *err)
{
	static const char *const providers[] = { "disabled", "subprocess" };
	size_t provider;
	const char *set = configured_setting("KEYRING_PROVIDER");
	*ret_wanted = false;
	if (option_choice("keyring-provider", cli->common.keyring_provider, providers, 2,
			  &provider, err) < 0)
		return -1;
	*ret_wanted = cli->common.keyring_provider
			      ? provider == 1
			      : set && strcmp(set, "subprocess") == 0;
	return 0;
}

enum answer { ANSWER_FOUND, ANSWER_NONE, ANSWER_NO_PROGRAM };

static enum answer ask(struct slice place, struct slice user, struct arena *arena,
		       struct slice *ret_password)
{
	const char *const argv[] = { "keyring", "get", arena_c_string(arena, place),
				     arena_c_string(arena, user), NULL };
	struct slice line, rest;
	enum program_end end = program_ask(argv, S(""), arena, &rest);
	if (end != PROGRAM_DONE)
		return end == PROGRAM_ABSENT ? ANSWER_NO_PROGRAM : ANSWER_NONE;
	slice_cut(&rest, '\n', &line);
	if (slice_ends_with(line, S("\r")))
		line.len--;
	*ret_password = line;
	return line.len ? ANSWER_FOUND : ANSWER_NONE;
}

bool keyring_find_password(void *context, struct slice url, struct slice user,
			   struct arena *arena, struct slice *ret_password)
{
	struct cli *cli = context;
	struct url parts;
	url_parse(url, &parts);
	const struct slice places[] = { url, parts.host_port };
	if (user.len == 0)
		return false;
	if (!program_takes(user) || !program_takes(url) ||
	    !program_takes(parts.host_port)) {
		warn(cli,
		     "keyring is not asked: it would take a host or user that begins with '-' for an option");
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		enum answer answer = ask(places[i], user, arena, ret_password);
		if (answer == ANSWER_FOUND)
			return true;
		if (answer == ANSWER_NO_PROGRAM) {
			warn(cli,
			     "the keyring provider is 'subprocess', but there is no program 'keyring' on PATH");
			return false;
		}
	}
	warn(cli, "keyring has no password for the user that is named for '%.*s'",
	     SLICE_ARG(parts.host_port));
	return false;
}
