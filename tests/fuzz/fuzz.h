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

// What is left of an input that is taken as dice: out of bytes it rolls 0.
struct fuzz_dice {
	struct slice rest;
};

static inline unsigned fuzz_roll(struct fuzz_dice *dice, unsigned sides)
{
	unsigned byte = 0;
	if (dice->rest.len > 0)
		byte = (unsigned char)dice->rest.ptr[0];
	dice->rest = slice_skip(dice->rest, dice->rest.len > 0);
	return byte % sides;
}

static inline struct slice fuzz_take(struct fuzz_dice *dice, size_t len)
{
	struct slice taken = slice_range(dice->rest, 0, len);
	dice->rest = slice_skip(dice->rest, taken.len);
	return taken;
}

// Cuts a part off a text that has several, each ended by the byte 1.
static inline struct slice fuzz_part(struct slice *text)
{
	struct slice part;
	slice_cut(text, '\1', &part);
	return part;
}
