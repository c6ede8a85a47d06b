// SPDX-License-Identifier: MIT
// The library's door: a session, and one function for each thing that pinbake does. Values go in and values come out:
// nothing here prints, reads the environment or a clock, or asks a terminal. resolver/ and builder/ meet here and
// nowhere else: to resolve one may have to build, and to build one has to resolve.
//
//	session_config ──▶ session ──locks.h──────▶ requirements to a lock's text, or why there is none; why a pin is not newer
//	                      └───────environments.h▶ a lock to layers, an environment on disk, an image in a registry
//
//	lock.c     one request to its locks      parts.c       several locks of one request
//	inputs.c   files to requirements         supply.c      which indexes are asked
//	merge.c    pins of all targets to a lock remembered.c  locks that were solved before
//	relock.c   files that a lock vouches for when it is made again
//	why.c      why a pin is not newer        preparation.c what locking and why have in common: a question for the driver
//	staging.c  what of a lock is installed   files/        what is named by URL, path or commit, brought into the store
//	builds/    what has no wheel: what it is built with, its metadata, its wheel
//
// Every outcome lives in the arena that is passed in. One session serves one request at a time.
#pragma once

#include "builder/store/store.h"
#include "pinbake/environments.h"
#include "pinbake/locks.h"

#pragma GCC visibility push(default) // of libpinbake

// What is told while work goes on; warnings about the outcome are diagnostics instead.
enum notice_kind {
	// Something that takes a while begins: "asking the build backend of x for its metadata"
	NOTICE_STEP,
	NOTICE_DETAIL, // for who wants to know more
	NOTICE_LOG,    // the end of another program's output, which failed
};

struct session_config {
	const char *cache_directory;
	bool offline;
	uint64_t now; // seconds since 1970
	struct net_config net;
	struct address_list credentials; // URLs whose user and password go to their host
	// What this machine is: "linux/amd64". What is built here runs there alone
	const char *platform;
	// Lists with NULL at the end: folders of programs (git, docker, pythonX.Y); more places of interpreters
	// (VERSION/bin/pythonX.Y); "NAME=VALUE" that git may see, and that docker and podman may
	const char *const *search_path, *const *python_folders;
	const char *const *git_environment, *const *engine_environment;
	// ${NAME} in requirements files; NULL: stays as it is
	const char *(*variable)(const char *name);
	const char *program; // identity of this build: another one may answer otherwise
	struct work work;
	// NULL: nobody listens
	void (*notice)(void *context, enum notice_kind kind, struct slice text);
	void *notice_context;
};

struct session;

NODISCARD int pinbake_session_open(const struct session_config *config,
				   struct session **ret_session, struct error *err);
void pinbake_session_close(struct session *session); // NULL is fine

// What to lock for: python "3.12" or "3.12.4", platform "linux/amd64" and others (packaging/target.h). ERROR_USAGE.
NODISCARD int pinbake_target(const char *python, const char *platform,
			     struct arena *arena, struct target *ret_target,
			     struct error *err);

// Writes a lock or another text: the file appears whole, or not at all. ERROR_IO.
NODISCARD int pinbake_write(const char *path, struct slice text, struct error *err);

// Frees all that lives in the arena, which is empty afterwards.
void pinbake_release(struct arena *arena);

// The session's cache of files and layers, for who looks after it; it ends with the session.
NODISCARD int pinbake_store(struct session *session, struct store **ret_store,
			    struct error *err);

#pragma GCC visibility pop
