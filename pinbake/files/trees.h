// SPDX-License-Identifier: MIT
// The source trees of a lock, [packages.vcs] and [packages.directory], as files that can be
// built: what was an archive's name, digest and size all along.
#pragma once

#include "builder/source/source.h"
#include "pinbake/session.h"

// The git of the session's search path, with what it may see; where there is none, what needs it says so.
struct git session_git(struct session *session);

// Gives each choice of a tree the archive of it that is now in the store. Folders are
// seen from the lock's own. With `editable`, those that the lock calls so keep their
// absolute path; else they are locked folders like any other.
// ERROR_INPUT: no git, or no folder; others as git_take_checkout.
NODISCARD int lock_take_trees(struct session *session, struct opened_lock *opened,
			      bool editable, struct error *err);

struct named_folder {
	const char *real;  // without links
	const char *shown; // as somebody named it
	struct slice subdirectory;
};

// A folder as an archive in the store; says what is left out of it. ERROR_INPUT.
NODISCARD int folder_take(struct session *session, const struct named_folder *folder,
			  struct checkout *ret_checkout, struct error *err);

// Does a folder, without links, lie below the current one, or below the one that is named: of a requirements file, or of
// a lock?
bool folder_is_of_project(struct arena *arena, struct slice real, const char *beside);
// Is the package a folder of the user's, whose build may name addresses?
bool lock_tree_is_own(struct arena *arena, const char *lock_path,
		      const struct lock_package *package);

// Is the choice, after lock_take_trees, one that is built in its own folder?
bool lock_tree_is_editable(const struct lock_choice *choice);
