// SPDX-License-Identifier: MIT
// What the solver may choose from a project page: one file of each release for one
// target, under a policy (sol.1–sol.6).
#pragma once

#include "base/map.h"
#include "resolver/index/index.h"

enum prerelease_mode {
	PRERELEASE_IF_NECESSARY,
	PRERELEASE_ALLOW,
	PRERELEASE_DISALLOW,
	PRERELEASE_EXPLICIT
};
enum binary_mode { BINARY_ANY, BINARY_ONLY, BINARY_NONE };
enum resolution_mode { RESOLUTION_HIGHEST, RESOLUTION_LOWEST };

// One target's answers to the texts that recur on the pages of all projects: tag sets and
// requires-python. Zeroed but for the arena is empty.
struct target_answers {
	struct map tags, pythons;
};

// The SHA-256 digests that one requirement allows its file to have.
struct allowed_hashes {
	const struct sha256 *items;
	size_t len;
};

struct candidate_policy {
	const struct target *target;
	struct target_answers *answers; // of that target; NULL: none are kept
	enum prerelease_mode prerelease;
	enum binary_mode binary;
	enum resolution_mode resolution;
	// A direct requirement's specifier names a pre-release of this project (440.10)
	bool user_names_prerelease;
	// What the user says of the project. Where it pins a version exactly, yanked
	// files are usable (592.2).
	const struct specifier_set *const *direct_specifiers;
	size_t direct_len;
	// RFC 3339 or "": files uploaded later do not exist (check it with
	// upload_time_parse)
	struct slice exclude_newer;
	// "cu126": releases with another local version are out, those without one are
	// not. "": any.
	struct slice local_version;
	// A file must be in each of these. If no file of the project is, they choose
	// nothing (req.3), and the check of the pick says what is wrong.
	const struct allowed_hashes *allowed;
	size_t allowed_len;
	bool prefer_binary; // releases that have a wheel come before those that have none
	bool spares_pins;   // a release that the user pins exactly has all its files
};

enum candidate_reason {
	CANDIDATE_USABLE,
	CANDIDATE_NO_FILES, // nothing readable
	CANDIDATE_PYTHON,   // requires-python
	CANDIDATE_TAGS,     // wheels only, none for this target
	CANDIDATE_YANKED,
	CANDIDATE_PRERELEASE,
	CANDIDATE_TOO_NEW,
	CANDIDATE_QUARANTINED, // the whole project, by its index (792.1)
	CANDIDATE_LOCAL,       // another local version than the policy's
	CANDIDATE_HASH,        // no file that fits has an allowed hash
	CANDIDATE_BINARY,      // only-binary and no wheel; no-binary and no sdist
};

#define NO_FILE UINT32_MAX

struct candidate {
	// The place of the wheel (or sdist) that speaks for the release; NO_FILE unless
	// usable
	uint32_t file;
	enum candidate_reason reason : 8;
	bool yanked : 1, prerelease : 1, sdist : 1;
};

struct candidates {
	const struct project *project;
	struct candidate *items; // one per release, same rank
	size_t len;
	uint32_t *prefer; // usable ranks, best first
	uint32_t prefer_len;
	// Files kept though exclude_newer is set and the index gives no upload time
	// (700.2)
	size_t undated;
};

void candidates_select(const struct project *project,
		       const struct candidate_policy *policy, struct arena *arena,
		       struct candidates *ret_candidates);

// The file that speaks for the release of that rank; NULL unless usable.
const struct project_file *candidate_file(const struct candidates *candidates,
					  uint32_t rank);

// Microseconds since 1970 of an RFC 3339 time ("2024-02-29T12:00:00.5Z"); false for
// anything else.
bool upload_time_parse(struct slice text, int64_t *ret_microseconds);

// The reverse, for seconds since 1970: "2024-02-29T12:00:00Z".
struct slice upload_time_text(struct arena *arena, uint64_t seconds);

// Why the release of that rank is not usable, for messages, where it follows "it": "needs
// Python >=3.13", "has wheels only for …".
struct slice candidate_reason_text(struct arena *arena,
				   const struct candidates *candidates, uint32_t rank,
				   const struct target *target);
