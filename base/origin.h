// SPDX-License-Identifier: MIT
// Who said a value, and what it may therefore decide. The table of origin.c is the whole policy: each place that heeds a
// value asks it, and docs/security.md says the same in words.
#pragma once

#include "base/slice.h"

enum origin {
	ORIGIN_DEFAULT, // nobody: what goes without saying
	ORIGIN_COMMAND_LINE,
	ORIGIN_ENVIRONMENT,
	ORIGIN_USER,         // the user's own configuration files
	ORIGIN_PROJECT,      // pinbake.toml, [tool.pinbake] of pyproject.toml
	ORIGIN_REQUIREMENTS, // a requirements file, an input of a lock
	ORIGIN_LOCK,
	ORIGIN_INDEX,    // a page of a package index
	ORIGIN_METADATA, // of a package
};

enum { ORIGIN_COUNT = ORIGIN_METADATA + 1 };

// Where something is, by whose word. A URL may hold a password.
struct address {
	struct slice url; // or a path
	enum origin origin;
};

struct address_list {
	struct address *items;
	size_t len, cap;
};

// What a value decides.
enum decision {
	DECISION_PROGRAM, // which program is run: an interpreter, an engine, a keyring
	DECISION_BUILD,   // that the code of a package's build is run, in the sandbox
	DECISION_BUILD_NETWORK,    // that such a build reaches the network
	DECISION_BUILD_UNCONFINED, // that it is run outside of any sandbox
	DECISION_INDEX,  // which indexes and folders of links are asked, and for what
	DECISION_DIRECT, // that a file is taken from an address instead of an index
	DECISION_ALLOW_DIRECT,  // which addresses the metadata of packages may name
	DECISION_PRIVATE_FILES, // that private files of a folder go into its build
	DECISION_PASSWORD, // that an address gets a password which is bound to no host
	DECISION_PLAIN_HTTP, // that a host is spoken to without TLS or a check of its certificate
	DECISION_OUTSIDE_FILE, // that a file outside the project's folder is read
	DECISION_OUTPUT,       // where results and the cache are written
};

enum { DECISION_COUNT = DECISION_OUTPUT + 1 };

// Is the value heeded?
enum leave {
	LEAVE_REFUSED,
	LEAVE_ASKED, // heeded once the user has said so for this very content (`pinbake trust`)
	LEAVE_HEEDED,
};

enum leave origin_leave(enum origin origin, enum decision decision);
// For messages: "the command line", "the project's file".
const char *origin_name(enum origin origin);
// "which program is run"
const char *decision_name(enum decision decision);
