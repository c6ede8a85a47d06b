// SPDX-License-Identifier: MIT
// The tree of the layers on a live file system: an environment, made, brought to the lock's state, or compared with it.
#pragma once

#include "builder/wheel/bytecode.h"

// How files of wheels get into an environment on disk: out of the compressed wheel, or out of a form of it that the
// store keeps unpacked. A hard link is the store's own file: who edits it there edits it here, which is noticed by
// time and size before the next use.
enum link_mode {
	LINK_AUTO, // clone where the file systems share blocks, else inflate
	LINK_CLONE,
	LINK_COPY,
	LINK_HARDLINK,
	LINK_INFLATE,
};
// "auto", "clone", "copy", "hardlink", "inflate". ERROR_USAGE.
NODISCARD int link_mode_parse(struct slice text, enum link_mode *ret_mode,
			      struct error *err);

struct install_request {
	const struct lock_selection *selection; // wheels of one target, all in the store
	const char *prefix;
	struct slice interpreter;
	const struct bytecode_interpreter *bytecode; // NULL: no bytecode
	unsigned strip;                              // enum strip_rule
	const struct target *target;
	unsigned jobs; // 0: number of processors
	bool strict;   // different bytes at one path are an error (env.10)
	enum link_mode link_mode;
	const struct work *work; // or NULL
};

struct install_result {
	uint64_t packages, files, bytes;
	uint64_t linked, cloned, copied;         // files of them, out of unpacked wheels
	uint64_t uncompiled;                     // sources without bytecode (pyc.6)
	uint64_t stripped_files, stripped_bytes; // left out (env.11)
	struct slice *warnings; // of files that two packages bring (env.10)
	size_t warnings_len, warnings_cap;
};

// Makes the environment at request->prefix, or brings it to the lock's state; nothing is touched where it has that already.
// What users put there is kept. The result's texts live in arena. ERROR_INPUT: something that is no environment of ours is
// there.
NODISCARD int install(struct store *store, const struct install_request *request,
		      struct arena *arena, struct install_result *ret_result,
		      struct error *err);

enum install_difference_kind { INSTALL_MISSING, INSTALL_CHANGED, INSTALL_EXTRA };
struct install_difference {
	enum install_difference_kind kind;
	struct slice path; // relative to the prefix; folders that are extra end in "/"
	struct slice how;  // "has other content"
};
struct install_check_result {
	uint64_t packages, files, bytes; // of the lock; compared
	struct install_difference *differences;
	size_t len, cap;
};

// Does the environment at request->prefix equal the lock, file by file? Compared are kind, permission bits, link text and
// every byte, with the wheels themselves (which the store must have), generated files and RECORD included. Nothing else may
// lie in site-packages (a folder that is not ours is one difference; __pycache__ may be there). Times are not compared.
// request->interpreter "": the one that bin/python leads to. The differences live in arena, in the order of the tree, extra
// ones last. 0 whatever they are. ERROR_NO: there is no such directory; others as install.
NODISCARD int install_check(struct store *store, const struct install_request *request,
			    struct arena *arena, struct install_check_result *ret_result,
			    struct error *err);
