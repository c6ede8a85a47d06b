// SPDX-License-Identifier: MIT
// Requirements to locks: part of the library's door.
#pragma once

#include "pinbake/lock_request.h"
#include "resolver/explain/explain.h"

#pragma GCC visibility push(default) // of libpinbake

struct session;

// One lock of an outcome.
struct lock_part {
	struct slice name;         // "" for the only one
	const char *path;          // the request's with the name in it; NULL for none
	struct slice text;         // the lock, as it is to be written
	struct slice present_text; // what path held, "" for nothing or no lock
	bool is_remembered;        // solved by an earlier session
	size_t packages;           // entries
	size_t undated; // those with a file whose upload time the index does not say
	// Packages from addresses that others name: "lib (web)", "helper (the build of web)"
	struct slice_list by_metadata;
	size_t targets;
	// RFC 3339: what was uploaded later does not exist for this lock; "" for none. And one that the present lock had, and
	// that nobody asked to end
	struct slice cutoff, ended_cutoff;
	struct slice target;           // name of the first
	const struct edit_list *edits; // of a repair; NULL for none
	struct solve_counts counts;    // zero where it is remembered
	struct index_counts index_counts;
	uint64_t took_ms;
};

struct lock_part_list {
	struct lock_part *items;
	size_t len, cap;
};

struct lock_outcome {
	struct lock_part_list parts;
	bool is_several; // each has a name
	// Where requirements cannot hold
	bool has_explanation;
	struct explanation facts;
	struct repair_list repairs; // best first; none may be known
};

// Resolves. ERROR_NO where the requirements cannot hold: has_explanation says whether the outcome tells why; the other
// kinds of failure are those of reading, the index, builds and files. Problems and warnings with places go to
// diagnostics. Nothing is written but to the cache.
NODISCARD int pinbake_lock(struct session *session, const struct lock_request *request,
			   struct arena *arena, struct lock_outcome *ret_outcome,
			   struct diagnostics *diagnostics, struct error *err);

// The files of a request as requirements, every entry with its place. ERROR_INPUT, ERROR_SOURCE, ERROR_USAGE, with
// diagnostics.
NODISCARD int pinbake_requirements(struct session *session,
				   const struct lock_inputs *inputs, struct arena *arena,
				   struct requirement_set *ret_set,
				   struct diagnostics *diagnostics, struct error *err);

// Places that only a lock names: who makes it again has to name them.
struct lock_places {
	struct slice_list extra_index_urls, find_links;
	struct slice index_url; // "" for none
	bool no_index;
};

struct why_request {
	// What locks it again, for all its targets; `path` is read
	struct lock_request lock;
	struct slice name; // of the package
	// The targets of which its pin is asked about; none: all
	struct target_list asked;
};

struct why_outcome {
	struct held_back held_back;
	struct lock_places places;
};

// Why the present lock's pin of a package is not newer.
NODISCARD int pinbake_why_not_newer(struct session *session,
				    const struct why_request *request,
				    struct arena *arena, struct why_outcome *ret_outcome,
				    struct diagnostics *diagnostics, struct error *err);

#pragma GCC visibility pop
