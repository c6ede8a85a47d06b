// SPDX-License-Identifier: MIT
// What the driver is asked to solve: requirements, targets, what the user wants of releases, how long the search may
// take, and what it should lean to. A struct that is zero but for requirements and targets is the default of each.
#pragma once

#include "lockfile/lockfile.h"
#include "resolver/index/candidates.h"
#include "resolver/requirements/requirements.h"

struct binary_rule {
	struct slice name; // normalized, or ":all:"
	enum binary_mode mode;
};

// Which kinds of files of a package are taken: of rules for it and for all the last counts.
enum binary_mode binary_mode_of(const struct binary_rule *rules, size_t len,
				struct slice name);

// PyTorch's accelerator: torch.h.
struct torch_choice {
	struct slice backend; // "cu126"; "" for none
	// "" for PyTorch's own place of indexes; else the one that was named, maybe with credentials
	struct slice base;
	struct slice url; // of the index: base and backend
};

// Releases whose dependencies only a build backend knows, where none is asked.
enum unbuilt_mode {
	UNBUILT_REFUSED, // end the search that needs one: ERROR_NO
	UNBUILT_LEFT_OUT,
};

// What the user wants of releases and their files.
struct resolve_policy {
	enum prerelease_mode prerelease;
	enum resolution_mode resolution;
	bool lowest_direct; // lowest for what the user names, highest for the rest
	const struct binary_rule *binary; // in order, the last that fits wins
	size_t binary_len;
	struct slice exclude_newer; // RFC 3339; "" for none
	// Sorted by name; each stands in the place of exclude_newer for its package
	const struct lock_cutoff *package_cutoffs;
	size_t package_cutoffs_len;
	enum unbuilt_mode unbuilt;
	bool share_versions; // of targets, whatever their Pythons, wherever one can serve them
	bool prefer_binary; // releases that have a wheel before those that have none
	bool spares_pins; // the cut-off does not hold for files of exactly pinned releases
	const struct torch_choice *torch; // NULL: none
};

// When a search is given up with ERROR_INCOMPLETE; zero members bound nothing.
struct resolve_limits {
	uint64_t rounds;      // of questions to the index
	uint64_t deadline_ms; // of the work's clock
};

// A requirement that a repair has freed: what comes nearest to it is tried first.
struct leaning {
	struct slice name;
	const struct specifier_set *asked;
};

// A release of a package above one: what "why is it held back" asks besides what the user does. It is no fact of a
// conflict: who asked for it says so.
struct newer_request {
	struct requirement requirement; // its name, nothing else
	struct version than;
	bool prereleases; // one of those will do
};

bool newer_request_admits(const struct newer_request *newer,
			  const struct version *version);

// What only explanations set: it changes the order in which releases are tried, or asks for one more.
struct resolve_bias {
	const struct newer_request *newer; // NULL: none
	const struct leaning *leanings;    // they come before preferences
	size_t leanings_len;
	// "" or a moment: releases uploaded later are the last resort, the oldest first
	struct slice soft_cutoff;
	const struct lock_cutoff *soft_packages; // the same for single packages
	size_t soft_packages_len;
};

// Versions to take where nothing speaks against them: those of the present lock, and of targets solved before.
enum { PREFERENCE_NONE = UINT32_MAX };

struct preference {
	struct slice name, version;
	const struct marker *marker; // the targets that it is for; NULL: all
	uint32_t earlier;            // the one before it of that name
};

struct preferences {
	struct map last; // name → index in items
	ARRAY_OF(struct preference) items;
};

void preferences_init(struct preferences *preferences, struct arena *arena);
// For all targets. Of several of a name the first that is for a target counts. Texts are borrowed.
void preferences_add(struct preferences *preferences, struct slice name,
		     struct slice version);
// The others' after those that are there; NULL adds nothing.
void preferences_add_all(struct preferences *preferences,
			 const struct preferences *others);
// The lock's pins, each for its targets: all but those named in `released` (normalized or not). Borrows from the lock.
void preferences_add_lock(struct preferences *preferences, const struct lock *lock,
			  const struct slice_list *released);
// The version for that target; NULL has none.
bool preferences_find(const struct preferences *preferences, struct slice name,
		      const struct target *target, struct slice *ret_version);

struct target_list {
	struct target *items;
	size_t len, cap;
};

// Adds a target, unless one of its name is there. ERROR_USAGE for more than TARGETS_MAX.
NODISCARD int target_list_add(struct arena *arena, struct target_list *targets,
			      const struct target *target, struct error *err);

// All is borrowed, and must outlive the solution.
struct resolve_request {
	const struct requirement_set *requirements;
	struct target_list targets; // 1 to TARGETS_MAX
	struct resolve_policy policy;
	struct resolve_limits limits;
	struct resolve_bias bias;
	const struct preferences *preferred; // NULL: none
};
