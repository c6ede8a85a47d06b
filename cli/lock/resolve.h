// SPDX-License-Identifier: MIT
// The driver of the solver: requirements and an index in, pins or an explained conflict out.
//
//	solver ── NEED dependencies of 7@31 ──▶ driver ── want metadata ──▶ index
//	   ▲                                      │  markers evaluated for the target, extras become nodes (sol.7)
//	   └── dependencies as rank sets ◀────────┘  want the pages of what it depends on
//
// A node is a project, or a project with one extra; both share the project's candidates. An edge is "this release
// requires that", kept so that a conflict can name the file and line, or the metadata, that asks.
#pragma once

#include "base/map.h"
#include "cli/cli.h"
#include "lockfile/lockfile.h"
#include "resolver/index/candidates.h"
#include "resolver/requirements/requirements.h"
#include "resolver/solver/solver.h"

struct binary_rule {
	struct slice name; // normalized, or ":all:"
	enum binary_mode mode;
};

// Which kinds of files of a package are taken: of rules for it and for all the last counts.
enum binary_mode binary_mode_of(const struct binary_rule *rules, size_t len,
				struct slice name);

// Versions to take where nothing speaks against them: those of the present lock, and of targets solved before.
struct preferences {
	struct map at; // name → index in versions
	struct {
		struct slice *items;
		size_t len, cap;
	} versions;
};

void preferences_init(struct preferences *preferences, struct arena *arena);
void preferences_add(struct preferences *preferences, struct slice name,
		     struct slice version); // the first stays

// A requirement that a repair has freed: what comes nearest to it is tried first.
struct leaning {
	struct slice name;
	const struct specifier_set *asked;
};

// A release of a package above one: what `why --held-back` asks besides what the user does. No fact of a conflict: who
// asked for it says so.
struct newer_request {
	struct requirement requirement; // its name, nothing else
	struct version than;
	bool prereleases; // one of those will do
};

struct resolve_options {
	const struct requirement_set *requirements;
	const struct newer_request *newer; // NULL: none
	const struct target *target;
	// Targets that markers cannot tell from `target` (two libc floors): solved jointly, one version, several wheels.
	const struct target *const *others;
	size_t others_len;
	const struct preferences *preferred; // NULL: none
	struct direct_files *direct;         // packages by URL or path; NULL: none
	struct metadata_builds *builds;      // asks build backends; NULL: nobody does
	enum prerelease_mode prerelease;
	enum resolution_mode resolution;
	bool lowest_direct; // lowest for what the user names, highest for the rest
	const struct binary_rule *binary; // in order, the last that fits wins
	size_t binary_len;
	struct slice exclude_newer;
	const struct lock_cutoff *package_cutoffs; // in the place of exclude_newer
	size_t package_cutoffs_len;
	const struct torch_choice *torch; // NULL: none
	bool spares_pins; // the cut-off does not hold for files of exactly pinned releases
	const struct leaning *leanings; // of a repair; they come before `preferred`
	size_t leanings_len;
	uint64_t rounds_max;  // 0: as many as it takes
	uint64_t deadline_ms; // of clock_ms, to give up at; 0: none
	// "" or a moment: later uploads are the last resort, the oldest first
	struct slice soft_cutoff;
	const struct lock_cutoff *soft_packages; // the same for single packages
	size_t soft_packages_len;
};

// Who asks for what: a requirement of the user's (entry) or of a release's metadata.
struct edge {
	uint32_t from;                         // node; SOLVER_ROOT for the user
	struct slice from_text;                // "torch 2.3.0" for a release's
	const struct requirement *requirement; // what is asked
	const struct requirement_entry *entry; // NULL unless the user's
	// Of the user's, that the requirement stems from; else NULL
	const struct requirement_entry *override;
	struct slice problem; // for exclusions: why the release cannot be used
};

// What is likely to be picked, before the solver has come to it (resolve_guess.c).
struct guess {
	struct {
		const struct specifier_set **items;
		size_t len, cap;
	} bounds; // of needs seen so far
	const struct project_file *file;
	bool settled;  // file is the best of what the bounds admit
	bool followed; // what it needs is expected, too
};

struct node {
	struct slice name, extra; // extra "" for the project itself
	const struct project *project;
	// For the target; `prefer` holds what all targets of the class can use
	struct candidates candidates;
	struct candidates *others; // for options->others, without `prefer`
	bool ready;                // versions given to the solver
	struct guess guess;
};

struct ask; // dependencies the solver wants to know

struct resolve {
	struct cli *cli;
	struct index *index;
	const struct resolve_options *options;
	struct solver *solver;
	struct arena arena;
	struct target_answers *answers; // of the target, then of options->others
	struct map node_ids;            // "name" or "name[extra" → node id
	struct {
		struct node *items;
		size_t len, cap;
	} nodes;             // [0] is the root
	struct map edge_ids; // text key → edge
	struct {
		struct edge *items;
		size_t len, cap;
	} edges;
	struct map ask_ids;
	struct {
		struct ask *items;
		size_t len, cap;
	} asks;
	bool is_void; // a file took the place of an index: everything is to be asked anew
	uint64_t rounds, rounds_max; // 0: as many as it takes
};

enum { PIN_HASHES_MAX = 2 }; // sha384 and sha512

// One chosen release with the extras that were asked for and what it depends on.
struct pin {
	const struct project *project;
	const struct release *release;
	uint32_t rank; // of the release
	const struct project_file *file;
	// Of the file; zero until missing_hashes.c where the index gives none
	struct sha256 sha256;
	struct lock_hash hashes[PIN_HASHES_MAX]; // others of the file, sorted
	size_t hashes_len;
	uint64_t size; // bytes
	bool has_size, yanked;
	const struct direct_file *direct; // NULL: from an index
	struct slice *dependencies;       // names, sorted, without duplicates
	size_t dependencies_len, dependencies_cap;
};

struct pin_list {
	struct pin *items; // sorted by name
	size_t len, cap;
};

void resolve_init(struct resolve *resolve, struct cli *cli, struct index *index,
		  const struct resolve_options *options);
void resolve_release(struct resolve *resolve);

// ERROR_NO with the whole explanation printed through explain (cause says the headline); ERROR_SOURCE, ERROR_INTERRUPTED.
NODISCARD int resolve_run(struct resolve *resolve, struct pin_list *ret_pins,
			  struct error *err);
// After resolve_run: the same pins with the files of options->others[other].
void resolve_pins_of_other(struct resolve *resolve, size_t other,
			   struct pin_list *ret_pins);

// --- explain.c: the conflict as numbered facts, each with its place.
enum fact_origin {
	FACT_FROM_REQUIREMENTS,
	FACT_FROM_CONSTRAINTS,
	FACT_FROM_METADATA,
	FACT_FROM_INDEX,
	FACT_FROM_LOCK
};

struct fact_line {
	enum fact_origin origin;
	struct slice text;
	struct slice wanted;  // the requirement it is about, "" for none
	struct slice missing; // why no release is what is wanted, "" if some may be
	struct slice hint;    // "" for none
	const struct requirement_entry *entry; // the user's line, NULL for the others
	struct slice too_new; // the package whose releases are out for the cut-off, or ""
};
struct explanation {
	struct fact_line *items;
	size_t len, cap;
};

bool newer_request_admits(const struct newer_request *newer,
			  const struct version *version);

json_t *explanation_as_json(const struct explanation *explanation);

// After a conflict: what cannot hold together, as text or in result; err gets the headline, and the edits (or "") as
// its hint. Returns -1.
int report_conflict(struct cli *cli, struct resolve *resolve, struct slice edits,
		    json_t *result, struct error *err);

// --- used by both
struct slice node_text(struct resolve *resolve, uint32_t node); // "uvicorn[standard]"
// What is known of a file for a target: from its source tree, a build, or the index. NULL: nothing yet.
const struct file_metadata *resolve_metadata(const struct resolve *resolve,
					     const struct project_file *file,
					     const struct target *target);
// What the set admits
struct rank_set admitted_ranks(struct resolve *resolve, uint32_t node,
			       const struct specifier_set *specifiers);
