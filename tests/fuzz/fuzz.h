// SPDX-License-Identifier: MIT
// What every fuzz target shares: the entry point that libFuzzer or replay.c calls, and
// checks that stop at once.
#pragma once

#include "base/slice.h"

#include <stdio.h>
#include <stdlib.h>

// Never anything but 0; a broken property ends the process.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                 \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
				#condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

static inline struct slice fuzz_text(const uint8_t *data, size_t size)
{
	return (struct slice){ size > 0 ? (const char *)data : "", size };
}
