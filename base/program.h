// SPDX-License-Identifier: MIT
// Where a program lies: the folders of a search path, looked through in order.
#pragma once

#include "base/arena.h"

// The folders of a text like that of PATH ("/usr/local/bin:/usr/bin"), ended by NULL. Those that are not absolute are
// left out: they would lead elsewhere from every folder.
const char *const *program_folders(struct arena *arena, struct slice path);

// The path of a program in one folder, NULL where the folder has no file of that name that this process may run. Links
// are not resolved, so that who keeps the path keeps the program's name, not what a link leads to today.
const char *program_in(struct arena *arena, const char *folder, struct slice name);
// The first of the folders that has it.
const char *program_find(struct arena *arena, const char *const *folders,
			 struct slice name);

// What a user names: a path stays one, made absolute by the current folder with its last link unresolved; a name is looked
// for in the folders and never in the current one. NULL where there is none that may be run.
const char *program_named(struct arena *arena, const char *const *folders,
			  struct slice name);

// Can a text from elsewhere stand where a program expects a name? One that begins with a dash would be an option to it, one
// with a NUL would end early.
bool program_takes(struct slice text);
