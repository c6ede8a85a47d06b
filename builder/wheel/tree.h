// SPDX-License-Identifier: MIT
// The environment tree: what a group of wheels puts below the prefix, as entries in the
// order a layer holds them.
//
//	wheels of one layer ──open──▶ struct wheel_file ──tree_of_wheels──▶ struct tree ──▶ layer/ (tar and members)
//	                                                                          └──────▶ install (a live file system)
//
// A tree is a list of directories, files and links with full in-image paths and final
// modes, sorted as tar.3 says, every ancestor directory included (tar.4). A file's bytes
// are either a wheel's own (kind TREE_FILE_FROM_WHEEL, still compressed in the mapped
// archive) or made here (scripts, RECORD, INSTALLER; kind TREE_FILE_GENERATED).
#pragma once

#include "base/files.h"
#include "base/zip.h"
#include "builder/builder.h"

struct tree_options {
	struct slice prefix; // "/opt/venv" (env.1)
	// "/usr/local/bin/python3.12": the skeleton's link and `home`
	struct slice interpreter;
	enum scheme scheme;
	unsigned strip; // enum strip_rule
	// Gives X.Y, the "t" of free-threaded builds, and `version =`
	const struct target *target;
	bool strict; // different bytes at one path are an error (env.10)
};

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

// Opens a choice's wheel out of the store; its RECORD was checked when it entered.
// ERROR_IO where the store lacks it.
NODISCARD int wheel_file_open(const struct store *store, const struct lock_choice *choice,
			      struct arena *arena, struct wheel_file *ret_wheel,
			      struct error *err);
void wheel_file_close(struct wheel_file *wheel); // fine on a zeroed struct

// The direct_url.json that env.9 wants for a choice (URL, archive and VCS sources), ""
// for files of an index or of this host. From the lock alone: no wheel is opened. Part of
// the layer key.
struct slice wheel_direct_url(const struct lock_choice *choice, struct arena *arena);

enum tree_kind {
	TREE_DIRECTORY,
	TREE_FILE_FROM_WHEEL, // zip, wheel
	TREE_FILE_GENERATED,  // bytes
	TREE_SYMLINK,         // bytes: the target's text
};

struct tree_entry {
	// Without leading slash or, for directories, final one:
	// "opt/venv/lib/…/numpy/__init__.py"
	struct slice path;
	enum tree_kind kind;
	unsigned mode; // permission bits, final (tar.10, env.5, env.7)
	// Index of the wheel it comes from or was made for; 0 for directories and
	// skeleton
	uint32_t wheel;
	const struct zip_entry *zip; // only TREE_FILE_FROM_WHEEL
	struct slice bytes;          // generated content or link target
};

// Two wheels of one tree with one path: the later wheel's file is in the tree (env.10).
// Equal bytes and mode are silent.
//
// Or two paths of one wheel that differ in case or in Unicode form (composed and decomposed letters) alone: then loser
// and winner are that wheel and twin is the other path. Both are in the tree, as Linux can hold both, but who copies it
// to a system that holds them to be one loses one.
struct tree_collision {
	struct slice path, twin;
	uint32_t loser, winner; // indexes of wheels
};

struct tree {
	// By path_cmp_walk; no path twice; every ancestor has its entry
	struct tree_entry *entries;
	size_t len, cap;
	// Twins in the order of wheels; then by path and loser
	struct tree_collision *collisions;
	size_t collisions_len, collisions_cap;
	uint64_t stripped_files, stripped_bytes; // of its wheels, left out (env.11)
};

// wheels in the order of plan.4 (inside a layer that is the order of names; install takes
// plan_order of layer/plan.h): the later one wins (env.10). They must stay open while the
// tree is used. The tree and its texts live in arena. ERROR_INTEGRITY: a path that leaves
// the prefix, a symbolic link, no or a malformed dist-info, a file against a directory, and,
// where the target is not Linux, two names of one wheel that differ in case or Unicode form
// alone.
// ERROR_INPUT with options->strict: a collision.
NODISCARD int tree_of_wheels(const struct tree_options *options,
			     const struct wheel_file *wheels, size_t len,
			     struct arena *arena, struct tree *ret_tree,
			     struct error *err);

// The skeleton layer's tree (env.2). ERROR_INPUT for a prefix or interpreter that env.1
// refuses.
NODISCARD int tree_of_skeleton(const struct tree_options *options, struct arena *arena,
			       struct tree *ret_tree, struct error *err);

// ERROR_INPUT unless the prefix is absolute, normalised and free of what env.1 forbids.
NODISCARD int tree_check_prefix(struct slice prefix, struct error *err);

// The same of the interpreter, which scripts name.
NODISCARD int tree_check_interpreter(struct slice interpreter, struct error *err);

// The order of tar.3: component by component, as byte strings, a parent before its
// children: <0, 0, >0. "a/b" < "a/b/c" < "a/b-c".
int path_cmp_walk(struct slice a, struct slice b);
