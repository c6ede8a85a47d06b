// SPDX-License-Identifier: MIT
// Files by digest below the cache directory: what a lock names is brought there once, and verified on the way in.
//
//	files/sha256/HEX     wheels and sdists     layers/{sha256,key,paths}/HEX     layers (blobs.h)
//	unpacked/HEX/        wheels unpacked (unpacked.h)      bytecode/HEX          compiled modules
#pragma once

#include "base/digest.h"
#include "base/work.h"
#include "lockfile/lockfile.h"

struct net;

struct store;

// Makes the cache's folder where it is absent, for its user alone. ERROR_INPUT where it, or what pinbake has below it,
// belongs to another user, may be written by others or is a link: nothing there could be trusted. Whoever writes there
// by a path afterwards relies on this.
NODISCARD int store_claim(const char *cache_directory, struct error *err);
// Claims it first.
NODISCARD int store_open(const char *cache_directory, struct store **ret_store,
			 struct error *err);
void store_close(struct store *store);
const char *store_file_path(const struct store *store, const struct sha256 *digest,
			    struct arena *arena); // may not exist
bool store_has_file(const struct store *store, const struct sha256 *digest);

// What lies in the store is hashed once in a run, when it is first used; what came or was made in this run has been. A
// file that has other bytes than its name says is removed: ERROR_INTEGRITY, and store_lost counts it. Called from several
// threads at once.
NODISCARD int store_check_file(const struct store *store, const struct sha256 *digest,
			       struct error *err);
// The same for bytes of the store that are at hand; path: their file, wheel or layer.
NODISCARD int store_check_bytes(const struct store *store, const struct sha256 *digest,
				const char *path, struct slice bytes, struct error *err);
void store_vouch(const struct store *store, const struct sha256 *digest);
// The next use hashes again
void store_doubt(const struct store *store, const struct sha256 *digest);
size_t store_lost(const struct store *store);

// Where else a file can be had. Zeroed: nowhere.
struct store_locator {
	// Folders of files: taken by name and hash, before all else
	const char *const *wheelhouses;
	size_t wheelhouses_len;
	bool last_resort; // locate is asked only when the lock's own addresses failed
	// The configured index, by name and hash; "" where it does not know the file. May be NULL.
	int (*locate)(void *context, const struct lock_package *package,
		      const struct lock_file *file, struct arena *arena,
		      struct slice *ret_url, struct error *err);
	void *context;
};

// A file that has come whole: its size and SHA-256 are those of the lock.
struct arrived_file {
	const char *path;           // of the moment: nobody else knows it yet
	struct slice name, project; // what it has to be
	bool is_wheel;
};

// Has the last word on whether a file may enter the store. Called from several threads at once.
typedef int admit_file(const struct arrived_file *file, const struct work *work,
		       struct error *err);

struct fetch_request {
	const struct lock_choice *choices;
	size_t len;
	const char *folder; // that the lock lies in: its paths are relative to it
	struct store_locator locator;
	admit_file *admit; // wheel_admit of builder/wheel, which checks RECORD (inst.2)
};

// Makes every chosen file present and verified. It is looked for in the store, in the
// wheelhouses, at the locator, and at the lock's url or path; a locator that is the last
// resort comes last. Size and SHA-256 are checked while the bytes come. ERROR_INTEGRITY
// names the file and both hashes. Nothing unverified is ever visible under its digest.
NODISCARD int store_fetch(struct store *store, struct net *net,
			  const struct fetch_request *request, const struct work *work,
			  struct error *err);

// What lies in the cache, by what it is for.
enum store_kind {
	STORE_FILES,        // wheels and sdists, those that were built here too
	STORE_LAYERS,       // layer blobs
	STORE_BYTECODE,     // compiled modules of wheels
	STORE_UNPACKED,     // files of wheels, for install to link, clone or copy
	STORE_REPOSITORIES, // of git
	STORE_NOTES,   // what keys were baked and built to, paths of layers, build logs
	STORE_ANSWERS, // locks that were solved
	STORE_INDEX,   // pages and metadata
	STORE_PARTIAL, // being written, or left by a process that was killed
	STORE_KINDS,
};
const char *store_kind_name(enum store_kind kind); // "files", …

struct store_usage {
	struct {
		uint64_t count, bytes;
	} kinds[STORE_KINDS];
};
uint64_t store_usage_bytes(const struct store_usage *usage); // of all kinds

NODISCARD int store_usage(const struct store *store, struct store_usage *ret_usage,
			  struct error *err);
// Re-reads files and layers, which are named by their digest, and unpacked wheels, whose files are named by their
// CRC-32 and size; each bad one is reported and, when remove, deleted.
// ERROR_INTEGRITY if any was bad. Notes, bytecode and answers carry sums that are looked at whenever they are read.
NODISCARD int store_verify(struct store *store, bool remove, const struct work *work,
			   uint64_t *ret_checked, struct error *err);
struct prune_limits {
	uint64_t now;             // seconds since 1970
	uint64_t max_age_seconds; // what is younger stays; 0: any age
	uint64_t max_bytes;       // that may remain
};
// Deletes what was least recently used, within the limits, and what killed processes left a day ago. The index stays, and so
// do notes of what keys were baked to (key.2). ERROR_IO while another process has the store open: nothing goes missing under
// it.
NODISCARD int store_prune(struct store *store, const struct prune_limits *limits,
			  struct store_usage *ret_freed, struct error *err);
NODISCARD int store_clear(struct store *store, struct store_usage *ret_freed,
			  struct error *err);
