// SPDX-License-Identifier: MIT
// Packages that come from one place rather than from an index: `name @ https://…/x.whl`, `./x.whl`, file: URLs; a
// commit of a git repository, `name @ git+https://…@main`; a folder, `./app`, `-e .`.
//
//	requirement ──fetch, once, into the store (or hash in place)──▶ struct direct_file: a project with one release
//	                                                                    │ metadata by the index, as of any local file
//	                                                                    ▼
//	                                              [packages.archive] with url, or path from the lock's folder
//	commit, folder ──one archive, into the store──▶ the same, with the metadata of pyproject.toml or of the backend
//	                                              [packages.vcs] with the commit; [packages.directory]
//
// Where the user names a file, it is the only candidate of its name. What a package's metadata asks for by URL counts
// likewise, as long as the user takes that name from nowhere else.
#pragma once

#include "cli/lock/resolve.h"

enum direct_kind { DIRECT_ARCHIVE, DIRECT_VCS, DIRECT_DIRECTORY };

struct direct_file {
	enum direct_kind kind;
	struct slice name; // of the project, normalized
	struct slice url;  // without fragment and credentials; "" for a local file
	const char *path;  // absolute, of a local file or folder; else NULL
	struct slice subdirectory;
	bool editable;       // of DIRECT_DIRECTORY
	struct lock_vcs vcs; // of DIRECT_VCS
	// Of trees: what holds for all targets; NULL: their build backend is asked
	const struct file_metadata *metadata;
	// One release, one file, whose url is that of the bytes on this machine
	struct project project;
	struct release release;
	struct project_file file;
};

struct direct_files {
	struct cli *cli;
	struct net *net;
	struct metadata_builds *builds; // NULL: no backend is asked
	// Commits of this lock stay, but for these packages; NULL: none do
	const struct lock *present;
	const struct text_list *released;
	struct map by_location; // URL or absolute path → item
	// Name → item, or NOT_DISCOVERED, for what only metadata asks for
	struct map discovered;
	struct map banned; // locations that metadata may not bring in
	// Metadata named one that was fetched, or that could not be had this time
	bool looked_elsewhere;
	struct {
		struct direct_file **items;
		size_t len, cap;
	} files;
};

void direct_init(struct direct_files *files, struct cli *cli, struct net *net);

// Fetches what the set's entries name by URL or path, where their marker holds for a target. Entries without a name get that of the file. Errors with the
// place of the entry: ERROR_INPUT for what cannot be locked (other version control than git, a tree whose metadata only a
// build would tell, unknown kinds of files), ERROR_NO for a revision that is not there, ERROR_SOURCE, ERROR_INTEGRITY.
NODISCARD int direct_read(struct direct_files *files, struct requirement_set *set,
			  const struct target *targets, size_t target_len,
			  struct error *err);

// The file that stands for all of `name` under the markers of this resolve; NULL: ask the index.
const struct direct_file *direct_find(const struct resolve *resolve, struct slice name);
const struct direct_file *direct_of(const struct resolve *resolve,
				    const struct project *project); // or NULL

// Two files for one name: ERROR_NO at the second. Fine on entries without a file.
NODISCARD int direct_check(const struct resolve *resolve,
			   const struct requirement_entry *entry, struct error *err);

// A need of a package's metadata for a URL. 0: it is the file that counts. 1: it is from now on; what was known of the
// name is void. -1: it cannot be, and *ret_problem says why, to follow "web 1.0".
NODISCARD int direct_need(struct resolve *resolve, const struct requirement *requirement,
			  struct slice *ret_problem);

// Does the file that counts for the name come from metadata? And an end to that: it may not be needed by URL any more.
bool direct_is_discovered(const struct resolve *resolve, struct slice name);
void direct_ban(struct resolve *resolve, struct slice name);

// An absolute path as seen from the lock's folder (751.6): "../wheels/x.whl". lock_path "-": from the current one.
struct slice path_from_lock(struct arena *arena, const char *lock_path, const char *path);

// What a file is of: NULL for those of an index.
const struct direct_file *direct_file_of(const struct resolve *resolve,
					 const struct project_file *file);
// The same: NULL for those of an index, and for archives, whose metadata the index reads.
const struct direct_file *direct_tree_of(const struct resolve *resolve,
					 const struct project_file *file);

// The source in the lock's entry for it; a folder's has no version (751.9). lock_path: of the lock, "-" for none.
void direct_put(struct arena *arena, const struct direct_file *file,
		const char *lock_path, struct lock_package *package);
