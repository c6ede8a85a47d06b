// SPDX-License-Identifier: MIT
// What long work reports and heeds. The caller of long work makes one and hands it down, by value or as a pointer to const;
// nobody keeps it beyond the call. Any member may be NULL, and so may a pointer to it: then nothing is reported or heeded.
#pragma once

#include "base/error.h"

struct work {
	// A new stage begins: "downloading", and how many items or bytes it has in all.
	void (*stage)(void *context, const char *what, uint64_t total);
	// So many of them are done; item is the last one's name, or "". Called from the thread that began the work.
	void (*advance)(void *context, uint64_t done, struct slice item);
	// What is being waited for, as one line: "resolving: 12 packages seen".
	void (*status)(void *context, const char *line);
	uint64_t (*clock_ms)(void *context); // of a clock that never goes back
	const volatile int *interrupted; // non-zero ends the work with ERROR_INTERRUPTED
	void *context;                   // handed to the functions above
};

void work_stage(const struct work *work, const char *what, uint64_t total);
void work_advance(const struct work *work, uint64_t done, struct slice item);
void work_status(const struct work *work, const char *fmt, ...) PRINTF_LIKE(2, 3);
uint64_t work_clock_ms(const struct work *work); // 0 without a clock
bool work_is_interrupted(const struct work *work);
// ERROR_INTERRUPTED once the work is to end. Called between two pieces of work; by any thread.
NODISCARD int work_heed(const struct work *work, struct error *err);
