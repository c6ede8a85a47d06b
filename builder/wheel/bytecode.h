// SPDX-License-Identifier: MIT
// Bytecode of a wheel's modules (pyc.*), compiled by the target's own interpreter and kept
// in the store, so that an unchanged wheel is not compiled again (pyc.8).
//
//	wheel ──places──▶ list of sources ──python, one fresh process──▶ bytecode/HEX: a zip of stored .pyc
//	                                                                     └──▶ tree entries below __pycache__
#pragma once

#include "base/map.h"
#include "builder/wheel/tree.h"

// The interpreter that compiles modules (pyc.*): that of the target, or one with the same version and build.
struct bytecode_interpreter {
	struct slice path;
	struct slice tag, magic, version; // "cpython-312", "cb0d0d0a", "3.12.11"
	struct sha256 banner;             // of sys.version
	struct slice *parts;              // files and folders that it consists of
	size_t parts_len;
};

struct bytecode_request {
	struct slice path; // of the interpreter
	const struct target *target;
	const struct work *work; // or NULL
};
// Asks the interpreter what it is. ERROR_INPUT: not the target's Python, or older than
// 3.7. Texts live in arena.
NODISCARD int bytecode_look_at(const struct store *store,
			       const struct bytecode_request *request,
			       struct arena *arena,
			       struct bytecode_interpreter *ret_interpreter,
			       struct error *err);
// The line of layer keys.
struct slice bytecode_key_line(const struct bytecode_interpreter *interpreter,
			       struct arena *arena);

// What was compiled of one wheel; the archive is mapped while it is open.
struct bytecode {
	struct file_map map;
	struct zip_directory directory;
	uint64_t uncompiled; // sources that are not valid for this Python (pyc.6)
};

// What a wheel's bytecode depends on beside its bytes and the interpreter.
struct bytecode_settings {
	struct store *store;
	const struct bytecode_interpreter *interpreter;
	const struct tree_options *tree;
	const struct work *work; // or NULL
};

// Takes the bytecode from the store, or compiles it into the store. ERROR_NO where the
// interpreter fails. Texts live in arena.
NODISCARD int bytecode_open(const struct bytecode_settings *settings,
			    const struct wheel_file *wheel, struct arena *arena,
			    struct bytecode *ret_bytecode, struct error *err);
void bytecode_close(struct bytecode *bytecode); // fine on a zeroed struct

struct bytecode_list {
	const struct bytecode *items; // in the order of wheels
	size_t len;
	const struct map *skips; // sources, relative to the prefix, that get none (pyc.5)
};
// The tree of .pyc files of several wheels; the last one wins.
NODISCARD int tree_of_bytecode(const struct tree_options *options,
			       const struct bytecode_list *list, struct arena *arena,
			       struct tree *ret_tree, struct error *err);

// Joins both trees: each directory stands in the result once, and of what both have
// otherwise the upper's counts.
struct tree tree_merge(const struct tree *lower, const struct tree *upper,
		       struct arena *arena);
