// SPDX-License-Identifier: MIT
// The program git over one bare repository of the cache. Private to builder/source/.
#pragma once

#include "base/files.h"
#include "builder/source/source.h"

struct git_repository {
	const struct git *git;
	const struct git_address *address;
	struct arena *arena;
	struct slice userinfo; // that goes with what is fetched: secret
	const char *folder;    // CACHE/git/HEX, by the address' url
	const char *path;      // folder/repo
	bool is_ready;         // the repository exists
	bool is_fetched;       // by this run
};

// Makes the folder; no server is asked.
NODISCARD int git_repository_open(const struct git *git,
				  const struct git_address *address, struct arena *arena,
				  struct git_repository *ret_repository,
				  struct error *err);
void git_repository_close(struct git_repository *repository); // temporary files
// A file's path below the folder that is this process' own.
const char *git_temporary(const struct git_repository *repository, const char *name);

// One call. Texts are for the arena of the repository.
struct git_call {
	const char *const *words; // "rev-parse", "--verify", …; ended by NULL
	const char *input_path;   // NULL: nothing
	const char *output_path;  // NULL: below the folder, for git_output
};

// ret_code: git's exit code. -1 where it could not be run (ERROR_SOURCE: there is none).
NODISCARD int git_run(struct git_repository *repository, const struct git_call *call,
		      int *ret_code, struct error *err);
// What the last call printed, at most some MiB.
NODISCARD int git_output(const struct git_repository *repository, struct slice *ret_text,
			 struct error *err);
// The last call's complaint as ERROR_SOURCE.
int git_fail(const struct git_repository *repository, struct error *err);

// Brings all branches and tags, and what `refspec` names ("" for nothing more); those that
// are gone go. ERROR_SOURCE.
NODISCARD int git_fetch(struct git_repository *repository, struct slice refspec,
			struct error *err);
// The full id of a commit; *ret_commit "" where the repository has no such object.
NODISCARD int git_parse_commit(struct git_repository *repository, struct slice name,
			       struct slice *ret_commit, struct error *err);
// Makes sure that the commit's objects are there, fetched if need be. ERROR_NO,
// ERROR_SOURCE.
NODISCARD int git_need_commit(struct git_repository *repository, struct slice commit,
			      struct error *err);

// Is it 40 or 64 hexadecimal digits?
bool git_is_commit_id(struct slice text);
