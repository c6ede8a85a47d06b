// SPDX-License-Identifier: MIT
// The `pinbake lock` that makes a lock again and lets some of its pins move, as somebody can run it.
#pragma once

#include "cli/commands/lock_options.h"

struct lock_command {
	const struct text_list *inputs; // empty: those of the project's settings
	const char *path;               // of the lock
	// Each that is set is said, but for its targets
	const struct lock_values *options;
	const struct text_list *targets; // empty: those of the settings
	const struct slice_list *released;
};

// One line for a shell, without passwords.
struct slice lock_command_text(struct arena *arena, const struct lock_command *command);
