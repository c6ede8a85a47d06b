// SPDX-License-Identifier: MIT
// Who said a value: where it may lead depends on it.
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

// Where something is, by whose word. A URL may hold a password.
struct address {
	struct slice url; // or a path
	enum origin origin;
};

struct address_list {
	struct address *items;
	size_t len, cap;
};
