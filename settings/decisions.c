// SPDX-License-Identifier: MIT
// The options of all commands, by what they decide.
#include "settings/decisions.h"

#include "base/arena.h"

#include <string.h>

// "command.option" where other commands mean something else by it.
static const struct {
	struct setting_rule rule;
	const char *names;
} ROWS[] = {
	{ { SETTING_OF_RUN, 0 },
	  "check show-origin all upgrade upgrade-package repair refresh output help json "
	  "trust.list trust.revoke" },
	{ { SETTING_OF_USER, 0 },
	  "cache-dir keyring-provider color offline quiet verbose max-size max-age "
	  "remove" },
	{ { SETTING_FREE, 0 },
	  "python platform target split exclude extra all-extras group prerelease "
	  "only-binary no-binary prefer-binary share-versions resolution exclude-newer exclude-newer-package "
	  "torch-backend no-build format strip jobs strict link-mode system owner tag "
	  "compression estargz rehash depth invert held-back no-hashes no-via base app command expose workdir form "
	  "bake.prefix dockerfile.prefix bake.interpreter" },
	{ { SETTING_PROGRAM, DECISION_PROGRAM },
	  "python-bin build-engine pyc install.interpreter" },
	{ { SETTING_DECIDES, DECISION_PROGRAM }, "build-in" },
	{ { SETTING_DECIDES, DECISION_BUILD }, "build" },
	{ { SETTING_DECIDES, DECISION_BUILD_NETWORK }, "build-network" },
	{ { SETTING_DECIDES, DECISION_BUILD_UNCONFINED }, "build-unconfined" },
	{ { SETTING_DECIDES, DECISION_INDEX },
	  "index-url extra-index-url index index-for ignore-forbidden find-links no-index "
	  "torch-index wheelhouse" },
	{ { SETTING_DECIDES, DECISION_ALLOW_DIRECT }, "allow-direct" },
	{ { SETTING_DECIDES, DECISION_PRIVATE_FILES }, "source-include" },
	{ { SETTING_DECIDES, DECISION_PASSWORD }, "password-host" },
	{ { SETTING_DECIDES, DECISION_PLAIN_HTTP }, "plain-http trusted-host" },
	{ { SETTING_DECIDES, DECISION_PASSWORD }, "password-host" },
	{ { SETTING_DECIDES, DECISION_OUTSIDE_FILE },
	  "constraint override for-image why.lock why.requirements" },
	{ { SETTING_PLACE, DECISION_OUTPUT }, "install.prefix archive staged" },
};

static bool has_name(const char *names, struct slice wanted)
{
	struct slice rest = slice_from(names), name;
	while (rest.len) {
		slice_cut(&rest, ' ', &name);
		if (slice_eq(name, wanted))
			return true;
	}
	return false;
}

struct setting_rule setting_rule_of(const char *command, const char *option)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct slice names[] = { arena_printf(&scratch, "%s.%s", command, option),
				       slice_from(option) };
	for (size_t n = 0; n < 2; n++)
		for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
			if (has_name(ROWS[i].names, names[n]))
				return ROWS[i].rule;
	return (struct setting_rule){ SETTING_UNDECIDED, 0 };
}

enum leave setting_leave(struct setting_rule rule, enum origin origin)
{
	switch (rule.kind) {
	case SETTING_FREE: return LEAVE_HEEDED;
	case SETTING_UNDECIDED:
	case SETTING_OF_RUN:
		return origin == ORIGIN_COMMAND_LINE ? LEAVE_HEEDED : LEAVE_REFUSED;
	case SETTING_OF_USER: return origin <= ORIGIN_USER ? LEAVE_HEEDED : LEAVE_REFUSED;
	case SETTING_DECIDES:
	case SETTING_PROGRAM:
	case SETTING_PLACE: break;
	}
	return origin_leave(origin, rule.decision);
}
