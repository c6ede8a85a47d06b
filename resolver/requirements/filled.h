// SPDX-License-Identifier: MIT
// Where variables of the environment may go: a file that a checkout brings along could ask for any of them, and send it
// to a host of its own.
#pragma once

#include "resolver/requirements/lines.h"
#include "resolver/requirements/requirements.h"

enum leak {
	LEAK_NONE,
	LEAK_HOST, // into a URL that the reader does not admit
	LEAK_NAME, // into the name of a package, which indexes are asked for
};

// Of a line in which a variable was replaced: where it would go to.
enum leak line_leak(const struct logical_line *line,
		    const struct requirement_reader *reader);
