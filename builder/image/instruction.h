// SPDX-License-Identifier: MIT
// What may stand in a line of a Dockerfile. A value comes from an option, a project's file or a file's name, and stays what
// it is there: it ends no line and continues none, names no variable, and is no flag, heredoc or quoted word. Private to
// builder/image/.
#pragma once

#include "base/arena.h"
#include "base/error.h"

// What a value is for.
enum instruction_value {
	VALUE_BASE,    // [--platform=…] IMAGE [AS NAME]
	VALUE_FOLDER,  // of the build context, in a mount and in ADD: "build/.pinbake"
	VALUE_WORKDIR, // a path
	VALUE_FILES,   // of the build context, separated by blanks
	VALUE_PORTS,   // "8501 53/udp 8000-8010"
	VALUE_COMMAND, // a JSON array of texts
};

// "" is fine for any but the folder. ERROR_USAGE names the value and what is expected.
NODISCARD int instruction_check(enum instruction_value kind, struct slice value,
				struct error *err);

// A path as a word of ENV: quoted where it has to be. It has no '"', '$', '`' and '\\'.
void instruction_put_path(struct buf *text, struct slice path);

// Does the text leave its last line open, so that what follows would belong to it? By the escape that its first lines set.
bool instruction_is_open(struct slice dockerfile);
