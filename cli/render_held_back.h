// SPDX-License-Identifier: MIT
// What holds a pin back, told.
#pragma once

#include "cli/cli.h"

// On stdout, or into result. command: what lets the pin move, where it is free.
void held_back_print(const struct held_back *answer, struct slice command);
void held_back_put(const struct held_back *answer, const char *lock_path, json_t *result);
