// SPDX-License-Identifier: MIT
// What the source distributions, archives, commits and folders of a new lock are built
// with, resolved and written into it.
//
//	package without a wheel ──fetch──▶ pyproject.toml ──requires──▶ build_resolve ──▶ struct lock_build
//	                                                                    │ one without a wheel
//	                                                                    └──▶ the same for it, inside the record
#pragma once

#include "pinbake/supply.h"
#include "pinbake/builds/build.h"

struct build_records {
	struct session *session;
	struct supply *supply; // with the lock's index
	const char *lock_path;
	const struct target_list *targets;
	// Its records stay where they still hold; NULL: none do
	const struct lock *present;
	const struct slice_list *released; // packages whose pins may move all the same
	bool network;                      // builds may reach it
};

// Adds a record for each target to every package of the lock that is built for it. What
// cannot be resolved is a warning: the lock is good without. ERROR_SOURCE,
// ERROR_INTEGRITY, ERROR_IO, ERROR_INTERRUPTED.
NODISCARD int build_records_add(const struct build_records *records, struct lock *lock,
				struct error *err);

// Builds what this machine can build, for every target, and records what it was built
// with and to. A target without an interpreter here is a warning. The errors of building.
NODISCARD int build_records_build(const struct build_records *records,
				  const struct build_request *request, struct lock *lock,
				  struct error *err);

// Joins the records of targets that differ in nothing else.
void build_records_join(struct arena *arena, struct lock *lock);
