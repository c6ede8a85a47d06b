// SPDX-License-Identifier: MIT
// Packages that come from one place rather than from an index: `name @ https://…/x.whl`, `./x.whl`, file: URLs; a
// commit of a git repository, `name @ git+https://…@main`; a folder, `./app`, `-e .`.
//
//	requirement ──host takes it, once──▶ struct direct_file: a project with one release
//	                                         │ metadata by the index as of any local file, or what the tree states, or
//	                                         │ what its build backend says
//	                                         ▼
//	                  the only candidate of its name
//
// What the user's own folder asks for by URL counts likewise, and what a package's metadata does where the user has
// allowed it (addresses.h).
#pragma once

#include "resolver/driver/request.h"

enum direct_kind { DIRECT_ARCHIVE, DIRECT_VCS, DIRECT_DIRECTORY };

struct direct_file {
	enum direct_kind kind;
	struct slice name; // of the project, normalized
	struct slice url;  // without fragment and credentials; "" for a local file
	const char *path;  // absolute, of a local file or folder; else NULL
	struct slice subdirectory;
	bool editable; // of DIRECT_DIRECTORY
	// Of DIRECT_DIRECTORY: what it asks for is the user's own word, as a requirements file is
	bool is_own;
	struct lock_vcs vcs; // of DIRECT_VCS
	// Of trees: what holds for all targets; NULL: their build backend is asked
	const struct file_metadata *metadata;
	// One release with one file, whose url is that of the bytes on this machine
	struct project project;
	struct release release;
	struct project_file file;
};

// What a host is asked to take.
struct direct_request {
	// A URL with or without fragment, a git+ address, or a path
	struct slice location;
	struct slice name; // "" where the requirement has none
	bool editable;     // -e: only a folder will do
	// Where the user says so: the folder of what names it, seen from here. NULL: a package's metadata does
	const char *beside;
	const struct target *target; // whose Python is asked, where a backend has to be
};

// All that was taken for one driver.
struct direct_files {
	struct map by_location; // URL or absolute path → item
	// Name → item, or NOT_DISCOVERED, for what only metadata asks for
	struct map discovered;
	struct map banned; // locations that metadata may not bring in
	// Metadata named one that was fetched, or that could not be had this time
	bool looked_elsewhere;
	ARRAY_OF(struct direct_file *) files;
};
