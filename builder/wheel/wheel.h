// SPDX-License-Identifier: MIT
// One wheel: opened out of the store, checked before it enters there, its entries read.
#pragma once

#include "base/files.h"
#include "base/inflate.h"
#include "base/zip.h"
#include "builder/store/store.h"

// An open wheel: mapped, its central directory read. Everything lives in the arena of
// wheel_file_open but the map.
struct wheel_file {
	struct slice name, version; // normalized, as the lock says
	struct slice file_name;     // for messages
	// Canonical direct_url.json, "" where none is written (env.9)
	struct slice direct_url;
	struct sha256 sha256;
	struct file_map map;
	struct zip_directory directory;
};

struct wheel_list {
	const struct wheel_file *items;
	size_t len;
};

// Opens a choice's wheel out of the store; its RECORD was checked when it entered, and its SHA-256 is looked at on its
// first use in a run (store_check_bytes). ERROR_IO where the store lacks it.
NODISCARD int wheel_file_open(const struct store *store, const struct lock_choice *choice,
			      struct arena *arena, struct wheel_file *ret_wheel,
			      struct error *err);
// For a look that may do without: what is written is taken from a wheel only after wheel_file_check.
NODISCARD int wheel_file_open_unchecked(const struct store *store,
					const struct lock_choice *choice,
					struct arena *arena, struct wheel_file *ret_wheel,
					struct error *err);
NODISCARD int wheel_file_check(const struct store *store, const struct wheel_file *wheel,
			       struct error *err);
void wheel_file_close(struct wheel_file *wheel); // fine on a zeroed struct

// The direct_url.json of a choice (env.9): of URL, archive and VCS sources, "" for files
// of an index or of this host. It is read off the lock alone, so no wheel is opened for
// it. Part of the layer key.
struct slice wheel_direct_url(const struct lock_choice *choice, struct arena *arena);

// --- the one thorough look at a wheel, before it enters the store (inst.1, inst.2, gz.11) ---

// Inflates everything once, in pieces. wheel->name and file_name must be set.
// ERROR_INTEGRITY, naming file and entry, for all that layout_of_wheel refuses, and: a
// WHEEL file that is missing or of a newer major version; no RECORD; an entry without a
// row in it, with a hash weaker than SHA-256 or another hash; a wrong length or CRC-32; a
// compression that wheels do not use; entry points that name no function; two entries at
// one place.
NODISCARD int wheel_check(const struct wheel_file *wheel, const struct work *work,
			  struct error *err);

// The same from a path, under the names of the lock. work may be NULL.
NODISCARD int wheel_check_path(const char *path, struct slice project,
			       struct slice file_name, const struct work *work,
			       struct error *err);

// For store_fetch: a file that is a wheel has to pass wheel_check_path.
NODISCARD int wheel_admit(const struct arrived_file *file, const struct work *work,
			  struct error *err);

// --- one entry, inflated piece by piece and checked on the way ---------------------------

// The entry's bytes go to sink in pieces of at most 256 KiB. ERROR_INTEGRITY, naming file and entry, where the length or
// CRC-32 is another or the stream is broken; bytes after the stream's end are tolerated (gz.8). Read pages are given back
// to the system.
NODISCARD int entry_stream(const struct wheel_file *wheel, const struct zip_entry *zip,
			   struct inflater *inflater, struct inflate_sink sink,
			   struct error *err);

// The whole entry, at most max_bytes, in arena.
NODISCARD int entry_read(const struct wheel_file *wheel, const struct zip_entry *zip,
			 uint64_t max_bytes, struct arena *arena, struct slice *ret_bytes,
			 struct error *err);

// 0755 for a regular file with any execute bit, else 0644 (tar.10).
unsigned wheel_entry_mode(const struct zip_entry *zip);
