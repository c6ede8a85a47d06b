// SPDX-License-Identifier: MIT
// Locks to layers, environments and images: part of the library's door.
#pragma once

#include "builder/image/image.h"
#include "builder/install/install.h"
#include "oci/registry.h"
#include "pinbake/lock_request.h"

#pragma GCC visibility push(default) // of libpinbake

struct session;

// What of a lock an environment is made of, in layers or on disk, and how.
struct environment_request {
	const char *lock_path;
	const char *target; // which of the lock's; NULL: its only one
	const char *prefix; // NULL: /opt/venv in layers, .venv on disk
	// Of the environment; NULL: the image's or the machine's pythonX.Y
	const char *interpreter;
	// Path of the interpreter that compiles modules; NULL: no bytecode
	const char *bytecode;
	unsigned strip;                  // enum strip_rule
	unsigned jobs;                   // 0: number of processors
	bool strict;                     // files of two packages that differ are an error
	bool no_build;                   // source distributions are refused
	struct index_request indexes;    // where nothing is named: those of the lock
	struct release_request releases; // of what builds need: its rules of files hold
	struct build_request builds;
};

struct pinbake_bake_request {
	struct environment_request environment;
	const char *out_directory; // ".pinbake"
	bool system;               // into the interpreter's own prefix
	bool rehash;
	uint32_t uid, gid;
	// Seconds since 1970, of files and of documents (tar.10, oci.5)
	uint64_t mtime, created;
	enum layer_coding coding;
	int zstd_level;
};

// Stages a lock's wheels as layers. Warnings go to the result. ERROR_INPUT for what is no lock; those of builds, files,
// and bake.
NODISCARD int pinbake_bake(struct session *session,
			   const struct pinbake_bake_request *request,
			   struct arena *arena, struct bake_result *ret_result,
			   struct diagnostics *diagnostics, struct error *err);

struct pinbake_archive_request {
	const struct bake_result *baked;
	const char *staged; // what bake has filled
	const char *path;   // of the archive
	const char *tag;    // its name; NULL: pinbake/deps:PLAN
};

// Writes what was baked as an image archive that `docker load` takes. *ret_tag is the name that it has; it lives in the
// arena. ERROR_USAGE for what is no name:tag.
NODISCARD int pinbake_archive(const struct pinbake_archive_request *request,
			      struct arena *arena, struct slice *ret_tag,
			      struct error *err);

struct pinbake_install_request {
	struct environment_request environment;
	enum link_mode link_mode;
};

// Makes or updates an environment on disk; and proves that one equals the lock, changing nothing.
NODISCARD int pinbake_install(struct session *session,
			      const struct pinbake_install_request *request,
			      struct arena *arena, struct install_result *ret_result,
			      struct diagnostics *diagnostics, struct error *err);
NODISCARD int pinbake_check_install(struct session *session,
				    const struct pinbake_install_request *request,
				    struct arena *arena,
				    struct install_check_result *ret_result,
				    struct diagnostics *diagnostics, struct error *err);

struct pinbake_push_request {
	const struct reference *reference;
	const char *staged; // what bake has filled
	bool plain_http;
	struct login_finder finder;
};

// Sends the baked layers to a registry, as an image. What it has already is not sent.
NODISCARD int pinbake_push(struct session *session,
			   const struct pinbake_push_request *request,
			   struct arena *arena, struct push_result *ret_result,
			   struct error *err);

#pragma GCC visibility pop
