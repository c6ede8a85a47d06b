// SPDX-License-Identifier: MIT
// The key of all hash tables, drawn once a process, so that nobody who chooses our input can choose where it collides.
#pragma once

#include <stdint.h>

struct seed {
	uint64_t low, high;
};

// From the kernel at the first call, by whichever thread; the same from then on.
struct seed seed_of_process(void);
// For tests, which show that no order depends on it. Maps that were filled before cannot be used any more.
void seed_replace(struct seed seed);
