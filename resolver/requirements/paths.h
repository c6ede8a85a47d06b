// SPDX-License-Identifier: MIT
// Paths in requirements files, by their text alone.
#pragma once

#include "base/arena.h"

// The path without "." parts, doubled slashes, and ".." behind a part that it undoes; "."
// if nothing is left. NUL-terminated.
const char *path_tidy(struct arena *arena, struct slice path);

// The path that target is, seen from the file that names it (req.4): absolute paths and
// "file:" URLs as they are, relative ones from the file's folder, tidied. Other URLs come
// back unchanged. With the file "-" the current folder counts.
const char *path_beside(struct arena *arena, const char *file, struct slice target);
