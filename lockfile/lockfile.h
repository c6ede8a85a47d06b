// SPDX-License-Identifier: MIT
// The lock: exact pins with hashes for named environments, PEP 751's pylock.toml (751.*).
//
//	solution ──▶ struct lock ──write──▶ pylock.toml ──read──▶ struct lock ──select(target)──▶ one file a package
//	                                                               └──export──▶ requirements.txt with --hash
//
// The model knows no syntax; builder and audit see this alone. Writing is canonical: the same lock gives the same bytes (keys
// in a fixed order, packages by name, files by name). Reading is strict: every key's type is checked exactly, unknown keys
// are ignored, unknown lock-version minors warn and majors fail.
#pragma once

#include "base/digest.h"
#include "packaging/marker.h"
#include "packaging/specifier.h"
#include "packaging/tags.h"

enum lock_file_kind { LOCK_WHEEL, LOCK_SDIST, LOCK_ARCHIVE };

struct lock_hash {
	struct slice algorithm, hex; // both lower case
};

// One distribution file. Equal to packages.wheels[], packages.sdist or packages.archive.
struct lock_file {
	enum lock_file_kind kind;
	struct slice name;        // file name; "" only for an archive
	struct slice url, path;   // either may be ""; the url never has credentials
	struct sha256 sha256;     // zero where no sha256 was given
	struct lock_hash *hashes; // the others, sorted by algorithm
	size_t hashes_len, hashes_cap;
	bool has_size;
	uint64_t size; // bytes
	// RFC 3339 in UTC ("2024-01-01T00:00:00.5Z"), "" for none.
	struct slice upload_time;
	struct slice subdirectory; // archives
};

struct lock_vcs {
	struct slice type, url, path, requested_revision, commit_id, subdirectory;
};

struct lock_directory {
	struct slice path, subdirectory;
	bool editable;
};

// What a source distribution is built with, and what came of it, for some of the lock's targets:
// [[packages.tool.pinbake.builds]]. If there is a record, the sdist is built with exactly this.
struct lock_build {
	// Names, sorted; what was asked for: pyproject.toml's, then the backend's
	struct slice *targets, *requires;
	size_t targets_len, requires_len;
	bool network;             // it asks that the build reaches it (--build-network)
	struct span network_span; // where, when read
	// Each has one file; one that is an sdist has a record of its own.
	struct lock_package *packages;
	size_t len;
	// What it was built to, without a name before that, and the Python that did: "3.7.16"
	struct lock_file wheel;
	struct slice python;
};

struct lock_package {
	struct slice name;        // normalized
	struct slice version;     // normal form; "" where unknown (directories)
	struct slice marker_text; // "" for none
	struct marker *marker;
	struct slice requires_python; // "" for none
	// Names of packages in this lock, sorted. Informational (751.4).
	struct slice *dependencies;
	size_t dependencies_len, dependencies_cap;
	struct slice index;       // URL of the index it came from, "" if none
	struct lock_file *wheels; // sorted by name
	size_t wheels_len, wheels_cap;
	bool has_sdist, has_archive, has_vcs, has_directory;
	struct lock_file sdist, archive;
	struct lock_vcs vcs;
	struct lock_directory directory;
	// The names of packages whose metadata names its address, sorted; none where the user does
	struct slice *named_by;
	size_t named_by_len;
	struct lock_build *builds;
	size_t builds_len, builds_cap;
	struct span span; // of its table, when read
};

// The record of a target, or NULL.
struct lock_build *lock_build_find(const struct lock_package *package,
				   struct slice target);
// The digest of what is built with: names, versions, digests of files and commits, but not where they come from.
struct sha256 lock_build_digest(const struct lock_build *build);

// An override or exclude of the user's as it was written, and its place: "numpy<2", "overrides.txt:3".
struct lock_policy {
	struct slice text, place;
};

// A cut-off for one package, which replaces the lock's.
struct lock_cutoff {
	struct slice name;   // normalized
	struct slice moment; // RFC 3339; "": none holds for the package
};

// What a user asked for, kept so that a reader of the lock knows its roots. Its line is
// not kept: one more comment in a requirements file must not put the lock out of date.
struct lock_requirement {
	struct slice name;      // normalized
	struct slice extras;    // "a,b", "" for none
	struct slice specifier; // canonical, "" for any version
	struct slice marker;    // "" for none
	struct slice file; // relative, as the user named it; "" where it has no such name
};

struct lock {
	struct slice lock_version;  // "1.0"
	struct slice *environments; // marker texts
	size_t environments_len, environments_cap;
	struct slice requires_python, created_by; // "pinbake"
	struct slice *extras, *groups, *default_groups;
	size_t extras_len, extras_cap;
	size_t groups_len, groups_cap;
	size_t default_groups_len, default_groups_cap;
	struct lock_package *packages; // sorted by name, then version
	size_t len, cap;
	// [tool.pinbake], disposable (751.15): names as in target.h, the absolute cut-off or
	// "" (751.16), PyTorch's backend ("cu126") and the index of all backends where it is
	// not PyTorch's own, without credentials; and what was asked for, sorted and each once.
	struct slice *targets;
	size_t targets_len, targets_cap;
	struct slice exclude_newer, torch_backend, torch_index;
	struct lock_cutoff *package_cutoffs; // sorted by name
	size_t package_cutoffs_len;
	// Written in this order, and not read back.
	struct lock_policy *overrides, *excludes;
	size_t overrides_len, excludes_len;
	struct lock_requirement *requirements;
	size_t requirements_len, requirements_cap;
};

// The lock's own package at that address, to be written to; selections have it as const.
struct lock_package *lock_own_package(struct lock *lock,
				      const struct lock_package *package);

// "app[a,b]>=2; marker".
struct slice lock_requirement_text(struct arena *arena,
				   const struct lock_requirement *requirement);

// Is it pylock.toml or pylock.NAME.toml (751.1)?
bool lock_file_name_is_valid(struct slice name);
// The name that the lock gives the file, else the last component of its path or url (751.7).
struct slice lock_file_name(struct arena *arena, const struct lock_file *file);
// Is it a wheel: by its kind, or an archive that is named like one?
bool lock_file_is_wheel(const struct lock_file *file);
// Is the path absolute, or does it lead out of the folder that it starts in (751.6)? One with a NUL counts as such.
bool lock_path_escapes(struct slice path);

// The canonical text, whatever the order of packages, files and names in the lock.
// Information that no reader would accept is corrected or left out: requires-python of
// old metadata, upload times that are none.
struct slice lock_write(struct arena *arena, const struct lock *lock);

// Problems go to diagnostics with their place; -1 if there was an error. Borrows the source's texts, but not the struct.
// If its name is a URL, paths may not leave its folder (751.6). Credentials in URLs are cut out, with a warning.
NODISCARD int lock_read(const struct source *source, struct arena *arena,
			struct lock *ret_lock, struct diagnostics *diagnostics);

// What an installer takes from the lock for one target: one file for each package,
// offline and deterministic (751.2, 751.3, 751.11). Sorted by the name of the package.
struct lock_choice {
	const struct lock_package *package;
	const struct lock_file *file; // NULL for vcs and directory
};

struct lock_selection {
	struct lock_choice *items;
	size_t len, cap;
};

// Normalized names. groups NULL means the lock's default groups, else exactly those.
struct lock_select_options {
	const struct target *target;
	const struct slice *extras, *groups;
	size_t extras_len, groups_len;
};

// ERROR_NO: no environment matches, two entries of one name remain, requires-python
// unmet, no file fits the target, no such extra or group.
NODISCARD int lock_select(const struct lock *lock,
			  const struct lock_select_options *options, struct arena *arena,
			  struct lock_selection *ret_selection, struct error *err);
