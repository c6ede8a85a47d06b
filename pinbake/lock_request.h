// SPDX-License-Identifier: MIT
// What is to be locked, in the words of the domain: no option, no file of settings and no variable of the environment
// is named here. A request that is zero but for inputs and targets asks for the default in everything. All is borrowed.
#pragma once

#include "base/origin.h"
#include "resolver/driver/driver.h"

// Files that name requirements: requirements files, pyproject.toml and folders that have one, scripts, URLs; "-" is
// standard input.
struct lock_inputs {
	struct slice_list files;
	struct slice_list extras, groups; // of the pyproject.toml among them
	bool all_extras;
	bool whole_project; // and not its groups alone, whatever part of it a lock has
	struct slice_list constraints, overrides; // files
	struct slice_list excludes;               // "name" or "parent:name"
};

// Which indexes are asked. Of the main one the first that is named counts: here, by a requirements file, or as usual.
#define PUBLIC_INDEX_URL "https://pypi.org/simple" // the Python Package Index

// A user and password that a setting has for an index, but for no host.
struct index_login {
	struct slice url;   // of the index; "": the main one, whoever names it
	enum origin origin; // who names the URL
	struct slice user, password;
	struct slice bound; // a URL of the host that the user has them for; "" for none
	const char *variable, *bound_by; // names of settings, for messages
};

struct login_list {
	struct index_login *items;
	size_t len, cap;
};

struct index_request {
	struct address main;       // url "": not named
	struct address_list extra; // asked before the main one, in order
	// The main one where nobody names one; url "": the public one
	struct address usual;
	struct address_list usual_extra; // asked after those that requirements files add
	struct address_list find_links, usual_links; // folders, pages of links
	// Asked for nothing but what is mapped to them; mappings count from 0 there
	struct address_list named;
	const struct index_mapping *mappings;
	size_t mappings_len;
	// Folders that files are taken from first, by name and hash
	struct slice_list wheelhouses;
	// Which user and password go where (reach.h)
	struct login_list logins;
	// Hosts that say 403 for what they do not have
	struct slice_list ignore_forbidden;
	// Packages and hosts whose addresses may stand in the metadata of packages (resolver/driver/addresses.h)
	struct slice_list allow_direct;
	bool none;    // no index at all: find-links alone
	bool refresh; // ask again for every page
	// PyTorch's builds (torch.h); NULL, url "": what the present lock says
	const char *torch_backend;
	struct address torch_base;
};

// Which releases and files the user wants.
struct release_request {
	enum prerelease_mode prerelease;
	enum resolution_mode resolution;
	bool lowest_direct;
	bool share_versions; // of targets, whatever their Pythons, wherever one can serve them
	bool prefer_binary; // releases that have a wheel before those that have none
	struct slice_list only_binary, no_binary; // "name", "a,b", ":all:", ":none:"
};

struct cutoff_request {
	struct slice when;          // cutoff.h; "" for none
	struct slice_list packages; // "NAME=WHEN"
};

// The lock that is there: its pins, cut-offs and commits stay where nothing speaks against them.
struct present_request {
	bool are_requirements; // what the path holds is no lock, but made of one
	bool upgrade;          // nothing of it is kept
	// "NAME" or "NAME<2": whose pins may move, and to what
	struct slice_list released;
};

// How build backends are asked and wheels are built.
struct build_request {
	bool allowed;       // ask backends for metadata, and build what has no wheel now
	bool network;       // builds may reach it
	bool unconfined;    // they run without a sandbox, as whoever runs pinbake
	const char *python; // the interpreter that builds; NULL: the target's, as found
	const char *image, *engine; // build inside an image; NULL: on this machine
	// Patterns of what of a folder goes into its build, although it is private or ignored (builder/source/source.h)
	struct slice_list source_include;
};

// One side of a conflict between extras or groups that the project declares.
struct conflict_side {
	struct slice name; // normalized
	bool is_group;
	const char *torch_backend; // NULL for none
};

struct conflict {
	struct conflict_side *items;
	size_t len, cap;
};

struct conflict_list {
	struct conflict *items;
	size_t len, cap;
};

struct lock_request {
	struct lock_inputs inputs;
	struct target_list targets; // 1 to TARGETS_MAX
	struct index_request indexes;
	struct release_request releases;
	struct cutoff_request cutoff;
	// Where the lock will be: local files are named as seen from its folder; NULL: no file
	const char *path;
	struct present_request present;
	struct build_request builds;
	// NULL: none. Sides that are asked for together get a lock each
	const struct conflict_list *conflicts;
	bool repair;     // where the requirements cannot hold: lock by the smallest edits
	bool may_split;  // a lock for each where one cannot hold all targets
	bool only_pins;  // what builds are made with is not recorded
	bool solve_anew; // even where the same was solved before
};

// The request as bytes, so that two that ask for the same are the same, and of any two that may have different answers
// the bytes differ: all members but path and solve_anew. Passwords are left out.
void lock_request_describe(const struct lock_request *request, struct buf *text);
// Does the answer depend on when it is asked for ("7d")?
bool lock_request_moves_with_the_clock(const struct lock_request *request);
