// SPDX-License-Identifier: MIT
// Paths in requirements files, by their text alone.
#pragma once

#include "base/arena.h"

// Without "." parts, doubled slashes, and ".." behind a part that it undoes; "." for
// nothing left. NUL-terminated.
const char *path_tidy(struct arena *arena, struct slice path);

// target as seen from the file that names it (req.4): absolute paths and "file:" URLs as
// they are, relative ones from the file's folder, tidy. Other URLs come back unchanged.
// file may be "-": the current folder.
const char *path_beside(struct arena *arena, const char *file, struct slice target);
