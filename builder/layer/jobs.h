// SPDX-License-Identifier: MIT
// A list of independent jobs over a few threads.
#pragma once

#include "base/error.h"

struct jobs {
	size_t count;
	unsigned threads; // 0: as many as processors
	// Job `index`, in a thread of its own; indexes are handed out from 0 up, so put the longest first.
	int (*run)(void *context, size_t index, struct error *err);
	// In the calling thread, after a job that succeeded; may be NULL.
	void (*done)(void *context, size_t index);
	void *context;
};

// Runs all; after a failure no further job is begun. The error is that of the failed job with the lowest index.
NODISCARD int jobs_run(const struct jobs *jobs, struct error *err);
