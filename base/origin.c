// SPDX-License-Identifier: MIT
// Words for origins.
#include "base/origin.h"

const char *origin_name(enum origin origin)
{
	switch (origin) {
	case ORIGIN_COMMAND_LINE: return "the command line";
	case ORIGIN_ENVIRONMENT: return "the environment";
	case ORIGIN_USER: return "the user's configuration";
	case ORIGIN_PROJECT: return "the project's settings";
	case ORIGIN_REQUIREMENTS: return "a requirements file";
	case ORIGIN_LOCK: return "the lock";
	case ORIGIN_INDEX: return "the index";
	case ORIGIN_METADATA: return "a package's metadata";
	case ORIGIN_DEFAULT: break;
	}
	return "the default";
}
