// SPDX-License-Identifier: MIT
// The table of trust: rows are decisions, columns are origins.
#include "base/origin.h"

// What the user says in person is heeded in all. A default decides nothing that needs saying. A file that came with a
// checkout may say where packages come from, since that is what it is for; it may not run programs or open anything.
// clang-format off
static const char table[DECISION_COUNT][ORIGIN_COUNT + 1] = {
	// '+' heeded, '?' asked, '-' refused
	//                            default
	//                            |command line
	//                            ||environment
	//                            |||user's configuration
	//                            ||||project
	//                            |||||requirements
	//                            ||||||lock
	//                            |||||||index page
	//                            ||||||||metadata
	[DECISION_PROGRAM]          = "++++?----",
	[DECISION_BUILD]            = "-+++?----",
	[DECISION_BUILD_NETWORK]    = "-+++?----",
	[DECISION_BUILD_UNCONFINED] = "-++------",
	[DECISION_INDEX]            = "+++++++--",
	[DECISION_DIRECT]           = "-+++++++-",
	[DECISION_ALLOW_DIRECT]     = "-+++?----",
	[DECISION_PRIVATE_FILES]    = "-+++?----",
	[DECISION_PASSWORD]         = "-+++-----",
	[DECISION_PLAIN_HTTP]       = "-+++-----",
	[DECISION_OUTSIDE_FILE]     = "-++++++--",
	[DECISION_OUTPUT]           = "++++?----",
};
// clang-format on

enum leave origin_leave(enum origin origin, enum decision decision)
{
	switch (table[decision][origin]) {
	case '+': return LEAVE_HEEDED;
	case '?': return LEAVE_ASKED;
	default: return LEAVE_REFUSED;
	}
}

const char *origin_name(enum origin origin)
{
	static const char *const names[ORIGIN_COUNT] = {
		[ORIGIN_DEFAULT] = "a default",
		[ORIGIN_COMMAND_LINE] = "the command line",
		[ORIGIN_ENVIRONMENT] = "the environment",
		[ORIGIN_USER] = "the user's configuration",
		[ORIGIN_PROJECT] = "the project's file",
		[ORIGIN_REQUIREMENTS] = "a requirements file",
		[ORIGIN_LOCK] = "the lock",
		[ORIGIN_INDEX] = "a page of an index",
		[ORIGIN_METADATA] = "a package's metadata",
	};
	return names[origin];
}

const char *decision_name(enum decision decision)
{
	static const char *const names[DECISION_COUNT] = {
		[DECISION_PROGRAM] = "which program is run",
		[DECISION_BUILD] = "that a package's build is run",
		[DECISION_BUILD_NETWORK] = "that a build reaches the network",
		[DECISION_BUILD_UNCONFINED] = "that a build is run without a sandbox",
		[DECISION_INDEX] = "where packages come from",
		[DECISION_DIRECT] = "that a file is taken from an address",
		[DECISION_ALLOW_DIRECT] = "which addresses packages may name",
		[DECISION_PRIVATE_FILES] = "that private files go into a build",
		[DECISION_PASSWORD] = "where a password is sent",
		[DECISION_PLAIN_HTTP] = "that a host is spoken to without TLS",
		[DECISION_OUTSIDE_FILE] = "that a file outside the project is read",
		[DECISION_OUTPUT] = "where results and the cache are written",
	};
	return names[decision];
}
