// SPDX-License-Identifier: MIT
// Runs one program that is not trusted with more than it needs.
//
//	pinbake ──clone: namespaces──▶ first process ──builds the view──▶ the program
//	   │  writes the maps of ids        │ process 1: when it ends, all of them end
//	   └──────────waits, ends it────────┘
//
// It sees a file system of its own (sandbox_root.c), no process and no network but its own, exactly the given variables,
// no descriptor, no terminal. It has no capabilities, gains none, and may not ask the kernel for what sandbox_filter.c
// lists. Where pinbake is root, the program is another user. What cannot be walled in whole is not run.
#pragma once

#include "base/arena.h"
#include "base/work.h"

enum sandbox_walls {
	SANDBOX_CONFINED,
	// As the user asked for: the files and processes of who runs pinbake are in reach. It gets no network unless asked,
	// gains no rights, and nothing of it goes on running.
	SANDBOX_UNCONFINED,
};

enum sandbox_how {
	SANDBOX_SHOW,  // to be read
	SANDBOX_WRITE, // to be read and written
	SANDBOX_HIDE,  // empty, where a place before it would show it
};

// A file or folder that the program sees at its own path, besides the system's.
struct sandbox_place {
	const char *path; // absolute; links on the way are shown too
	enum sandbox_how how;
};

// Of one log; who prints more is ended.
enum { SANDBOX_LOG_BYTES_MAX = 256 * 1024 * 1024 };

struct sandbox_job {
	const char *const *arguments;   // [0] is the program's path; ended by NULL
	const char *const *environment; // "NAME=value", ended by NULL
	const char *directory;          // to run in
	const char *input_path;         // opened by pinbake itself; NULL: nothing to read
	const char *log_path;           // its output is appended there
	// Seen in this order, ended by a path NULL; NULL: none
	const struct sandbox_place *places;
	// Where pinbake is root, the program is the owner of this folder; NULL: nobody.
	const char *owner_of;
	enum sandbox_walls walls;
	bool network; // leave it open
	unsigned limit_seconds;
	const struct work *work; // or NULL
};

struct sandbox_result {
	int exit_code; // 0..255, or 128 + the signal that ended it
	bool refused; // set for errors too: no sandbox can be had here, so nothing was run
};

// -1 where the program could not be run to its end: ERROR_IO, ERROR_INTERRUPTED, ERROR_NO past the limit of time or of
// what it may print, ERROR_INPUT where no sandbox can be had.
NODISCARD int sandbox_run(const struct sandbox_job *job,
			  struct sandbox_result *ret_result, struct error *err);

// Can one be had? Tries, and runs nothing in it. ERROR_INPUT says what is missing.
NODISCARD int sandbox_try(struct error *err);

// Gives a folder and all that is in it to the user that a job's program is, by its owner_of. Does nothing unless pinbake
// is root.
NODISCARD int sandbox_hand_over(const char *path, const char *owner_of,
				struct error *err);
// The reverse, for what we write into again once nothing runs in there any more.
NODISCARD int sandbox_take_back(const char *path, struct error *err);
