// SPDX-License-Identifier: MIT
// The environment tree: what a group of wheels puts below the prefix, as entries in the
// order a layer holds them.
//
//	wheels of one layer ──open──▶ struct wheel_file ──tree_of_wheels──▶ struct tree ──▶ layer/ (tar and members)
//	                                                                          └──────▶ install/ (a live file system)
//
// A tree is a list of directories, files and links with full in-image paths and final
// modes, sorted as tar.3 says, every ancestor directory included (tar.4). A file's bytes
// are either a wheel's own (kind TREE_FILE_FROM_WHEEL, still compressed in the mapped
// archive) or made here (scripts, RECORD, INSTALLER; kind TREE_FILE_GENERATED).
#pragma once

#include "builder/wheel/scheme.h"
#include "builder/wheel/wheel.h"

// What is left out of environments on request (env.11): bits.
enum strip_rule { STRIP_TESTS = 1, STRIP_PYI = 2, STRIP_HEADERS = 4 };

// "tests,pyi,headers" in any order. ERROR_USAGE.
NODISCARD int strip_parse(struct slice text, unsigned *ret_rules, struct error *err);
// The rules as text, "none" for none: what layer keys hold the SHA-256 of.
struct slice strip_rules_text(unsigned rules, struct arena *arena);

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

// One wheel as it lies in an environment: its files with their places and modes, its scripts, and its new RECORD
// (env.3–env.9), whatever other wheels bring.
struct installed_file {
	struct slice path; // relative to the prefix
	unsigned mode;
	const struct zip_entry *zip; // the wheel's own bytes, or NULL
	struct slice bytes;          // where zip is NULL
};

struct installed_wheel {
	struct installed_file *files; // in no order that matters; no path twice
	size_t len, cap;
	uint64_t stripped_files, stripped_bytes; // left out (env.11)
};

// Texts live in arena; zip entries are borrowed from wheel. ERROR_INTEGRITY as
// wheel_check, and for a wheel without RECORD, malformed entry points, or two entries
// at one place.
NODISCARD int installed_wheel_of(const struct wheel_file *wheel,
				 const struct tree_options *options, struct arena *arena,
				 struct installed_wheel *ret_installed,
				 struct error *err);

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

// Joins the wheels, which are in the order of plan.4 (within a layer by name; install
// takes plan_order of layer/plan.h): the later one wins (env.10). They must stay open
// while the tree is used. The tree and its texts live in arena. ERROR_INTEGRITY: a path
// that leaves the prefix, a symbolic link, no or a malformed dist-info, a file against a
// directory, and, where the target is not Linux, two names of one wheel that differ in
// case or Unicode form alone. ERROR_INPUT with options->strict: a collision.
NODISCARD int tree_of_wheels(const struct tree_options *options, struct wheel_list wheels,
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

// "'/PATH' is in 'LOSER' and 'WINNER'; that of 'WINNER' is taken"
struct slice collision_text(struct arena *arena, struct slice path, struct slice loser,
			    struct slice winner);
// The same for a collision of these wheels' tree; "'/PATH' and '/TWIN' of 'NAME' differ in case or Unicode form alone".
struct slice tree_collision_text(struct arena *arena,
				 const struct tree_collision *collision,
				 const struct wheel_file *wheels);
