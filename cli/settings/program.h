// SPDX-License-Identifier: MIT
// Another program that is asked one thing: what it reads, what it prints.
#pragma once

#include "base/arena.h"

enum program_end { PROGRAM_DONE, PROGRAM_FAILED, PROGRAM_ABSENT };

// Runs argv[0] as found on PATH, without a shell, with input on its stdin, and collects
// up to 64 KiB of its stdout in arena. Its stderr could quote anything and is not shown.
// It is ended after a minute, or when the user interrupts. PROGRAM_FAILED: it did not end
// with 0, and what it printed is in *ret_output all the same.
enum program_end program_ask(const char *const *argv, struct slice input,
			     struct arena *arena, struct slice *ret_output);
