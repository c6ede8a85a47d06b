// SPDX-License-Identifier: MIT
// Runs another program to its end: no shell, exactly the given environment, its streams
// in files, and a limit of time. For programs that are trusted; others run in
// base/sandbox.h.
#pragma once

#include "base/work.h"

#include <sys/types.h>

struct process_job {
	const char *const *arguments; // [0] is the program's absolute path; ended by NULL
	const char *const *environment; // "NAME=value", ended by NULL
	const char *directory;          // to run in; NULL: the present one
	const char *input_path;         // NULL: nothing to read
	// Written anew; NULL: thrown away
	const char *output_path, *error_path;
	const char *log_path; // NULL, or both are appended to this file
	unsigned limit_seconds;
	const struct work *work; // or NULL
};

// ret_exit_code: 0..255, or 128 + the signal that ended it. -1 if the program could not
// be run to its end: ERROR_IO, ERROR_INTERRUPTED, or ERROR_SOURCE past the limit. Neither
// the program nor its children run any more then.
NODISCARD int process_run(const struct process_job *job, int *ret_exit_code,
			  struct error *err);

// How waiting for a program ended.
enum process_outcome {
	PROCESS_ENDED,       // by itself
	PROCESS_INTERRUPTED, // the user wants to stop
	PROCESS_LATE,        // it ran past the limit
};

// Waits for a child that leads a process group of its own, and reaps it. ret_exit_code is
// as above, and set for PROCESS_ENDED alone. For the other outcomes the group is ended,
// first by a signal that it may handle.
enum process_outcome process_wait(pid_t child, unsigned limit_seconds,
				  const struct work *work, int *ret_exit_code);
// Kills every such group at once, without waiting. For a signal handler that ends the process.
void process_end_all(void);
