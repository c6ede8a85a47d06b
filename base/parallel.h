// SPDX-License-Identifier: MIT
// Threads, in the two shapes that are needed: a counted loop, and a crew that takes tasks
// as they come. What the work does must not depend on which thread does it, or in which
// order.
#pragma once

#include "base/error.h"

unsigned processor_count(void); // at least 1

// work(context, index, worker, err) for each index below count, on up to `jobs` threads
// (0: one a processor); worker is below parallel_workers(jobs, count) and tells threads
// apart: 0 is the calling one. After a failure no new index is begun; the error of the
// lowest failing index is the one returned.
typedef int (*parallel_work)(void *context, size_t index, unsigned worker,
			     struct error *err);
unsigned parallel_workers(unsigned jobs, size_t count);
NODISCARD int parallel_for(unsigned jobs, size_t count, parallel_work work, void *context,
			   struct error *err);

// A crew works in the background on tasks that one thread hands it.
struct crew;
typedef int (*crew_task)(void *context, struct error *err);

struct crew *crew_new(unsigned jobs); // 0: one thread a processor
void crew_add(struct crew *crew, crew_task task, void *context);
bool crew_failed(struct crew *crew); // a task failed already; those not begun will not be
// Waits for all tasks. -1 with the error of the first-added task that failed. The crew
// can be used again.
NODISCARD int crew_wait(struct crew *crew, struct error *err);
// Drops tasks not begun, waits for the others; NULL is fine
void crew_free(struct crew *crew);
