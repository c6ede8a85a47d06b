// SPDX-License-Identifier: MIT
// One file's way to its metadata, rung by rung (658.1, 658.2, 643.1, idx.1), as a state
// machine without I/O:
//
//	wheel:  .metadata, if announced ──▶ tail range ──▶ more tail ──▶ entry ──▶ METADATA
//	                                        └── no ranges ──▶ .metadata ──▶ whole file
//	sdist:  head range ──PKG-INFO not in it──▶ whole file ──▶ PKG-INFO; of old
//	        ones [project] of pyproject.toml, then egg-info
//
// The driver sends what ladder_request says, hands the answer to ladder_take, and goes on
// until that does not return LADDER_AGAIN.
#pragma once

#include "base/digest.h"
#include "base/zip.h"
#include "resolver/index/index.h"

// What is known about a host of files.
struct file_host {
	struct slice origin;                        // "https://files.example"
	unsigned metadata_served, metadata_missing; // answers to .metadata
	bool no_ranges;
};

enum ladder_step {
	LADDER_METADATA_FILE,
	LADDER_TAIL,
	LADDER_ENTRY,
	LADDER_HEAD,
	LADDER_WHOLE,
};

struct ladder {
	const struct project_file *file;
	struct file_host *host;
	struct arena *arena; // for the metadata text and what is read on the way
	enum ladder_step step;
	bool asked_metadata_file;
	uint64_t size;          // of the whole file; 0: unknown yet
	uint64_t tail;          // bytes to ask for from the end
	struct zip_entry entry; // METADATA, for LADDER_ENTRY
	uint64_t from, to;      // where it lies, inclusive
	bool unverified;        // what was found came from .metadata, without a hash
	bool from_egg_info;     // what was found is more than PKG-INFO itself says
	bool needs_build;       // LADDER_UNUSABLE: only the build backend knows it
};

enum ladder_result {
	LADDER_AGAIN,    // another request
	LADDER_FOUND,    // *ret_text
	LADDER_UNUSABLE, // the file says nothing that can be used: err
	// The file could not be had, or is not what the index promised: err.
	LADDER_FAILED,
};

void ladder_begin(struct ladder *ladder, const struct project_file *file,
		  struct file_host *host, struct arena *arena);
// Fills url, ranges and limits; texts live in the ladder's arena.
void ladder_request(const struct ladder *ladder, struct net_request *ret_request);
// The text lives as long as the answer and the arena.
enum ladder_result ladder_take(struct ladder *ladder, const struct net_response *response,
			       struct slice *ret_text, struct error *err);
// Rejects what the ladder found without a hash, and goes on to the file itself.
void ladder_reject(struct ladder *ladder);
// Takes the metadata out of the bytes of a whole file; their digest is checked.
enum ladder_result ladder_take_whole(struct ladder *ladder, struct slice bytes,
				     struct slice *ret_text, struct error *err);
