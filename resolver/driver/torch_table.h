// SPDX-License-Identifier: MIT
// data/torch-backends.txt, built in: its lines, without comments.
#pragma once

#include <stddef.h>

extern const char *const torch_table[];
extern const size_t torch_table_len;
