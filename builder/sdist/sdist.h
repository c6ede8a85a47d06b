// SPDX-License-Identifier: MIT
// Source distributions → wheels (PEP 517, PEP 518), with an interpreter of the target.
//
//	sdist ──unpack──▶ its files   ──pyproject.toml──▶ [build-system] requires, backend (517.1, 517.2)
//	                                                        │ host.install: resolved and installed by pinbake (cli)
//	                     env/  ◀────────────────────────────┘
//	  get_requires_for_build_wheel ──▶ more of them? ──▶ host.install again
//	  build_wheel ──▶ the backend's wheel ──wheel_writer──▶ canonical bytes ──RECORD checked──▶ store, under its SHA-256
//
// Each step is data/build_wheel.py run by the interpreter in a sandbox (base/sandbox.h): without network, with a home, a
// temporary folder and an environment of its own, and with no sight of the user's files. What was built is noted
// below the cache directory, so that the same sdist is not built again:
//
//	built/key/HEX            what a key was built to
//	built/logs/NAME-VERSION-HEX.log  all that the build printed
//
// A build under way has a folder of its own (room.h). One process at a time builds an
// sdist, and those that wait for it take what it made.
#pragma once

#include "base/sandbox.h"
#include "builder/store/store.h"
#include "builder/sdist/container.h"

struct sdist_python {
	struct slice path;     // absolute
	struct slice version;  // "3.7.16"
	struct slice platform; // "linux-x86_64"
	struct slice libc;     // "glibc 2.36", "musl", "" where there is neither
	bool free_threaded;
	// What it consists of, which a build has to see; of one of an image none.
	struct slice *folders;
	size_t folders_len;
};

// What a build needs of folders above this one.
struct sdist_host {
	// Brings the environment `prefix` to exactly these requirements (PEP 508 texts)
	// and what they need, for that interpreter. ret_digest: of what was chosen.
	int (*install)(void *context, const struct slice *requirements, size_t len,
		       const struct sdist_python *python, const char *prefix,
		       struct sha256 *ret_digest, struct error *err);
	void *context;
};

struct sdist_settings {
	const char *cache_directory;
	struct sdist_python python;
	bool network;                      // leave it open
	bool unconfined;                   // run on this machine without a sandbox
	const struct container *container; // to build in; NULL: on this machine
	const char *editable;   // PEP 660: the project's own folder, absolute; else NULL
	unsigned limit_seconds; // of one step
	const struct work *work;
};

struct built_wheel {
	struct slice name; // "htmlmin-0.1.12-py3-none-any.whl"
	struct sha256 sha256;
	uint64_t size;
	struct sha256 requires; // what it was built with
};

struct sdist_request {
	const struct lock_choice *choice; // a locked sdist that is in the store
	const struct sdist_settings *settings;
	const struct sdist_host *host;
	struct sha256 key; // built_key
};

struct sdist_outcome {
	struct built_wheel wheel; // of sdist_build
	struct slice metadata;    // of sdist_metadata: METADATA
	const char *log_path;     // NULL before the log was begun
	struct slice tail;        // of a failure: the last useful lines
	bool by_another;          // process, at the same time: no log is ours
};

// Asks an interpreter of this machine what it is. With settings->container it is one of
// the image, by a name that is looked up on the image's own PATH ("python3.12"), and the
// path in the answer is one of the image. Only cache_directory, container and work of the
// settings count. ERROR_INPUT where it is none that can build.
NODISCARD int sdist_look_at_python(const struct sdist_settings *settings,
				   struct slice path, struct arena *arena,
				   struct sdist_python *ret_python, struct error *err);

// Where sandbox_try or sandbox_run refuse: what the user can do. Gives back -1.
int sdist_say_ways_out(struct error *err);

// Builds the sdist, whatever was built before, and puts the wheel into the store. A
// file's subdirectory, where it has one, is the project's folder. With settings->editable
// its wheel leads to that folder (PEP 660), and only the file's digest is looked at.
// ERROR_NO: the backend failed; ret_outcome has the end of its log, err the cause where
// it is known. ERROR_INPUT: the sdist holds no project. ret_outcome is set in any case.
NODISCARD int sdist_build(struct store *store, const struct sdist_request *request,
			  struct arena *arena, struct sdist_outcome *ret_outcome,
			  struct error *err);

// What the backend says of it: METADATA by prepare_metadata_for_build_wheel, or that of the wheel where there is no such
// hook. The choice's package may lack name and version. Errors and ret_outcome as above.
NODISCARD int sdist_metadata(struct store *store, const struct sdist_request *request,
			     struct arena *arena, struct sdist_outcome *ret_outcome,
			     struct error *err);

// --- built.c: what was built before ----------------------------------------------------

// The digest of all that may change a built wheel and is known before it is built.
struct built_request {
	struct sha256 sdist;
	struct slice target; // its name
	// The cut-offs of build requirements: "", none, where there is none.
	struct slice exclude_newer;
	const struct lock_cutoff *package_cutoffs;
	size_t package_cutoffs_len;
	struct sha256 requires;  // of the lock's record of them; zero where it has none
	struct sha256 places;    // where they come from, if there is no record; else zero
	struct sha256 toolchain; // toolchain_digest; zero in an image, whose id is enough
	struct slice interpreter; // real path
	uint64_t interpreter_size;
	int64_t interpreter_mtime_s;
	bool network;
};
struct sha256 built_key(const struct built_request *request);
// The digest of which compilers and linkers are on the PATH of builds: their names, and the real path, size and time of what
// each leads to. As good as their versions, and no program has to be run to know it. Zero where there are none.
struct sha256 toolchain_digest(void);

// False where nothing is noted, or the wheel is no longer in the store.
bool built_find(const struct store *store, const char *cache_directory,
		const struct sha256 *key, struct arena *arena,
		struct built_wheel *ret_wheel);
NODISCARD int built_note(const char *cache_directory, const struct sha256 *key,
			 const struct built_wheel *wheel, struct error *err);
