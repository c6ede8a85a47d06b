// SPDX-License-Identifier: MIT
// The driver of the solver: requirements and an index in; for each target its pins, or a conflict, out.
//
//	solver ── NEED dependencies of 7@31 ──▶ driver ── want metadata ──▶ index
//	   ▲                                      │  markers evaluated for the target, extras become nodes (sol.7)
//	   └── dependencies as rank sets ◀────────┘  want the pages of what it depends on
//
// A node is a project, or a project with one extra; both share the project's candidates. An edge is "this release
// requires that", kept so that a conflict can name the file and line, or the metadata, that asks. Targets that no
// marker tells apart are one class and solved jointly (sol.5); later classes prefer what earlier ones picked.
//
//	request.h  what is asked       direct.h   files that stand for a name      cutoff.h   --exclude-newer
//	torch.h    PyTorch's builds    search.h   one search as it stands, for resolver/explain
//
// What a lower folder needs of a higher one comes as callbacks, struct driver_host: files by URL are fetched, commits
// and folders are taken, and build backends are asked by whoever owns the driver.
#pragma once

#include "base/work.h"
#include "resolver/driver/addresses.h"
#include "resolver/driver/cutoff.h"
#include "resolver/driver/direct.h"
#include "resolver/driver/torch.h"

// A question that only a build backend answers (PEP 517). The file can be fetched, or is of this machine.
struct metadata_question {
	const struct project_file *file;
	struct slice name, version; // "" where unknown: then any will do
	struct slice subdirectory;
	bool is_own; // the user's own folder: its build may name addresses
	const struct target *target;
};

struct driver_host {
	// Brings a file, commit or folder into the store. Errors without a place. NULL: such requirements are refused.
	int (*take_direct)(void *context, const struct direct_request *request,
			   struct direct_file *ret_file, struct error *err);
	// The answer lives in the driver's arena. NULL: no backend is asked.
	int (*ask_backend)(void *context, const struct metadata_question *question,
			   const struct file_metadata **ret_metadata, struct error *err);
	void *context;
};

// What all solves of one request share. Everything but direct and answers is the owner's.
struct driver {
	struct arena *arena; // outlives the solutions
	struct index *index;
	const struct work *work;
	struct diagnostics *diagnostics;
	struct driver_host host;
	// Of metadata; the names that the user takes come with driver_take_direct
	struct address_rules addresses;
	// URL of the index that messages need not name; "" for none
	struct slice usual_index;
	struct direct_files direct;
	// By backends: file, subdirectory and target → item of answers
	struct map answered;
	ARRAY_OF(const struct file_metadata *) answers;
};

// After arena, index, work, diagnostics and host are set.
void driver_init(struct driver *driver);

// Takes what the set's entries name by URL or path, where their marker holds for a target. Entries without a name get
// that of the file. Errors of the host, with the place of the entry.
NODISCARD int driver_take_direct(struct driver *driver, struct requirement_set *set,
				 const struct target_list *targets, struct error *err);
// Asks the host, unless it was asked before; NULL host functions: a bug.
NODISCARD int driver_ask_backend(struct driver *driver,
				 const struct metadata_question *question,
				 const struct file_metadata **ret_metadata,
				 struct error *err);

enum { PIN_HASHES_MAX = 2 }; // sha384 and sha512

// One chosen release with the extras that were asked for and what it depends on.
struct pin {
	const struct project *project;
	const struct release *release;
	uint32_t rank; // of the release
	const struct project_file *file;
	struct sha256 sha256; // of the file; zero where the index gives none
	struct lock_hash hashes[PIN_HASHES_MAX]; // others of the file, sorted
	size_t hashes_len;
	uint64_t size; // bytes
	bool has_size, yanked;
	const struct direct_file *direct; // NULL: from an index
	struct slice *dependencies;       // names, sorted, without duplicates
	size_t dependencies_len, dependencies_cap;
	// Of direct: the names of packages whose metadata says where it is, sorted; none where the user does
	struct slice *named_by;
	size_t named_by_len, named_by_cap;
};

struct pin_list {
	struct pin *items; // sorted by name
	size_t len, cap;
};

// The pin of a normalized name, or NULL.
const struct pin *pins_find(const struct pin_list *pins, struct slice name);

struct solution; // of one request; opaque here

// Solves for every target, one class after the other. *ret_solution is set in any case and is to be freed; the request
// must outlive it. ERROR_NO: it holds the conflict, if there is one (solution_has_conflict); ERROR_SOURCE;
// ERROR_INCOMPLETE for a limit; ERROR_INTERRUPTED; those of the host.
NODISCARD int driver_solve(struct driver *driver, const struct resolve_request *request,
			   struct solution **ret_solution, struct error *err);
void solution_free(struct solution *solution); // NULL is fine

struct driver *solution_driver(const struct solution *solution);
const struct resolve_request *solution_request(const struct solution *solution);
// What was picked for the at-th target of the request. The caller may fill in digests.
struct pin_list *solution_pins(const struct solution *solution, size_t at);
// After ERROR_NO: which target could not be had, and whether the solver found out why.
size_t solution_failed(const struct solution *solution);
bool solution_has_conflict(const struct solution *solution);
// After ERROR_NO: did it end at a release whose dependencies only a build backend knows? Then there is no conflict.
bool solution_wants_build(const struct solution *solution);
// After ERROR_NO: would each target of the class that failed do alone, within so many milliseconds?
bool solution_solves_apart(const struct solution *solution, uint64_t ms);

struct solve_counts {
	uint64_t decisions, conflicts, incompatibilities, rounds; // over all classes
};
struct solve_counts solution_counts(const struct solution *solution);
