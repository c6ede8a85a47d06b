// SPDX-License-Identifier: MIT
// Checkouts: what a user names instead of a release, commits of git repositories and folders
// of this machine, each taken as one archive in the store.
//
//	git+https://host/a.git@main#subdirectory=x ──address──▶ url, revision, subdirectory
//	     │ fetch into CACHE/git/HEX/repo, a bare repository; main ──▶ commit id
//	     └──▶ the files of the commit, as committed ──▶ tar ──▶ store, by SHA-256
//	./folder ──walk, without what no build reads────────▶ tar ──▶ store, by SHA-256
//
// The archive has one folder at its top, as a source distribution has, and is a function
// of the commit (or the folder's files) alone: times and owners are fixed. It is built
// like any source distribution (builder/sdist/).
//
// What git may do here: talk the one protocol that the URL names, and read. It asks
// nothing (no prompts, no credential helpers, no .netrc: what goes along is handed to it),
// reads no configuration but its own bare repository's, runs no hooks, no filters (files of Git LFS stay the pointers that are
// committed) and no file system monitor. Submodules are fetched by the same rules, by
// their commit, from addresses of https, ssh or, below a local repository, of this
// machine.
#pragma once

#include "builder/store/store.h"

// --- addresses -------------------------------------------------------------------------

struct git_address {
	struct slice url;      // "https://host/a.git"; of userinfo only the user of ssh
	struct slice userinfo; // of https and http, "" for none: secret
	struct slice revision; // branch, tag, commit or refs/…; "" for the default branch
	struct slice subdirectory; // "" for the top
};

// Does it begin like an address of a version control system ("git+https:", "svn+ssh:")?
bool is_vcs_address(struct slice location);

// ERROR_INPUT: not git; no protocol that is supported; what git would take for an option
// or a command (a leading dash, ext::); a path out of the checkout. The texts borrow from
// location or live in the arena.
NODISCARD int git_address_parse(struct arena *arena, struct slice location,
				struct git_address *ret_address, struct error *err);

// --- checkouts -------------------------------------------------------------------------

struct checkout {
	struct sha256 sha256; // of its archive in the store
	uint64_t size;
};

struct git {
	const char *program; // absolute path; NULL: there is none
	// What it may see of the user's environment ("HOME=…", "SSH_AUTH_SOCK=…",
	// proxies, certificates), ended by NULL
	const char *const *environment;
	const char *cache_directory;
	struct store *store; // where checkouts go; to find a commit needs none
	bool offline;
	// Submodules come by https alone: the repository is not the user's own choice
	bool https_alone;
	const struct work *work;
	// Is asked before http or https is spoken to a URL, which may have userinfo: may that be, and with which user
	// and password? -1 refuses. NULL: it may, with those of the URL.
	int (*admit)(void *context, struct slice url, struct arena *arena,
		     struct slice *ret_userinfo, struct error *err);
	void *admit_context;
};

// The commit that the address means today, 40 (or 64) hexadecimal digits. A commit id that
// is in the cache needs no network. ERROR_NO: the repository has no such revision.
// ERROR_SOURCE: it cannot be reached, or would have to be, offline; no git.
NODISCARD int git_find_commit(const struct git *git, const struct git_address *address,
			      struct arena *arena, struct slice *ret_commit,
			      struct error *err);

// The files of a commit, with those of its submodules. What was taken once is not taken
// again. Errors as above.
NODISCARD int git_take_checkout(const struct git *git, const struct git_address *address,
				struct slice commit, struct checkout *ret_checkout,
				struct error *err);

// --- folders ---------------------------------------------------------------------------

// Why something of a folder is not in its archive.
enum left_out_kind {
	LEFT_OUT_MADE,        // caches, bytecode, what an earlier build left
	LEFT_OUT_OF_CHECKOUT, // .git and its like, virtual environments
	LEFT_OUT_PRIVATE,     // .env, keys, logins
	LEFT_OUT_IGNORED,     // .gitignore names it
	LEFT_OUT_SPECIAL,     // a FIFO, socket or device
};

struct left_out {
	struct slice path; // from the top, with a slash at the end of a folder's
	enum left_out_kind kind;
};

struct left_out_list {
	struct left_out *items; // in the order of the walk
	size_t len, cap;
};

struct directory_request {
	const char *path;          // absolute, without links
	const char *shown;         // as the user named it
	struct slice subdirectory; // where the project is; "" for the top
	const char *cache_directory;
	// Patterns as in .gitignore of what is taken all the same; of special files nothing is
	struct slice_list include;
};

// The files below a folder that has pyproject.toml, setup.py or setup.cfg; that is looked at before anything is read.
// Links stay links; one that leads out is refused. Files that nobody else may read stay so: in the archive, and so does
// the archive. Texts of what is left out live in the arena. ERROR_INPUT.
NODISCARD int directory_take_checkout(const struct directory_request *request,
				      struct store *store, struct arena *arena,
				      struct checkout *ret_checkout,
				      struct left_out_list *ret_left_out,
				      struct error *err);
