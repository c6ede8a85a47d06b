// SPDX-License-Identifier: MIT
// Project files that the user has read and allowed, remembered by path and content, so that every edit asks again; and
// whose word a file of settings is.
//
//	FOLDER/<sha256 of the path>     "pinbake trust 1", the content's sha256, the path: a line each
#pragma once

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

// A file as it is now. path: absolute, without links.
struct trust_file {
	struct slice path;
	struct sha256 content;
};

struct trust_list {
	struct trust_file *items; // by the names in the folder
	size_t len, cap;
};

// folder: absolute; absent is as good as empty. ERROR_IO where it, or what is in it, belongs to others or may be written
// by them.
NODISCARD int trust_has(const char *folder, const struct trust_file *file, bool *ret_has,
			struct error *err);
// Made with mode 0700 where it is absent. What was remembered of the path before is forgotten.
NODISCARD int trust_add(const char *folder, const struct trust_file *file,
			struct error *err);
NODISCARD int trust_remove(const char *folder, struct slice path, bool *ret_was_there,
			   struct error *err);
NODISCARD int trust_read_all(const char *folder, struct arena *arena,
			     struct trust_list *ret_list, struct error *err);

// Files that speak for the user: the file (behind links) and its folder belong to this user or to root, and nobody else
// may write them. kind: of the error, which says what to do. An absent file is fine.
NODISCARD int trust_check_owner(const char *path, enum error_kind kind,
				struct error *err);
// False for what another user has put into a folder that everybody may write, such as /tmp.
bool trust_is_not_planted(const char *path);

// Could a checkout of the current folder have brought the file, because it lies in there? Never in "/".
bool trust_may_be_brought(const char *path);

// Does a path, seen from the current folder and with its links followed, lead to that folder or below it? Its last parts
// need not exist. One with ".." does not.
bool trust_stays_inside(const char *path);
