// SPDX-License-Identifier: MIT
// Runs one program that is not trusted with more than it needs: it has no network if the
// kernel lets us take that away, exactly the given variables, its output in a file and a
// limit of time, and nothing of it goes on running.
#pragma once

#include "base/arena.h"
#include "base/work.h"

enum sandbox_net {
	SANDBOX_NET_CUT,     // a network namespace of its own, without interfaces
	SANDBOX_NET_OPEN,    // as was asked
	SANDBOX_NET_REFUSED, // open, because the kernel grants no namespaces
};

struct sandbox_job {
	const char *const *arguments;   // [0] is the program's path; ended by NULL
	const char *const *environment; // "NAME=value", ended by NULL
	const char *directory;          // to run in
	const char *log_path;           // its output is appended there
	bool network;                   // leave it open
	unsigned limit_seconds;
	const struct work *work; // or NULL
};

struct sandbox_result {
	int exit_code; // 0..255, or 128 + the signal that ended it
	enum sandbox_net net;
};

// -1 where the program could not be run to its end: ERROR_IO, ERROR_INTERRUPTED, ERROR_NO
// past the limit.
NODISCARD int sandbox_run(const struct sandbox_job *job,
			  struct sandbox_result *ret_result, struct error *err);
