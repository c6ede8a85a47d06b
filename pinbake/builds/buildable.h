// SPDX-License-Identifier: MIT
// What of a lock has to be built: source distributions, archives at addresses, commits and
// folders, each with the package of the lock that a record of its build belongs to.
#pragma once

#include "builder/sdist/build_system.h"
#include "pinbake/supply.h"

struct build_source {
	struct lock_package *owner; // the lock's own package
	// As it is selected; once taken, its file is an archive in the store, and a folder's
	// package a copy whose path is absolute.
	struct lock_choice choice;
};

struct build_source_list {
	struct build_source *items;
	size_t len, cap;
};

// Is the choice built before it is installed? True of a tree before and after it is taken.
bool choice_is_built(const struct lock_choice *choice);

// Those of the lock for one target; none where the lock cannot be installed there.
struct build_source_list build_sources_select(struct arena *arena, struct lock *lock,
					      const struct target *target);

// Brings the files of all of them into the store. lock_path: folders are seen from it.
// The errors of lock_take_trees and of fetching.
NODISCARD int build_sources_take(struct session *session, const struct supply *supply,
				 const char *lock_path, const struct lock *lock,
				 const struct target *target,
				 struct build_source_list *sources, struct error *err);

// [build-system] of a source that was taken. ERROR_INPUT where it is no archive, or a
// wrong one.
NODISCARD int build_source_system(struct session *session,
				  const struct build_source *source,
				  struct build_system *ret_system, struct error *err);
