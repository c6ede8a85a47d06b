// SPDX-License-Identifier: MIT
// What the parts of the sandbox share. All of it but the plan is called between fork and exec: no memory is asked for
// there, and nothing is reported but a step and errno.
#pragma once

#include "base/sandbox.h"

#include <linux/filter.h>
#include <sys/types.h>

// What failed; names in sandbox.c.
enum sandbox_step {
	SANDBOX_WANTS_IDENTITY = 1, // no failure: the parent is to write the maps
	SANDBOX_IDENTITY,
	SANDBOX_NAMESPACE,
	SANDBOX_VIEW,
	SANDBOX_PLACE,
	SANDBOX_DEVICES,
	SANDBOX_PROC,
	SANDBOX_RIGHTS,
	SANDBOX_FILTER,
	SANDBOX_PROGRAM, // the sandbox stands, but the program cannot be run
};

struct sandbox_report {
	int step, error;
};

enum { SANDBOX_ID = 1000, SANDBOX_FILTER_MAX = 256 };

struct sandbox_plan {
	const struct sandbox_job *job;
	// The namespaces are made with the rights of root, and the program's own user namespace
	// last. Others begin with that, to have rights in it.
	bool is_privileged;
	bool tries;        // ends before the program is run
	unsigned uid, gid; // of the program, as seen from here
	int input, log, report, go;
	// This process's command line and variables as the kernel shows them: in a copy of its memory they are wiped out.
	char *words;
	size_t words_len;
	struct sock_fprog filter;
	struct sock_filter instructions[SANDBOX_FILTER_MAX];
};

// A child as by fork, in new namespaces. fork itself would take locks that another thread may hold.
pid_t sandbox_clone(unsigned long flags);

// sandbox_child.c: the first process of the sandbox, and what watches over an unconfined program.
_Noreturn void sandbox_first_process(const struct sandbox_plan *plan);
_Noreturn void sandbox_guardian(const struct sandbox_plan *plan);

// sandbox_root.c: a new root for this mount namespace. Zero or the step that failed, with errno.
enum sandbox_step sandbox_make_root(const struct sandbox_job *job);

// sandbox_filter.c: what the kernel is not to be asked for. has_sockets: those of the internet may be made, of which a network
// namespace decides where they lead. False where there is no filter for this processor.
bool sandbox_make_filter(bool has_sockets, struct sandbox_plan *plan);
